-- The stream as JSON lines: an object of each kind, two of them null.
CREATE SOURCE nexmark (
  event_type INTEGER,
  person_id BIGINT FROM 'person.id', person_name TEXT FROM 'person.name', person_emailAddress TEXT FROM 'person.emailAddress', person_creditCard TEXT FROM 'person.creditCard',
  person_city TEXT FROM 'person.city', person_state TEXT FROM 'person.state', person_dateTime TIMESTAMP FROM 'person.dateTime', person_extra TEXT FROM 'person.extra',
  auction_id BIGINT FROM 'auction.id', auction_itemName TEXT FROM 'auction.itemName', auction_description TEXT FROM 'auction.description',
  auction_initialBid BIGINT FROM 'auction.initialBid', auction_reserve BIGINT FROM 'auction.reserve', auction_dateTime TIMESTAMP FROM 'auction.dateTime',
  auction_expires TIMESTAMP FROM 'auction.expires', auction_seller BIGINT FROM 'auction.seller', auction_category BIGINT FROM 'auction.category',
  auction_extra TEXT FROM 'auction.extra',
  bid_auction BIGINT FROM 'bid.auction', bid_bidder BIGINT FROM 'bid.bidder', bid_price BIGINT FROM 'bid.price', bid_channel TEXT FROM 'bid.channel', bid_url TEXT FROM 'bid.url',
  bid_dateTime TIMESTAMP FROM 'bid.dateTime', bid_extra TEXT FROM 'bid.extra',
  dateTime AS CASE WHEN event_type = 0 THEN person_dateTime WHEN event_type = 1 THEN auction_dateTime ELSE bid_dateTime END,
  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
) WITH (connector = 'file', path = '${NEXMARK_JSON}', format = 'json');
