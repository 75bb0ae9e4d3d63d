CREATE SOURCE orders (id INTEGER, quantity INTEGER, at TIMESTAMP)
  WITH (connector = 'file', path = 'orders.jsonl', format = 'json', bad_data = 'null');

CREATE MATERIALIZED VIEW clean AS SELECT id, quantity, at FROM orders;

-- file orders.jsonl
-- {"id":1,"quantity":2,"at":"2024-03-01T10:00:00Z"}
-- {"id":2,"quantity":"many","at":"2024-03-01T10:00:00Z"}
-- {"id":3,"quantity":4,"at":"yesterday"}
-- {"id":4}
-- expect clean
