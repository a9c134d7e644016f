UPDATE payout_run SET state = 'FAILED', version = version + 1 WHERE state = 'RUNNING';
ALTER TABLE payout_run
    DROP COLUMN problem, DROP COLUMN done_through, DROP COLUMN locked_conversions, DROP COLUMN failures;
