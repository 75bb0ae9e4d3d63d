-- A row that comes later than its source allows is late for a join that forgets by time; one that keeps its rows takes it.
CREATE SOURCE orders (at TIMESTAMP, id INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 'orders.csv', format = 'csv') ON LATE TO late_orders;
CREATE SOURCE names (id INTEGER, name TEXT) WITH (connector = 'file', path = 'names.csv', format = 'csv');

CREATE MATERIALIZED VIEW near AS SELECT a.id, b.id AS other FROM orders a JOIN orders b ON b.at BETWEEN a.at AND a.at + INTERVAL '20 seconds' AND a.id < b.id;
CREATE MATERIALIZED VIEW named AS SELECT o.id, n.name FROM orders o JOIN names n ON o.id = n.id;

-- in order: rows are late
-- file orders.csv
-- at,id
-- 2024-03-01T10:00:00Z,1
-- 2024-03-01T10:00:15Z,2
-- 2024-03-01T10:00:04Z,3
-- 2024-03-01T10:00:05Z,4
-- 2024-03-01T10:01:00Z,5
-- file names.csv
-- id,name
-- 1,ann
-- 3,cid
-- expect near
-- id | other
-- 1 | 2
-- 1 | 4
-- expect named
-- id | name
-- 1 | ann
-- 3 | cid
-- expect late_orders
-- at | id | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:04 | 3 | near | 2024-03-01 10:00:04 | 2024-03-01 10:00:05 | 0 | 52
