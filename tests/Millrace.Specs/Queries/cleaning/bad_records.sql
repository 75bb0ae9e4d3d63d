CREATE SOURCE orders (id INTEGER, quantity INTEGER, price DECIMAL(8,2), each AS 100 / quantity)
  WITH (connector = 'file', path = 'orders.csv', format = 'csv', bad_data = 'dead_letter');

CREATE MATERIALIZED VIEW clean AS SELECT id, quantity, price, each FROM orders;

-- in order: dead letters say where a record stood
-- file orders.csv
-- id,quantity,price
-- 1,2,3.50
-- two,2,3.50
-- 3,3
-- 4,4,1.005
-- 5,99999999999,1.00
-- 6,0,1.00
-- 7,"8",2.00
-- expect clean
-- id | quantity | price | each
-- 1 | 2 | 3.50 | 50
-- 7 | 8 | 2.00 | 12
-- expect dead_letters
-- source | partition | offset | rule | error | raw
-- orders | 0 | 27 | decode | id: 'two' is no INTEGER (record 2) | two,2,3.50
-- orders | 0 | 38 | decode | found 2 fields, expected 3 (id, quantity, price) (record 3) | 3,3
-- orders | 0 | 42 | decode | price: 1.005 has more than 2 digits after the point and is no DECIMAL(8,2) (record 4) | 4,4,1.005
-- orders | 0 | 52 | decode | quantity: 99999999999 is beyond INTEGER (-2147483648 to 2147483647) (record 5) | 5,99999999999,1.00
-- orders | 0 | 71 | compute | division by zero in 100 / quantity | 6,0,1.00
