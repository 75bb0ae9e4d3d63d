-- What each feature did to an answer: how much less likely the class would be if the feature were missing.
CREATE SOURCE readings (at TIMESTAMP, room TEXT, temperature DOUBLE, occupied BOOLEAN, WATERMARK FOR at AS at - INTERVAL '10 minutes')
  WITH (connector = 'file', path = 'readings.csv', format = 'csv');

CREATE SOURCE questions (at TIMESTAMP, room TEXT, temperature DOUBLE, WATERMARK FOR at AS at - INTERVAL '20 minutes')
  WITH (connector = 'file', path = 'questions.csv', format = 'csv');

CREATE MODEL occupancy WITH (type = 'naive_bayes', target = 'occupied') AS
  SELECT at, room, temperature, occupied FROM readings;

CREATE MATERIALIZED VIEW reasons AS
  SELECT at, prediction, feature, CAST(contribution AS DECIMAL(6,4)) AS contribution FROM ML_EXPLAIN(MODEL occupancy, TABLE questions);

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
-- 2024-03-01T10:07:01Z,c,22.0
-- 2024-03-01T10:09:10Z,d,
-- 2024-03-01T10:11:40Z,a,19.9
-- expect reasons
-- at | prediction | feature | contribution
-- 2024-03-01 10:00:00 | NULL | room | NULL
-- 2024-03-01 10:00:00 | NULL | temperature | NULL
-- 2024-03-01 10:01:30 | true | room | 0.1667
-- 2024-03-01 10:01:30 | true | temperature | 0.0000
-- 2024-03-01 10:07:01 | false | room | -0.0003
-- 2024-03-01 10:07:01 | false | temperature | 0.5776
-- 2024-03-01 10:09:10 | false | room | 0.1121
-- 2024-03-01 10:09:10 | false | temperature | 0.0000
-- 2024-03-01 10:11:40 | false | room | 0.0000
-- 2024-03-01 10:11:40 | false | temperature | 0.4399
