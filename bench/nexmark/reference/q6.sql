WITH won AS (
  SELECT seller, price, bid.dateTime AS at, id FROM auction JOIN bid ON auction = id WHERE bid.dateTime BETWEEN auction.dateTime AND expires
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY price DESC, bid.dateTime) = 1)
SELECT seller, mean6(sum(price) OVER ten, count(*) OVER ten) FROM won WINDOW ten AS (PARTITION BY seller ORDER BY at, id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)
