-- Errors of a regressor told every three minutes, beside those of saying the number before; a window is known, and learned, at its end.
CREATE SOURCE sales (at TIMESTAMP, people INTEGER, amount DECIMAL(8,1), WATERMARK FOR at AS at - INTERVAL '5 minutes')
  WITH (connector = 'file', path = 'sales.csv', format = 'csv');

CREATE VIEW minutes AS SELECT window_start, SUM(people) AS people, SUM(amount) AS amount FROM TUMBLE(sales, at, INTERVAL '1 minute') GROUP BY window_start;

CREATE MODEL revenue WITH (type = 'bayesian_linear_regression', target = 'amount') AS SELECT people, amount FROM minutes EMIT FINAL;

CREATE MATERIALIZED VIEW quality AS
  SELECT window_start, rows, CAST(mae AS DECIMAL(8,4)) AS mae, CAST(rmse AS DECIMAL(8,4)) AS rmse, CAST(r2 AS DECIMAL(8,4)) AS r2, CAST(no_change_mae AS DECIMAL(8,4)) AS no_change_mae,
    CAST(rolling_mae AS DECIMAL(8,4)) AS last_mae, CAST(rolling_rmse AS DECIMAL(8,4)) AS last_rmse, CAST(rolling_r2 AS DECIMAL(8,4)) AS last_r2, CAST(rolling_no_change_mae AS DECIMAL(8,4)) AS last_no_change, drifted
  FROM ML_EVALUATE(MODEL revenue, every => INTERVAL '3 minutes', rolling => 2);

-- file sales.csv
-- at,people,amount
-- 2024-03-01T10:00:00Z,1,3.0
-- 2024-03-01T10:01:01Z,2,5.5
-- 2024-03-01T10:01:59Z,0,0.0
-- 2024-03-01T10:02:05Z,3,7.0
-- 2024-03-01T10:03:10Z,4,8.5
-- 2024-03-01T10:04:00Z,,6.0
-- 2024-03-01T10:05:00Z,5,11.5
-- 2024-03-01T10:06:05Z,6,
-- 2024-03-01T10:07:10Z,7,15.0
-- 2024-03-01T10:08:01Z,8,16.5
-- 2024-03-01T10:08:20Z,0,
-- expect quality
-- window_start | rows | mae | rmse | r2 | no_change_mae | last_mae | last_rmse | last_r2 | last_no_change | drifted
-- 2024-03-01 10:00:00 | 1 | 2.5000 | 2.5000 | NULL | NULL | 2.5000 | 2.5000 | NULL | NULL | false
-- 2024-03-01 10:03:00 | 4 | 1.2064 | 1.4301 | -0.5583 | 1.8333 | 0.6629 | 0.6822 | 0.7021 | 2.0000 | false
-- 2024-03-01 10:06:00 | 6 | 1.5567 | 1.7602 | 0.7254 | 2.9000 | 2.2573 | 2.2814 | -0.6995 | 4.5000 | false
-- 2024-03-01 10:09:00 | 7 | 1.4702 | 1.6689 | 0.8334 | 2.6667 | 1.4387 | 1.5190 | -3.1021 | 2.5000 | false
