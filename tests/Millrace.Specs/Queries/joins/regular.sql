CREATE SOURCE orders (id INTEGER, customer TEXT, product INTEGER, quantity INTEGER) WITH (connector = 'file', path = 'orders.csv', format = 'csv');
CREATE SOURCE products (product INTEGER, name TEXT, price DECIMAL(8,2)) WITH (connector = 'file', path = 'products.csv', format = 'csv');
CREATE SOURCE customers (customer TEXT, city TEXT) WITH (connector = 'file', path = 'customers.csv', format = 'csv');

CREATE MATERIALIZED VIEW named AS
  SELECT o.id, p.name, o.quantity * p.price AS amount FROM orders o JOIN products AS p ON o.product = p.product;

-- The condition in WHERE, in any order; a condition on one table alone.
CREATE MATERIALIZED VIEW commas AS
  SELECT id, name, city FROM orders o, products p, customers c WHERE c.customer = o.customer AND p.price > 2 AND p.product = o.product;

-- USING makes one column of two; * has it once, first.
CREATE MATERIALIZED VIEW shared AS SELECT * FROM orders JOIN products USING (product) WHERE id < 4;

-- A chain, with a query as a side and a condition that is not an equality.
CREATE MATERIALIZED VIEW chain AS
  SELECT o.id, c.city, t.total
  FROM orders o
  INNER JOIN customers c ON c.customer = o.customer
  JOIN (SELECT product, SUM(quantity) AS total FROM orders GROUP BY product) t ON t.product = o.product AND t.total > o.quantity;

-- A table with itself.
CREATE MATERIALIZED VIEW pairs AS SELECT a.id AS first, b.id AS second FROM orders a JOIN orders b ON a.customer = b.customer AND a.id < b.id;

-- Keys that are computed, of different types, and that count NULL as equal.
CREATE MATERIALIZED VIEW computed AS SELECT o.id, p.name FROM orders o JOIN products p ON o.product + 1 = p.price;
CREATE MATERIALIZED VIEW nulls AS SELECT a.id AS a, b.id AS b FROM orders a JOIN orders b ON a.customer IS NOT DISTINCT FROM b.customer AND a.id = 5;

-- Every row with every row.
CREATE MATERIALIZED VIEW all_pairs AS SELECT COUNT(*) AS n, SUM(o.quantity * p.price) AS amount FROM orders o CROSS JOIN products p;

-- Aggregates over a join.
CREATE MATERIALIZED VIEW per_city AS
  SELECT c.city, SUM(o.quantity * p.price) AS amount FROM orders o JOIN products p USING (product) JOIN customers c USING (customer) GROUP BY c.city;

-- file orders.csv
-- id,customer,product,quantity
-- 1,ann,1,2
-- 2,bob,2,1
-- 3,ann,2,4
-- 4,cid,9,1
-- 5,,1,3
-- 6,bob,,7
-- file products.csv
-- product,name,price
-- 1,pen,1.50
-- 2,ink,3.00
-- 2,blue ink,4.25
-- 3,cup,2.00
-- file customers.csv
-- customer,city
-- ann,Bern
-- bob,Rome
-- expect named
-- id | name | amount
-- 1 | pen | 3.00
-- 2 | blue ink | 4.25
-- 2 | ink | 3.00
-- 3 | blue ink | 17.00
-- 3 | ink | 12.00
-- 5 | pen | 4.50
-- expect commas
-- id | name | city
-- 2 | blue ink | Rome
-- 2 | ink | Rome
-- 3 | blue ink | Bern
-- 3 | ink | Bern
-- expect shared
-- product | id | customer | quantity | name | price
-- 1 | 1 | ann | 2 | pen | 1.50
-- 2 | 2 | bob | 1 | blue ink | 4.25
-- 2 | 2 | bob | 1 | ink | 3.00
-- 2 | 3 | ann | 4 | blue ink | 4.25
-- 2 | 3 | ann | 4 | ink | 3.00
-- expect chain
-- id | city | total
-- 1 | Bern | 5
-- 2 | Rome | 5
-- 3 | Bern | 5
-- expect pairs
-- first | second
-- 1 | 3
-- 2 | 6
-- expect computed
-- id | name
-- 1 | cup
-- 2 | ink
-- 3 | ink
-- 5 | cup
-- expect nulls
-- a | b
-- 5 | 5
-- expect all_pairs
-- n | amount
-- 24 | 193.50
-- expect per_city
-- city | amount
-- Bern | 32.00
-- Rome | 7.25
