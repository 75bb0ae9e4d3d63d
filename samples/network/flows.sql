-- Which connections are attacks? A tree learns it from flows whose label is known; a detector that knows no labels tells which flows are out of the ordinary.
--
-- ${DATA}: the file "kddcup.data_10_percent" of the KDD Cup 1999 (UCI KDD archive), with a first line of column names, as CSV or CSV.gz
-- ${DATA}: then: millrace run flows.sql --until-done --set DATA=/path/kdd99.csv.gz

-- Flows have no time of their own, so they get that of the machine when they come: another run may test and learn them in another order within a hundredth of a second.
CREATE SOURCE flows (
  duration DOUBLE, protocol_type TEXT, service TEXT, flag TEXT, src_bytes DOUBLE, dst_bytes DOUBLE, logged_in INTEGER, count DOUBLE, srv_count DOUBLE, serror_rate DOUBLE, same_srv_rate DOUBLE,
  dst_host_count DOUBLE, dst_host_srv_count DOUBLE, dst_host_same_src_port_rate DOUBLE, label TEXT,
  at AS PROCTIME(), WATERMARK FOR at AS at
) WITH (connector = 'file', path = '${DATA}', format = 'csv');

CREATE VIEW seen AS
  SELECT at, protocol_type, service, flag, LN(1 + src_bytes) AS sent, LN(1 + dst_bytes) AS received, logged_in, count, srv_count, serror_rate, same_srv_rate, dst_host_count, dst_host_srv_count,
    dst_host_same_src_port_rate, label <> 'normal' AS attack, label FROM flows;

CREATE MODEL attacks WITH (type = 'hoeffding_tree', target = 'attack') AS
  SELECT at, protocol_type, service, flag, sent, received, logged_in, count, srv_count, serror_rate, same_srv_rate, dst_host_count, dst_host_srv_count, dst_host_same_src_port_rate, attack FROM seen;

CREATE MATERIALIZED VIEW quality AS
  SELECT window_start, rows, accuracy, kappa, kappa_temporal, no_change_accuracy, rolling_accuracy, drifted FROM ML_EVALUATE(MODEL attacks, every => INTERVAL '1 second', rolling => 10000);

CREATE MODEL usual WITH (type = 'half_space_trees', confidence = 0.99) AS
  SELECT at, sent, received, count, srv_count, same_srv_rate, dst_host_count, dst_host_srv_count FROM seen;

-- Of which labels the flows are that are out of the ordinary.
CREATE MATERIALIZED VIEW strange AS
  SELECT window_start, label, COUNT(*) AS flows, SUM(CASE WHEN is_anomaly THEN 1 ELSE 0 END) AS strange
  FROM TUMBLE((SELECT * FROM ML_PREDICT(MODEL usual, TABLE seen)), at, INTERVAL '1 day') GROUP BY window_start, label;

CREATE DASHBOARD network TITLE 'Flows' (
  TILE kpi  'Accuracy' FROM quality VALUE rolling_accuracy FORMAT 'percent',
  TILE line 'Accuracy of the last 10,000 flows' FROM quality X window_start Y rolling_accuracy WIDTH 2,
  TILE bar  'Out of the ordinary' FROM strange X label Y strange TOP 10 WIDTH 2
);

-- "millrace test flows.sql" runs these in memory; they need no data.
CREATE TEST flows_are_counted_by_label
  GIVEN flows (src_bytes, dst_bytes, label) VALUES (181, 5450, 'normal'), (1032, 0, 'smurf'), (1032, 0, 'smurf')
  EXPECT SELECT label, flows FROM strange ORDER BY label RETURNS ('normal', 1), ('smurf', 2);

CREATE TEST the_first_flow_is_told_of_by_nobody
  GIVEN flows (src_bytes, dst_bytes, label) VALUES (181, 5450, 'normal'), (1032, 0, 'smurf')
  EXPECT SELECT rows FROM quality RETURNS (1);

CREATE TEST nothing_is_strange_before_it_is_known_what_is_usual
  GIVEN flows (src_bytes, dst_bytes, label) VALUES (181, 5450, 'normal'), (1032, 0, 'smurf')
  EXPECT SELECT label, strange FROM strange ORDER BY label RETURNS ('normal', 0), ('smurf', 0);
