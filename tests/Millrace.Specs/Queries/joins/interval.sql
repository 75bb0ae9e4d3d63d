CREATE SOURCE orders (at TIMESTAMP, id INTEGER, WATERMARK FOR at AS at - INTERVAL '1 minute') WITH (connector = 'file', path = 'orders.csv', format = 'csv') ON LATE TO late_orders;
CREATE SOURCE payments (at TIMESTAMP, id INTEGER, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '1 minute') WITH (connector = 'file', path = 'payments.csv', format = 'csv');

CREATE MATERIALIZED VIEW paid AS
  SELECT o.at, o.id, p.amount FROM orders o JOIN payments p ON o.id = p.id AND p.at BETWEEN o.at AND o.at + INTERVAL '10 minutes';

-- The condition as a difference, in WHERE; strictly less.
CREATE MATERIALIZED VIEW quick AS
  SELECT o.id, p.amount FROM orders o, payments p WHERE o.id = p.id AND p.at - o.at < INTERVAL '10 minutes' AND o.at <= p.at;

-- Rows without a partner are told once, when none can come any more.
CREATE MATERIALIZED VIEW settled AS
  SELECT o.at, o.id, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.id AND p.at BETWEEN o.at AND o.at + INTERVAL '10 minutes';

CREATE MATERIALIZED VIEW both_sides AS
  SELECT o.id AS "order", p.id AS payment, p.amount FROM orders o FULL JOIN payments p ON o.id = p.id AND p.at BETWEEN o.at AND o.at + INTERVAL '10 minutes';

-- The joined rows have an event time, so windows over them close.
CREATE MATERIALIZED VIEW per_hour AS
  SELECT window_start, COUNT(*) AS n, SUM(amount) AS amount
  FROM TUMBLE((SELECT o.at, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.id AND p.at BETWEEN o.at AND o.at + INTERVAL '10 minutes'), at, INTERVAL '1 hour')
  GROUP BY window_start;

-- disorder orders.csv 00:01:00
-- disorder payments.csv 00:01:00
-- file orders.csv
-- at,id
-- 2024-03-01T10:00:00Z,1
-- 2024-03-01T10:05:00Z,2
-- 2024-03-01T10:06:00Z,3
-- 2024-03-01T10:07:00Z,3
-- 2024-03-01T10:30:00Z,4
-- 2024-03-01T10:59:00Z,5
-- 2024-03-01T11:00:30Z,
-- 2024-03-01T11:20:00Z,6
-- file payments.csv
-- at,id,amount
-- 2024-03-01T09:59:59Z,1,1
-- 2024-03-01T10:00:00Z,1,2
-- 2024-03-01T10:10:00Z,1,4
-- 2024-03-01T10:10:01Z,1,8
-- 2024-03-01T10:16:30Z,3,16
-- 2024-03-01T10:29:00Z,4,32
-- 2024-03-01T11:04:00Z,5,64
-- 2024-03-01T11:04:00Z,,128
-- expect paid
-- at | id | amount
-- 2024-03-01 10:00:00 | 1 | 2
-- 2024-03-01 10:00:00 | 1 | 4
-- 2024-03-01 10:07:00 | 3 | 16
-- 2024-03-01 10:59:00 | 5 | 64
-- expect quick
-- id | amount
-- 1 | 2
-- 3 | 16
-- 5 | 64
-- expect settled
-- at | id | amount
-- 2024-03-01 10:00:00 | 1 | 2
-- 2024-03-01 10:00:00 | 1 | 4
-- 2024-03-01 10:05:00 | 2 | NULL
-- 2024-03-01 10:06:00 | 3 | NULL
-- 2024-03-01 10:07:00 | 3 | 16
-- 2024-03-01 10:30:00 | 4 | NULL
-- 2024-03-01 10:59:00 | 5 | 64
-- 2024-03-01 11:00:30 | NULL | NULL
-- 2024-03-01 11:20:00 | 6 | NULL
-- expect both_sides
-- order | payment | amount
-- 1 | 1 | 2
-- 1 | 1 | 4
-- 2 | NULL | NULL
-- 3 | 3 | 16
-- 3 | NULL | NULL
-- 4 | NULL | NULL
-- 5 | 5 | 64
-- 6 | NULL | NULL
-- NULL | 1 | 1
-- NULL | 1 | 8
-- NULL | 4 | 32
-- NULL | NULL | 128
-- NULL | NULL | NULL
-- expect per_hour
-- window_start | n | amount
-- 2024-03-01 10:00:00 | 7 | 86
-- 2024-03-01 11:00:00 | 2 | NULL
