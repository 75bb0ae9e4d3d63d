-- Updating tables: latest price of a product, orders in total. Rows without a partner are told and taken back when one comes.
CREATE SOURCE prices (n INTEGER, product INTEGER, price INTEGER) WITH (connector = 'file', path = 'prices.csv', format = 'csv');
CREATE SOURCE orders (id INTEGER, product INTEGER, quantity INTEGER) WITH (connector = 'file', path = 'orders.csv', format = 'csv');

CREATE VIEW latest AS SELECT DISTINCT ON (product) product, n, price FROM prices ORDER BY product, n DESC;
CREATE VIEW totals AS SELECT product, SUM(quantity) AS quantity FROM orders GROUP BY product;

CREATE MATERIALIZED VIEW left_join AS SELECT t.product, t.quantity, l.price FROM totals t LEFT JOIN latest l ON t.product = l.product;
CREATE MATERIALIZED VIEW right_join AS SELECT l.product, t.quantity, l.price FROM totals t RIGHT OUTER JOIN latest l ON t.product = l.product AND t.quantity > 2;
CREATE MATERIALIZED VIEW full_join AS SELECT product, t.quantity, l.price FROM totals t FULL JOIN latest l USING (product);

-- Rows that have no key are numbered, so that what is made of them can be taken back.
CREATE MATERIALIZED VIEW lines AS SELECT o.id, o.product, l.price FROM orders o LEFT JOIN latest l ON o.product = l.product;

-- WHERE is about the result, ON about the partners.
CREATE MATERIALIZED VIEW unsold AS SELECT l.product FROM latest l LEFT JOIN totals t ON t.product = l.product WHERE t.product IS NULL;
CREATE MATERIALIZED VIEW cheap AS SELECT t.product, l.price FROM totals t LEFT JOIN latest l ON t.product = l.product AND l.price < 10 AND t.quantity > 1 WHERE t.product < 9;

-- file prices.csv
-- n,product,price
-- 1,1,5
-- 2,2,7
-- 3,1,6
-- 4,3,20
-- 5,3,30
-- 6,,8
-- file orders.csv
-- id,product,quantity
-- 1,1,1
-- 2,1,1
-- 3,3,4
-- 4,4,2
-- 5,,1
-- expect left_join
-- product | quantity | price
-- 1 | 2 | 6
-- 3 | 4 | 30
-- 4 | 2 | NULL
-- NULL | 1 | NULL
-- expect right_join
-- product | quantity | price
-- 1 | NULL | 6
-- 2 | NULL | 7
-- 3 | 4 | 30
-- NULL | NULL | 8
-- expect full_join
-- product | quantity | price
-- 1 | 2 | 6
-- 3 | 4 | 30
-- 4 | 2 | NULL
-- 2 | NULL | 7
-- NULL | 1 | NULL
-- NULL | NULL | 8
-- expect lines
-- id | product | price
-- 1 | 1 | 6
-- 2 | 1 | 6
-- 3 | 3 | 30
-- 4 | 4 | NULL
-- 5 | NULL | NULL
-- expect unsold
-- product
-- 2
-- NULL
-- expect cheap
-- product | price
-- 1 | 6
-- 3 | NULL
-- 4 | NULL
