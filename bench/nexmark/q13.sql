-- Bids with a value that stands in a file.
CREATE SOURCE side_input (key BIGINT, value TEXT, PRIMARY KEY (key)) WITH (connector = 'file', path = '${NEXMARK_SIDE_INPUT}', format = 'csv');
CREATE VIEW q13 AS
SELECT B.auction, B.bidder, B.price, B.dateTime, S.value
FROM (SELECT *, PROCTIME() AS p_time FROM bid) B
JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S
ON MOD(B.auction, 10000) = S.key;
