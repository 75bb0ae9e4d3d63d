SELECT auction, bidder, (price * 908)::DECIMAL(23, 0) * 0.001::DECIMAL(3, 3) AS price, dateTime, extra FROM bid
