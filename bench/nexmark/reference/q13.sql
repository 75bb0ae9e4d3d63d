SELECT auction, bidder, price, dateTime, (auction % 10000)::VARCHAR FROM bid
