ALTER TABLE payout_run
    ADD COLUMN problem TEXT,
    ADD COLUMN done_through BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN locked_conversions BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN failures BIGINT DEFAULT '0' NOT NULL;
COMMENT ON COLUMN payout_run.problem IS 'Why it failed, and what to do.';
COMMENT ON COLUMN payout_run.done_through IS 'The last affiliate account that it is done for, in the order of their numbers.';
COMMENT ON COLUMN payout_run.locked_conversions IS 'How many conversions it made final.';
COMMENT ON COLUMN payout_run.failures IS 'How often in a row it could not go on; at least 1 from the first time on.';
