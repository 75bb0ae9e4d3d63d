-- Rows with the session that they belong to: the sessions are grouped first, then joined with the rows that lie in them.

CREATE SOURCE clicks (at TIMESTAMP, person TEXT, page TEXT, WATERMARK FOR at AS at - INTERVAL '5 seconds')
  WITH (connector = 'file', path = 'clicks.csv', format = 'csv');

CREATE VIEW sessions AS
  SELECT person, window_start, window_end, COUNT(*) AS n FROM SESSION(clicks PARTITION BY person, at, INTERVAL '30 seconds') GROUP BY person, window_start, window_end;

CREATE MATERIALIZED VIEW with_session AS
  SELECT s.person, s.window_start, s.n, c.at, c.page
  FROM clicks AS c JOIN sessions AS s ON c.person = s.person AND c.at >= s.window_start AND s.window_end BETWEEN c.at + INTERVAL '30 seconds' AND c.at + INTERVAL '1 hour' EMIT FINAL;

CREATE MATERIALIZED VIEW pages AS SELECT person, window_start, JSON_AGG(page ORDER BY at) AS pages, JSON_AGG(DISTINCT page) AS once
  FROM SESSION(clicks, at, INTERVAL '30 seconds') GROUP BY person, window_start;

-- The last is late for its session: it is in none.
-- in order: the last row is late
-- file clicks.csv
-- at,person,page
-- 2024-01-01T00:00:00Z,ann,home
-- 2024-01-01T00:00:22Z,bob,home
-- 2024-01-01T00:00:20Z,ann,shop
-- 2024-01-01T00:00:50Z,ann,
-- 2024-01-01T00:01:20Z,ann,shop
-- 2024-01-01T00:01:51Z,ann,home
-- 2024-01-01T00:05:00Z,bob,"a ""b"""
-- 2024-01-01T00:02:00Z,bob,late
-- 2024-01-01T00:06:00Z,ann,home

-- expect with_session
-- person | window_start | n | at | page
-- ann | 2024-01-01 00:00:00 | 4 | 2024-01-01 00:00:00 | home
-- ann | 2024-01-01 00:00:00 | 4 | 2024-01-01 00:00:20 | shop
-- ann | 2024-01-01 00:00:00 | 4 | 2024-01-01 00:00:50 | NULL
-- ann | 2024-01-01 00:00:00 | 4 | 2024-01-01 00:01:20 | shop
-- ann | 2024-01-01 00:01:51 | 1 | 2024-01-01 00:01:51 | home
-- ann | 2024-01-01 00:06:00 | 1 | 2024-01-01 00:06:00 | home
-- bob | 2024-01-01 00:00:22 | 1 | 2024-01-01 00:00:22 | home
-- bob | 2024-01-01 00:05:00 | 1 | 2024-01-01 00:05:00 | a "b"
-- expect pages
-- person | window_start | pages | once
-- bob | 2024-01-01 00:00:22 | ["home"] | ["home"]
-- ann | 2024-01-01 00:00:00 | ["home","shop",null,"shop"] | ["home","shop",null]
-- ann | 2024-01-01 00:01:51 | ["home"] | ["home"]
-- bob | 2024-01-01 00:05:00 | ["a \"b\""] | ["a \"b\""]
-- ann | 2024-01-01 00:06:00 | ["home"] | ["home"]
