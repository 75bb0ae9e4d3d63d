-- A row that comes behind the watermark is late for those who read the model, and is not learned.
CREATE SOURCE readings (at TIMESTAMP, room TEXT, occupied BOOLEAN, WATERMARK FOR at AS at - INTERVAL '30 seconds')
  WITH (connector = 'file', path = 'readings.csv', format = 'csv') ON LATE TO late_readings;

CREATE MODEL occupancy WITH (type = 'naive_bayes', target = 'occupied') AS SELECT at, room, occupied FROM readings;

CREATE MATERIALIZED VIEW tested AS SELECT at, room, prediction, CAST(probability AS DECIMAL(6,4)) AS probability FROM ML_PREDICT(MODEL occupancy);

-- in order: a row is late
-- file readings.csv
-- at,room,occupied
-- 2024-03-01T10:00:00Z,a,true
-- 2024-03-01T10:02:00Z,a,false
-- 2024-03-01T10:01:20Z,a,false
-- 2024-03-01T10:01:30Z,a,true
-- 2024-03-01T10:03:00Z,b,true
-- 2024-03-01T10:04:00Z,b,
-- expect tested
-- at | room | prediction | probability
-- 2024-03-01 10:00:00 | a | NULL | NULL
-- 2024-03-01 10:01:30 | a | true | 1.0000
-- 2024-03-01 10:02:00 | a | true | 1.0000
-- 2024-03-01 10:03:00 | b | true | 0.6667
-- 2024-03-01 10:04:00 | b | true | 0.7826
-- expect late_readings
-- at | room | occupied | view | window_end | watermark | partition | offset
-- 2024-03-01 10:01:20 | a | false | tested | 2024-03-01 10:01:20 | 2024-03-01 10:01:30 | 0 | 74
