SELECT id, itemName, description, initialBid, reserve, auction.dateTime, expires, seller, category, auction.extra, auction, bidder, price, bid.dateTime, bid.extra
FROM auction JOIN bid ON auction = id AND bid.dateTime BETWEEN auction.dateTime AND expires
QUALIFY row_number() OVER (PARTITION BY id ORDER BY price DESC, bid.dateTime, bidder, bid.extra) = 1
