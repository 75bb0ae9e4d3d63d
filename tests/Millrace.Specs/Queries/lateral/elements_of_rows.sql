CREATE SOURCE posts (at TIMESTAMP, author TEXT, tags TEXT, body TEXT, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'posts.csv', format = 'csv', bad_data = 'drop');

-- Each tag counts by itself.
CREATE MATERIALIZED VIEW tags_by_minute AS
  SELECT window_start, tag, COUNT(*) AS posts
  FROM TUMBLE((SELECT p.at, u.tag FROM posts AS p, LATERAL string_to_table(p.tags, ' ') AS u(tag)), at, INTERVAL '1 minute')
  GROUP BY window_start, tag;

-- A post without tags stays once.
CREATE MATERIALIZED VIEW all_posts AS
  SELECT p.author, u.tag, u.ordinality FROM posts AS p LEFT JOIN LATERAL string_to_table(p.tags, ' ') WITH ORDINALITY AS u(tag) ON TRUE;

-- Members of JSON; a body that is no JSON drops the row.
CREATE MATERIALIZED VIEW members AS SELECT author, m.key, m.value FROM posts CROSS JOIN UNNEST(json_each_text(body)) AS m;

-- What updates takes back all its elements: the counts of an author, spelled out.
CREATE MATERIALIZED VIEW steps AS
  SELECT author, n FROM (SELECT author, COUNT(*) AS posts FROM posts GROUP BY author) AS c, generate_series(1, c.posts) AS n;

CREATE MATERIALIZED VIEW spelled AS SELECT n, COUNT(*) AS authors FROM steps GROUP BY n;

-- disorder posts.csv 00:00:10
-- file posts.csv
-- at,author,tags,body
-- 2024-03-01T10:00:00Z,ann,a b,"{""x"": 1, ""y"": ""z""}"
-- 2024-03-01T10:00:05Z,bob,,{}
-- 2024-03-01T10:00:20Z,ann,b b,"{""x"": null}"
-- 2024-03-01T10:01:00Z,cid,a,[1]
-- 2024-03-01T10:01:30Z,ann,c,nonsense
-- expect tags_by_minute
-- window_start | tag | posts
-- 2024-03-01 10:00:00 | a | 1
-- 2024-03-01 10:00:00 | b | 3
-- 2024-03-01 10:01:00 | a | 1
-- 2024-03-01 10:01:00 | c | 1
-- expect all_posts
-- author | tag | ordinality
-- ann | a | 1
-- ann | b | 1
-- ann | b | 2
-- ann | b | 2
-- ann | c | 1
-- bob | NULL | NULL
-- cid | a | 1
-- expect members
-- author | key | value
-- ann | x | 1
-- ann | x | NULL
-- ann | y | z
-- expect steps
-- author | n
-- ann | 1
-- ann | 2
-- ann | 3
-- bob | 1
-- cid | 1
-- expect spelled
-- n | authors
-- 1 | 3
-- 2 | 1
-- 3 | 1
