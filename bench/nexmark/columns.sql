-- The stream as columns in memory: one table for all three kinds of events, the columns of the other two NULL.
CREATE SOURCE nexmark (
  event_type INTEGER,
  dateTime TIMESTAMP,
  person_id BIGINT, person_name TEXT, person_emailAddress TEXT, person_creditCard TEXT, person_city TEXT, person_state TEXT, person_extra TEXT,
  auction_id BIGINT, auction_itemName TEXT, auction_description TEXT, auction_initialBid BIGINT, auction_reserve BIGINT, auction_expires TIMESTAMP,
  auction_seller BIGINT, auction_category BIGINT, auction_extra TEXT,
  bid_auction BIGINT, bid_bidder BIGINT, bid_price BIGINT, bid_channel TEXT, bid_url TEXT, bid_extra TEXT,
  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
) WITH (connector = 'memory');
