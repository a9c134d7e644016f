ALTER TABLE conversion_event
    ALTER COLUMN n TYPE BIGINT USING ((extract(epoch FROM at) * 1000)::bigint << 20) + n;
COMMENT ON COLUMN conversion_event.n IS 'Its number, of its moment: later steps have higher ones.';
ALTER TABLE conversion_proposal
    ALTER COLUMN n TYPE BIGINT USING ((extract(epoch FROM at) * 1000)::bigint << 20) + n;
COMMENT ON COLUMN conversion_proposal.n IS 'Its number, of its moment: later proposals have higher ones.';

DROP INDEX uq_invitation_pending;
CREATE UNIQUE INDEX uq_invitation_pending
    ON invitation (scope, affiliate_account_id, organization_id, email, invited_by_id)
    NULLS NOT DISTINCT WHERE state = 'PENDING';
