CREATE SOURCE t (id INTEGER, s TEXT, at TIMESTAMP) WITH (connector = 'file', path = 't.csv', format = 'csv');

CREATE MATERIALIZED VIEW texts AS
  SELECT id, trim(s) AS trimmed, upper(s) AS upper, length(s) AS length, substring(s FROM 2 FOR 3) AS part, replace(s, 'e', '3') AS replaced,
         s LIKE '%e%' AS has_e, s ~ '^[A-Z]' AS is_capital, coalesce(nullif(trim(s), ''), 'empty') AS filled, split_part(s, ' ', 1) AS word
  FROM t;
CREATE MATERIALIZED VIEW times AS
  SELECT id, date_trunc('hour', at) AS hour, EXTRACT(DOW FROM at) AS weekday, at + INTERVAL '1 month 2 hours' AS later, at::TEXT AS text, CAST(at AS TEXT) LIKE '2024%' AS in_2024,
         TRY_CAST(s AS INTEGER) AS number
  FROM t;

-- file t.csv
-- id,s,at
-- 1,Green tea,2024-01-31T10:20:30.5Z
-- 2,  42 ,2024-12-31T23:59:59Z
-- 3,été,1969-07-20T20:17:40Z
-- 4,"",
-- 5,,
-- expect texts
-- id | trimmed | upper | length | part | replaced | has_e | is_capital | filled | word
-- 1 | Green tea | GREEN TEA | 9 | ree | Gr33n t3a | true | true | Green tea | Green
-- 2 | 42 |   42  | 5 |  42 |   42  | false | false | 42 | 
-- 3 | été | ÉTÉ | 3 | té | été | false | false | été | été
-- 4 |  |  | 0 |  |  | false | false | empty | 
-- 5 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | empty | NULL
-- expect times
-- id | hour | weekday | later | text | in_2024 | number
-- 1 | 2024-01-31 10:00:00 | 3 | 2024-02-29 12:20:30.5 | 2024-01-31 10:20:30.5 | true | NULL
-- 2 | 2024-12-31 23:00:00 | 2 | 2025-02-01 01:59:59 | 2024-12-31 23:59:59 | true | 42
-- 3 | 1969-07-20 20:00:00 | 0 | 1969-08-20 22:17:40 | 1969-07-20 20:17:40 | false | NULL
-- 4 | NULL | NULL | NULL | NULL | NULL | NULL
-- 5 | NULL | NULL | NULL | NULL | NULL | NULL
