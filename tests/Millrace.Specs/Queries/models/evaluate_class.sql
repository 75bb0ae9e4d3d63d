-- Test, then train: what was said before a row was learned against what was true, told every five minutes; rows without a label or an answer do not count.
CREATE SOURCE readings (at TIMESTAMP, room TEXT, temperature DOUBLE, occupied BOOLEAN, WATERMARK FOR at AS at - INTERVAL '10 minutes')
  WITH (connector = 'file', path = 'readings.csv', format = 'csv');

CREATE MODEL occupancy WITH (type = 'naive_bayes', target = 'occupied') AS
  SELECT at, room, temperature, occupied FROM readings;

CREATE MATERIALIZED VIEW quality AS
  SELECT window_start, window_end, rows, CAST(accuracy AS DECIMAL(6,4)) AS accuracy, CAST(kappa AS DECIMAL(6,4)) AS kappa, CAST(kappa_temporal AS DECIMAL(6,4)) AS kappa_temporal,
    CAST(no_change_accuracy AS DECIMAL(6,4)) AS no_change, CAST(rolling_accuracy AS DECIMAL(6,4)) AS last_accuracy, CAST(rolling_kappa AS DECIMAL(6,4)) AS last_kappa,
    CAST(rolling_kappa_temporal AS DECIMAL(6,4)) AS last_temporal, CAST(rolling_no_change_accuracy AS DECIMAL(6,4)) AS last_no_change, drifted, drifts
  FROM ML_EVALUATE(MODEL occupancy, every => INTERVAL '5 minutes', rolling => 4);

-- file readings.csv
-- at,room,temperature,occupied
-- 2024-03-01T10:00:00Z,a,20.5,false
-- 2024-03-01T10:01:00Z,b,25.0,true
-- 2024-03-01T10:02:00Z,a,21.0,false
-- 2024-03-01T10:03:00Z,a,24.5,true
-- 2024-03-01T10:04:00Z,c,,true
-- 2024-03-01T10:05:00Z,b,20.0,false
-- 2024-03-01T10:06:00Z,b,24.0,
-- 2024-03-01T10:07:00Z,c,19.5,false
-- 2024-03-01T10:07:00Z,c,26.0,true
-- 2024-03-01T10:07:00Z,a,22.5,false
-- 2024-03-01T10:08:00Z,,23.0,true
-- 2024-03-01T10:09:00Z,d,20.8,false
-- 2024-03-01T10:10:00Z,a,25.5,true
-- 2024-03-01T10:11:00Z,b,19.0,false
-- expect quality
-- window_start | window_end | rows | accuracy | kappa | kappa_temporal | no_change | last_accuracy | last_kappa | last_temporal | last_no_change | drifted | drifts
-- 2024-03-01 10:00:00 | 2024-03-01 10:05:00 | 4 | 0.2500 | 0.0000 | 0.0000 | 0.2500 | 0.2500 | 0.0000 | 0.0000 | 0.2500 | false | 0
-- 2024-03-01 10:05:00 | 2024-03-01 10:10:00 | 10 | 0.6000 | 0.2000 | 0.3333 | 0.4000 | 0.7500 | 0.5000 | 0.5000 | 0.5000 | false | 0
-- 2024-03-01 10:10:00 | 2024-03-01 10:15:00 | 12 | 0.6667 | 0.3333 | 0.5000 | 0.3333 | 0.7500 | 0.5000 | 0.6667 | 0.2500 | false | 0
