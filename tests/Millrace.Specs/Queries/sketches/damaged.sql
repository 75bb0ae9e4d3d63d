-- Images that are damaged or of another kind are errors of their rows: NULL, or dead letters. The sound ones are HyperLogLogs of 1 and of 2.
CREATE SOURCE nulls (id INTEGER, image BYTES) WITH (connector = 'file', path = 'images.csv', format = 'csv', bad_data = 'null');
CREATE SOURCE letters (id INTEGER, image BYTES) WITH (connector = 'file', path = 'images.csv', format = 'csv', bad_data = 'dead_letter');

CREATE MATERIALIZED VIEW estimates AS SELECT id, hll_estimate(image) AS hll, theta_estimate(image) AS theta, kll_quantile(image, 0.5) AS kll, frequent_top(image) AS top FROM nulls;
CREATE MATERIALIZED VIEW merged AS SELECT hll_estimate(hll_merge(image)) AS hll, count(*) AS images FROM letters;

-- in order: dead letters say where a record stood
-- file images.csv
-- id,image
-- 1,AgEHDAMIAQgr8vsG
-- 2,AgEHDAMIAQiGL/kN
-- 3,
-- 4,AgEHDAMI
-- 5,AQMDAAA6zJMV+X3LvYahBQ==
-- expect estimates
-- id | hll | theta | kll | top
-- 1 | 1 | NULL | NULL | NULL
-- 2 | 1 | NULL | NULL | NULL
-- 3 | NULL | NULL | NULL | NULL
-- 4 | NULL | NULL | NULL | NULL
-- 5 | NULL | 1 | NULL | NULL
-- expect merged
-- hll | images
-- 2 | 3
-- expect dead_letters
-- source | partition | offset | rule | error | raw
-- letters | 0 | 50 | compute | The image has 6 bytes; every image has at least 8 in hll_merge(image) | 4,AgEHDAMI
-- letters | 0 | 61 | compute | The image is of family 3 (CompactTheta); expected was 7 (Hll) in hll_merge(image) | 5,AQMDAAA6zJMV+X3LvYahBQ==
