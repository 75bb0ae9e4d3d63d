-- A row that comes later than its source allows is late for a set operation that forgets by time, whatever the batches.
CREATE SOURCE north (at TIMESTAMP, id INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 'north.csv', format = 'csv') ON LATE TO late_north;
CREATE SOURCE south (at TIMESTAMP, id INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 'south.csv', format = 'csv');

CREATE MATERIALIZED VIEW seen AS SELECT at, id FROM north UNION SELECT at, id FROM south;
CREATE MATERIALIZED VIEW only_north AS SELECT at, id FROM north EXCEPT ALL SELECT at, id FROM south;

-- in order: rows are late
-- file north.csv
-- at,id
-- 2024-03-01T10:00:00Z,1
-- 2024-03-01T10:00:15Z,2
-- 2024-03-01T10:00:04Z,3
-- 2024-03-01T10:00:05Z,4
-- 2024-03-01T10:00:15Z,2
-- file south.csv
-- at,id
-- 2024-03-01T10:00:00Z,1
-- 2024-03-01T10:00:05Z,9
-- expect seen
-- at | id
-- 2024-03-01 10:00:00 | 1
-- 2024-03-01 10:00:05 | 4
-- 2024-03-01 10:00:05 | 9
-- 2024-03-01 10:00:15 | 2
-- expect only_north
-- at | id
-- 2024-03-01 10:00:05 | 4
-- 2024-03-01 10:00:15 | 2
-- 2024-03-01 10:00:15 | 2
-- expect late_north
-- at | id | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:04 | 3 | only_north | 2024-03-01 10:00:04 | 2024-03-01 10:00:05 | 0 | 52
-- 2024-03-01 10:00:04 | 3 | seen | 2024-03-01 10:00:04 | 2024-03-01 10:00:05 | 0 | 52
