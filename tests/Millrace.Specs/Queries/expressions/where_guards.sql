-- An expression that can fail sees only the rows that WHERE lets through, however plans are rewritten; and where it is not guarded it counts though nobody reads it.
CREATE SOURCE t (id INTEGER, n INTEGER) WITH (connector = 'file', path = 't.csv', format = 'csv', bad_data = 'dead_letter');

CREATE MATERIALIZED VIEW guarded AS SELECT id % 2 AS odd, SUM(12 / n) AS parts, COUNT(*) AS lines FROM t WHERE n <> 0 GROUP BY id % 2;
CREATE MATERIALIZED VIEW unread AS SELECT id FROM (SELECT id, 12 / n AS part FROM t);

-- file t.csv
-- id,n
-- 1,3
-- 2,0
-- 3,4
-- 4,6
-- expect guarded
-- odd | parts | lines
-- 0 | 2 | 1
-- 1 | 7 | 2
-- expect unread
-- id
-- 1
-- 3
-- 4
