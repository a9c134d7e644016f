ALTER TABLE click
    DROP CONSTRAINT ck_click_event_at_milliseconds,
    ADD CONSTRAINT ck_click_event_at_milliseconds CHECK (date_trunc('milliseconds', event_at) = event_at);

ALTER TABLE customer_referral
    DROP CONSTRAINT ck_customer_referral_event_at_milliseconds,
    ADD CONSTRAINT ck_customer_referral_event_at_milliseconds CHECK (date_trunc('milliseconds', event_at) = event_at);

ALTER TABLE conversion
    DROP CONSTRAINT ck_conversion_event_at_milliseconds,
    ADD CONSTRAINT ck_conversion_event_at_milliseconds CHECK (date_trunc('milliseconds', event_at) = event_at);

ALTER TABLE adjustment
    DROP CONSTRAINT ck_adjustment_event_at_milliseconds,
    ADD CONSTRAINT ck_adjustment_event_at_milliseconds CHECK (date_trunc('milliseconds', event_at) = event_at);

ALTER TABLE payout_invoice
    DROP CONSTRAINT ck_payout_invoice_issued_at_milliseconds,
    ADD CONSTRAINT ck_payout_invoice_issued_at_milliseconds CHECK (date_trunc('milliseconds', issued_at) = issued_at);
