CREATE SOURCE ticks (at TIMESTAMP, symbol TEXT, price INTEGER, WATERMARK FOR at AS at - INTERVAL '5 seconds')
  WITH (connector = 'file', path = 'ticks.csv', format = 'csv')
  ON LATE TO late_ticks;

-- A row behind the watermark is late; rows out of order before it are put in order. Rows without a time are in no match.
CREATE MATERIALIZED VIEW rises AS
  SELECT * FROM ticks MATCH_RECOGNIZE (
    PARTITION BY symbol ORDER BY at
    MEASURES FIRST(up.price) AS low, LAST(up.price) AS high, COUNT(*) AS lines, LAST(up.at) AS ended
    PATTERN (up{2,}) WITHIN INTERVAL '10 seconds'
    DEFINE up AS LAST(up.price, 1) IS NULL OR up.price > LAST(up.price, 1)
  ) AS m (symbol, low, high, lines);

-- in order: rows are late
-- file ticks.csv
-- at,symbol,price
-- 2024-03-01T10:00:00Z,A,1
-- 2024-03-01T10:00:04Z,A,4
-- 2024-03-01T10:00:02Z,A,2
-- ,A,3
-- 2024-03-01T10:00:10Z,A,5
-- 2024-03-01T10:00:03Z,A,3
-- 2024-03-01T10:00:30Z,,7
-- 2024-03-01T10:00:31Z,,8
-- expect rises
-- symbol | low | high | lines | ended
-- A | 1 | 4 | 3 | 2024-03-01 10:00:04
-- NULL | 7 | 8 | 2 | 2024-03-01 10:00:31
-- expect late_ticks
-- at | symbol | price | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:03 | A | 3 | rises | 2024-03-01 10:00:03 | 2024-03-01 10:00:05 | 0 | 121
