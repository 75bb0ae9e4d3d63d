-- The text names the large table first; the small one and the one that lets few rows pass are looked up in before it.
CREATE SOURCE orders (id INTEGER, product INTEGER, shop INTEGER, amount DOUBLE) WITH (connector = 'file', path = 'orders.csv', format = 'csv');
CREATE SOURCE products (product INTEGER, name TEXT, maker INTEGER) WITH (connector = 'file', path = 'products.csv', format = 'csv', rows = 100000);
CREATE SOURCE shops (shop INTEGER, town TEXT) WITH (connector = 'file', path = 'shops.csv', format = 'csv', rows = 40);
CREATE SOURCE makers (maker INTEGER, country TEXT) WITH (connector = 'file', path = 'makers.csv', format = 'csv', rows = 10);

CREATE MATERIALIZED VIEW all_three AS
  SELECT o.id, p.name, s.town, m.country, o.amount * 2.0 AS twice
  FROM orders AS o JOIN products AS p ON p.product = o.product JOIN makers AS m ON m.maker = p.maker JOIN shops AS s ON s.shop = o.shop AND o.id < 6;

CREATE MATERIALIZED VIEW in_one_town AS
  SELECT o.id, p.name, s.town FROM orders AS o LEFT JOIN products AS p ON p.product = o.product JOIN shops AS s ON s.shop = o.shop WHERE s.town = 'Ulm' AND o.amount * 2.0 > 3.0;

CREATE MATERIALIZED VIEW made AS
  SELECT m.country, p.name FROM makers AS m JOIN products AS p ON p.maker = m.maker;

-- file orders.csv
-- id,product,shop,amount
-- 1,10,1,1.5
-- 2,11,1,2.5
-- 3,12,2,4
-- 4,10,3,8
-- 5,13,2,16
-- 6,10,2,32
-- 7,,2,64
-- file products.csv
-- product,name,maker
-- 10,nail,7
-- 10,screw,8
-- 11,hammer,7
-- 12,saw,9
-- file shops.csv
-- shop,town
-- 1,Bonn
-- 2,Ulm
-- file makers.csv
-- maker,country
-- 7,FR
-- 8,IT
-- expect all_three
-- id | name | town | country | twice
-- 1 | nail | Bonn | FR | 3
-- 1 | screw | Bonn | IT | 3
-- 2 | hammer | Bonn | FR | 5
-- expect in_one_town
-- id | name | town
-- 3 | saw | Ulm
-- 5 | NULL | Ulm
-- 6 | nail | Ulm
-- 6 | screw | Ulm
-- 7 | NULL | Ulm
-- expect made
-- country | name
-- FR | hammer
-- FR | nail
-- IT | screw
