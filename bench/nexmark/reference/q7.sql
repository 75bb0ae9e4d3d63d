WITH best AS (SELECT epoch_ms(dateTime) // 10000 AS w, max(price) AS price FROM bid GROUP BY 1)
SELECT auction, bid.price, bidder, dateTime, extra FROM bid JOIN best ON bid.price = best.price AND epoch_ms(dateTime) BETWEEN w * 10000 AND w * 10000 + 10000
