-- Tables that are looked up in each other, and one in itself: each is read before the other for one view, which cannot be, and nobody waits for ever.

CREATE SOURCE staff (id INTEGER, name TEXT, boss INTEGER) WITH (connector = 'file', path = 'staff.csv', format = 'csv');
CREATE SOURCE rooms (room TEXT, owner INTEGER) WITH (connector = 'file', path = 'rooms.csv', format = 'csv');

CREATE MATERIALIZED VIEW bosses AS SELECT s.name, b.name AS boss FROM staff s LEFT JOIN staff b ON b.id = s.boss;
CREATE MATERIALIZED VIEW owners AS SELECT r.room, s.name FROM rooms r JOIN staff s ON s.id = r.owner;
CREATE MATERIALIZED VIEW rooms_of AS SELECT s.name, r.room FROM staff s LEFT JOIN rooms r ON s.id = r.owner;
CREATE MATERIALIZED VIEW without_room AS SELECT name FROM staff WHERE id NOT IN (SELECT owner FROM rooms WHERE owner IS NOT NULL);

-- file staff.csv
-- id,name,boss
-- 1,Ada,
-- 2,Bob,1
-- 3,Cy,1
-- 4,Di,3
-- file rooms.csv
-- room,owner
-- attic,1
-- cellar,3
-- yard,3
-- well,

-- expect bosses
-- name | boss
-- Ada | NULL
-- Bob | Ada
-- Cy | Ada
-- Di | Cy
-- expect owners
-- room | name
-- attic | Ada
-- cellar | Cy
-- yard | Cy
-- expect rooms_of
-- name | room
-- Ada | attic
-- Bob | NULL
-- Cy | cellar
-- Cy | yard
-- Di | NULL
-- expect without_room
-- name
-- Bob
-- Di
