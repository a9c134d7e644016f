UPDATE invitation AS i SET state = 'REVOKED', answered_at = now()
WHERE state = 'PENDING' AND EXISTS (
    SELECT FROM invitation AS f
    WHERE f.state = 'PENDING' AND f.id < i.id AND f.scope = i.scope AND f.email = i.email
      AND f.affiliate_account_id IS NOT DISTINCT FROM i.affiliate_account_id
      AND f.organization_id IS NOT DISTINCT FROM i.organization_id
);
DROP INDEX uq_invitation_pending;
CREATE UNIQUE INDEX uq_invitation_pending ON invitation (scope, affiliate_account_id, organization_id, email)
    NULLS NOT DISTINCT WHERE state = 'PENDING';

-- Places are smaller than every number of a moment, so none is taken while they are given.
UPDATE conversion_event AS t SET n = p.place FROM (
    SELECT affiliate_account_id, conversion_id, n,
           row_number() OVER (PARTITION BY affiliate_account_id, conversion_id ORDER BY n) AS place
    FROM conversion_event
) AS p WHERE (t.affiliate_account_id, t.conversion_id, t.n) = (p.affiliate_account_id, p.conversion_id, p.n);
ALTER TABLE conversion_event ALTER COLUMN n TYPE SMALLINT;
COMMENT ON COLUMN conversion_event.n IS 'Its place in the history, from 1 on.';
UPDATE conversion_proposal AS t SET n = p.place FROM (
    SELECT affiliate_account_id, conversion_id, n,
           row_number() OVER (PARTITION BY affiliate_account_id, conversion_id ORDER BY n) AS place
    FROM conversion_proposal
) AS p WHERE (t.affiliate_account_id, t.conversion_id, t.n) = (p.affiliate_account_id, p.conversion_id, p.n);
ALTER TABLE conversion_proposal ALTER COLUMN n TYPE SMALLINT;
COMMENT ON COLUMN conversion_proposal.n IS 'Its place among the proposals, from 1 on.';
