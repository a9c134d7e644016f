-- Hourly sums of the facts, at two grains: by account and program, and by program alone.

CREATE TABLE conversion_hour_by_account (
    affiliate_account_id BIGINT NOT NULL,
    program_id BIGINT NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    status conversion_status NOT NULL,
    settlement settlement NOT NULL,
    currency TEXT NOT NULL,
    fx_rate NUMERIC(20, 10) NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    conversions BIGINT DEFAULT '0' NOT NULL,
    events BIGINT DEFAULT '0' NOT NULL,
    conversions_with_sale BIGINT DEFAULT '0' NOT NULL,
    sale_amount NUMERIC(28, 4) DEFAULT '0' NOT NULL,
    refunded_amount NUMERIC(28, 4) DEFAULT '0' NOT NULL,
    revenue NUMERIC(28, 4) DEFAULT '0' NOT NULL,
    payout NUMERIC(28, 4) DEFAULT '0' NOT NULL,
    CONSTRAINT pk_conversion_hour_by_account PRIMARY KEY (affiliate_account_id, program_id, hour, status, settlement, currency, fx_rate),
    CONSTRAINT ck_conversion_hour_by_account_hour CHECK (date_trunc('hour', hour, 'UTC') = hour),
    CONSTRAINT ck_conversion_hour_by_account_counts CHECK (least(conversions, events, conversions_with_sale) >= 0)
);
CREATE INDEX ix_conversion_hour_by_account_partner_org ON conversion_hour_by_account (partner_org_id, hour);
COMMENT ON TABLE conversion_hour_by_account IS 'Conversions of one account and program in one hour, of one status, settlement, currency and rate.';
COMMENT ON COLUMN conversion_hour_by_account.affiliate_account_id IS 'The affiliate account it is credited to.';
COMMENT ON COLUMN conversion_hour_by_account.program_id IS 'The program.';
COMMENT ON COLUMN conversion_hour_by_account.hour IS 'The beginning of the hour, in UTC.';
COMMENT ON COLUMN conversion_hour_by_account.status IS 'The status of all of them.';
COMMENT ON COLUMN conversion_hour_by_account.settlement IS 'The settlement of all of them.';
COMMENT ON COLUMN conversion_hour_by_account.currency IS 'ISO 4217 code of their amounts.';
COMMENT ON COLUMN conversion_hour_by_account.fx_rate IS 'The rate frozen on all of them.';
COMMENT ON COLUMN conversion_hour_by_account.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN conversion_hour_by_account.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN conversion_hour_by_account.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN conversion_hour_by_account.conversions IS 'How many reached the program''s main goal.';
COMMENT ON COLUMN conversion_hour_by_account.events IS 'How many reached another goal.';
COMMENT ON COLUMN conversion_hour_by_account.conversions_with_sale IS 'How many have a sale amount above zero.';
COMMENT ON COLUMN conversion_hour_by_account.sale_amount IS 'What customers paid, in `currency`.';
COMMENT ON COLUMN conversion_hour_by_account.refunded_amount IS 'What customers got back, in `currency`.';
COMMENT ON COLUMN conversion_hour_by_account.revenue IS 'What the advertiser owes the operator, in `currency`.';
COMMENT ON COLUMN conversion_hour_by_account.payout IS 'What is owed to the affiliate account, in `currency`.';

CREATE TABLE conversion_hour_by_program (
    program_id BIGINT NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    status conversion_status NOT NULL,
    settlement settlement NOT NULL,
    currency TEXT NOT NULL,
    fx_rate NUMERIC(20, 10) NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    conversions BIGINT DEFAULT '0' NOT NULL,
    events BIGINT DEFAULT '0' NOT NULL,
    conversions_with_sale BIGINT DEFAULT '0' NOT NULL,
    sale_amount NUMERIC(28, 4) DEFAULT '0' NOT NULL,
    refunded_amount NUMERIC(28, 4) DEFAULT '0' NOT NULL,
    revenue NUMERIC(28, 4) DEFAULT '0' NOT NULL,
    payout NUMERIC(28, 4) DEFAULT '0' NOT NULL,
    CONSTRAINT pk_conversion_hour_by_program PRIMARY KEY (program_id, hour, status, settlement, currency, fx_rate),
    CONSTRAINT ck_conversion_hour_by_program_hour CHECK (date_trunc('hour', hour, 'UTC') = hour),
    CONSTRAINT ck_conversion_hour_by_program_counts CHECK (least(conversions, events, conversions_with_sale) >= 0)
);
CREATE INDEX ix_conversion_hour_by_program_advertiser_org ON conversion_hour_by_program (advertiser_org_id, hour);
CREATE INDEX ix_conversion_hour_by_program_hour ON conversion_hour_by_program (hour);
COMMENT ON TABLE conversion_hour_by_program IS 'Conversions of one program in one hour, of one status, settlement, currency and rate, over all accounts.';
COMMENT ON COLUMN conversion_hour_by_program.program_id IS 'The program.';
COMMENT ON COLUMN conversion_hour_by_program.hour IS 'The beginning of the hour, in UTC.';
COMMENT ON COLUMN conversion_hour_by_program.status IS 'The status of all of them.';
COMMENT ON COLUMN conversion_hour_by_program.settlement IS 'The settlement of all of them.';
COMMENT ON COLUMN conversion_hour_by_program.currency IS 'ISO 4217 code of their amounts.';
COMMENT ON COLUMN conversion_hour_by_program.fx_rate IS 'The rate frozen on all of them.';
COMMENT ON COLUMN conversion_hour_by_program.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN conversion_hour_by_program.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN conversion_hour_by_program.conversions IS 'How many reached the program''s main goal.';
COMMENT ON COLUMN conversion_hour_by_program.events IS 'How many reached another goal.';
COMMENT ON COLUMN conversion_hour_by_program.conversions_with_sale IS 'How many have a sale amount above zero.';
COMMENT ON COLUMN conversion_hour_by_program.sale_amount IS 'What customers paid, in `currency`.';
COMMENT ON COLUMN conversion_hour_by_program.refunded_amount IS 'What customers got back, in `currency`.';
COMMENT ON COLUMN conversion_hour_by_program.revenue IS 'What the advertiser owes the operator, in `currency`.';
COMMENT ON COLUMN conversion_hour_by_program.payout IS 'What is owed to the affiliate accounts, in `currency`.';

CREATE TABLE traffic_hour_by_account (
    affiliate_account_id BIGINT NOT NULL,
    program_id BIGINT NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    impressions BIGINT DEFAULT '0' NOT NULL,
    unique_clicks BIGINT DEFAULT '0' NOT NULL,
    duplicate_clicks BIGINT DEFAULT '0' NOT NULL,
    invalid_clicks BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_traffic_hour_by_account PRIMARY KEY (affiliate_account_id, program_id, hour),
    CONSTRAINT ck_traffic_hour_by_account_hour CHECK (date_trunc('hour', hour, 'UTC') = hour),
    CONSTRAINT ck_traffic_hour_by_account_counts CHECK (least(impressions, unique_clicks, duplicate_clicks, invalid_clicks) >= 0)
);
CREATE INDEX ix_traffic_hour_by_account_partner_org ON traffic_hour_by_account (partner_org_id, hour);
COMMENT ON TABLE traffic_hour_by_account IS 'Impressions and clicks of one account and program in one hour. Impressions are imported, not counted here.';
COMMENT ON COLUMN traffic_hour_by_account.affiliate_account_id IS 'The affiliate account it is credited to.';
COMMENT ON COLUMN traffic_hour_by_account.program_id IS 'The program.';
COMMENT ON COLUMN traffic_hour_by_account.hour IS 'The beginning of the hour, in UTC.';
COMMENT ON COLUMN traffic_hour_by_account.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN traffic_hour_by_account.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN traffic_hour_by_account.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN traffic_hour_by_account.impressions IS 'Ad views.';
COMMENT ON COLUMN traffic_hour_by_account.unique_clicks IS 'Valid first clicks.';
COMMENT ON COLUMN traffic_hour_by_account.duplicate_clicks IS 'Valid repeated clicks.';
COMMENT ON COLUMN traffic_hour_by_account.invalid_clicks IS 'Clicks that do not count.';

CREATE TABLE traffic_hour_by_program (
    program_id BIGINT NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    impressions BIGINT DEFAULT '0' NOT NULL,
    unique_clicks BIGINT DEFAULT '0' NOT NULL,
    duplicate_clicks BIGINT DEFAULT '0' NOT NULL,
    invalid_clicks BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_traffic_hour_by_program PRIMARY KEY (program_id, hour),
    CONSTRAINT ck_traffic_hour_by_program_hour CHECK (date_trunc('hour', hour, 'UTC') = hour),
    CONSTRAINT ck_traffic_hour_by_program_counts CHECK (least(impressions, unique_clicks, duplicate_clicks, invalid_clicks) >= 0)
);
CREATE INDEX ix_traffic_hour_by_program_advertiser_org ON traffic_hour_by_program (advertiser_org_id, hour);
CREATE INDEX ix_traffic_hour_by_program_hour ON traffic_hour_by_program (hour);
COMMENT ON TABLE traffic_hour_by_program IS 'Impressions and clicks of one program in one hour, over all accounts.';
COMMENT ON COLUMN traffic_hour_by_program.program_id IS 'The program.';
COMMENT ON COLUMN traffic_hour_by_program.hour IS 'The beginning of the hour, in UTC.';
COMMENT ON COLUMN traffic_hour_by_program.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN traffic_hour_by_program.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN traffic_hour_by_program.impressions IS 'Ad views.';
COMMENT ON COLUMN traffic_hour_by_program.unique_clicks IS 'Valid first clicks.';
COMMENT ON COLUMN traffic_hour_by_program.duplicate_clicks IS 'Valid repeated clicks.';
COMMENT ON COLUMN traffic_hour_by_program.invalid_clicks IS 'Clicks that do not count.';
