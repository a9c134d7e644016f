-- What an advertiser asks of the operator: a status of a conversion.

CREATE TYPE proposal_state AS ENUM ('OPEN', 'ACCEPTED', 'DECLINED', 'WITHDRAWN');

CREATE TABLE conversion_proposal (
    affiliate_account_id BIGINT NOT NULL,
    conversion_id BIGINT NOT NULL,
    n SMALLINT NOT NULL,
    state proposal_state DEFAULT 'OPEN' NOT NULL,
    status conversion_status NOT NULL,
    reason TEXT,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    proposed_by_id BIGINT,
    CONSTRAINT pk_conversion_proposal PRIMARY KEY (affiliate_account_id, conversion_id, n),
    CONSTRAINT ck_conversion_proposal_n CHECK (n > 0),
    CONSTRAINT ck_conversion_proposal_status CHECK (status IN ('APPROVED', 'REJECTED', 'REVERSED')),
    CONSTRAINT ck_conversion_proposal_answered CHECK ((state = 'OPEN') = (answered_at IS NULL)),
    CONSTRAINT fk_conversion_proposal_conversion FOREIGN KEY (affiliate_account_id, conversion_id)
        REFERENCES conversion (affiliate_account_id, id),
    CONSTRAINT fk_conversion_proposal_proposed_by_id FOREIGN KEY (proposed_by_id) REFERENCES app_user (id)
);
CREATE UNIQUE INDEX uq_conversion_proposal_open ON conversion_proposal (affiliate_account_id, conversion_id)
    WHERE state = 'OPEN';
COMMENT ON TABLE conversion_proposal IS 'A status that the advertiser of an INTERMEDIATED program asks for; the operator decides (SM4).';
COMMENT ON COLUMN conversion_proposal.affiliate_account_id IS 'The affiliate account of its parent.';
COMMENT ON COLUMN conversion_proposal.conversion_id IS 'The conversion it is about.';
COMMENT ON COLUMN conversion_proposal.n IS 'Its place among the proposals, from 1 on.';
COMMENT ON COLUMN conversion_proposal.state IS 'What became of it.';
COMMENT ON COLUMN conversion_proposal.status IS 'The status that is asked for.';
COMMENT ON COLUMN conversion_proposal.reason IS 'Code of the reason.';
COMMENT ON COLUMN conversion_proposal.at IS 'When it was made.';
COMMENT ON COLUMN conversion_proposal.answered_at IS 'When it was answered or taken back.';
COMMENT ON COLUMN conversion_proposal.proposed_by_id IS 'Who made it; none if an organization''s key did.';
