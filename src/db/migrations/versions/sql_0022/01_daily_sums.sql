-- Daily sums of the facts, by program: what hourly ones add up to.

CREATE TABLE conversion_day_by_program (
    program_id BIGINT NOT NULL,
    day TIMESTAMP WITH TIME ZONE NOT NULL,
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
    CONSTRAINT pk_conversion_day_by_program PRIMARY KEY (program_id, day, status, settlement, currency, fx_rate),
    CONSTRAINT ck_conversion_day_by_program_day CHECK (date_trunc('day', day, 'UTC') = day),
    CONSTRAINT ck_conversion_day_by_program_counts CHECK (least(conversions, events, conversions_with_sale) >= 0)
);
CREATE INDEX ix_conversion_day_by_program_advertiser_org ON conversion_day_by_program (advertiser_org_id, day);
CREATE INDEX ix_conversion_day_by_program_day ON conversion_day_by_program (day);
COMMENT ON TABLE conversion_day_by_program IS 'Conversions of one program in one day, of one status, settlement, currency and rate, over all accounts.';
COMMENT ON COLUMN conversion_day_by_program.program_id IS 'The program.';
COMMENT ON COLUMN conversion_day_by_program.day IS 'The beginning of the day, in UTC.';
COMMENT ON COLUMN conversion_day_by_program.status IS 'The status of all of them.';
COMMENT ON COLUMN conversion_day_by_program.settlement IS 'The settlement of all of them.';
COMMENT ON COLUMN conversion_day_by_program.currency IS 'ISO 4217 code of their amounts.';
COMMENT ON COLUMN conversion_day_by_program.fx_rate IS 'The rate frozen on all of them.';
COMMENT ON COLUMN conversion_day_by_program.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN conversion_day_by_program.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN conversion_day_by_program.conversions IS 'How many reached the program''s main goal.';
COMMENT ON COLUMN conversion_day_by_program.events IS 'How many reached another goal.';
COMMENT ON COLUMN conversion_day_by_program.conversions_with_sale IS 'How many have a sale amount above zero.';
COMMENT ON COLUMN conversion_day_by_program.sale_amount IS 'What customers paid, in `currency`.';
COMMENT ON COLUMN conversion_day_by_program.refunded_amount IS 'What customers got back, in `currency`.';
COMMENT ON COLUMN conversion_day_by_program.revenue IS 'What the advertiser owes the operator, in `currency`.';
COMMENT ON COLUMN conversion_day_by_program.payout IS 'What is owed to the affiliate accounts, in `currency`.';

CREATE TABLE traffic_day_by_program (
    program_id BIGINT NOT NULL,
    day TIMESTAMP WITH TIME ZONE NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    impressions BIGINT DEFAULT '0' NOT NULL,
    unique_clicks BIGINT DEFAULT '0' NOT NULL,
    duplicate_clicks BIGINT DEFAULT '0' NOT NULL,
    invalid_clicks BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_traffic_day_by_program PRIMARY KEY (program_id, day),
    CONSTRAINT ck_traffic_day_by_program_day CHECK (date_trunc('day', day, 'UTC') = day),
    CONSTRAINT ck_traffic_day_by_program_counts CHECK (least(impressions, unique_clicks, duplicate_clicks, invalid_clicks) >= 0)
);
CREATE INDEX ix_traffic_day_by_program_advertiser_org ON traffic_day_by_program (advertiser_org_id, day);
CREATE INDEX ix_traffic_day_by_program_day ON traffic_day_by_program (day);
COMMENT ON TABLE traffic_day_by_program IS 'Impressions and clicks of one program in one day, over all accounts.';
COMMENT ON COLUMN traffic_day_by_program.program_id IS 'The program.';
COMMENT ON COLUMN traffic_day_by_program.day IS 'The beginning of the day, in UTC.';
COMMENT ON COLUMN traffic_day_by_program.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN traffic_day_by_program.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN traffic_day_by_program.impressions IS 'Ad views.';
COMMENT ON COLUMN traffic_day_by_program.unique_clicks IS 'Valid first clicks.';
COMMENT ON COLUMN traffic_day_by_program.duplicate_clicks IS 'Valid repeated clicks.';
COMMENT ON COLUMN traffic_day_by_program.invalid_clicks IS 'Clicks that do not count.';

COMMENT ON COLUMN conversion_hour_by_account.payout IS 'What is owed to the affiliate accounts, in `currency`.';

ALTER TABLE conversion_day_by_program ADD CONSTRAINT fk_conversion_day_by_program_program FOREIGN KEY (program_id, advertiser_profile_id, advertiser_org_id)
    REFERENCES program (id, advertiser_profile_id, advertiser_org_id);
ALTER TABLE traffic_day_by_program ADD CONSTRAINT fk_traffic_day_by_program_program FOREIGN KEY (program_id, advertiser_profile_id, advertiser_org_id)
    REFERENCES program (id, advertiser_profile_id, advertiser_org_id);

INSERT INTO conversion_day_by_program
    (program_id, day, status, settlement, currency, fx_rate, advertiser_profile_id, advertiser_org_id,
     conversions, events, conversions_with_sale, sale_amount, refunded_amount, revenue, payout)
SELECT program_id, date_trunc('day', hour, 'UTC') AS day, status, settlement, currency, fx_rate, advertiser_profile_id, advertiser_org_id,
    sum(conversions), sum(events), sum(conversions_with_sale), sum(sale_amount), sum(refunded_amount), sum(revenue), sum(payout)
FROM conversion_hour_by_program
GROUP BY program_id, day, status, settlement, currency, fx_rate, advertiser_profile_id, advertiser_org_id
ORDER BY day;

INSERT INTO traffic_day_by_program
    (program_id, day, advertiser_profile_id, advertiser_org_id,
     impressions, unique_clicks, duplicate_clicks, invalid_clicks)
SELECT program_id, date_trunc('day', hour, 'UTC') AS day, advertiser_profile_id, advertiser_org_id,
    sum(impressions), sum(unique_clicks), sum(duplicate_clicks), sum(invalid_clicks)
FROM traffic_hour_by_program
GROUP BY program_id, day, advertiser_profile_id, advertiser_org_id
ORDER BY day;
