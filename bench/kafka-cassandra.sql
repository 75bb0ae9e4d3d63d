-- What ../shared/bench/seed_pipeline.py does, for the benchmark beside it: revenue by product and minute from the topic into the table.
SET commit_interval = '20 milliseconds';

CREATE SOURCE sales_data (ts TIMESTAMP, product TEXT, store TEXT, customer TEXT, qty INTEGER, price DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
  WITH (connector = 'kafka', brokers = '${BROKERS}', broker.version = '0.9.0', topic = '${TOPIC}', format = 'json', bad_data = 'dead_letter', end = '${END}');

CREATE VIEW rows AS SELECT * FROM sales_data WHERE qty > 0;

CREATE MATERIALIZED VIEW product_minute AS
  SELECT product, window_start AS minute, SUM(qty * price) AS revenue, SUM(qty) AS qty, COUNT(*) AS orders, AVG(price) AS avg_price
  FROM TUMBLE(rows, ts, INTERVAL '1 minute') GROUP BY product, window_start;

CREATE SINK written FROM product_minute WITH (connector = 'cassandra', hosts = '${HOSTS}', port = '${PORT}', keyspace = '${KEYSPACE}', table = 'product_minute',
  replication = '1', partition_key = 'product', clustering_key = 'minute DESC', consistency = 'ONE');
