-- What happened: clicks, conversions with their items and history, referred customers. Sharded by affiliate account.

CREATE SEQUENCE fact_counter AS BIGINT START WITH 0 MINVALUE 0 MAXVALUE 1048575 CYCLE;

CREATE TABLE customer_referral (
    affiliate_account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    event_at TIMESTAMP WITH TIME ZONE NOT NULL,
    enrollment_id BIGINT NOT NULL,
    program_id BIGINT NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    partner_profile_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    traffic_source_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    external_ref TEXT NOT NULL,
    customer_name TEXT,
    customer_email TEXT,
    CONSTRAINT pk_customer_referral PRIMARY KEY (affiliate_account_id, id),
    CONSTRAINT ck_customer_referral_event_at_milliseconds CHECK (date_trunc('milliseconds', event_at) = event_at),
    CONSTRAINT uq_customer_referral_external UNIQUE (affiliate_account_id, source, external_ref)
);
CREATE INDEX ix_customer_referral_advertiser_org ON customer_referral (advertiser_org_id, event_at DESC, id);
CREATE INDEX ix_customer_referral_event ON customer_referral (event_at, id);
CREATE INDEX ix_customer_referral_partner_org ON customer_referral (partner_org_id, event_at DESC, id);
COMMENT ON TABLE customer_referral IS 'A customer that an affiliate brought, as the advertiser reports him (A22).';
COMMENT ON COLUMN customer_referral.affiliate_account_id IS 'The affiliate account it is credited to.';
COMMENT ON COLUMN customer_referral.id IS 'Its number within the affiliate account.';
COMMENT ON COLUMN customer_referral.event_at IS 'When the customer registered, to the millisecond.';
COMMENT ON COLUMN customer_referral.enrollment_id IS 'The enrollment it belongs to.';
COMMENT ON COLUMN customer_referral.program_id IS 'The program it belongs to.';
COMMENT ON COLUMN customer_referral.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN customer_referral.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN customer_referral.partner_profile_id IS 'The partner who brought him.';
COMMENT ON COLUMN customer_referral.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN customer_referral.traffic_source_id IS 'The traffic source he came from.';
COMMENT ON COLUMN customer_referral.source IS 'The system that reported him.';
COMMENT ON COLUMN customer_referral.external_ref IS 'His number in that system.';
COMMENT ON COLUMN customer_referral.customer_name IS 'The customer''s name.';
COMMENT ON COLUMN customer_referral.customer_email IS 'The customer''s address.';

CREATE TABLE click (
    affiliate_account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    event_at TIMESTAMP WITH TIME ZONE NOT NULL,
    enrollment_id BIGINT NOT NULL,
    program_id BIGINT NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    partner_profile_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    traffic_source_id BIGINT NOT NULL,
    tracker_id BIGINT,
    media_id BIGINT,
    kind click_kind NOT NULL,
    sub1 TEXT,
    sub2 TEXT,
    sub3 TEXT,
    sub4 TEXT,
    sub5 TEXT,
    referrer TEXT,
    country TEXT,
    device TEXT,
    CONSTRAINT pk_click PRIMARY KEY (affiliate_account_id, id),
    CONSTRAINT ck_click_event_at_milliseconds CHECK (date_trunc('milliseconds', event_at) = event_at)
);
CREATE INDEX ix_click_advertiser_org ON click (advertiser_org_id, event_at DESC, id);
CREATE INDEX ix_click_event ON click (event_at, id);
CREATE INDEX ix_click_partner_org ON click (partner_org_id, event_at DESC, id);
CREATE INDEX ix_click_program ON click (program_id, event_at);
COMMENT ON TABLE click IS 'One visit to an advertiser through an affiliate''s link. Written by the tracking import only.';
COMMENT ON COLUMN click.affiliate_account_id IS 'The affiliate account it is credited to.';
COMMENT ON COLUMN click.id IS 'Its number within the affiliate account.';
COMMENT ON COLUMN click.event_at IS 'When it happened, to the millisecond.';
COMMENT ON COLUMN click.enrollment_id IS 'The enrollment it belongs to.';
COMMENT ON COLUMN click.program_id IS 'The program clicked.';
COMMENT ON COLUMN click.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN click.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN click.partner_profile_id IS 'The partner it came from.';
COMMENT ON COLUMN click.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN click.traffic_source_id IS 'The traffic source it came from.';
COMMENT ON COLUMN click.tracker_id IS 'The tracker clicked.';
COMMENT ON COLUMN click.media_id IS 'The media clicked.';
COMMENT ON COLUMN click.kind IS 'Whether it is unique, a valid repeat, or invalid.';
COMMENT ON COLUMN click.sub1 IS 'The affiliate''s first own label.';
COMMENT ON COLUMN click.sub2 IS 'The affiliate''s second own label.';
COMMENT ON COLUMN click.sub3 IS 'The affiliate''s third own label.';
COMMENT ON COLUMN click.sub4 IS 'The affiliate''s fourth own label.';
COMMENT ON COLUMN click.sub5 IS 'The affiliate''s fifth own label.';
COMMENT ON COLUMN click.referrer IS 'The page the visitor came from.';
COMMENT ON COLUMN click.country IS 'ISO 3166 code of the visitor''s country.';
COMMENT ON COLUMN click.device IS 'The visitor''s type of device.';

CREATE TABLE conversion (
    affiliate_account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    enrollment_id BIGINT NOT NULL,
    program_id BIGINT NOT NULL,
    goal_id BIGINT,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    partner_profile_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    traffic_source_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    external_ref TEXT NOT NULL,
    click_id BIGINT,
    order_ref TEXT,
    promo_code TEXT,
    customer_status customer_status,
    country TEXT,
    device TEXT,
    status conversion_status NOT NULL,
    status_reason TEXT,
    settlement settlement DEFAULT 'OPEN' NOT NULL,
    event_at TIMESTAMP WITH TIME ZONE NOT NULL,
    click_at TIMESTAMP WITH TIME ZONE,
    posted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    locked BOOLEAN GENERATED ALWAYS AS (settlement <> 'OPEN') STORED NOT NULL,
    lock_at TIMESTAMP WITH TIME ZONE,
    approved_at TIMESTAMP WITH TIME ZONE,
    modified_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    sale_amount NUMERIC(20, 4),
    refunded_amount NUMERIC(20, 4) DEFAULT '0' NOT NULL,
    revenue NUMERIC(20, 4) DEFAULT '0' NOT NULL,
    payout NUMERIC(20, 4) DEFAULT '0' NOT NULL,
    currency TEXT NOT NULL,
    fx_rate NUMERIC(20, 10) DEFAULT '1' NOT NULL,
    CONSTRAINT pk_conversion PRIMARY KEY (affiliate_account_id, id),
    CONSTRAINT ck_conversion_event_at_milliseconds CHECK (date_trunc('milliseconds', event_at) = event_at),
    CONSTRAINT ck_conversion_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_conversion_fx_rate CHECK (fx_rate > 0),
    CONSTRAINT ck_conversion_refunded_amount CHECK (refunded_amount BETWEEN 0 AND coalesce(sale_amount, 0)),
    CONSTRAINT ck_conversion_settlement CHECK (settlement = 'OPEN' OR status IN ('APPROVED', 'REJECTED', 'REVERSED')),
    CONSTRAINT ck_conversion_invoiced CHECK (settlement NOT IN ('INVOICED', 'PAID') OR (status = 'APPROVED' AND payout <> 0)),
    CONSTRAINT ck_conversion_approved CHECK ((status IN ('APPROVED', 'REVERSED')) = (approved_at IS NOT NULL)),
    CONSTRAINT ck_conversion_hold CHECK (status <> 'HOLD' OR lock_at IS NOT NULL),
    CONSTRAINT uq_conversion_external UNIQUE (affiliate_account_id, source, external_ref)
);
CREATE INDEX ix_conversion_account ON conversion (affiliate_account_id, event_at);
CREATE INDEX ix_conversion_advertiser_org ON conversion (advertiser_org_id, event_at DESC, id);
CREATE INDEX ix_conversion_event ON conversion (event_at, id);
CREATE INDEX ix_conversion_lock ON conversion (lock_at) WHERE settlement = 'OPEN';
CREATE INDEX ix_conversion_partner_org ON conversion (partner_org_id, event_at DESC, id);
CREATE INDEX ix_conversion_program ON conversion (program_id, event_at);
COMMENT ON TABLE conversion IS 'One action credited to one affiliate account. Written by imports and `recordConversion` only.';
COMMENT ON COLUMN conversion.affiliate_account_id IS 'The affiliate account it is credited to.';
COMMENT ON COLUMN conversion.id IS 'Its number within the affiliate account.';
COMMENT ON COLUMN conversion.enrollment_id IS 'The enrollment it belongs to.';
COMMENT ON COLUMN conversion.program_id IS 'The program it belongs to.';
COMMENT ON COLUMN conversion.goal_id IS 'What the customer did; the program''s main goal if none.';
COMMENT ON COLUMN conversion.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN conversion.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN conversion.partner_profile_id IS 'The partner it is credited to.';
COMMENT ON COLUMN conversion.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN conversion.traffic_source_id IS 'The traffic source it came from.';
COMMENT ON COLUMN conversion.source IS 'The system that reported it.';
COMMENT ON COLUMN conversion.external_ref IS 'Its number in that system, unique per account and system.';
COMMENT ON COLUMN conversion.click_id IS 'The click it followed from, of the same account.';
COMMENT ON COLUMN conversion.order_ref IS 'The advertiser''s order number.';
COMMENT ON COLUMN conversion.promo_code IS 'The promo code the customer used.';
COMMENT ON COLUMN conversion.customer_status IS 'Whether the customer bought before.';
COMMENT ON COLUMN conversion.country IS 'ISO 3166 code of the customer''s country.';
COMMENT ON COLUMN conversion.device IS 'The customer''s type of device.';
COMMENT ON COLUMN conversion.status IS 'Where it stands in its life cycle.';
COMMENT ON COLUMN conversion.status_reason IS 'Code of the reason for its status.';
COMMENT ON COLUMN conversion.settlement IS 'How far its payment has come.';
COMMENT ON COLUMN conversion.event_at IS 'When it happened, to the millisecond; never changed.';
COMMENT ON COLUMN conversion.click_at IS 'When the click it followed from happened.';
COMMENT ON COLUMN conversion.posted_at IS 'When it was recorded.';
COMMENT ON COLUMN conversion.locked IS 'Whether its amounts are final.';
COMMENT ON COLUMN conversion.lock_at IS 'When its amounts become final; one on hold is approved then.';
COMMENT ON COLUMN conversion.approved_at IS 'When it was approved.';
COMMENT ON COLUMN conversion.modified_at IS 'When a date, flag or reference of it last changed; amounts do not count.';
COMMENT ON COLUMN conversion.version IS 'How often it was changed; a write names the version it read.';
COMMENT ON COLUMN conversion.sale_amount IS 'What the customer paid for the order, in `currency`.';
COMMENT ON COLUMN conversion.refunded_amount IS 'The part of the sale amount that was paid back, in `currency`.';
COMMENT ON COLUMN conversion.revenue IS 'What the advertiser owes the operator for it, in `currency`.';
COMMENT ON COLUMN conversion.payout IS 'What is owed to the affiliate account for it, in `currency`.';
COMMENT ON COLUMN conversion.currency IS 'ISO 4217 code of its amounts.';
COMMENT ON COLUMN conversion.fx_rate IS 'Units of the platform''s currency for one of `currency` on the event''s date, frozen.';

CREATE TABLE conversion_event (
    affiliate_account_id BIGINT NOT NULL,
    conversion_id BIGINT NOT NULL,
    n SMALLINT NOT NULL,
    status conversion_status NOT NULL,
    reason TEXT,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    actor_id BIGINT,
    CONSTRAINT pk_conversion_event PRIMARY KEY (affiliate_account_id, conversion_id, n),
    CONSTRAINT ck_conversion_event_n CHECK (n > 0)
);
COMMENT ON TABLE conversion_event IS 'One step in the life of a conversion. Append-only: the application may neither change nor delete it.';
COMMENT ON COLUMN conversion_event.affiliate_account_id IS 'The affiliate account of its parent.';
COMMENT ON COLUMN conversion_event.conversion_id IS 'The conversion it belongs to.';
COMMENT ON COLUMN conversion_event.n IS 'Its place in the history, from 1 on.';
COMMENT ON COLUMN conversion_event.status IS 'The status it took.';
COMMENT ON COLUMN conversion_event.reason IS 'Code of the reason.';
COMMENT ON COLUMN conversion_event.at IS 'When it happened.';
COMMENT ON COLUMN conversion_event.actor_id IS 'Who did it; none if it came by import or time.';

CREATE TABLE conversion_item (
    affiliate_account_id BIGINT NOT NULL,
    conversion_id BIGINT NOT NULL,
    n SMALLINT NOT NULL,
    product_id BIGINT,
    sku TEXT,
    title TEXT,
    quantity NUMERIC(12, 3) DEFAULT '1' NOT NULL,
    amount NUMERIC(20, 4) NOT NULL,
    CONSTRAINT pk_conversion_item PRIMARY KEY (affiliate_account_id, conversion_id, n),
    CONSTRAINT ck_conversion_item_n CHECK (n > 0),
    CONSTRAINT ck_conversion_item_quantity CHECK (quantity > 0)
);
COMMENT ON TABLE conversion_item IS 'One line of the order behind a conversion.';
COMMENT ON COLUMN conversion_item.affiliate_account_id IS 'The affiliate account of its parent.';
COMMENT ON COLUMN conversion_item.conversion_id IS 'The conversion it belongs to.';
COMMENT ON COLUMN conversion_item.n IS 'Its place in the order, from 1 on.';
COMMENT ON COLUMN conversion_item.product_id IS 'The product bought.';
COMMENT ON COLUMN conversion_item.sku IS 'The advertiser''s article number.';
COMMENT ON COLUMN conversion_item.title IS 'What the article is called.';
COMMENT ON COLUMN conversion_item.quantity IS 'How many were bought.';
COMMENT ON COLUMN conversion_item.amount IS 'What was paid for all of them, in the conversion''s currency.';
