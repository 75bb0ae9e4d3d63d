CREATE SOURCE a (at TIMESTAMP, name TEXT, n INTEGER, WATERMARK FOR at AS at - INTERVAL '1 hour') WITH (connector = 'file', path = 'a.csv', format = 'csv');
CREATE SOURCE b (at TIMESTAMP, name TEXT, n BIGINT, WATERMARK FOR at AS at - INTERVAL '1 hour') WITH (connector = 'file', path = 'b.csv', format = 'csv');

CREATE MATERIALIZED VIEW either AS SELECT name, n FROM a UNION SELECT name, n FROM b;
CREATE MATERIALIZED VIEW both AS SELECT name, n FROM a INTERSECT SELECT name, n FROM b;
CREATE MATERIALIZED VIEW both_all AS SELECT name, n FROM a INTERSECT ALL SELECT name, n FROM b;
CREATE MATERIALIZED VIEW only_a AS SELECT name, n FROM a EXCEPT SELECT name, n FROM b;
CREATE MATERIALIZED VIEW more_a AS SELECT name, n FROM a EXCEPT ALL SELECT name, n FROM b;
-- INTERSECT binds more strongly, the rest goes from left to right.
CREATE MATERIALIZED VIEW mixed AS SELECT name FROM a EXCEPT SELECT name FROM b UNION ALL SELECT name FROM a INTERSECT SELECT 'x' FROM b;

-- Over inputs that take rows back: names by how often they stand in each source.
CREATE VIEW counts_a AS SELECT name, COUNT(*) AS times FROM a GROUP BY name;
CREATE VIEW counts_b AS SELECT name, COUNT(*) AS times FROM b GROUP BY name;
CREATE MATERIALIZED VIEW same_counts AS SELECT * FROM counts_a INTERSECT SELECT * FROM counts_b;
CREATE MATERIALIZED VIEW other_counts AS SELECT * FROM counts_a EXCEPT SELECT * FROM counts_b;
CREATE MATERIALIZED VIEW all_counts AS SELECT times FROM counts_a UNION SELECT times FROM counts_b;
CREATE MATERIALIZED VIEW different_counts AS SELECT DISTINCT times FROM counts_a;
CREATE MATERIALIZED VIEW every_count AS SELECT times FROM counts_a UNION ALL SELECT times FROM counts_b;
CREATE MATERIALIZED VIEW most AS SELECT DISTINCT ON (times) times, name FROM counts_a ORDER BY name DESC;

-- disorder a.csv 00:50:00
-- disorder b.csv 00:50:00
-- file a.csv
-- at,name,n
-- 2024-03-01T10:00:00Z,x,1
-- 2024-03-01T10:00:01Z,x,1
-- 2024-03-01T10:00:02Z,y,2
-- 2024-03-01T10:00:03Z,,
-- 2024-03-01T10:00:04Z,x,1
-- 2024-03-01T10:00:05Z,z,3
-- 2024-03-01T10:00:06Z,y,2
-- file b.csv
-- at,name,n
-- 2024-03-01T10:00:00Z,x,1
-- 2024-03-01T10:00:01Z,,
-- 2024-03-01T10:00:02Z,x,1
-- 2024-03-01T10:00:03Z,w,9
-- 2024-03-01T10:00:04Z,y,3
-- 2024-03-01T10:00:05Z,z,4
-- expect either
-- name | n
-- w | 9
-- x | 1
-- y | 2
-- y | 3
-- z | 3
-- z | 4
-- NULL | NULL
-- expect both
-- name | n
-- x | 1
-- NULL | NULL
-- expect both_all
-- name | n
-- NULL | NULL
-- x | 1
-- x | 1
-- expect only_a
-- name | n
-- y | 2
-- z | 3
-- expect more_a
-- name | n
-- x | 1
-- y | 2
-- y | 2
-- z | 3
-- expect mixed
-- name
-- x
-- expect same_counts
-- name | times
-- z | 1
-- NULL | 1
-- expect other_counts
-- name | times
-- x | 3
-- y | 2
-- expect all_counts
-- times
-- 1
-- 2
-- 3
-- expect different_counts
-- times
-- 1
-- 2
-- 3
-- expect every_count
-- times
-- 1
-- 1
-- 1
-- 1
-- 1
-- 1
-- 2
-- 2
-- 3
-- expect most
-- times | name
-- 1 | NULL
-- 2 | y
-- 3 | x
