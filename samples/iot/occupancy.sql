-- Is somebody in the room? Two models learn from a sensor's readings, a minute each: one whether the room is occupied, one which readings are out of the ordinary.
--
-- ${DATA}: a file of the data set "Occupancy Detection" (Luis Candanedo, 2016, CC BY 4.0), as CSV or CSV.gz: https://archive.ics.uci.edu/dataset/357/occupancy+detection
-- ${DATA}: then: millrace run occupancy.sql --until-done --set DATA=/path/datatraining.txt

-- The header has a name less than rows have fields (the first is a number), so columns go by position, and the header itself is a bad record: the one dead letter.
CREATE SOURCE readings (
  number INTEGER, at TIMESTAMP, temperature DOUBLE, humidity DOUBLE, light DOUBLE, co2 DOUBLE, humidity_ratio DOUBLE, occupied INTEGER,
  WATERMARK FOR at AS at - INTERVAL '2 minutes'
) WITH (connector = 'file', path = '${DATA}', format = 'csv', csv.header = false, bad_data = 'dead_letter');

CREATE MODEL occupancy WITH (type = 'logistic_regression', target = 'occupied') AS
  SELECT at, temperature, humidity, light, co2, humidity_ratio, occupied FROM readings;

-- What the model said of each reading before it learned whether the room was occupied.
CREATE MATERIALIZED VIEW tested AS
  SELECT at, light, co2, occupied, prediction, probability FROM ML_PREDICT(MODEL occupancy);

-- How well it does, hour by hour, beside saying that nothing changes.
CREATE MATERIALIZED VIEW quality AS
  SELECT window_start, rows, accuracy, no_change_accuracy, kappa_temporal, rolling_accuracy, rolling_no_change_accuracy, drifted FROM ML_EVALUATE(MODEL occupancy, every => INTERVAL '6 hours', rolling => 360);

-- What it goes by.
CREATE MATERIALIZED VIEW reasons AS
  SELECT window_start, feature, AVG(ABS(contribution)) AS weight
  FROM TUMBLE((SELECT at, feature, contribution FROM ML_EXPLAIN(MODEL occupancy, TABLE readings)), at, INTERVAL '1 day') GROUP BY window_start, feature;

CREATE MODEL usual WITH (type = 'half_space_trees', confidence = 0.999) AS SELECT at, temperature, humidity, light, co2 FROM readings;

CREATE MATERIALIZED VIEW strange AS
  SELECT at, temperature, humidity, light, co2, score FROM ML_PREDICT(MODEL usual) WHERE is_anomaly;

-- The air of the room: what was expected of it, and what is out of the ordinary.
CREATE MATERIALIZED VIEW air AS
  SELECT at, co2, ML_DETECT_ANOMALIES(co2, at, confidence => 0.995) OVER (ORDER BY at) FROM readings;

CREATE DASHBOARD occupancy_page TITLE 'Occupancy' (
  TILE line 'Accuracy of the last six hours' FROM quality X window_start Y rolling_accuracy WIDTH 2,
  TILE line 'CO2' FROM air X at Y co2 WIDTH 2,
  TILE table 'Out of the ordinary' FROM strange
);

-- "millrace test occupancy.sql" runs this in memory; it needs no data.
CREATE TEST an_answer_goes_by_what_was_known_before
  GIVEN readings (at, temperature, humidity, light, co2, humidity_ratio, occupied) VALUES
    ('2015-02-04 17:51:00', 21, 25, 400, 700, 0.004, 1),
    ('2015-02-04 17:52:00', 21, 25, 0, 500, 0.004, 0)
  EXPECT SELECT at, prediction FROM tested ORDER BY at RETURNS ('2015-02-04 17:51:00', NULL), ('2015-02-04 17:52:00', 1);

CREATE TEST a_reading_of_which_nobody_knows_teaches_nothing
  GIVEN readings (at, temperature, humidity, light, co2, humidity_ratio, occupied) VALUES
    ('2015-02-04 17:51:00', 21, 25, 400, 700, 0.004, NULL),
    ('2015-02-04 17:52:00', 21, 25, 0, 500, 0.004, 0)
  EXPECT SELECT at, occupied, prediction FROM tested ORDER BY at RETURNS ('2015-02-04 17:51:00', NULL, NULL), ('2015-02-04 17:52:00', 0, NULL);

CREATE TEST readings_count_from_the_second_on
  GIVEN readings (at, temperature, humidity, light, co2, humidity_ratio, occupied) VALUES
    ('2015-02-04 17:51:00', 21, 25, 400, 700, 0.004, 1),
    ('2015-02-04 17:52:00', 21, 25, 410, 710, 0.004, 1),
    ('2015-02-04 17:53:00', 21, 25, 420, 720, 0.004, 1)
  EXPECT SELECT rows, accuracy FROM quality RETURNS (2, 1);
