CREATE SOURCE trades (at TIMESTAMP, symbol TEXT, price INTEGER, WATERMARK FOR at AS at - INTERVAL '30 seconds')
  WITH (connector = 'file', path = 'trades.csv', format = 'csv')
  ON LATE TO late_trades;

CREATE MATERIALIZED VIEW rows_frame AS
  SELECT at, symbol, price,
    SUM(price) OVER (PARTITION BY symbol ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two,
    MIN(price) OVER (PARTITION BY symbol ORDER BY at ROWS 2 PRECEDING) AS least,
    AVG(price) OVER (PARTITION BY symbol ORDER BY at ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS before,
    COUNT(*) OVER (PARTITION BY symbol ORDER BY at) AS so_far
  FROM trades;

CREATE MATERIALIZED VIEW range_frame AS
  SELECT at, symbol, price,
    SUM(price) OVER w AS minute,
    COUNT(DISTINCT price) OVER w AS prices,
    SUM(price) FILTER (WHERE price > 5) OVER w AS high,
    FIRST_VALUE(price) OVER w AS opened,
    LAST_VALUE(price) OVER w AS closed
  FROM trades
  WINDOW w AS (PARTITION BY symbol ORDER BY at RANGE BETWEEN INTERVAL '1 minute' PRECEDING AND CURRENT ROW);

CREATE MATERIALIZED VIEW neighbours AS
  SELECT at, symbol, price, LAG(price) OVER w AS before, LAG(price, 2, -1) OVER w AS two_before, LEAD(price) OVER w AS next,
    ROW_NUMBER() OVER w AS n, RANK() OVER w AS r, DENSE_RANK() OVER w AS d, NTH_VALUE(price, 2) OVER w AS second, price - LAG(price, 1, price) OVER w AS moved
  FROM trades WINDOW w AS (PARTITION BY symbol ORDER BY at);

-- in order: rows are late
-- file trades.csv
-- at,symbol,price
-- 2024-03-01T10:00:20Z,a,7
-- 2024-03-01T10:00:00Z,a,4
-- 2024-03-01T10:00:10Z,b,1
-- 2024-03-01T10:00:20Z,a,2
-- 2024-03-01T10:01:10Z,a,9
-- 2024-03-01T10:00:30Z,b,100
-- 2024-03-01T10:01:20Z,a,2
-- 2024-03-01T10:01:20Z,b,
-- 2024-03-01T10:05:00Z,a,3
-- 2024-03-01T10:04:31Z,b,6
-- expect rows_frame
-- at | symbol | price | two | least | before | so_far
-- 2024-03-01 10:00:00 | a | 4 | 4 | 4 | NULL | 1
-- 2024-03-01 10:00:10 | b | 1 | 1 | 1 | NULL | 1
-- 2024-03-01 10:00:20 | a | 2 | 6 | 2 | 4.000000 | 3
-- 2024-03-01 10:00:20 | a | 7 | 9 | 2 | 3.000000 | 3
-- 2024-03-01 10:01:10 | a | 9 | 16 | 2 | 4.500000 | 4
-- 2024-03-01 10:01:20 | a | 2 | 11 | 2 | 8.000000 | 5
-- 2024-03-01 10:01:20 | b | NULL | 1 | 1 | 1.000000 | 2
-- 2024-03-01 10:04:31 | b | 6 | 6 | 1 | 1.000000 | 3
-- 2024-03-01 10:05:00 | a | 3 | 5 | 2 | 5.500000 | 6
-- expect range_frame
-- at | symbol | price | minute | prices | high | opened | closed
-- 2024-03-01 10:00:00 | a | 4 | 4 | 1 | NULL | 4 | 4
-- 2024-03-01 10:00:10 | b | 1 | 1 | 1 | NULL | 1 | 1
-- 2024-03-01 10:00:20 | a | 2 | 13 | 3 | 7 | 4 | 7
-- 2024-03-01 10:00:20 | a | 7 | 13 | 3 | 7 | 4 | 7
-- 2024-03-01 10:01:10 | a | 9 | 18 | 3 | 16 | 2 | 9
-- 2024-03-01 10:01:20 | a | 2 | 20 | 3 | 16 | 2 | 2
-- 2024-03-01 10:01:20 | b | NULL | NULL | 0 | NULL | NULL | NULL
-- 2024-03-01 10:04:31 | b | 6 | 6 | 1 | 6 | 6 | 6
-- 2024-03-01 10:05:00 | a | 3 | 3 | 1 | NULL | 3 | 3
-- expect neighbours
-- at | symbol | price | before | two_before | next | n | r | d | second | moved
-- 2024-03-01 10:00:00 | a | 4 | NULL | -1 | 2 | 1 | 1 | 1 | NULL | 0
-- 2024-03-01 10:00:10 | b | 1 | NULL | -1 | NULL | 1 | 1 | 1 | NULL | 0
-- 2024-03-01 10:00:20 | a | 2 | 4 | -1 | 7 | 2 | 2 | 2 | 2 | -2
-- 2024-03-01 10:00:20 | a | 7 | 2 | 4 | 9 | 3 | 2 | 2 | 2 | 5
-- 2024-03-01 10:01:10 | a | 9 | 7 | 2 | 2 | 4 | 4 | 3 | 2 | 2
-- 2024-03-01 10:01:20 | a | 2 | 9 | 7 | 3 | 5 | 5 | 4 | 2 | -7
-- 2024-03-01 10:01:20 | b | NULL | 1 | -1 | 6 | 2 | 2 | 2 | NULL | NULL
-- 2024-03-01 10:04:31 | b | 6 | NULL | 1 | NULL | 3 | 3 | 3 | NULL | NULL
-- 2024-03-01 10:05:00 | a | 3 | 2 | 9 | NULL | 6 | 6 | 5 | 2 | 1
-- expect late_trades
-- at | symbol | price | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:30 | b | 100 | neighbours | 2024-03-01 10:00:30 | 2024-03-01 10:00:40 | 0 | 141
-- 2024-03-01 10:00:30 | b | 100 | range_frame | 2024-03-01 10:00:30 | 2024-03-01 10:00:40 | 0 | 141
-- 2024-03-01 10:00:30 | b | 100 | rows_frame | 2024-03-01 10:00:30 | 2024-03-01 10:00:40 | 0 | 141
