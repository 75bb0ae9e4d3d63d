CREATE SOURCE t (id INTEGER, a BOOLEAN, b BOOLEAN, n INTEGER) WITH (connector = 'file', path = 't.csv', format = 'csv');

CREATE MATERIALIZED VIEW logic AS
  SELECT id, a AND b AS conjunction, a OR b AS disjunction, NOT a AS negation, a IS DISTINCT FROM b AS differs, a IS TRUE AS is_true, n IN (1, 2, NULL) AS is_in
  FROM t;
CREATE MATERIALIZED VIEW kept AS SELECT id FROM t WHERE n <> 1;
-- An error behind a condition that is false does not count.
CREATE MATERIALIZED VIEW guarded AS SELECT id, CASE WHEN n <> 0 THEN 10 / n ELSE -1 END AS tenth FROM t WHERE n <> 0 AND 10 / n > 1 OR n = 0;

-- file t.csv
-- id,a,b,n
-- 1,true,true,1
-- 2,true,false,2
-- 3,true,,3
-- 4,false,,0
-- 5,,,
-- expect logic
-- id | conjunction | disjunction | negation | differs | is_true | is_in
-- 1 | true | true | false | false | true | true
-- 2 | false | true | false | true | true | true
-- 3 | NULL | true | false | true | true | NULL
-- 4 | false | NULL | true | true | false | NULL
-- 5 | NULL | NULL | NULL | false | false | NULL
-- expect kept
-- id
-- 2
-- 3
-- 4
-- expect guarded
-- id | tenth
-- 1 | 10
-- 2 | 5
-- 3 | 3
-- 4 | -1
