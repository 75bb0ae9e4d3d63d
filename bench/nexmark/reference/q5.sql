-- A bid counts in the five windows that hold it.
WITH counted AS (
  SELECT epoch_ms(dateTime) // 2000 - k AS slide, auction, count(*) AS num FROM bid, range(5) r(k) GROUP BY ALL)
SELECT auction, num FROM counted QUALIFY rank() OVER (PARTITION BY slide ORDER BY num DESC) = 1
