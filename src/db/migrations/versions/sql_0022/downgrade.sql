DROP TABLE conversion_day_by_program, traffic_day_by_program;
COMMENT ON COLUMN conversion_hour_by_account.payout IS 'What is owed to the affiliate account, in `currency`.';
