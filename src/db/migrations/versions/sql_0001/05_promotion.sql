-- What a partner works with: trackers and testimonials of its accounts, and the commission plans they are paid by.

CREATE SEQUENCE testimonial_id_seq AS BIGINT;
CREATE TABLE testimonial (
    id BIGINT DEFAULT nextval('testimonial_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    affiliate_account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    state publication_state DEFAULT 'DRAFT' NOT NULL,
    CONSTRAINT pk_testimonial PRIMARY KEY (id)
);
ALTER SEQUENCE testimonial_id_seq OWNED BY testimonial.id;
CREATE INDEX ix_testimonial_affiliate_account_id ON testimonial (affiliate_account_id);
COMMENT ON TABLE testimonial IS 'What an affiliate says about working with the platform (A2).';
COMMENT ON COLUMN testimonial.id IS 'Its number.';
COMMENT ON COLUMN testimonial.created_at IS 'When it was created.';
COMMENT ON COLUMN testimonial.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN testimonial.affiliate_account_id IS 'The affiliate account that gave it.';
COMMENT ON COLUMN testimonial.name IS 'Its headline.';
COMMENT ON COLUMN testimonial.text IS 'What is said.';
COMMENT ON COLUMN testimonial.state IS 'Whether it is published.';

CREATE SEQUENCE commission_plan_id_seq AS BIGINT;
CREATE TABLE commission_plan (
    id BIGINT DEFAULT nextval('commission_plan_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    advertiser_profile_id BIGINT,
    created_by_id BIGINT,
    name TEXT NOT NULL,
    terms TEXT,
    goal_id BIGINT,
    payout_percent NUMERIC(9, 6),
    payout_fixed NUMERIC(20, 4),
    revenue_percent NUMERIC(9, 6),
    revenue_fixed NUMERIC(20, 4),
    currency TEXT,
    valid_from DATE,
    valid_to DATE,
    offerable BOOLEAN DEFAULT false NOT NULL,
    restricts_modification BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_commission_plan PRIMARY KEY (id),
    CONSTRAINT ck_commission_plan_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_commission_plan_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_commission_plan_fixed_currency CHECK (currency IS NOT NULL OR num_nonnulls(payout_fixed, revenue_fixed) = 0),
    CONSTRAINT ck_commission_plan_payout CHECK (num_nonnulls(payout_percent, payout_fixed) > 0),
    CONSTRAINT ck_commission_plan_percent CHECK (payout_percent BETWEEN 0 AND 100 AND revenue_percent BETWEEN 0 AND 100),
    CONSTRAINT ck_commission_plan_fixed CHECK (payout_fixed >= 0 AND revenue_fixed >= 0),
    CONSTRAINT ck_commission_plan_validity CHECK (valid_from < valid_to)
);
ALTER SEQUENCE commission_plan_id_seq OWNED BY commission_plan.id;
CREATE INDEX ix_commission_plan_advertiser_profile_id ON commission_plan (advertiser_profile_id);
CREATE INDEX ix_commission_plan_goal_id ON commission_plan (goal_id);
COMMENT ON TABLE commission_plan IS 'How a conversion is rewarded. Amounts are rounded half to even, to the minor unit of the currency.';
COMMENT ON COLUMN commission_plan.id IS 'Its number.';
COMMENT ON COLUMN commission_plan.created_at IS 'When it was created.';
COMMENT ON COLUMN commission_plan.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN commission_plan.advertiser_profile_id IS 'The advertiser whose plan it is; the operator''s if none.';
COMMENT ON COLUMN commission_plan.created_by_id IS 'Who made it.';
COMMENT ON COLUMN commission_plan.name IS 'What it is called.';
COMMENT ON COLUMN commission_plan.terms IS 'Its conditions, in words.';
COMMENT ON COLUMN commission_plan.goal_id IS 'The only goal it rewards; any goal if none.';
COMMENT ON COLUMN commission_plan.payout_percent IS 'Percent of the sale amount that the affiliate account earns.';
COMMENT ON COLUMN commission_plan.payout_fixed IS 'What the affiliate account earns for each conversion, in `currency`.';
COMMENT ON COLUMN commission_plan.revenue_percent IS 'Percent of the sale amount that the advertiser owes the operator.';
COMMENT ON COLUMN commission_plan.revenue_fixed IS 'What the advertiser owes the operator for each conversion, in `currency`.';
COMMENT ON COLUMN commission_plan.currency IS 'ISO 4217 code of its fixed amounts.';
COMMENT ON COLUMN commission_plan.valid_from IS 'The first day it applies, in UTC.';
COMMENT ON COLUMN commission_plan.valid_to IS 'The day from which it no longer applies, in UTC.';
COMMENT ON COLUMN commission_plan.offerable IS 'Whether managers of an account may apply it by themselves.';
COMMENT ON COLUMN commission_plan.restricts_modification IS 'Whether only a template terms administrator may change or delete it.';

CREATE SEQUENCE commission_plan_assignment_id_seq AS BIGINT;
CREATE TABLE commission_plan_assignment (
    id BIGINT DEFAULT nextval('commission_plan_assignment_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    commission_plan_id BIGINT NOT NULL,
    affiliate_account_id BIGINT NOT NULL,
    assigned_by_id BIGINT,
    CONSTRAINT pk_commission_plan_assignment PRIMARY KEY (id),
    CONSTRAINT uq_commission_plan_assignment_account UNIQUE (commission_plan_id, affiliate_account_id)
);
ALTER SEQUENCE commission_plan_assignment_id_seq OWNED BY commission_plan_assignment.id;
CREATE INDEX ix_commission_plan_assignment_account ON commission_plan_assignment (affiliate_account_id);
COMMENT ON TABLE commission_plan_assignment IS 'One affiliate account that a plan is assigned to.';
COMMENT ON COLUMN commission_plan_assignment.id IS 'Its number.';
COMMENT ON COLUMN commission_plan_assignment.created_at IS 'When it was created.';
COMMENT ON COLUMN commission_plan_assignment.commission_plan_id IS 'The commission plan.';
COMMENT ON COLUMN commission_plan_assignment.affiliate_account_id IS 'The affiliate account.';
COMMENT ON COLUMN commission_plan_assignment.assigned_by_id IS 'Who assigned it.';

CREATE SEQUENCE tracker_id_seq AS BIGINT;
CREATE TABLE tracker (
    id BIGINT DEFAULT nextval('tracker_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    affiliate_account_id BIGINT NOT NULL,
    enrollment_id BIGINT,
    media_id BIGINT,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    landing_url TEXT,
    CONSTRAINT pk_tracker PRIMARY KEY (id),
    CONSTRAINT ck_tracker_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT uq_tracker_id_affiliate_account_id UNIQUE (id, affiliate_account_id),
    CONSTRAINT uq_tracker_code UNIQUE (code)
);
ALTER SEQUENCE tracker_id_seq OWNED BY tracker.id;
CREATE INDEX ix_tracker_affiliate_account ON tracker (affiliate_account_id);
CREATE INDEX ix_tracker_enrollment_id ON tracker (enrollment_id);
CREATE INDEX ix_tracker_media_id ON tracker (media_id);
COMMENT ON TABLE tracker IS 'A link of an affiliate account, by whose code a click is recognised (A2).';
COMMENT ON COLUMN tracker.id IS 'Its number.';
COMMENT ON COLUMN tracker.created_at IS 'When it was created.';
COMMENT ON COLUMN tracker.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN tracker.affiliate_account_id IS 'The affiliate account that its clicks are credited to.';
COMMENT ON COLUMN tracker.enrollment_id IS 'The enrollment that its clicks belong to.';
COMMENT ON COLUMN tracker.media_id IS 'The media it is placed with.';
COMMENT ON COLUMN tracker.name IS 'What it is called.';
COMMENT ON COLUMN tracker.code IS 'The part of the link that identifies it.';
COMMENT ON COLUMN tracker.landing_url IS 'Where it leads, unless to the program''s own page.';
