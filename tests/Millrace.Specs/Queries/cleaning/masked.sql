CREATE SOURCE people (
  id INTEGER, mail TEXT MASKED WITH (function = 'redact'), card TEXT MASKED WITH (function = 'last4'),
  CONSTRAINT has_card EXPECT (card IS NOT NULL) ON VIOLATION QUARANTINE
) WITH (connector = 'file', path = 'people.jsonl', format = 'json');

CREATE MATERIALIZED VIEW stored AS SELECT id, mail, card FROM people;

-- Dead letters are masked too.
-- in order: dead letters say where a record stood
-- file people.jsonl
-- {"id":1,"mail":"ann@example.org","card":"4000123412341234"}
-- {"id":2,"mail":"bob@example.org","card":null}
-- {"id":3,"mail":null,"card":"12"}
-- expect stored
-- id | mail | card
-- 1 | *** | ************1234
-- 3 | NULL | 12
-- expect dead_letters
-- source | partition | offset | rule | error | raw
-- people | 0 | 60 | has_card | violates card IS NOT NULL | {"id":2,"mail":"***","card":"***"}
