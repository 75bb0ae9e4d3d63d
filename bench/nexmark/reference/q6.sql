WITH won AS (
  SELECT seller, price, bid.dateTime AS won_at, id FROM auction JOIN bid ON auction = id WHERE bid.dateTime BETWEEN auction.dateTime AND expires
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY price DESC, bid.dateTime) = 1),
sums AS (
  SELECT seller, sum(price) OVER eleven AS total, count(*) OVER eleven AS n FROM won WINDOW eleven AS (PARTITION BY seller ORDER BY won_at, id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW))
SELECT seller, mean6(total, n) FROM sums
