-- The machine's time stands still at the start of 2026 while this is checked.
SELECT bidder, count(*), TIMESTAMP '2026-01-01 00:00:00', TIMESTAMP '2026-01-01 00:00:10' FROM bid GROUP BY bidder
