-- How many bids a bidder makes in ten seconds of the machine's time.
CREATE VIEW B AS SELECT *, PROCTIME() AS p_time FROM bid;
CREATE VIEW q12 AS
SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE B, DESCRIPTOR(p_time), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end
EMIT FINAL;
