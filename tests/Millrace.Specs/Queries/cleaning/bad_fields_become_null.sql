CREATE SOURCE orders (id INTEGER, quantity INTEGER, at TIMESTAMP)
  WITH (connector = 'file', path = 'orders.jsonl', format = 'json', bad_data = 'null');

CREATE MATERIALIZED VIEW clean AS SELECT id, quantity, at FROM orders;

-- file orders.jsonl
-- {"id":1,"quantity":2,"at":"2024-03-01T10:00:00Z"}
-- {"id":2,"quantity":"many","at":"2024-03-01T10:00:00Z"}
-- {"id":3,"quantity":4,"at":"yesterday"}
-- {"id":4}
-- expect clean
-- id | quantity | at
-- 1 | 2 | 2024-03-01 10:00:00
-- 2 | NULL | 2024-03-01 10:00:00
-- 3 | 4 | NULL
-- 4 | NULL | NULL
