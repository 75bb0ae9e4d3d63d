-- With state_ttl partners are at most that far apart in event time, so that the answer does not depend on when rows are forgotten.
CREATE SOURCE clicks (at TIMESTAMP, page TEXT, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 'clicks.csv', format = 'csv');
CREATE SOURCE sales (at TIMESTAMP, page TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 'sales.csv', format = 'csv');

CREATE MATERIALIZED VIEW sold WITH (state_ttl = '1 hour') AS SELECT c.at, s.page, s.amount FROM clicks c JOIN sales s ON c.page = s.page;
CREATE MATERIALIZED VIEW all_clicks WITH (state_ttl = '1 hour') AS SELECT c.at, c.page, s.amount FROM clicks c LEFT JOIN sales s ON c.page = s.page;

-- file clicks.csv
-- at,page
-- 2024-03-01T10:00:00Z,a
-- 2024-03-01T10:30:00Z,b
-- 2024-03-01T12:00:00Z,a
-- file sales.csv
-- at,page,amount
-- 2024-03-01T09:00:00Z,a,1
-- 2024-03-01T11:00:00Z,a,2
-- 2024-03-01T11:00:01Z,a,4
-- 2024-03-01T11:31:00Z,b,8
-- expect sold
-- at | page | amount
-- 2024-03-01 10:00:00 | a | 1
-- 2024-03-01 10:00:00 | a | 2
-- 2024-03-01 12:00:00 | a | 2
-- 2024-03-01 12:00:00 | a | 4
-- expect all_clicks
-- at | page | amount
-- 2024-03-01 10:00:00 | a | 1
-- 2024-03-01 10:00:00 | a | 2
-- 2024-03-01 10:30:00 | b | NULL
-- 2024-03-01 12:00:00 | a | 2
-- 2024-03-01 12:00:00 | a | 4
