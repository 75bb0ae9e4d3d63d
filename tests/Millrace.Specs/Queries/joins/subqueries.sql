CREATE SOURCE orders (id INTEGER, customer TEXT, product INTEGER, amount INTEGER) WITH (connector = 'file', path = 'orders.csv', format = 'csv');
CREATE SOURCE products (product INTEGER, name TEXT) WITH (connector = 'file', path = 'products.csv', format = 'csv');
CREATE SOURCE nothing (product INTEGER) WITH (connector = 'file', path = 'nothing.csv', format = 'csv');

CREATE MATERIALIZED VIEW known AS SELECT id FROM orders WHERE product IN (SELECT product FROM products) AND id < 9;
CREATE MATERIALIZED VIEW in_groups AS SELECT id FROM orders WHERE customer IN (SELECT customer FROM orders GROUP BY customer HAVING COUNT(*) > 1);
CREATE MATERIALIZED VIEW unknown AS SELECT id FROM orders WHERE product NOT IN (SELECT product FROM products WHERE product IS NOT NULL);
-- A NULL in the list makes NOT IN true of nothing; an empty list true of everything.
CREATE MATERIALIZED VIEW none AS SELECT id FROM orders WHERE product NOT IN (SELECT product FROM products);
CREATE MATERIALIZED VIEW everything AS SELECT id FROM orders WHERE product NOT IN (SELECT product FROM nothing);

CREATE MATERIALIZED VIEW named AS SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM products p WHERE p.product = o.product AND p.name <> 'cup');
CREATE MATERIALIZED VIEW not_named AS SELECT id FROM orders o WHERE NOT EXISTS (SELECT * FROM products p WHERE p.product = o.product);
-- The largest order of each customer, by a condition that is no equality.
CREATE MATERIALIZED VIEW largest AS SELECT id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM orders b WHERE b.customer = o.customer AND b.amount > o.amount);
-- Without a connection: any row will do.
CREATE MATERIALIZED VIEW any_row AS SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM nothing);

-- Queries as values.
CREATE MATERIALIZED VIEW above AS SELECT id, amount - (SELECT AVG(amount) FROM orders) AS above FROM orders WHERE amount > (SELECT AVG(amount) FROM orders);
CREATE MATERIALIZED VIEW shares AS SELECT customer, SUM(amount) * 100 / (SELECT SUM(amount) FROM orders) AS share FROM orders GROUP BY customer HAVING SUM(amount) >= (SELECT MIN(amount) * 3 FROM orders);
CREATE MATERIALIZED VIEW one AS SELECT id, (SELECT name FROM products WHERE product = 3) AS third, (SELECT name FROM products WHERE product = 8) AS eighth FROM orders WHERE id = 1;
CREATE MATERIALIZED VIEW each AS
  SELECT o.id, (SELECT COUNT(*) FROM orders b WHERE b.customer = o.customer) AS orders, (SELECT MAX(name) FROM products p WHERE p.product = o.product) AS name FROM orders o;

-- The same in groups: they are compared with what is grouped by.
CREATE MATERIALIZED VIEW large AS
  SELECT customer, SUM(amount) AS total, (SELECT COUNT(*) FROM orders b WHERE b.customer = o.customer AND b.amount > 15) AS large FROM orders o GROUP BY customer;
CREATE MATERIALIZED VIEW several AS
  SELECT customer, SUM(amount) AS total FROM orders o GROUP BY customer HAVING SUM(amount) > (SELECT MAX(amount) FROM orders b WHERE b.customer = o.customer);
CREATE MATERIALIZED VIEW next AS
  SELECT product + 1 AS next, COUNT(*) AS n, (SELECT name FROM products p WHERE p.product = o.product + 1) AS name FROM orders o GROUP BY product + 1;

-- file orders.csv
-- id,customer,product,amount
-- 1,ann,1,10
-- 2,bob,2,30
-- 3,ann,3,20
-- 4,,9,40
-- 5,cid,,5
-- file products.csv
-- product,name
-- 1,pen
-- 2,ink
-- 3,cup
-- ,box
-- file nothing.csv
-- product
-- expect known
-- id
-- 1
-- 2
-- 3
-- expect in_groups
-- id
-- 1
-- 3
-- expect unknown
-- id
-- 4
-- expect none
-- id
-- expect everything
-- id
-- 1
-- 2
-- 3
-- 4
-- 5
-- expect named
-- id
-- 1
-- 2
-- expect not_named
-- id
-- 4
-- 5
-- expect largest
-- id
-- 2
-- 3
-- 4
-- 5
-- expect any_row
-- id
-- expect above
-- id | above
-- 2 | 9.000000
-- 4 | 19.000000
-- expect shares
-- customer | share
-- ann | 28
-- bob | 28
-- NULL | 38
-- expect one
-- id | third | eighth
-- 1 | cup | NULL
-- expect each
-- id | orders | name
-- 1 | 2 | pen
-- 2 | 1 | ink
-- 3 | 2 | cup
-- 4 | 0 | NULL
-- 5 | 1 | NULL
-- expect large
-- customer | total | large
-- ann | 30 | 1
-- bob | 30 | 1
-- cid | 5 | 0
-- NULL | 40 | 0
-- expect several
-- customer | total
-- ann | 30
-- expect next
-- next | n | name
-- 2 | 1 | ink
-- 3 | 1 | cup
-- 4 | 1 | NULL
-- 10 | 1 | NULL
-- NULL | 1 | NULL
