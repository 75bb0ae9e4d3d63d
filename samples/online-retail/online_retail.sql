-- A year of a British online gift shop: every line of every invoice, cleaned by four rules, and five questions about it.
--
-- ${DATA}: the file, as CSV or CSV.gz with the columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country. It is the data set
-- ${DATA}: "Online Retail" (Daqing Chen, 2015, CC BY 4.0): https://archive.ics.uci.edu/dataset/352/online+retail; save its sheet as CSV in order of time with dates
-- ${DATA}: such as 2010-12-01 08:26:00, then: millrace run online_retail.sql --until-done --set DATA=/path/online_retail.csv.gz

CREATE SOURCE lines (
  invoice TEXT FROM 'InvoiceNo',
  product TEXT FROM 'StockCode',
  description TEXT FROM 'Description',
  quantity INTEGER FROM 'Quantity',
  at TIMESTAMP FROM 'InvoiceDate',
  price DECIMAL(10,3) FROM 'UnitPrice',
  customer TEXT FROM 'CustomerID',
  country TEXT FROM 'Country',
  WATERMARK FOR at AS at - INTERVAL '10 minutes',
  -- How many rows match each rule; the rules themselves act below, on rows that are no duplicates.
  CONSTRAINT r2_six_digits     EXPECT (invoice ~ '^[0-9]{6}$') ON VIOLATION WARN,
  CONSTRAINT r3_quantity       EXPECT (quantity > 0)           ON VIOLATION WARN,
  CONSTRAINT r4_price          EXPECT (price > 0)              ON VIOLATION WARN
) WITH (connector = 'file', path = '${DATA}', format = 'csv', bad_data = 'dead_letter');

-- R1: a row that equals an earlier one in all eight columns.
CREATE VIEW unique_lines AS
  SELECT DISTINCT ON (invoice, product, description, quantity, at, price, customer, country)
         invoice, product, description, quantity, at, price, customer, country
  FROM lines;

-- R2 to R4, in this order: the first that a row violates drops it.
CREATE VIEW sales (
  CONSTRAINT six_digits        EXPECT (invoice ~ '^[0-9]{6}$') ON VIOLATION DROP ROW,
  CONSTRAINT positive_quantity EXPECT (quantity > 0)           ON VIOLATION DROP ROW,
  CONSTRAINT positive_price    EXPECT (price > 0)              ON VIOLATION DROP ROW
) AS
  SELECT invoice, product, customer, country, at, quantity, price, quantity * price AS revenue FROM unique_lines;

CREATE MATERIALIZED VIEW country_day AS
  SELECT window_start AS day, country, COUNT(*) AS lines, COUNT(DISTINCT invoice) AS orders, SUM(quantity) AS units, SUM(revenue) AS revenue
  FROM TUMBLE(sales, at, INTERVAL '1 day')
  GROUP BY window_start, country;

CREATE MATERIALIZED VIEW daily AS
  SELECT window_start AS day, COUNT(*) AS lines, COUNT(DISTINCT invoice) AS orders, COUNT(DISTINCT customer) AS customers,
         COUNT(DISTINCT product) AS products, SUM(quantity) AS units, SUM(revenue) AS revenue
  FROM TUMBLE(sales, at, INTERVAL '1 day')
  GROUP BY window_start;

CREATE MATERIALIZED VIEW hourly AS
  SELECT window_start AS hour, COUNT(*) AS lines, SUM(quantity) AS units, SUM(revenue) AS revenue, MAX(revenue) AS largest_line
  FROM TUMBLE(sales, at, INTERVAL '1 hour')
  GROUP BY window_start;

-- An hour, anew every quarter of an hour, in December 2010.
CREATE VIEW december AS SELECT at, quantity, revenue FROM sales WHERE at < TIMESTAMP '2011-01-01 00:00:00';

CREATE MATERIALIZED VIEW sliding AS
  SELECT window_start, window_end, COUNT(*) AS lines, SUM(quantity) AS units, SUM(revenue) AS revenue
  FROM HOP(december, at, INTERVAL '15 minutes', INTERVAL '60 minutes')
  GROUP BY window_start, window_end;

-- Demand by hour of five products that sell well: the next twelve hours, learned from all hours before, and the hours that were out of the ordinary. An hour without a line is one without sales.
CREATE VIEW product_hours AS
  SELECT window_start AS hour, product, SUM(quantity) AS units
  FROM TUMBLE((SELECT at, product, quantity FROM sales WHERE product IN ('85123A', '22423', '85099B', '47566', '84879')), at, INTERVAL '1 hour')
  GROUP BY window_start, product;

CREATE MATERIALIZED VIEW demand AS
  SELECT product, hour, ML_FORECAST(units, hour, horizon => 12, season => 24, missing => 0.0) OVER (PARTITION BY product ORDER BY hour) FROM product_hours;

CREATE MATERIALIZED VIEW odd_hours AS
  SELECT product, hour, units, ML_DETECT_ANOMALIES(units, hour, season => 24, missing => 0.0) OVER (PARTITION BY product ORDER BY hour) FROM product_hours;

CREATE DASHBOARD online_retail TITLE 'Online retail' (
  TILE kpi  'Revenue of the day' FROM daily VALUE revenue FORMAT 'currency',
  TILE kpi  'Orders of the day'  FROM daily VALUE orders,
  TILE line 'Revenue per day'    FROM daily X day Y revenue WIDTH 2,
  TILE bar  'Countries'          FROM country_day X country Y revenue TOP 10 WIDTH 2,
  TILE quality 'Data quality'    FROM lines
);

-- "millrace test online_retail.sql" runs these in memory; it needs no data.
CREATE TEST the_first_rule_that_a_row_violates_drops_it
  GIVEN lines (invoice, product, quantity, at, price, customer, country) VALUES
    ('536365',  'A', 6, '2010-12-01 08:26:00', 2.55, '17850', 'United Kingdom'),
    ('536365',  'A', 6, '2010-12-01 08:26:00', 2.55, '17850', 'United Kingdom'), -- R1: equals the first in all columns
    ('536365',  'A', 6, '2010-12-01 08:26:00', 2.55, '17851', 'United Kingdom'), -- another customer: another row
    ('C536366', 'A', -6, '2010-12-01 09:00:00', 2.55, '17850', 'United Kingdom'), -- R2: a cancellation
    ('536367',  'A', 0, '2010-12-01 09:01:00', 2.55, '17850', 'United Kingdom'), -- R3
    ('536368',  'A', 1, '2010-12-01 09:02:00', 0, '17850', 'United Kingdom')      -- R4
  EXPECT SELECT invoice, customer, revenue FROM sales RETURNS ('536365', '17850', 15.30), ('536365', '17851', 15.30)
  EXPECT SELECT * FROM daily RETURNS ('2010-12-01', 2, 1, 2, 1, 12, 30.60);

CREATE TEST days_and_hours_by_country
  GIVEN lines (invoice, product, quantity, at, price, country) VALUES
    ('536365', 'A', 1, '2010-12-01 23:59:00', 1.005, 'France'),
    ('536366', 'B', 2, '2010-12-02 00:00:00', 1.005, 'France'),
    ('536367', 'B', 3, '2010-12-02 00:30:00', 1.000, 'Norway')
  EXPECT SELECT * FROM country_day RETURNS ('2010-12-01', 'France', 1, 1, 1, 1.005), ('2010-12-02', 'France', 1, 1, 2, 2.01), ('2010-12-02', 'Norway', 1, 1, 3, 3)
  EXPECT SELECT * FROM hourly RETURNS ('2010-12-01 23:00', 1, 1, 1.005, 1.005), ('2010-12-02 00:00', 2, 5, 5.010, 3);

CREATE TEST the_sliding_hour_is_of_december_2010
  GIVEN lines (invoice, product, quantity, at, price) VALUES
    ('536365', 'A', 1, '2010-12-31 23:50:00', 1),
    ('536366', 'A', 1, '2011-01-01 00:00:00', 1)
  EXPECT SELECT window_start, lines FROM sliding ORDER BY window_start RETURNS
    ('2010-12-31 23:00:00', 1), ('2010-12-31 23:15:00', 1), ('2010-12-31 23:30:00', 1), ('2010-12-31 23:45:00', 1);
