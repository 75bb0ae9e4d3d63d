-- Each row replaces the row of its key; one whose column gone is true deletes it. A row that says nothing new tells nothing.

CREATE SOURCE products (product TEXT, category TEXT, price DECIMAL(8,2), op TEXT, gone AS op = 'd', PRIMARY KEY (product) NOT ENFORCED)
  WITH (connector = 'file', path = 'products.csv', format = 'csv', changes = 'upsert', deleted = 'gone');

CREATE MATERIALIZED VIEW now AS SELECT product, category, price FROM products;

CREATE MATERIALIZED VIEW dear AS SELECT product, price FROM products WHERE price > 3;

CREATE MATERIALIZED VIEW by_category AS
  SELECT category, COUNT(*) AS products, SUM(price) AS sum, MIN(price) AS least FROM products GROUP BY category;

CREATE MATERIALIZED VIEW in_the_end AS SELECT product, price FROM products WHERE category = 'fruit' EMIT FINAL;

-- in order: the last row of a key to come is the one that holds
-- file products.csv
-- product,category,price,op
-- apple,fruit,1.00,u
-- pear,fruit,2.00,u
-- hammer,tool,12.50,u
-- apple,fruit,1.50,u
-- pear,fruit,2.00,u
-- plum,fruit,4.00,u
-- saw,tool,20.00,u
-- plum,fruit,4.00,d
-- nail,tool,0.10,d
-- saw,garden,20.00,u
-- fig,,5.00,u
-- fig,fruit,5.25,u
-- lime,fruit,0.50,u
-- lime,fruit,,d
-- lime,fruit,0.75,u

-- expect now
-- product | category | price
-- apple | fruit | 1.50
-- fig | fruit | 5.25
-- hammer | tool | 12.50
-- lime | fruit | 0.75
-- pear | fruit | 2.00
-- saw | garden | 20.00

-- expect dear
-- product | price
-- fig | 5.25
-- hammer | 12.50
-- saw | 20.00

-- expect by_category
-- category | products | sum | least
-- fruit | 4 | 9.50 | 0.75
-- garden | 1 | 20.00 | 20.00
-- tool | 1 | 12.50 | 12.50

-- expect in_the_end
-- product | price
-- apple | 1.50
-- fig | 5.25
-- lime | 0.75
-- pear | 2.00
