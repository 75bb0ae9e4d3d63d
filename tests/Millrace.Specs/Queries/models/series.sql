-- Series that repeat themselves: what comes next is known without an error, so what differs at all is unusual. A missing window counts as what was expected; a window is known at its end.
CREATE SOURCE meters (at TIMESTAMP, meter TEXT, power INTEGER, WATERMARK FOR at AS at - INTERVAL '3 minutes')
  WITH (connector = 'file', path = 'meters.csv', format = 'csv');

CREATE VIEW minutes AS SELECT window_start, meter, SUM(power) AS power FROM TUMBLE(meters, at, INTERVAL '1 minute') GROUP BY window_start, meter;

CREATE VIEW following AS
  SELECT meter, window_start, power, ML_FORECAST(power, window_start, horizon => 2, confidence => 0.5) OVER (PARTITION BY meter ORDER BY window_start) FROM minutes
  WHERE meter = 'a' AND window_start < TIMESTAMP '2024-03-01 10:05:00';

CREATE MATERIALIZED VIEW next_minutes AS
  SELECT meter, window_start, power, step, forecast_time, CAST(forecast AS DECIMAL(8,4)) AS forecast, CAST(lower_bound AS DECIMAL(8,4)) AS lower_bound, CAST(upper_bound AS DECIMAL(8,4)) AS upper_bound FROM following;

CREATE VIEW found AS SELECT meter, at, power, ML_DETECT_ANOMALIES(power, at, confidence => 0.75) OVER (PARTITION BY meter ORDER BY at) FROM meters;

-- Which of several errors of nearly nothing is the smallest is not looked at.
CREATE MATERIALIZED VIEW marks AS
  SELECT meter, at, power, is_anomaly, CASE WHEN is_anomaly THEN score END AS score, CAST(expected AS DECIMAL(8,4)) AS expected, CAST(lower_bound AS DECIMAL(8,4)) AS lower_bound, CAST(upper_bound AS DECIMAL(8,4)) AS upper_bound
  FROM found;

-- file meters.csv
-- at,meter,power
-- 2024-03-01T10:00:00Z,a,5
-- 2024-03-01T10:00:00Z,b,7
-- 2024-03-01T10:01:00Z,a,5
-- 2024-03-01T10:01:30Z,b,7
-- 2024-03-01T10:02:10Z,a,5
-- 2024-03-01T10:02:20Z,b,
-- 2024-03-01T10:04:00Z,a,5
-- 2024-03-01T10:05:00Z,b,7
-- 2024-03-01T10:05:30Z,a,9
-- 2024-03-01T10:06:00Z,b,7
-- 2024-03-01T10:07:00Z,b,3
-- expect marks
-- meter | at | power | is_anomaly | score | expected | lower_bound | upper_bound
-- a | 2024-03-01 10:00:00 | 5 | NULL | NULL | NULL | NULL | NULL
-- a | 2024-03-01 10:01:00 | 5 | NULL | NULL | 5.0000 | NULL | NULL
-- a | 2024-03-01 10:02:10 | 5 | NULL | NULL | 5.0000 | NULL | NULL
-- a | 2024-03-01 10:04:00 | 5 | NULL | NULL | 5.0000 | NULL | NULL
-- a | 2024-03-01 10:05:30 | 9 | true | 1 | 5.0000 | 5.0000 | 5.0000
-- b | 2024-03-01 10:00:00 | 7 | NULL | NULL | NULL | NULL | NULL
-- b | 2024-03-01 10:01:30 | 7 | NULL | NULL | 7.0000 | NULL | NULL
-- b | 2024-03-01 10:02:20 | NULL | NULL | NULL | 7.0000 | NULL | NULL
-- b | 2024-03-01 10:05:00 | 7 | NULL | NULL | 7.0000 | NULL | NULL
-- b | 2024-03-01 10:06:00 | 7 | NULL | NULL | 7.0000 | NULL | NULL
-- b | 2024-03-01 10:07:00 | 3 | true | 1 | 7.0000 | 7.0000 | 7.0000
-- expect next_minutes
-- meter | window_start | power | step | forecast_time | forecast | lower_bound | upper_bound
-- a | 2024-03-01 10:00:00 | 5 | 1 | 2024-03-01 10:01:00 | 5.0000 | NULL | NULL
-- a | 2024-03-01 10:00:00 | 5 | 2 | 2024-03-01 10:02:00 | 5.0000 | NULL | NULL
-- a | 2024-03-01 10:01:00 | 5 | 1 | 2024-03-01 10:02:00 | 5.0000 | NULL | NULL
-- a | 2024-03-01 10:01:00 | 5 | 2 | 2024-03-01 10:03:00 | 5.0000 | NULL | NULL
-- a | 2024-03-01 10:02:00 | 5 | 1 | 2024-03-01 10:03:00 | 5.0000 | 5.0000 | 5.0000
-- a | 2024-03-01 10:02:00 | 5 | 2 | 2024-03-01 10:04:00 | 5.0000 | 5.0000 | 5.0000
-- a | 2024-03-01 10:04:00 | 5 | 1 | 2024-03-01 10:05:00 | 5.0000 | 5.0000 | 5.0000
-- a | 2024-03-01 10:04:00 | 5 | 2 | 2024-03-01 10:06:00 | 5.0000 | 5.0000 | 5.0000
