SELECT bidder, price, channel, url, bid.extra, person.id, name, emailAddress, creditCard, city, state, person.extra, itemName, description, initialBid, reserve, auction.dateTime, expires, seller, category,
       auction.extra
FROM person JOIN bid ON bidder = person.id JOIN auction ON seller = person.id
