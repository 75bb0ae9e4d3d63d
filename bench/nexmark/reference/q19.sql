SELECT auction, bidder, price, channel, url, dateTime, extra, row_number() OVER (PARTITION BY auction ORDER BY price DESC, bidder, channel, url, dateTime, extra) AS rank FROM bid QUALIFY rank <= 10
