SELECT name, city, state, auction.id FROM person JOIN auction ON seller = person.id WHERE category = 10 AND state IN ('OR', 'ID', 'CA')
