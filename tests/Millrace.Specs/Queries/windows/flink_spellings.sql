-- Windows, intervals, types and names as Flink writes them.
CREATE TABLE `orders` (`at` TIMESTAMP(3), shop STRING, amount INT, WATERMARK FOR `at` AS `at` - INTERVAL '4' SECOND)
  WITH ('connector' = 'file', 'path' = 'orders.csv', 'format' = 'csv');

CREATE MATERIALIZED VIEW tumbling AS
  SELECT window_start, window_end, SUM(amount) AS total
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(`at`), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end;

CREATE MATERIALIZED VIEW hopping AS
  SELECT window_start, window_end, SUM(amount) AS total
  FROM TABLE(HOP(DATA => TABLE orders, TIMECOL => DESCRIPTOR(at), SLIDE => INTERVAL '10' SECONDS, SIZE => INTERVAL '20' SECONDS))
  GROUP BY window_start, window_end;

CREATE MATERIALIZED VIEW cumulating AS
  SELECT window_start, window_end, SUM(amount) AS total
  FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(at), INTERVAL '10' SECOND, INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end;

-- file orders.csv
-- at,shop,amount
-- 2024-03-01T10:00:01Z,north,1
-- 2024-03-01T10:00:12Z,south,2
-- 2024-03-01T10:00:09Z,south,4
-- 2024-03-01T10:00:25Z,north,8
-- expect tumbling
-- window_start | window_end | total
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:10 | 5
-- 2024-03-01 10:00:10 | 2024-03-01 10:00:20 | 2
-- 2024-03-01 10:00:20 | 2024-03-01 10:00:30 | 8
-- expect hopping
-- window_start | window_end | total
-- 2024-03-01 09:59:50 | 2024-03-01 10:00:10 | 5
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:20 | 7
-- 2024-03-01 10:00:10 | 2024-03-01 10:00:30 | 10
-- 2024-03-01 10:00:20 | 2024-03-01 10:00:40 | 8
-- expect cumulating
-- window_start | window_end | total
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:10 | 5
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:20 | 7
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:30 | 15
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:40 | 15
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:50 | 15
-- 2024-03-01 10:00:00 | 2024-03-01 10:01:00 | 15
