CREATE SOURCE orders (at TIMESTAMP, shop TEXT, country TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv');

CREATE VIEW per_minute AS
  SELECT window_start, window_end, shop, country, SUM(amount) AS total
  FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, window_end, shop, country;

-- Hours of minutes.
CREATE MATERIALIZED VIEW per_hour AS
  SELECT window_start, country, SUM(total) AS total, COUNT(*) AS cells, MAX(total) AS best
  FROM TUMBLE(per_minute, window_start, INTERVAL '1 hour') GROUP BY window_start, country;

-- Groups whose rows change while they are open.
CREATE MATERIALIZED VIEW by_country AS SELECT country, SUM(total) AS total, COUNT(*) AS cells FROM per_minute GROUP BY country;
CREATE MATERIALIZED VIEW large AS SELECT window_start, shop, total FROM per_minute WHERE total >= 10;
-- The key is kept though nobody selects it.
CREATE MATERIALIZED VIEW keyless AS SELECT total FROM per_minute;

-- disorder orders.csv 00:00:10
-- file orders.csv
-- at,shop,country,amount
-- 2024-03-01T10:00:00Z,north,UK,1
-- 2024-03-01T10:00:05Z,south,FR,2
-- 2024-03-01T10:00:50Z,north,UK,10
-- 2024-03-01T10:01:00Z,north,UK,3
-- 2024-03-01T11:00:00Z,west,FR,30
-- expect per_hour
-- window_start | country | total | cells | best
-- 2024-03-01 10:00:00 | FR | 2 | 1 | 2
-- 2024-03-01 10:00:00 | UK | 14 | 2 | 11
-- 2024-03-01 11:00:00 | FR | 30 | 1 | 30
-- expect by_country
-- country | total | cells
-- FR | 32 | 2
-- UK | 14 | 2
-- expect large
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 11
-- 2024-03-01 11:00:00 | west | 30
-- expect keyless
-- total
-- 11
-- 2
-- 3
-- 30
