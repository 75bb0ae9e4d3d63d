-- Bids on an auction while it is open; the highest of each; their mean, six digits, exactly.
WITH ends AS (
  SELECT id, category, max(price) AS price FROM auction JOIN bid ON auction = id WHERE bid.dateTime >= auction.dateTime AND bid.dateTime <= expires GROUP BY id, category)
SELECT category, mean6(sum(price), count(*)) FROM ends GROUP BY category
