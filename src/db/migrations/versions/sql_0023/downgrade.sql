ALTER TABLE conversion_hour_by_account
    DROP CONSTRAINT pk_conversion_hour_by_account,
    ADD CONSTRAINT pk_conversion_hour_by_account PRIMARY KEY
        (affiliate_account_id, program_id, hour, status, settlement, currency, fx_rate);

ALTER TABLE traffic_hour_by_account
    DROP CONSTRAINT pk_traffic_hour_by_account,
    ADD CONSTRAINT pk_traffic_hour_by_account PRIMARY KEY (affiliate_account_id, program_id, hour);
