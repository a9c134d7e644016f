-- What is owed and paid: corrections of conversions, payout runs, and invoices to affiliate accounts.

CREATE SEQUENCE payout_run_id_seq AS BIGINT;
CREATE TABLE payout_run (
    id BIGINT DEFAULT nextval('payout_run_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    started_by_id BIGINT NOT NULL,
    state payout_run_state DEFAULT 'RUNNING' NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    completed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payout_run PRIMARY KEY (id),
    CONSTRAINT ck_payout_run_period CHECK (period_start < period_end)
);
ALTER SEQUENCE payout_run_id_seq OWNED BY payout_run.id;
COMMENT ON TABLE payout_run IS 'One start of the payout process, which drafts the invoices of a period (A10).';
COMMENT ON COLUMN payout_run.id IS 'Its number.';
COMMENT ON COLUMN payout_run.created_at IS 'When it was created.';
COMMENT ON COLUMN payout_run.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN payout_run.started_by_id IS 'Who started it.';
COMMENT ON COLUMN payout_run.state IS 'Where it stands.';
COMMENT ON COLUMN payout_run.period_start IS 'The first day it covers, in UTC.';
COMMENT ON COLUMN payout_run.period_end IS 'The day after the last one it covers, in UTC.';
COMMENT ON COLUMN payout_run.completed_at IS 'When it was done.';

CREATE TABLE payout_invoice (
    affiliate_account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    run_id BIGINT,
    partner_org_id BIGINT NOT NULL,
    payer_advertiser_id BIGINT,
    payer_org_id BIGINT,
    company_name TEXT,
    company_tax_id TEXT,
    currency TEXT NOT NULL,
    state invoice_state DEFAULT 'DRAFT' NOT NULL,
    deleted BOOLEAN GENERATED ALWAYS AS (state = 'DELETED') STORED NOT NULL,
    total NUMERIC(20, 4) NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE,
    paid_at TIMESTAMP WITH TIME ZONE,
    created_by_id BIGINT,
    version BIGINT DEFAULT '1' NOT NULL,
    CONSTRAINT pk_payout_invoice PRIMARY KEY (affiliate_account_id, id),
    CONSTRAINT ck_payout_invoice_issued_at_milliseconds CHECK (date_trunc('milliseconds', issued_at) = issued_at),
    CONSTRAINT ck_payout_invoice_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_payout_invoice_payer CHECK ((payer_advertiser_id IS NULL) = (payer_org_id IS NULL)),
    CONSTRAINT ck_payout_invoice_period CHECK (period_start < period_end),
    CONSTRAINT ck_payout_invoice_paid CHECK ((state = 'PAID') = (paid_at IS NOT NULL)),
    CONSTRAINT ck_payout_invoice_approved CHECK (CASE state WHEN 'DRAFT' THEN approved_at IS NULL WHEN 'DELETED' THEN true ELSE approved_at IS NOT NULL END),
    CONSTRAINT ck_payout_invoice_total CHECK (total >= 0 OR state IN ('DRAFT', 'DELETED')),
    CONSTRAINT uq_payout_invoice_carried UNIQUE (affiliate_account_id, id, currency, deleted)
);
CREATE INDEX ix_payout_invoice_issued ON payout_invoice (issued_at, id);
CREATE INDEX ix_payout_invoice_partner_org ON payout_invoice (partner_org_id, issued_at DESC, id);
CREATE INDEX ix_payout_invoice_payer_org ON payout_invoice (payer_org_id, issued_at DESC, id);
CREATE INDEX ix_payout_invoice_run ON payout_invoice (run_id);
COMMENT ON TABLE payout_invoice IS 'What one payer owes one affiliate account for a period, in one currency (SM5).';
COMMENT ON COLUMN payout_invoice.affiliate_account_id IS 'The affiliate account it is credited to.';
COMMENT ON COLUMN payout_invoice.id IS 'Its number within the affiliate account.';
COMMENT ON COLUMN payout_invoice.run_id IS 'The payout run that drafted it.';
COMMENT ON COLUMN payout_invoice.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN payout_invoice.payer_advertiser_id IS 'The advertiser who pays it; the operator if none.';
COMMENT ON COLUMN payout_invoice.payer_org_id IS 'The organization of the advertiser who pays it.';
COMMENT ON COLUMN payout_invoice.company_name IS 'Legal name of the account''s company when it was made.';
COMMENT ON COLUMN payout_invoice.company_tax_id IS 'Tax number of that company when it was made.';
COMMENT ON COLUMN payout_invoice.currency IS 'ISO 4217 code of its amounts.';
COMMENT ON COLUMN payout_invoice.state IS 'Where it stands.';
COMMENT ON COLUMN payout_invoice.deleted IS 'Whether it is deleted, which frees what its lines name.';
COMMENT ON COLUMN payout_invoice.total IS 'The sum of its lines, in `currency`.';
COMMENT ON COLUMN payout_invoice.period_start IS 'The first day it covers, in UTC.';
COMMENT ON COLUMN payout_invoice.period_end IS 'The day after the last one it covers, in UTC.';
COMMENT ON COLUMN payout_invoice.issued_at IS 'When it was made, to the millisecond; never changed.';
COMMENT ON COLUMN payout_invoice.approved_at IS 'When it was approved.';
COMMENT ON COLUMN payout_invoice.paid_at IS 'When it was paid.';
COMMENT ON COLUMN payout_invoice.created_by_id IS 'Who made it; somebody else approves it.';
COMMENT ON COLUMN payout_invoice.version IS 'How often the row was changed; a write names the version it read.';

CREATE TABLE adjustment (
    affiliate_account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    event_at TIMESTAMP WITH TIME ZONE NOT NULL,
    conversion_id BIGINT,
    program_id BIGINT NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    external_ref TEXT NOT NULL,
    side adjustment_side NOT NULL,
    state adjustment_state DEFAULT 'OPEN' NOT NULL,
    payout_amount NUMERIC(20, 4),
    revenue_amount NUMERIC(20, 4),
    sale_amount NUMERIC(20, 4),
    currency TEXT NOT NULL,
    fx_rate NUMERIC(20, 10) DEFAULT '1' NOT NULL,
    reason TEXT,
    created_by_id BIGINT,
    posted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    CONSTRAINT pk_adjustment PRIMARY KEY (affiliate_account_id, id),
    CONSTRAINT ck_adjustment_event_at_milliseconds CHECK (date_trunc('milliseconds', event_at) = event_at),
    CONSTRAINT ck_adjustment_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_adjustment_side CHECK (num_nonnulls(payout_amount, revenue_amount, sale_amount) = 1 AND CASE side WHEN 'PAYOUT' THEN payout_amount WHEN 'REVENUE' THEN revenue_amount ELSE sale_amount END IS NOT NULL),
    CONSTRAINT ck_adjustment_amount CHECK (coalesce(payout_amount, revenue_amount, sale_amount) <> 0),
    CONSTRAINT ck_adjustment_state CHECK (state = 'OPEN' OR side = 'PAYOUT'),
    CONSTRAINT uq_adjustment_external UNIQUE (affiliate_account_id, source, external_ref)
);
CREATE INDEX ix_adjustment_advertiser_org ON adjustment (advertiser_org_id, event_at DESC, id);
CREATE INDEX ix_adjustment_conversion ON adjustment (affiliate_account_id, conversion_id);
CREATE INDEX ix_adjustment_event ON adjustment (event_at, id);
CREATE INDEX ix_adjustment_partner_org ON adjustment (partner_org_id, event_at DESC, id);
CREATE INDEX ix_adjustment_program ON adjustment (program_id, event_at);
COMMENT ON TABLE adjustment IS 'A correction of one amount, of a conversion or of an account. From LOCKED on the only way to correct (SM4).';
COMMENT ON COLUMN adjustment.affiliate_account_id IS 'The affiliate account it is credited to.';
COMMENT ON COLUMN adjustment.id IS 'Its number within the affiliate account.';
COMMENT ON COLUMN adjustment.event_at IS 'When it takes effect, to the millisecond.';
COMMENT ON COLUMN adjustment.conversion_id IS 'The conversion it corrects; the account as a whole if none.';
COMMENT ON COLUMN adjustment.program_id IS 'The program it belongs to.';
COMMENT ON COLUMN adjustment.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN adjustment.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN adjustment.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN adjustment.source IS 'The system that reported it.';
COMMENT ON COLUMN adjustment.external_ref IS 'Its number in that system, unique per account and system.';
COMMENT ON COLUMN adjustment.side IS 'Which amount it corrects.';
COMMENT ON COLUMN adjustment.state IS 'How far it is paid.';
COMMENT ON COLUMN adjustment.payout_amount IS 'What is added to what is owed to the affiliate account, in `currency`; negative takes away.';
COMMENT ON COLUMN adjustment.revenue_amount IS 'What is added to what the advertiser owes the operator, in `currency`; negative takes away.';
COMMENT ON COLUMN adjustment.sale_amount IS 'What is added to what the customer paid, in `currency`; negative takes away.';
COMMENT ON COLUMN adjustment.currency IS 'ISO 4217 code of its amounts.';
COMMENT ON COLUMN adjustment.fx_rate IS 'Units of the platform''s currency for one of `currency` on the event''s date, frozen.';
COMMENT ON COLUMN adjustment.reason IS 'Why it was made.';
COMMENT ON COLUMN adjustment.created_by_id IS 'Who made it; none if it came by import.';
COMMENT ON COLUMN adjustment.posted_at IS 'When it was recorded.';
COMMENT ON COLUMN adjustment.version IS 'How often the row was changed; a write names the version it read.';

CREATE TABLE payout_invoice_line (
    affiliate_account_id BIGINT NOT NULL,
    invoice_id BIGINT NOT NULL,
    n INTEGER NOT NULL,
    program_id BIGINT NOT NULL,
    conversion_id BIGINT,
    adjustment_id BIGINT,
    amount NUMERIC(20, 4) NOT NULL,
    currency TEXT NOT NULL,
    deleted BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_payout_invoice_line PRIMARY KEY (affiliate_account_id, invoice_id, n),
    CONSTRAINT ck_payout_invoice_line_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_payout_invoice_line_one_subject CHECK (num_nonnulls(conversion_id, adjustment_id) = 1),
    CONSTRAINT ck_payout_invoice_line_n CHECK (n > 0),
    CONSTRAINT ck_payout_invoice_line_amount CHECK (amount <> 0)
);
CREATE UNIQUE INDEX uq_payout_invoice_line_adjustment ON payout_invoice_line (affiliate_account_id, adjustment_id) WHERE NOT deleted AND adjustment_id IS NOT NULL;
CREATE UNIQUE INDEX uq_payout_invoice_line_conversion ON payout_invoice_line (affiliate_account_id, conversion_id) WHERE NOT deleted AND conversion_id IS NOT NULL;
COMMENT ON TABLE payout_invoice_line IS 'One conversion or one adjustment on an invoice; each is on one invoice at most that is not deleted.';
COMMENT ON COLUMN payout_invoice_line.affiliate_account_id IS 'The affiliate account of its parent.';
COMMENT ON COLUMN payout_invoice_line.invoice_id IS 'The invoice it is on.';
COMMENT ON COLUMN payout_invoice_line.n IS 'Its place on the invoice, from 1 on.';
COMMENT ON COLUMN payout_invoice_line.program_id IS 'The program it is paid for.';
COMMENT ON COLUMN payout_invoice_line.conversion_id IS 'The conversion it pays.';
COMMENT ON COLUMN payout_invoice_line.adjustment_id IS 'The adjustment it pays.';
COMMENT ON COLUMN payout_invoice_line.amount IS 'What is paid, in `currency`; negative is taken off.';
COMMENT ON COLUMN payout_invoice_line.currency IS 'ISO 4217 code of its amounts.';
COMMENT ON COLUMN payout_invoice_line.deleted IS 'Whether its invoice is deleted; changed in the same transaction.';
