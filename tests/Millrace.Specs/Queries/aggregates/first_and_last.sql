CREATE SOURCE prices (at TIMESTAMP, symbol TEXT, price DECIMAL(8,2), WATERMARK FOR at AS at)
  WITH (connector = 'file', path = 'prices.csv', format = 'csv');

CREATE MATERIALIZED VIEW candles AS
  SELECT window_start, symbol, FIRST_VALUE(price) AS open, MAX(price) AS high, MIN(price) AS low, LAST_VALUE(price) AS close
  FROM TUMBLE(prices, at, INTERVAL '1 minute') GROUP BY window_start, symbol;

-- file prices.csv
-- at,symbol,price
-- 2024-03-01T10:00:00Z,AAA,10.00
-- 2024-03-01T10:00:10Z,BBB,5.00
-- 2024-03-01T10:00:20Z,AAA,12.50
-- 2024-03-01T10:00:30Z,AAA,9.75
-- 2024-03-01T10:01:00Z,AAA,9.80
-- expect candles
-- window_start | symbol | open | high | low | close
-- 2024-03-01 10:00:00 | AAA | 10.00 | 12.50 | 9.75 | 9.75
-- 2024-03-01 10:00:00 | BBB | 5.00 | 5.00 | 5.00 | 5.00
-- 2024-03-01 10:01:00 | AAA | 9.80 | 9.80 | 9.80 | 9.80
