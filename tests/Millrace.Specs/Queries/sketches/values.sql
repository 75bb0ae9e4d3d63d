-- Sketches as values: made by minute and page, asked, merged over pages and over all, and made into sets.
CREATE SOURCE visits (at TIMESTAMP, page TEXT, visitor TEXT, ms INTEGER, amount DECIMAL(10,2), WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'visits.csv', format = 'csv');

CREATE VIEW sketches AS
  SELECT window_start AS minute, page, hll_agg(visitor) AS hll, theta_agg(visitor) AS theta, kll_agg(ms) AS kll, req_agg(ms) AS req, tdigest_agg(ms) AS digest,
         frequent_agg(visitor) AS frequent, frequent_agg(ms) AS frequent_ms, bloom_agg(visitor, 100) AS bloom
  FROM TUMBLE(visits, at, INTERVAL '1 minute') GROUP BY window_start, page;

CREATE MATERIALIZED VIEW answers AS
  SELECT minute, page, hll_estimate(hll) AS hll, hll_bounds(hll) AS bounds, theta_estimate(theta) AS theta, kll_quantile(kll, 0.5) AS p50, kll_rank(kll, 20) AS at_most_20,
         req_quantile(req, 0.9) AS p90, tdigest_quantile(digest, 1) AS most, frequent_top(frequent_ms, 1) AS top, frequent_estimate(frequent, 'bob') AS bob, approx_contains(bloom, 'bob') AS has_bob
  FROM sketches;

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, hll_estimate(hll_merge(hll)) AS hll, theta_estimate(theta_merge(theta)) AS theta, kll_bounds(kll_merge(kll), 0.5, 3) AS p50,
         req_rank(req_merge(req), 20) AS at_most_20, tdigest_quantile(tdigest_merge(digest), 0) AS least, frequent_top(frequent_merge(frequent), 1) AS top,
         frequent_top(frequent_merge(frequent_ms, 'integer'), 2) AS top_ms, approx_contains(bloom_merge(bloom, 100), 'cy') AS has_cy
  FROM TUMBLE(sketches, minute, INTERVAL '1 minute') GROUP BY window_start;

CREATE MATERIALIZED VIEW hopping AS
  SELECT window_start, page, hll_estimate(hll_merge(hll)) AS hll, kll_quantile(kll_merge(kll), 0.5) AS p50
  FROM HOP(sketches, minute, INTERVAL '1 minute', INTERVAL '3 minutes') GROUP BY window_start, page;

CREATE MATERIALIZED VIEW whole AS
  SELECT hll_estimate(hll_merge(hll)) AS hll, theta_estimate(theta_merge(theta)) AS theta, kll_quantile(kll_merge(kll), 0.5) AS p50, req_quantile(req_merge(req), 1) AS most FROM sketches;

CREATE MATERIALIZED VIEW sets AS
  SELECT window_start, theta_estimate(theta_intersect(home, cart)) AS both, theta_estimate(theta_except(home, cart)) AS home_only, theta_estimate(theta_union(home, cart)) AS either
  FROM (SELECT window_start, theta_agg(visitor) FILTER (WHERE page = '/home') AS home, theta_agg(visitor) FILTER (WHERE page = '/cart') AS cart
        FROM TUMBLE(visits, at, INTERVAL '1 minute') GROUP BY window_start) AS t;

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
-- expect answers
-- minute | page | hll | bounds | theta | p50 | at_most_20 | p90 | most | top | bob | has_bob
-- 2024-03-01 10:00:00 | /help | 1 | {"lower":1,"estimate":1,"upper":1} | 1 | 12 | 1 | 20 | 20 | [{"item":12,"count":1,"lower":1,"upper":1}] | 1 | true
-- 2024-03-01 10:00:00 | /home | 4 | {"lower":4,"estimate":4,"upper":4} | 4 | 20 | 0.8 | 250 | 250 | [{"item":20,"count":3,"lower":3,"upper":3}] | 2 | true
-- 2024-03-01 10:00:00 | /item | 2 | {"lower":2,"estimate":2,"upper":2} | 2 | 7 | 0.5 | 90 | 90 | [{"item":7,"count":1,"lower":1,"upper":1}] | 0 | false
-- 2024-03-01 10:01:00 | /cart | 4 | {"lower":4,"estimate":4,"upper":4} | 4 | 40 | 0.3333333333333333 | 90 | 90 | [{"item":20,"count":1,"lower":1,"upper":1}] | 1 | true
-- 2024-03-01 10:01:00 | /help | 1 | {"lower":1,"estimate":1,"upper":1} | 1 | 250 | 0 | 250 | 250 | [{"item":250,"count":1,"lower":1,"upper":1}] | 0 | false
-- 2024-03-01 10:01:00 | /home | 1 | {"lower":1,"estimate":1,"upper":1} | 1 | 40 | 0 | 40 | 40 | [{"item":40,"count":1,"lower":1,"upper":1}] | 0 | false
-- 2024-03-01 10:01:00 | /item | 3 | {"lower":3,"estimate":3,"upper":3} | 3 | 5 | 0.5 | 90 | 90 | [{"item":5,"count":1,"lower":1,"upper":1}] | 0 | false
-- 2024-03-01 10:02:00 | /cart | 2 | {"lower":2,"estimate":2,"upper":2} | 2 | 12 | 0.75 | 40 | 40 | [{"item":12,"count":2,"lower":2,"upper":2}] | 0 | false
-- 2024-03-01 10:02:00 | /help | 0 | {"lower":0,"estimate":0,"upper":0} | 0 | 5 | 1 | 5 | 5 | [{"item":5,"count":1,"lower":1,"upper":1}] | 0 | false
-- 2024-03-01 10:02:00 | /home | 3 | {"lower":3,"estimate":3,"upper":3} | 3 | 12 | 0.6 | 90 | 90 | [{"item":7,"count":2,"lower":2,"upper":2}] | 1 | true
-- expect per_minute
-- window_start | hll | theta | p50 | at_most_20 | least | top | top_ms | has_cy
-- 2024-03-01 10:00:00 | 4 | 4 | {"lower":20,"estimate":20,"upper":20} | 0.7777777777777778 | 7 | [{"item":"bob","count":3,"lower":3,"upper":3}] | [{"item":20,"count":4,"lower":4,"upper":4},{"item":12,"count":2,"lower":2,"upper":2}] | false
-- 2024-03-01 10:01:00 | 5 | 5 | {"lower":40,"estimate":40,"upper":40} | 0.2857142857142857 | 5 | [{"item":"cy","count":3,"lower":3,"upper":3}] | [{"item":40,"count":2,"lower":2,"upper":2},{"item":90,"count":2,"lower":2,"upper":2}] | true
-- 2024-03-01 10:02:00 | 5 | 5 | {"lower":12,"estimate":12,"upper":12} | 0.7 | 5 | [{"item":"","count":4,"lower":4,"upper":4}] | [{"item":7,"count":3,"lower":3,"upper":3},{"item":12,"count":3,"lower":3,"upper":3}] | true
-- expect hopping
-- window_start | page | hll | p50
-- 2024-03-01 09:58:00 | /help | 1 | 12
-- 2024-03-01 09:58:00 | /home | 4 | 20
-- 2024-03-01 09:58:00 | /item | 2 | 7
-- 2024-03-01 09:59:00 | /cart | 4 | 40
-- 2024-03-01 09:59:00 | /help | 2 | 20
-- 2024-03-01 09:59:00 | /home | 5 | 20
-- 2024-03-01 09:59:00 | /item | 4 | 7
-- 2024-03-01 10:00:00 | /cart | 5 | 20
-- 2024-03-01 10:00:00 | /help | 2 | 12
-- 2024-03-01 10:00:00 | /home | 5 | 20
-- 2024-03-01 10:00:00 | /item | 4 | 7
-- 2024-03-01 10:01:00 | /cart | 5 | 20
-- 2024-03-01 10:01:00 | /help | 1 | 5
-- 2024-03-01 10:01:00 | /home | 4 | 12
-- 2024-03-01 10:01:00 | /item | 3 | 5
-- 2024-03-01 10:02:00 | /cart | 2 | 12
-- 2024-03-01 10:02:00 | /help | 0 | 5
-- 2024-03-01 10:02:00 | /home | 3 | 12
-- expect whole
-- hll | theta | p50 | most
-- 5 | 5 | 20 | 250
-- expect sets
-- window_start | both | home_only | either
-- 2024-03-01 10:00:00 | NULL | NULL | NULL
-- 2024-03-01 10:01:00 | 0 | 1 | 5
-- 2024-03-01 10:02:00 | 0 | 3 | 5
