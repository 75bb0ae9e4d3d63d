-- Rows that are late by no more than ON LATE UPDATE FOR find their partners; the rows without one wait that much longer.
CREATE SOURCE orders (at TIMESTAMP, id INTEGER, WATERMARK FOR at AS at) WITH (connector = 'file', path = 'orders.csv', format = 'csv') ON LATE UPDATE FOR INTERVAL '1 minute';
CREATE SOURCE payments (at TIMESTAMP, id INTEGER, amount INTEGER, WATERMARK FOR at AS at) WITH (connector = 'file', path = 'payments.csv', format = 'csv') ON LATE UPDATE FOR INTERVAL '1 minute' THEN TO late_payments;

CREATE MATERIALIZED VIEW settled AS
  SELECT o.at, o.id, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.id AND p.at BETWEEN o.at AND o.at + INTERVAL '10 seconds';

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, COUNT(*) AS n, SUM(amount) AS amount
  FROM TUMBLE((SELECT o.at, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.id AND p.at BETWEEN o.at AND o.at + INTERVAL '10 seconds'), at, INTERVAL '1 minute')
  GROUP BY window_start;

-- in order: rows are late
-- file orders.csv
-- at,id
-- 2024-03-01T10:00:00Z,1
-- 2024-03-01T10:00:20Z,2
-- 2024-03-01T10:00:30Z,3
-- 2024-03-01T10:00:25Z,4
-- 2024-03-01T10:05:00Z,5
-- file payments.csv
-- at,id,amount
-- 2024-03-01T10:00:05Z,1,1
-- 2024-03-01T10:01:00Z,9,2
-- 2024-03-01T10:00:30Z,4,4
-- 2024-03-01T10:00:21Z,2,8
-- 2024-03-01T10:01:32Z,9,16
-- 2024-03-01T10:00:31Z,3,32
-- 2024-03-01T10:05:00Z,5,64
-- expect settled
-- at | id | amount
-- 2024-03-01 10:00:00 | 1 | 1
-- 2024-03-01 10:00:20 | 2 | 8
-- 2024-03-01 10:00:25 | 4 | 4
-- 2024-03-01 10:00:30 | 3 | NULL
-- 2024-03-01 10:05:00 | 5 | 64
-- expect per_minute
-- window_start | n | amount
-- 2024-03-01 10:00:00 | 4 | 13
-- 2024-03-01 10:05:00 | 1 | 64
-- expect late_payments
-- at | id | amount | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:31 | 3 | 32 | per_minute | 2024-03-01 10:00:31 | 2024-03-01 10:00:32 | 0 | 139
-- 2024-03-01 10:00:31 | 3 | 32 | settled | 2024-03-01 10:00:31 | 2024-03-01 10:00:32 | 0 | 139
