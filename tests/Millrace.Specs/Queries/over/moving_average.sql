CREATE SOURCE sales (at TIMESTAMP, shop TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '30 minutes')
  WITH (connector = 'file', path = 'sales.csv', format = 'csv')
  ON LATE UPDATE FOR INTERVAL '10 minutes';

CREATE VIEW hourly AS
  SELECT window_start, shop, SUM(amount) AS revenue FROM TUMBLE(sales, at, INTERVAL '1 hour') GROUP BY window_start, shop;

-- Over windows, which rows may still update for a while: told once they cannot.
CREATE MATERIALIZED VIEW trend AS
  SELECT window_start, shop, revenue,
    SUM(revenue) OVER (PARTITION BY shop ORDER BY window_start ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two_hours,
    MAX(revenue) OVER (PARTITION BY shop ORDER BY window_start RANGE BETWEEN INTERVAL '2 hours' PRECEDING AND INTERVAL '1 hour' PRECEDING) AS best_before,
    RANK() OVER (PARTITION BY window_start ORDER BY revenue DESC) AS place,
    SUM(revenue) OVER (PARTITION BY window_start) AS all_shops
  FROM hourly;

-- disorder sales.csv 00:30:00
-- file sales.csv
-- at,shop,amount
-- 2024-03-01T10:00:00Z,a,1
-- 2024-03-01T10:10:00Z,b,5
-- 2024-03-01T10:50:00Z,a,2
-- 2024-03-01T11:20:00Z,a,4
-- 2024-03-01T11:30:00Z,b,4
-- 2024-03-01T11:55:00Z,c,9
-- 2024-03-01T13:00:00Z,b,1
-- 2024-03-01T13:10:00Z,a,6
-- 2024-03-01T14:00:00Z,a,2
-- expect trend
-- window_start | shop | revenue | two_hours | best_before | place | all_shops
-- 2024-03-01 10:00:00 | a | 3 | 3 | NULL | 2 | 8
-- 2024-03-01 10:00:00 | b | 5 | 5 | NULL | 1 | 8
-- 2024-03-01 11:00:00 | a | 4 | 7 | 3 | 2 | 17
-- 2024-03-01 11:00:00 | b | 4 | 9 | 5 | 2 | 17
-- 2024-03-01 11:00:00 | c | 9 | 9 | NULL | 1 | 17
-- 2024-03-01 13:00:00 | a | 6 | 10 | 4 | 1 | 7
-- 2024-03-01 13:00:00 | b | 1 | 5 | 4 | 2 | 7
-- 2024-03-01 14:00:00 | a | 2 | 8 | 6 | 1 | 2
