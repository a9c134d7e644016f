DROP TABLE custom_metric;
DROP SEQUENCE custom_metric_id_seq;
DROP TYPE metric_state;
