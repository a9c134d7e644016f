DROP TABLE conversion_past;
DELETE FROM platform_setting WHERE key = 'conversions_known_since';
