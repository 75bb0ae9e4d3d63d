-- Aggregates from sketches are exact in small groups; the last row comes after its windows have closed.
CREATE SOURCE visits (at TIMESTAMP, page TEXT, visitor TEXT, ms INTEGER, amount DECIMAL(10,2), WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'visits.csv', format = 'csv');

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, approx_count_distinct(visitor) AS visitors,
         approx_count_distinct(visitor) FILTER (WHERE page = '/cart') AS carts,
         approx_percentile(0.9) WITHIN GROUP (ORDER BY ms) AS p90,
         approx_percentile(0.5) WITHIN GROUP (ORDER BY at) AS middle,
         approx_top_k(page, 2) AS pages,
         approx_top_k(amount, 1) AS amounts,
         json_array_length(sample(page, 4, at)) AS sampled
  FROM TUMBLE(visits, at, INTERVAL '1 minute') GROUP BY window_start;

CREATE MATERIALIZED VIEW hopping AS
  SELECT window_start, approx_count_distinct(visitor) AS visitors,
         approx_count_distinct(visitor) FILTER (WHERE page = '/cart') AS carts,
         approx_percentile(0.9) WITHIN GROUP (ORDER BY ms) AS p90,
         approx_percentile(0.5) WITHIN GROUP (ORDER BY at) AS middle,
         approx_top_k(page, 2) AS pages,
         approx_top_k(amount, 1) AS amounts,
         json_array_length(sample(page, 4, at)) AS sampled
  FROM HOP(visits, at, INTERVAL '1 minute', INTERVAL '2 minutes') GROUP BY window_start;

CREATE MATERIALIZED VIEW sessions AS
  SELECT window_start, page, approx_count_distinct(visitor) AS visitors,
         approx_count_distinct(visitor) FILTER (WHERE page = '/cart') AS carts,
         approx_percentile(0.9) WITHIN GROUP (ORDER BY ms) AS p90,
         approx_percentile(0.5) WITHIN GROUP (ORDER BY at) AS middle,
         approx_top_k(page, 2) AS pages,
         approx_top_k(amount, 1) AS amounts,
         json_array_length(sample(page, 4, at)) AS sampled
  FROM SESSION(visits PARTITION BY page, at, INTERVAL '10 seconds') GROUP BY window_start, page;

-- An empty group; groups without a window, of which rows are never late.
CREATE MATERIALIZED VIEW nothing AS
  SELECT approx_count_distinct(visitor) AS visitors, approx_percentile(0.5) WITHIN GROUP (ORDER BY ms) AS p50, approx_top_k(page) AS pages, sample(page, 3) AS sampled, hll_agg(page) IS NULL AS nothing FROM visits WHERE ms > 100000;
CREATE MATERIALIZED VIEW per_page AS
  SELECT page, approx_count_distinct(visitor) AS visitors,
         approx_count_distinct(visitor) FILTER (WHERE page = '/cart') AS carts,
         approx_percentile(0.9) WITHIN GROUP (ORDER BY ms) AS p90,
         approx_percentile(0.5) WITHIN GROUP (ORDER BY at) AS middle,
         approx_top_k(page, 2) AS pages,
         approx_top_k(amount, 1) AS amounts,
         json_array_length(sample(page, 4, at)) AS sampled FROM visits GROUP BY page;

-- in order: the last row is late
-- file visits.csv
-- at,page,visitor,ms,amount
-- 2024-03-01T10:00:16Z,/home,dora,20,1.50
-- 2024-03-01T10:00:22Z,/item,ann,90,0.00
-- 2024-03-01T10:00:33Z,/item,dora,7,2.25
-- 2024-03-01T10:00:39Z,/home,bob,250,9.99
-- 2024-03-01T10:00:41Z,/home,dora,12,1.50
-- 2024-03-01T10:00:44Z,/home,eve,,2.25
-- 2024-03-01T10:00:47Z,/home,ann,20,2.25
-- 2024-03-01T10:00:50Z,/help,bob,12,9.99
-- 2024-03-01T10:00:53Z,/home,bob,20,2.25
-- 2024-03-01T10:00:57Z,/help,"",20,0.00
-- 2024-03-01T10:01:01Z,/item,eve,5,9.99
-- 2024-03-01T10:01:04Z,/home,cy,40,0.00
-- 2024-03-01T10:01:09Z,/cart,bob,,0.00
-- 2024-03-01T10:01:10Z,/cart,ann,40,1.50
-- 2024-03-01T10:01:16Z,/help,cy,250,1.50
-- 2024-03-01T10:01:19Z,/cart,dora,90,0.00
-- 2024-03-01T10:01:21Z,/cart,ann,,1.50
-- 2024-03-01T10:01:23Z,/cart,eve,20,1.50
-- 2024-03-01T10:01:26Z,/item,dora,90,9.99
-- 2024-03-01T10:01:59Z,/item,cy,,1.50
-- 2024-03-01T10:02:02Z,/home,eve,90,2.25
-- 2024-03-01T10:02:05Z,/home,"",7,9.99
-- 2024-03-01T10:02:13Z,/cart,cy,12,1.50
-- 2024-03-01T10:02:18Z,/cart,"",40,0.00
-- 2024-03-01T10:02:23Z,/home,ann,7,0.00
-- 2024-03-01T10:02:27Z,/home,"",90,9.99
-- 2024-03-01T10:02:37Z,/cart,dora,12,1.50
-- 2024-03-01T10:02:47Z,/help,"",5,0.00
-- 2024-03-01T10:02:49Z,/home,bob,12,2.25
-- 2024-03-01T10:02:51Z,/cart,dora,7,2.25
-- 2024-03-01T10:00:05Z,/late,zed,9999,1.00
-- expect per_minute
-- window_start | visitors | carts | p90 | middle | pages | amounts | sampled
-- 2024-03-01 10:00:00 | 5 | 0 | 122.00000000000003 | 2024-03-01 10:00:42.5 | [{"item":"/home","count":6},{"item":"/help","count":2}] | [{"item":"2.25","count":4}] | 4
-- 2024-03-01 10:01:00 | 5 | 4 | 154.00000000000006 | 2024-03-01 10:01:17.5 | [{"item":"/cart","count":5},{"item":"/item","count":3}] | [{"item":"1.50","count":5}] | 4
-- 2024-03-01 10:02:00 | 6 | 3 | 90 | 2024-03-01 10:02:25 | [{"item":"/home","count":5},{"item":"/cart","count":4}] | [{"item":"0.00","count":3}] | 4
-- expect hopping
-- window_start | visitors | carts | p90 | middle | pages | amounts | sampled
-- 2024-03-01 09:59:00 | 5 | 0 | 122.00000000000003 | 2024-03-01 10:00:42.5 | [{"item":"/home","count":6},{"item":"/help","count":2}] | [{"item":"2.25","count":4}] | 4
-- 2024-03-01 10:00:00 | 6 | 4 | 170 | 2024-03-01 10:00:59 | [{"item":"/home","count":7},{"item":"/cart","count":5}] | [{"item":"1.50","count":7}] | 4
-- 2024-03-01 10:01:00 | 6 | 6 | 90 | 2024-03-01 10:02:00.5 | [{"item":"/cart","count":9},{"item":"/home","count":6}] | [{"item":"1.50","count":7}] | 4
-- 2024-03-01 10:02:00 | 6 | 3 | 90 | 2024-03-01 10:02:25 | [{"item":"/home","count":5},{"item":"/cart","count":4}] | [{"item":"0.00","count":3}] | 4
-- expect sessions
-- window_start | page | visitors | carts | p90 | middle | pages | amounts | sampled
-- 2024-03-01 10:00:16 | /home | 1 | 0 | 20 | 2024-03-01 10:00:16 | [{"item":"/home","count":1}] | [{"item":"1.50","count":1}] | 1
-- 2024-03-01 10:00:22 | /item | 1 | 0 | 90 | 2024-03-01 10:00:22 | [{"item":"/item","count":1}] | [{"item":"0.00","count":1}] | 1
-- 2024-03-01 10:00:33 | /item | 1 | 0 | 7 | 2024-03-01 10:00:33 | [{"item":"/item","count":1}] | [{"item":"2.25","count":1}] | 1
-- 2024-03-01 10:00:39 | /home | 4 | 0 | 181.00000000000006 | 2024-03-01 10:00:44 | [{"item":"/home","count":5}] | [{"item":"2.25","count":3}] | 4
-- 2024-03-01 10:00:50 | /help | 2 | 0 | 19.2 | 2024-03-01 10:00:53.5 | [{"item":"/help","count":2}] | [{"item":"0.00","count":1}] | 2
-- 2024-03-01 10:01:01 | /item | 1 | 0 | 5 | 2024-03-01 10:01:01 | [{"item":"/item","count":1}] | [{"item":"9.99","count":1}] | 1
-- 2024-03-01 10:01:04 | /home | 1 | 0 | 40 | 2024-03-01 10:01:04 | [{"item":"/home","count":1}] | [{"item":"0.00","count":1}] | 1
-- 2024-03-01 10:01:16 | /help | 1 | 0 | 250 | 2024-03-01 10:01:16 | [{"item":"/help","count":1}] | [{"item":"1.50","count":1}] | 1
-- 2024-03-01 10:01:09 | /cart | 4 | 4 | 80 | 2024-03-01 10:01:19 | [{"item":"/cart","count":5}] | [{"item":"1.50","count":3}] | 4
-- 2024-03-01 10:01:26 | /item | 1 | 0 | 90 | 2024-03-01 10:01:26 | [{"item":"/item","count":1}] | [{"item":"9.99","count":1}] | 1
-- 2024-03-01 10:01:59 | /item | 1 | 0 | NULL | 2024-03-01 10:01:59 | [{"item":"/item","count":1}] | [{"item":"1.50","count":1}] | 1
-- 2024-03-01 10:02:02 | /home | 2 | 0 | 81.7 | 2024-03-01 10:02:03.5 | [{"item":"/home","count":2}] | [{"item":"2.25","count":1}] | 2
-- 2024-03-01 10:02:13 | /cart | 2 | 2 | 37.2 | 2024-03-01 10:02:15.5 | [{"item":"/cart","count":2}] | [{"item":"0.00","count":1}] | 2
-- 2024-03-01 10:02:23 | /home | 2 | 0 | 81.7 | 2024-03-01 10:02:25 | [{"item":"/home","count":2}] | [{"item":"0.00","count":1}] | 2
-- 2024-03-01 10:02:37 | /cart | 1 | 1 | 12 | 2024-03-01 10:02:37 | [{"item":"/cart","count":1}] | [{"item":"1.50","count":1}] | 1
-- 2024-03-01 10:02:47 | /help | 1 | 0 | 5 | 2024-03-01 10:02:47 | [{"item":"/help","count":1}] | [{"item":"0.00","count":1}] | 1
-- 2024-03-01 10:02:49 | /home | 1 | 0 | 12 | 2024-03-01 10:02:49 | [{"item":"/home","count":1}] | [{"item":"2.25","count":1}] | 1
-- 2024-03-01 10:02:51 | /cart | 1 | 1 | 7 | 2024-03-01 10:02:51 | [{"item":"/cart","count":1}] | [{"item":"2.25","count":1}] | 1
-- expect nothing
-- visitors | p50 | pages | sampled | nothing
-- 0 | NULL | NULL | NULL | true
-- expect per_page
-- page | visitors | carts | p90 | middle | pages | amounts | sampled
-- /cart | 6 | 6 | 60.000000000000014 | 2024-03-01 10:01:23 | [{"item":"/cart","count":9}] | [{"item":"1.50","count":5}] | 4
-- /help | 3 | 0 | 181.00000000000006 | 2024-03-01 10:01:06.5 | [{"item":"/help","count":4}] | [{"item":"0.00","count":2}] | 4
-- /home | 6 | 0 | 90 | 2024-03-01 10:00:58.5 | [{"item":"/home","count":12}] | [{"item":"2.25","count":5}] | 4
-- /item | 4 | 0 | 90 | 2024-03-01 10:01:01 | [{"item":"/item","count":5}] | [{"item":"9.99","count":2}] | 4
-- /late | 1 | 0 | 9999 | 2024-03-01 10:00:05 | [{"item":"/late","count":1}] | [{"item":"1.00","count":1}] | 1
