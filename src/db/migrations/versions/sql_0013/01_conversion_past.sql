-- What conversions were before they became what they are.

CREATE TABLE conversion_past (
    affiliate_account_id BIGINT NOT NULL,
    conversion_id BIGINT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    status conversion_status NOT NULL,
    settlement settlement NOT NULL,
    lock_at TIMESTAMP WITH TIME ZONE,
    approved_at TIMESTAMP WITH TIME ZONE,
    modified_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sale_amount NUMERIC(20, 4),
    refunded_amount NUMERIC(20, 4) NOT NULL,
    revenue NUMERIC(20, 4) NOT NULL,
    payout NUMERIC(20, 4) NOT NULL,
    CONSTRAINT pk_conversion_past PRIMARY KEY (affiliate_account_id, conversion_id, since),
    CONSTRAINT ck_conversion_past_until CHECK (since < until),
    CONSTRAINT fk_conversion_past_conversion FOREIGN KEY (affiliate_account_id, conversion_id)
        REFERENCES conversion (affiliate_account_id, id)
);
COMMENT ON TABLE conversion_past IS 'What a conversion was from one moment until another; the last one ends where what it is now began. One that never changed has none. Append-only, and never shown as a row: it would tell of changes to hidden columns.';
COMMENT ON COLUMN conversion_past.affiliate_account_id IS 'The affiliate account of its parent.';
COMMENT ON COLUMN conversion_past.conversion_id IS 'The conversion it was.';
COMMENT ON COLUMN conversion_past.since IS 'The first moment it was so.';
COMMENT ON COLUMN conversion_past.until IS 'The first moment it was not any more.';
COMMENT ON COLUMN conversion_past.status IS 'Its status then.';
COMMENT ON COLUMN conversion_past.settlement IS 'Its settlement then.';
COMMENT ON COLUMN conversion_past.lock_at IS 'When its amounts were to become final.';
COMMENT ON COLUMN conversion_past.approved_at IS 'When it had been approved.';
COMMENT ON COLUMN conversion_past.modified_at IS 'When a date, flag or reference of it had last changed.';
COMMENT ON COLUMN conversion_past.sale_amount IS 'Its sale amount then.';
COMMENT ON COLUMN conversion_past.refunded_amount IS 'What of it had been paid back.';
COMMENT ON COLUMN conversion_past.revenue IS 'What the advertiser owed the operator for it.';
COMMENT ON COLUMN conversion_past.payout IS 'What was owed to the affiliate account for it.';

-- One that was never changed has been what it is since it was recorded. Of the others that is not known.
INSERT INTO platform_setting (key, value)
SELECT 'conversions_known_since', to_jsonb(now())
WHERE EXISTS (SELECT FROM conversion WHERE version > 1 OR settlement <> 'OPEN');
