CREATE SOURCE ticks (at TIMESTAMP, symbol TEXT, price INTEGER, WATERMARK FOR at AS at - INTERVAL '5 seconds')
  WITH (connector = 'file', path = 'ticks.csv', format = 'csv')
  ON LATE TO late_ticks;

-- A price that falls, then rises: the next match may begin with this one's last row.
CREATE MATERIALIZED VIEW falls AS
  SELECT symbol, began, bottom, ended, lowest, downs
  FROM ticks MATCH_RECOGNIZE (
    PARTITION BY symbol
    ORDER BY at
    MEASURES begin_row.at AS began, LAST(down.at) AS bottom, LAST(up.at) AS ended, MIN(down.price) AS lowest, COUNT(down.price) AS downs
    ONE ROW PER MATCH
    AFTER MATCH SKIP TO LAST up
    PATTERN (begin_row down+ up)
    DEFINE
      down AS (LAST(down.price, 1) IS NULL AND down.price < begin_row.price) OR down.price < LAST(down.price, 1),
      up AS up.price > LAST(down.price)
  ) AS m;

-- As many rows as keep the mean below 12, and the row after them.
CREATE MATERIALIZED VIEW calm AS
  SELECT * FROM ticks MATCH_RECOGNIZE (
    PARTITION BY symbol ORDER BY at
    MEASURES FIRST(a.at) AS began, LAST(a.at) AS ended, AVG(a.price) AS mean, COUNT(*) AS lines, CLASSIFIER() AS closing
    AFTER MATCH SKIP PAST LAST ROW
    PATTERN (a+ b)
    DEFINE a AS AVG(a.price) < 12
  );

-- The same from every row.
CREATE MATERIALIZED VIEW calm_from_each AS
  SELECT * FROM ticks MATCH_RECOGNIZE (
    PARTITION BY symbol ORDER BY at
    MEASURES FIRST(a.at) AS began, LAST(a.at) AS ended, AVG(a.price) AS mean
    AFTER MATCH SKIP TO NEXT ROW
    PATTERN (a+ b)
    DEFINE a AS AVG(a.price) < 12
  );

-- A drop of more than 5 in less than 5 seconds.
CREATE MATERIALIZED VIEW drops AS
  SELECT symbol, dropped_at, difference FROM ticks MATCH_RECOGNIZE (
    PARTITION BY symbol ORDER BY at
    MEASURES c.at AS dropped_at, a.price - c.price AS difference
    AFTER MATCH SKIP PAST LAST ROW
    PATTERN (a b* c) WITHIN INTERVAL '5' SECOND
    DEFINE b AS b.price > a.price - 5, c AS c.price < a.price - 5
  );

-- Greedy and reluctant, counted.
CREATE MATERIALIZED VIEW counted AS
  SELECT * FROM ticks MATCH_RECOGNIZE (
    PARTITION BY symbol ORDER BY at
    MEASURES COUNT(a.*) AS a, COUNT(b.*) AS b, COUNT(c.*) AS c, FIRST(at) AS began, MATCH_NUMBER() AS number
    PATTERN (a{1,2} b*? c?) WITHIN INTERVAL '1 minute'
    DEFINE a AS price >= 10, c AS price < PREV(price)
  );

-- Windows over what a pattern tells: rows of a match come in time, WITHIN says how late.
CREATE MATERIALIZED VIEW drops_by_minute AS
  SELECT window_start, COUNT(*) AS drops, SUM(difference) AS total
  FROM TUMBLE((SELECT * FROM ticks MATCH_RECOGNIZE (
    PARTITION BY symbol ORDER BY at
    MEASURES a.price - c.price AS difference, MATCH_ROWTIME() AS at
    PATTERN (a b* c) WITHIN INTERVAL '5' SECOND
    DEFINE b AS b.price > a.price - 5, c AS c.price < a.price - 5)), at, INTERVAL '1 minute')
  GROUP BY window_start;

-- disorder ticks.csv 00:00:05
-- file ticks.csv
-- at,symbol,price
-- 2024-03-01T10:00:00Z,A,12
-- 2024-03-01T10:00:01Z,A,11
-- 2024-03-01T10:00:01Z,B,20
-- 2024-03-01T10:00:02Z,A,9
-- 2024-03-01T10:00:03Z,B,10
-- 2024-03-01T10:00:04Z,A,14
-- 2024-03-01T10:00:05Z,A,13
-- 2024-03-01T10:00:06Z,A,10
-- 2024-03-01T10:00:09Z,A,15
-- 2024-03-01T10:00:10Z,A,16
-- 2024-03-01T10:00:20Z,B,9
-- 2024-03-01T10:00:21Z,B,18
-- 2024-03-01T10:00:22Z,B,11
-- expect falls
-- symbol | began | bottom | ended | lowest | downs
-- A | 2024-03-01 10:00:00 | 2024-03-01 10:00:02 | 2024-03-01 10:00:04 | 9 | 2
-- A | 2024-03-01 10:00:04 | 2024-03-01 10:00:06 | 2024-03-01 10:00:09 | 10 | 2
-- B | 2024-03-01 10:00:01 | 2024-03-01 10:00:20 | 2024-03-01 10:00:21 | 9 | 2
-- expect calm
-- symbol | began | ended | mean | lines | closing
-- A | 2024-03-01 10:00:01 | 2024-03-01 10:00:06 | 11.400000 | 6 | b
-- B | 2024-03-01 10:00:03 | 2024-03-01 10:00:20 | 9.500000 | 3 | b
-- expect calm_from_each
-- symbol | began | ended | mean
-- A | 2024-03-01 10:00:01 | 2024-03-01 10:00:06 | 11.400000
-- A | 2024-03-01 10:00:02 | 2024-03-01 10:00:04 | 11.500000
-- A | 2024-03-01 10:00:06 | 2024-03-01 10:00:06 | 10.000000
-- B | 2024-03-01 10:00:03 | 2024-03-01 10:00:20 | 9.500000
-- B | 2024-03-01 10:00:20 | 2024-03-01 10:00:20 | 9.000000
-- expect drops
-- symbol | dropped_at | difference
-- B | 2024-03-01 10:00:03 | 10
-- B | 2024-03-01 10:00:22 | 7
-- expect counted
-- symbol | a | b | c | began | number
-- A | 2 | 0 | 0 | 2024-03-01 10:00:09 | 3
-- A | 2 | 0 | 1 | 2024-03-01 10:00:00 | 1
-- A | 2 | 0 | 1 | 2024-03-01 10:00:04 | 2
-- B | 2 | 0 | 0 | 2024-03-01 10:00:21 | 2
-- B | 2 | 0 | 1 | 2024-03-01 10:00:01 | 1
-- expect drops_by_minute
-- window_start | drops | total
-- 2024-03-01 10:00:00 | 2 | 17
