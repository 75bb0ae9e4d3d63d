SELECT auction, bidder, (price * 908)::DECIMAL(23, 0) * 0.001::DECIMAL(3, 3), CASE WHEN hour(dateTime) BETWEEN 8 AND 18 THEN 'dayTime' WHEN hour(dateTime) NOT IN (7, 19) THEN 'nightTime' ELSE 'otherTime' END,
       dateTime, extra, len(regexp_replace(extra, '[^c]', '', 'g'))
FROM bid WHERE price * 908 > 1000000000 AND price * 908 < 50000000000
