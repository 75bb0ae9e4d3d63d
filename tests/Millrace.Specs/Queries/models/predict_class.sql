-- Naive Bayes by its formulas (docs/reference/learning): each row is asked about before it is learned, a row of another source by what was known before its time.
CREATE SOURCE readings (at TIMESTAMP, room TEXT, temperature DOUBLE, occupied BOOLEAN, WATERMARK FOR at AS at - INTERVAL '10 minutes')
  WITH (connector = 'file', path = 'readings.csv', format = 'csv');

CREATE SOURCE questions (at TIMESTAMP, room TEXT, temperature DOUBLE, WATERMARK FOR at AS at - INTERVAL '20 minutes')
  WITH (connector = 'file', path = 'questions.csv', format = 'csv');

CREATE MODEL occupancy WITH (type = 'naive_bayes', target = 'occupied') AS
  SELECT at, room, temperature, occupied FROM readings;

CREATE MATERIALIZED VIEW tested AS
  SELECT at, room, temperature, occupied, prediction, CAST(probability AS DECIMAL(6,4)) AS probability FROM ML_PREDICT(MODEL occupancy);

CREATE MATERIALIZED VIEW answers AS
  SELECT q.at, q.room, q.temperature, q.prediction, CAST(q.probability AS DECIMAL(6,4)) AS probability FROM ML_PREDICT(MODEL occupancy, TABLE questions) AS q;

CREATE MATERIALIZED VIEW sure AS
  SELECT window_start, COUNT(*) AS sure FROM TUMBLE((SELECT * FROM ML_PREDICT(MODEL occupancy, TABLE (SELECT at, temperature, room FROM questions WHERE room IS NOT NULL)) WHERE probability > 0.9), at, INTERVAL '10 minutes')
  GROUP BY window_start;

-- file readings.csv
-- at,room,temperature,occupied
-- 2024-03-01T10:00:00Z,a,20.5,false
-- 2024-03-01T10:01:00Z,b,25.0,true
-- 2024-03-01T10:02:00Z,a,21.0,false
-- 2024-03-01T10:03:00Z,a,24.5,true
-- 2024-03-01T10:04:00Z,c,,true
-- 2024-03-01T10:05:00Z,b,20.0,false
-- 2024-03-01T10:06:00Z,b,24.0,
-- 2024-03-01T10:07:00Z,c,19.5,false
-- 2024-03-01T10:07:00Z,c,26.0,true
-- 2024-03-01T10:07:00Z,a,22.5,false
-- 2024-03-01T10:08:00Z,,23.0,true
-- 2024-03-01T10:09:00Z,d,20.8,false
-- 2024-03-01T10:10:00Z,a,25.5,true
-- 2024-03-01T10:11:00Z,b,19.0,false
-- file questions.csv
-- at,room,temperature
-- 2024-03-01T10:00:00Z,a,20.0
-- 2024-03-01T10:01:30Z,b,24.0
-- 2024-03-01T10:07:00Z,c,22.0
-- 2024-03-01T10:07:01Z,c,22.0
-- 2024-03-01T10:08:20Z,d,23.0
-- 2024-03-01T10:09:10Z,d,
-- 2024-03-01T10:11:40Z,a,19.9
-- 2024-03-01T10:15:00Z,,30.0
-- expect tested
-- at | room | temperature | occupied | prediction | probability
-- 2024-03-01 10:00:00 | a | 20.5 | false | NULL | NULL
-- 2024-03-01 10:01:00 | b | 25 | true | false | 1.0000
-- 2024-03-01 10:02:00 | a | 21 | false | false | 0.6667
-- 2024-03-01 10:03:00 | a | 24.5 | true | false | 0.8182
-- 2024-03-01 10:04:00 | c | NULL | true | false | 0.5000
-- 2024-03-01 10:05:00 | b | 20 | false | false | 1.0000
-- 2024-03-01 10:06:00 | b | 24 | NULL | true | 1.0000
-- 2024-03-01 10:07:00 | a | 22.5 | false | false | 1.0000
-- 2024-03-01 10:07:00 | c | 19.5 | false | false | 1.0000
-- 2024-03-01 10:07:00 | c | 26 | true | true | 0.9951
-- 2024-03-01 10:08:00 | NULL | 23 | true | false | 0.8630
-- 2024-03-01 10:09:00 | d | 20.8 | false | false | 0.9915
-- 2024-03-01 10:10:00 | a | 25.5 | true | true | 0.9999
-- 2024-03-01 10:11:00 | b | 19 | false | false | 1.0000
-- expect answers
-- at | room | temperature | prediction | probability
-- 2024-03-01 10:00:00 | a | 20 | NULL | NULL
-- 2024-03-01 10:01:30 | b | 24 | true | 0.6667
-- 2024-03-01 10:07:00 | c | 22 | false | 1.0000
-- 2024-03-01 10:07:01 | c | 22 | false | 0.9993
-- 2024-03-01 10:08:20 | d | 23 | true | 0.7444
-- 2024-03-01 10:09:10 | d | NULL | false | 0.6575
-- 2024-03-01 10:11:40 | a | 19.9 | false | 0.9999
-- 2024-03-01 10:15:00 | NULL | 30 | true | 0.9999
-- expect sure
-- window_start | sure
-- 2024-03-01 10:00:00 | 2
-- 2024-03-01 10:10:00 | 1
