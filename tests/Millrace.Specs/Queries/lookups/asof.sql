-- ASOF: the newest quote that is not after the trade. Of two quotes of one time the least row counts.

CREATE SOURCE trades (at TIMESTAMP, symbol TEXT, size INTEGER, WATERMARK FOR at AS at - INTERVAL '3 seconds') WITH (connector = 'file', path = 'trades.csv', format = 'csv');
CREATE SOURCE quotes (at TIMESTAMP, symbol TEXT, bid DOUBLE, WATERMARK FOR at AS at - INTERVAL '3 seconds') WITH (connector = 'file', path = 'quotes.csv', format = 'csv');

CREATE MATERIALIZED VIEW newest AS SELECT t.at, t.symbol, t.size, q.bid, q.at AS quoted FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.at >= q.at;
CREATE MATERIALIZED VIEW earlier WITH (state_ttl = '5 seconds') AS
  SELECT t.at, t.size, q.bid FROM trades t ASOF LEFT JOIN quotes q ON q.at < t.at AND q.symbol = t.symbol;
CREATE MATERIALIZED VIEW shared AS SELECT symbol, at, size, bid FROM trades ASOF JOIN quotes USING (symbol, at);

-- A join above and one beside it.
CREATE MATERIALIZED VIEW both AS
  SELECT t.at, q.bid, n.column2 AS name FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.at >= q.at JOIN (VALUES ('A', 'Alpha'), ('B', 'Beta')) AS n ON n.column1 = t.symbol
  WHERE t.size > 1;

-- disorder trades.csv 00:00:03
-- disorder quotes.csv 00:00:03
-- file trades.csv
-- at,symbol,size
-- 2024-03-01T10:00:01Z,A,1
-- 2024-03-01T10:00:02Z,A,2
-- 2024-03-01T10:00:03Z,B,4
-- 2024-03-01T10:00:09Z,A,8
-- 2024-03-01T10:00:20Z,B,16
-- 2024-03-01T10:00:21Z,,32
-- file quotes.csv
-- at,symbol,bid
-- 2024-03-01T10:00:02Z,A,1.5
-- 2024-03-01T10:00:02Z,A,1.25
-- 2024-03-01T10:00:03Z,B,7
-- 2024-03-01T10:00:06Z,A,2
-- 2024-03-01T10:00:16Z,B,8
-- 2024-03-01T10:00:30Z,A,3

-- expect newest
-- at | symbol | size | bid | quoted
-- 2024-03-01 10:00:02 | A | 2 | 1.25 | 2024-03-01 10:00:02
-- 2024-03-01 10:00:03 | B | 4 | 7 | 2024-03-01 10:00:03
-- 2024-03-01 10:00:09 | A | 8 | 2 | 2024-03-01 10:00:06
-- 2024-03-01 10:00:20 | B | 16 | 8 | 2024-03-01 10:00:16
-- expect earlier
-- at | size | bid
-- 2024-03-01 10:00:01 | 1 | NULL
-- 2024-03-01 10:00:02 | 2 | NULL
-- 2024-03-01 10:00:03 | 4 | NULL
-- 2024-03-01 10:00:09 | 8 | 2
-- 2024-03-01 10:00:20 | 16 | 8
-- 2024-03-01 10:00:21 | 32 | NULL
-- expect shared
-- symbol | at | size | bid
-- A | 2024-03-01 10:00:02 | 2 | 1.25
-- A | 2024-03-01 10:00:09 | 8 | 2
-- B | 2024-03-01 10:00:03 | 4 | 7
-- B | 2024-03-01 10:00:20 | 16 | 8
-- expect both
-- at | bid | name
-- 2024-03-01 10:00:02 | 1.25 | Alpha
-- 2024-03-01 10:00:03 | 7 | Beta
-- 2024-03-01 10:00:09 | 2 | Alpha
-- 2024-03-01 10:00:20 | 8 | Beta
