SELECT auction, strftime(dateTime, '%Y-%m-%d') AS day, count(*), sum((price < 10000)::INTEGER), sum((price BETWEEN 10000 AND 999999)::INTEGER), sum((price >= 1000000)::INTEGER),
       min(price), max(price), mean6(sum(price), count(*)), sum(price)
FROM bid GROUP BY auction, day
