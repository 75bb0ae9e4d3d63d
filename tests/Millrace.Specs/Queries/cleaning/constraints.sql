CREATE SOURCE orders (
  id INTEGER, product TEXT, quantity INTEGER, price DECIMAL(8,2),
  amount AS quantity * price,
  CONSTRAINT has_product  EXPECT (product IS NOT NULL)          ON VIOLATION QUARANTINE,
  CONSTRAINT not_returned EXPECT (quantity > 0)                 ON VIOLATION DROP ROW,
  CONSTRAINT sane_price   EXPECT (price BETWEEN 0.01 AND 1000)  ON VIOLATION WARN
) WITH (connector = 'file', path = 'orders.csv', format = 'csv');

-- A predicate that is NULL is not violated. Row 3 violates two rules; the first acts.
CREATE MATERIALIZED VIEW clean AS SELECT id, product, quantity, price, amount FROM orders;

CREATE VIEW big (CONSTRAINT even_id EXPECT (id % 2 = 0) ON VIOLATION QUARANTINE) AS SELECT id, amount FROM orders WHERE amount > 10;
CREATE MATERIALIZED VIEW big_even AS SELECT id, amount FROM big;

-- in order: dead letters say where a record stood
-- file orders.csv
-- id,product,quantity,price
-- 1,tea,2,3.50
-- 2,milk,-1,0.99
-- 3,,-5,1.00
-- 4,,5,1.00
-- 5,gold,1,2000.00
-- 6,rice,20,1.25
-- 7,salt,,0.50
-- expect clean
-- id | product | quantity | price | amount
-- 1 | tea | 2 | 3.50 | 7.00
-- 5 | gold | 1 | 2000.00 | 2000.00
-- 6 | rice | 20 | 1.25 | 25.00
-- 7 | salt | NULL | 0.50 | NULL
-- expect big_even
-- id | amount
-- 6 | 25.00
-- expect dead_letters
-- source | partition | offset | rule | error | raw
-- orders | 0 | 54 | has_product | violates product IS NOT NULL | 3,,-5,1.00
-- orders | 0 | 65 | has_product | violates product IS NOT NULL | 4,,5,1.00
-- orders | 0 | 75 | even_id | violates id % 2 = 0 | 5,gold,1,2000.00
