-- Bids with a value that stands in a file.
CREATE SOURCE side_input (key BIGINT, value TEXT) WITH (connector = 'file', path = '${NEXMARK_SIDE_INPUT}', format = 'csv');
CREATE VIEW q13 AS
SELECT B.auction, B.bidder, B.price, B.dateTime, S.value
FROM bid B
JOIN side_input AS S
ON MOD(B.auction, 10000) = S.key;
