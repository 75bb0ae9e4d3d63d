CREATE SOURCE readings (at TIMESTAMP, device TEXT, value DOUBLE, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'readings.csv', format = 'csv');

-- Whole rows.
CREATE MATERIALIZED VIEW each AS SELECT DISTINCT at, device, value FROM readings;

-- The first to arrive of each device and moment.
CREATE VIEW firsts AS SELECT DISTINCT ON (at, device) at, device, value FROM readings;
CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, device, COUNT(*) AS n, SUM(value) AS total FROM TUMBLE(firsts, at, INTERVAL '1 minute') GROUP BY window_start, device;

-- The least value of each device.
CREATE MATERIALIZED VIEW least WITH (state_ttl = '1 hour') AS SELECT DISTINCT ON (device) device, value, at FROM readings ORDER BY value;

-- in order: DISTINCT ON without ORDER BY keeps the row that comes first
-- file readings.csv
-- at,device,value
-- 2024-03-01T10:00:01Z,a,1.5
-- 2024-03-01T10:00:01Z,a,1.5
-- 2024-03-01T10:00:02Z,b,7
-- 2024-03-01T10:00:01Z,a,0.5
-- 2024-03-01T10:00:02Z,b,7
-- 2024-03-01T10:00:03Z,,2
-- 2024-03-01T10:00:03Z,,2
-- expect each
-- at | device | value
-- 2024-03-01 10:00:01 | a | 0.5
-- 2024-03-01 10:00:01 | a | 1.5
-- 2024-03-01 10:00:02 | b | 7
-- 2024-03-01 10:00:03 | NULL | 2
-- expect per_minute
-- window_start | device | n | total
-- 2024-03-01 10:00:00 | a | 1 | 1.5
-- 2024-03-01 10:00:00 | b | 1 | 7
-- 2024-03-01 10:00:00 | NULL | 1 | 2
-- expect least
-- device | value | at
-- a | 0.5 | 2024-03-01 10:00:01
-- b | 7 | 2024-03-01 10:00:02
-- NULL | 2 | 2024-03-01 10:00:03
