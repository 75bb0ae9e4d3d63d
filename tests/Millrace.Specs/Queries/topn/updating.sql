CREATE SOURCE bids (at TIMESTAMP, auction INTEGER, bidder TEXT, price INTEGER, WATERMARK FOR at AS at - INTERVAL '1 hour')
  WITH (connector = 'file', path = 'bids.csv', format = 'csv');

-- The last bid of each bidder on each auction: an entry a key.
CREATE MATERIALIZED VIEW last_bids AS
  SELECT auction, bidder, price, at FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY at DESC) AS rank_number FROM bids)
  WHERE rank_number <= 1;

-- The two highest bids of each auction, with their rank.
CREATE MATERIALIZED VIEW highest AS
  SELECT * FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC, at) AS rn FROM bids) AS ranked
  WHERE rn < 3;

-- The second alone.
CREATE MATERIALIZED VIEW second AS
  WITH ranked AS (SELECT auction, bidder, price, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC, at) AS rn FROM bids)
  SELECT auction, bidder, price FROM ranked WHERE rn BETWEEN 2 AND 2;

-- All who bid one of the two highest prices, and all who bid the highest.
CREATE MATERIALIZED VIEW prices AS
  SELECT auction, bidder, price, dr FROM (SELECT *, DENSE_RANK() OVER (PARTITION BY auction ORDER BY price DESC) AS dr FROM bids) WHERE 2 >= dr EMIT FINAL;
CREATE MATERIALIZED VIEW winners AS
  SELECT auction, bidder FROM (SELECT *, RANK() OVER (PARTITION BY auction ORDER BY price DESC) AS r FROM bids) WHERE r = 1 EMIT FINAL;

-- The two auctions with most bids, whose counts change.
CREATE MATERIALIZED VIEW busiest AS
  SELECT rn, auction, n FROM (SELECT auction, COUNT(*) AS n, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, auction) AS rn FROM bids GROUP BY auction) WHERE rn <= 2;
CREATE MATERIALIZED VIEW busiest_without_rank AS
  SELECT auction, n FROM (SELECT auction, n, ROW_NUMBER() OVER (ORDER BY n DESC) AS rn FROM (SELECT auction, COUNT(*) AS n FROM bids GROUP BY auction)) WHERE rn <= 2;

-- disorder bids.csv 00:50:00
-- file bids.csv
-- at,auction,bidder,price
-- 2024-03-01T10:00:00Z,1,ann,10
-- 2024-03-01T10:01:00Z,1,bob,30
-- 2024-03-01T10:02:00Z,1,ann,20
-- 2024-03-01T10:03:00Z,2,ann,5
-- 2024-03-01T10:04:00Z,1,cid,30
-- 2024-03-01T10:05:00Z,3,bob,7
-- 2024-03-01T10:06:00Z,3,bob,6
-- 2024-03-01T10:07:00Z,,,
-- 2024-03-01T10:08:00Z,1,bob,1
-- 2024-03-01T10:08:00Z,1,bob,2
-- expect last_bids
-- auction | bidder | price | at
-- 1 | ann | 20 | 2024-03-01 10:02:00
-- 2 | ann | 5 | 2024-03-01 10:03:00
-- 1 | bob | 1 | 2024-03-01 10:08:00
-- 3 | bob | 6 | 2024-03-01 10:06:00
-- 1 | cid | 30 | 2024-03-01 10:04:00
-- NULL | NULL | NULL | 2024-03-01 10:07:00
-- expect highest
-- at | auction | bidder | price | rn
-- 2024-03-01 10:01:00 | 1 | bob | 30 | 1
-- 2024-03-01 10:04:00 | 1 | cid | 30 | 2
-- 2024-03-01 10:03:00 | 2 | ann | 5 | 1
-- 2024-03-01 10:05:00 | 3 | bob | 7 | 1
-- 2024-03-01 10:06:00 | 3 | bob | 6 | 2
-- 2024-03-01 10:07:00 | NULL | NULL | NULL | 1
-- expect second
-- auction | bidder | price
-- 1 | cid | 30
-- 3 | bob | 6
-- expect prices
-- auction | bidder | price | dr
-- 1 | ann | 20 | 2
-- 1 | bob | 30 | 1
-- 1 | cid | 30 | 1
-- 2 | ann | 5 | 1
-- 3 | bob | 6 | 2
-- 3 | bob | 7 | 1
-- NULL | NULL | NULL | 1
-- expect winners
-- auction | bidder
-- 1 | bob
-- 1 | cid
-- 2 | ann
-- 3 | bob
-- NULL | NULL
-- expect busiest
-- rn | auction | n
-- 1 | 1 | 6
-- 2 | 3 | 2
-- expect busiest_without_rank
-- auction | n
-- 1 | 6
-- 3 | 2
