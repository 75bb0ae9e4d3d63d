CREATE SOURCE lines (quantity INTEGER, price DECIMAL(18,3)) WITH (connector = 'file', path = 'lines.csv', format = 'csv');

-- Beyond 64 bits, and to the last digit.
CREATE MATERIALIZED VIEW totals AS SELECT SUM(quantity * price) AS revenue, SUM(price) AS prices, AVG(price) AS mean, COUNT(*) AS n FROM lines;

-- file lines.csv
-- quantity,price
-- 2147483647,999999999999999.999
-- 2147483647,999999999999999.999
-- 3,0.001
-- -1,0.1
-- expect totals
-- revenue | prices | mean | n
-- 4294967293999999995705032.609 | 2000000000000000.099 | 500000000000000.024750 | 4
