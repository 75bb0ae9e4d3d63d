-- Aggregates that look at all values of a group, in order; one row comes after its minute has closed.
CREATE SOURCE readings (at TIMESTAMP, shop TEXT, value INTEGER, counter INTEGER, tag TEXT, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'readings.csv', format = 'csv');

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median,
         percentile_disc(0.25) WITHIN GROUP (ORDER BY value DESC) AS upper,
         mode(value) AS mode,
         histogram(value) AS histogram,
         string_agg(tag, '/') AS tags,
         arg_max(shop, value) AS best,
         round(rate(counter), 6) AS rate,
         round(ewma(value, INTERVAL '20 seconds'), 6) AS smooth,
         round(regr_slope(value, counter), 6) AS slope,
         count_if(value > 4) AS big
  FROM TUMBLE(readings, at, INTERVAL '1 minute') GROUP BY window_start;

-- The totals change with every reading: their old values are taken back from the aggregates over them.
CREATE VIEW totals AS SELECT shop, SUM(value) AS total FROM readings GROUP BY shop;

CREATE MATERIALIZED VIEW over_shops AS
  SELECT listagg(shop, ',') WITHIN GROUP (ORDER BY total DESC) AS shops, last_value(shop ORDER BY total) AS most, arg_min(shop, total) AS first, median(total) AS median,
         round(stddev_pop(total), 6) AS spread
  FROM totals;

-- in order: the last row is late
-- file readings.csv
-- at,shop,value,counter,tag
-- 2024-03-01T10:00:00Z,south,2,106,a
-- 2024-03-01T10:00:05Z,north,1,111,a
-- 2024-03-01T10:00:10Z,east,2,111,a
-- 2024-03-01T10:00:15Z,south,8,112,b
-- 2024-03-01T10:00:20Z,north,8,112,a
-- 2024-03-01T10:00:25Z,north,,121,
-- 2024-03-01T10:00:30Z,north,2,121,b
-- 2024-03-01T10:00:35Z,south,8,123,a
-- 2024-03-01T10:00:40Z,east,3,131,b
-- 2024-03-01T10:00:45Z,north,2,136,a
-- 2024-03-01T10:00:55Z,east,2,11,
-- 2024-03-01T10:00:50Z,east,1,4,a
-- 2024-03-01T10:01:00Z,south,13,20,
-- 2024-03-01T10:01:05Z,south,3,23,b
-- 2024-03-01T10:01:10Z,east,2,24,c
-- 2024-03-01T10:01:15Z,east,13,29,
-- 2024-03-01T10:01:25Z,north,5,32,
-- 2024-03-01T10:01:20Z,south,1,30,
-- 2024-03-01T10:01:35Z,south,5,42,
-- 2024-03-01T10:01:30Z,south,,33,c
-- 2024-03-01T10:01:45Z,south,13,44,a
-- 2024-03-01T10:01:40Z,east,13,43,a
-- 2024-03-01T10:01:55Z,south,8,2,a
-- 2024-03-01T10:01:50Z,east,3,53,
-- 2024-03-01T10:02:00Z,south,5,4,a
-- 2024-03-01T10:02:05Z,south,,7,c
-- 2024-03-01T10:02:15Z,south,1,15,
-- 2024-03-01T10:02:10Z,north,2,13,
-- 2024-03-01T10:02:25Z,east,3,23,c
-- 2024-03-01T10:02:20Z,south,3,17,
-- 2024-03-01T10:02:30Z,east,8,26,b
-- 2024-03-01T10:02:35Z,north,2,28,b
-- 2024-03-01T10:02:45Z,east,2,32,c
-- 2024-03-01T10:02:40Z,east,2,28,
-- 2024-03-01T10:02:55Z,east,5,40,a
-- 2024-03-01T10:02:50Z,north,2,38,c
-- 2024-03-01T10:00:03Z,north,1000,5,z
-- expect per_minute
-- window_start | median | upper | mode | histogram | tags | best | rate | smooth | slope | big
-- 2024-03-01 10:00:00 | 2 | 8 | 2 | {"1":2,"2":5,"3":1,"8":3} | a/a/a/a/a/a/a/b/b/b | north | 0.745455 | 3.138891 | 0.020684 | 3
-- 2024-03-01 10:01:00 | 5 | 13 | 13 | {"1":1,"2":1,"3":2,"5":2,"8":1,"13":4} | a/a/a/b/c/c | east | 0.636364 | 7.509821 | 0.00191 | 7
-- 2024-03-01 10:02:00 | 2 | 5 | 2 | {"1":1,"2":5,"3":2,"5":2,"8":1} | a/a/b/b/c/c/c/c | east | 0.654545 | 3.196647 | 0.000831 | 3
-- expect over_shops
-- shops | most | first | median | spread
-- north,south,east | north | east | 70 | 452.33493
