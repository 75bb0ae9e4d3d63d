-- Change records of a database: c, r and u put the row after in the place of its key's row, d takes it away; what is no such record is set aside.

CREATE SOURCE products (
  id INTEGER, product TEXT, category TEXT, price DECIMAL(8,2), cents AS CAST(price * 100 AS INTEGER), changed TIMESTAMP FROM 'ts_ms', shop TEXT FROM 'source.db',
  PRIMARY KEY (id) NOT ENFORCED,
  WATERMARK FOR changed AS changed - INTERVAL '5 seconds',
  CONSTRAINT priced EXPECT (price > 0) ON VIOLATION DROP ROW
) WITH (connector = 'file', path = 'products.jsonl', format = 'json', changes = 'cdc', bad_data = 'dead_letter');
CREATE SOURCE stock (shop TEXT, "Item" TEXT, place TEXT, key AS shop || '/' || upper("Item"), PRIMARY KEY (key))
  WITH (connector = 'file', path = 'stock.jsonl', format = 'json', changes = 'cdc', cdc.envelope = 'payload', bad_data = 'null');
CREATE SOURCE orders (at TIMESTAMP, id INTEGER, quantity INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv');

CREATE MATERIALIZED VIEW now AS SELECT * FROM products;
CREATE MATERIALIZED VIEW by_category AS SELECT category, COUNT(*) AS products, SUM(cents) AS cents FROM products GROUP BY category;
CREATE MATERIALIZED VIEW places AS SELECT * FROM stock;
CREATE MATERIALIZED VIEW at_their_time AS SELECT o.at, o.quantity, p.product, p.price FROM orders AS o LEFT JOIN products FOR SYSTEM_TIME AS OF o.at AS p ON o.id = p.id;

-- in order: the last record of a key to come is the one that holds
-- file products.jsonl
-- {"before":null,"after":{"id":1,"product":"apple","category":"fruit","price":1.50},"op":"r","ts_ms":1704067200000,"source":{"db":"shop","snapshot":"first"}}
-- {"before":null,"after":{"id":2,"product":"pear","category":"fruit","price":2.50},"op":"c","ts_ms":1704067201000,"source":{"db":"shop"}}
-- {"before":null,"after":{"id":3,"product":"saw","category":"tool","price":20},"source":{"db":"old"},"op":"c","ts_ms":1704067202000}
-- {"before":{"id":2,"product":"pear","category":"fruit","price":2.50},"after":{"id":2,"product":"pear","category":"fruit","price":2.75},"op":"u","ts_ms":1704067210000,"source":{"db":"shop"}}
-- {"before":{"id":3},"after":{"id":3,"product":"saw","category":"garden","price":21.25},"op":"u","ts_ms":1704067211000}
-- {"before":{"id":1,"product":"apple","category":"fruit","price":1.50},"after":null,"op":"d","ts_ms":1704067212000,"source":{"db":"shop"}}
-- {"before":{"id":2},"after":{"id":2,"product":"pear","category":"fruit","price":0},"op":"u","ts_ms":1704067213000}
-- {"before":null,"after":{"id":4,"product":"fig","category":"fruit","price":9},"op":"x","ts_ms":1704067214000}
-- {"before":{"id":2},"op":"u","ts_ms":1704067214000}
-- {"before":null,"after":{"id":2,"product":"pear"},"op":"d","ts_ms":1704067214000}
-- {"before":null,"after":{"id":5,"product":"lime","category":"fruit","price":0.50},"op":"c","ts_ms":1704067215000}
-- {"before":{"id":9},"op":"d","ts_ms":1704067215000}
-- {"before":{"id":5},"op":"d","ts_ms":1704067216000}
-- {"after":{"id":5,"product":"lime","category":"fruit","price":0.75},"op":"c","ts_ms":1704067220000}
-- {"after":{"id":6,"product":"kiwi","category":"fruit","price":1.00},"ts_ms":1704067221000}
-- {"op":"t","ts_ms":1704067222000}
-- file stock.jsonl
-- {"schema":{"type":"struct"},"payload":{"before":null,"after":{"shop":"a","Item":"nut","place":"left"},"op":"c"}}
-- {"schema":{"type":"struct"},"payload":{"before":null,"after":{"shop":"b","Item":"nut","place":"right"},"op":"c"}}
-- {"schema":{"type":"struct"},"payload":{"before":{"shop":"a","Item":"NUT"},"after":null,"op":"d"}}
-- {"schema":{"type":"struct"},"payload":{"before":null,"after":{"shop":"b","Item":"nut","place":7},"op":"?"}}
-- {"schema":{"type":"struct"},"payload":{"before":null,"after":{"shop":"c","place":"up"},"op":"c"}}
-- file orders.csv
-- at,id,quantity
-- 2024-01-01T00:00:05Z,1,1
-- 2024-01-01T00:00:09Z,2,2
-- 2024-01-01T00:00:10Z,2,4
-- 2024-01-01T00:00:12Z,1,8
-- 2024-01-01T00:00:13Z,3,16
-- 2024-01-01T00:00:15Z,5,32
-- 2024-01-01T00:00:16Z,5,64
-- 2024-01-01T00:00:30Z,5,128

-- expect now
-- id | product | category | price | cents | changed | shop
-- 2 | pear | fruit | 2.75 | 275 | 2024-01-01 00:00:10 | shop
-- 3 | saw | garden | 21.25 | 2125 | 2024-01-01 00:00:11 | NULL
-- 5 | lime | fruit | 0.75 | 75 | 2024-01-01 00:00:20 | NULL
-- expect by_category
-- category | products | cents
-- fruit | 2 | 350
-- garden | 1 | 2125
-- expect places
-- shop | Item | place | key
-- b | nut | right | b/NUT
-- expect at_their_time
-- at | quantity | product | price
-- 2024-01-01 00:00:05 | 1 | apple | 1.50
-- 2024-01-01 00:00:09 | 2 | pear | 2.50
-- 2024-01-01 00:00:10 | 4 | pear | 2.75
-- 2024-01-01 00:00:12 | 8 | NULL | NULL
-- 2024-01-01 00:00:13 | 16 | saw | 21.25
-- 2024-01-01 00:00:15 | 32 | lime | 0.50
-- 2024-01-01 00:00:16 | 64 | NULL | NULL
-- 2024-01-01 00:00:30 | 128 | lime | 0.75
-- expect dead_letters
-- source | partition | offset | rule | error | raw
-- products | 0 | 981 | compute | op 'x' is none of c, r, u and d in change_deletes(op, id, "before.id") | {"before":null,"after":{"id":4,"product":"fig","category":"fruit","price":9},"op":"x","ts_ms":1704067214000}
-- products | 0 | 1090 | compute | op is not 'd', but after has no id in change_deletes(op, id, "before.id") | {"before":{"id":2},"op":"u","ts_ms":1704067214000}
-- products | 0 | 1141 | compute | op is 'd', but before has no id in change_deletes(op, id, "before.id") | {"before":null,"after":{"id":2,"product":"pear"},"op":"d","ts_ms":1704067214000}
-- products | 0 | 1536 | compute | no op; c, r, u or d was expected in change_deletes(op, id, "before.id") | {"after":{"id":6,"product":"kiwi","category":"fruit","price":1.00},"ts_ms":1704067221000}
-- products | 0 | 1626 | compute | op 't' empties the whole table and names no rows; it cannot be followed in change_deletes(op, id, "before.id") | {"op":"t","ts_ms":1704067222000}
