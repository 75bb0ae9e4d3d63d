-- Every bid, with the day and the minute that tell its file.
CREATE VIEW q10 AS
SELECT auction, bidder, price, dateTime, extra, TO_CHAR(dateTime, 'YYYY-MM-DD') AS dt, TO_CHAR(dateTime, 'HH24:MI') AS hm FROM bid;
