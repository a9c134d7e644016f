ALTER TABLE click
    DROP CONSTRAINT ck_click_event_at_milliseconds,
    ADD CONSTRAINT ck_click_event_at_milliseconds CHECK ((id >> 20) = extract(epoch FROM event_at) * 1000);

ALTER TABLE customer_referral
    DROP CONSTRAINT ck_customer_referral_event_at_milliseconds,
    ADD CONSTRAINT ck_customer_referral_event_at_milliseconds CHECK ((id >> 20) = extract(epoch FROM event_at) * 1000);

ALTER TABLE conversion
    DROP CONSTRAINT ck_conversion_event_at_milliseconds,
    ADD CONSTRAINT ck_conversion_event_at_milliseconds CHECK ((id >> 20) = extract(epoch FROM event_at) * 1000);

ALTER TABLE adjustment
    DROP CONSTRAINT ck_adjustment_event_at_milliseconds,
    ADD CONSTRAINT ck_adjustment_event_at_milliseconds CHECK ((id >> 20) = extract(epoch FROM event_at) * 1000);

ALTER TABLE payout_invoice
    DROP CONSTRAINT ck_payout_invoice_issued_at_milliseconds,
    ADD CONSTRAINT ck_payout_invoice_issued_at_milliseconds CHECK ((id >> 20) = extract(epoch FROM issued_at) * 1000);
