CREATE SOURCE orders (id INTEGER, quantity INTEGER, price DECIMAL(8,2), each AS 100 / quantity)
  WITH (connector = 'file', path = 'orders.csv', format = 'csv', bad_data = 'dead_letter');

CREATE MATERIALIZED VIEW clean AS SELECT id, quantity, price, each FROM orders;

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
-- expect dead_letters
