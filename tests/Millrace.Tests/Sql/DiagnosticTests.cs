namespace Millrace.Tests.Sql;

/// <summary>What is found in faulty texts: code, line:column+length and message of every error. Each text stands behind <see cref="Compiling.Orders"/>, so it begins in line 6.</summary>
public sealed class DiagnosticTests
{
    public static TheoryData<string, string> Faults { get; } = new()
    {
        { """"SELECT 1"""",
            """"MR1011 6:1+6 a file declares a pipeline; a query is asked of one that runs. Write CREATE VIEW name AS SELECT ..., or use millrace query and millrace explain."""" },
        { """"CREATE VIEW v AS SELECT 'abc FROM orders"""",
            """"MR1003 6:25+1 this text has no end: ' is missing."""" },
        { """"CREATE VIEW v AS SELECT "abc FROM orders"""",
            """"
            MR1004 6:25+1 this quoted name has no end: " is missing.
            MR1042 6:25+16 no column 'abc FROM orders' in a query without FROM.
            """" },
        { """"CREATE VIEW v AS SELECT 1 /* never closed"""",
            """"MR1005 6:27+2 this comment has no end: */ is missing."""" },
        { """"CREATE VIEW v AS SELECT ? AS x FROM orders"""",
            """"
            MR1002 6:25+1 '?' has no meaning here. Names with other characters stand in double quotes, texts in single quotes.
            MR1007 6:27+2 found 'AS' where an expression was expected.
            """" },
        { """"CREATE VIEW v AS SELECT 12abc FROM orders"""",
            """"MR1006 6:25+5 '12abc' is neither a number nor a name. A name begins with a letter or _; other names stand in double quotes."""" },
        { """"CREATE VIEW v AS SELECT 123456789012345678901234567890123456789 AS x FROM orders"""",
            """"MR1006 6:25+39 the number has more than 38 digits, or is beyond the range of DOUBLE."""" },
        { """"CREATE VIEW v AS SELECT FROM orders"""",
            """"MR1007 6:25+4 found 'FROM' where an expression was expected."""" },
        { """"CREATE VIEW v AS SELECT quantity, FROM orders"""",
            """"MR1007 6:35+4 found 'FROM' where an expression was expected."""" },
        { """"CREATE VIEW v AS SELECT quantity quantity2 quantity3 FROM orders"""",
            """"MR1007 6:44+9 found 'quantity3' where ; or the end of the statement was expected."""" },
        { """"CREATE VIEW select AS SELECT 1 AS x"""",
            """"MR1008 6:13+6 'select' is a reserved word where the view's name was expected. Put it in double quotes to use it as a name."""" },
        { """"CREATE VIEW v SELECT 1"""",
            """"MR1007 6:15+6 found 'SELECT' where AS was expected."""" },
        { """"CREAT VIEW v AS SELECT 1"""",
            """"MR1010 6:1+5 no statement begins with 'CREAT'. Did you mean 'CREATE'?"""" },
        { """"CREATE VEIW v AS SELECT 1"""",
            """"MR1010 6:8+4 found 'VEIW' after CREATE. Did you mean 'VIEW'?"""" },
        { """"CREATE ALERT a LIMIT 1 PER INTERVAL '1 minute' NOTIFY 'x' AS SELECT 1"""",
            """"MR1900 6:1+12 CREATE ALERT does not exist yet."""" },
        { """"DROP VIEW v"""",
            """"MR1900 6:1+4 DROP does not exist yet. A pipeline is what its file declares: edit the file and run it again."""" },
        { """"CREATE VIEW v AS SELECT * FROM ordres"""",
            """"MR1040 6:32+6 no source or view 'ordres'. Did you mean 'orders'?"""" },
        { """"CREATE VIEW v AS SELECT * FROM nothing_like_it"""",
            """"MR1040 6:32+15 no source or view 'nothing_like_it'. There are: orders."""" },
        { """"CREATE VIEW v AS SELECT * FROM v"""",
            """"MR1040 6:32+1 'v' cannot read itself."""" },
        { """"CREATE VIEW v AS SELECT * FROM w; CREATE VIEW w AS SELECT * FROM orders"""",
            """"MR1040 6:32+1 'w' is declared further down, in line 6. Move its declaration above this statement."""" },
        { """"CREATE VIEW orders AS SELECT 1 AS x"""",
            """"MR1041 6:13+6 the name 'orders' is taken: it is declared in line 1. Choose another name."""" },
        { """"CREATE VIEW dead_letters AS SELECT 1 AS x"""",
            """"MR1041 6:13+12 'dead_letters' is the engine's table of records that were set aside. Choose another name."""" },
        { """"CREATE VIEW v AS SELECT contry FROM orders"""",
            """"MR1042 6:25+6 no column 'contry' in orders. Did you mean 'country'?"""" },
        { """"CREATE VIEW v AS SELECT zzz FROM orders"""",
            """"MR1042 6:25+3 no column 'zzz' in orders. Its columns are: invoice, product, quantity, price, customer, country, at, amount."""" },
        { """"CREATE VIEW v AS SELECT o.quantity FROM orders AS p"""",
            """"MR1040 6:25+1 no table 'o' in this FROM. There is: p."""" },
        { """"CREATE VIEW v AS SELECT a FROM (SELECT quantity AS a, price AS a FROM orders) AS t"""",
            """"MR1043 6:25+1 'a' stands for more than one column of t. Give them different names with AS."""" },
        { """"CREATE VIEW v AS SELECT quantity, price AS quantity FROM orders"""",
            """"MR1046 6:44+8 two columns of view 'v' are named 'quantity'. Give one of them another name with AS."""" },
        { """"CREATE VIEW v AS SELECT quantity AS "$q" FROM orders"""",
            """"MR1047 6:37+4 names of columns do not begin with $, which is the engine's own."""" },
        { """"CREATE VIEW v AS SELECT uper(product) AS p FROM orders"""",
            """"MR1044 6:25+4 no function 'uper'. Did you mean 'upper'? SHOW FUNCTIONS lists them."""" },
        { """"CREATE VIEW v AS SELECT tumble(product) AS p FROM orders"""",
            """"MR1044 6:25+6 'tumble' is a window: it stands in FROM or GROUP BY."""" },
        { """"CREATE VIEW v AS SELECT quantity::intger AS p FROM orders"""",
            """"MR1045 6:35+6 no type 'intger'. Did you mean 'integer'? Types are BOOLEAN, INTEGER, BIGINT, DOUBLE, DECIMAL(p,s), TEXT, TIMESTAMP, INTERVAL and BYTES."""" },
        { """"CREATE VIEW v AS SELECT quantity::date AS p FROM orders"""",
            """"MR1900 6:35+4 the type DATE does not exist yet. Use TIMESTAMP."""" },
        { """"CREATE VIEW v AS SELECT quantity::varchar(20) AS p FROM orders"""",
            """"MR1045 6:35+11 TEXT takes no length or precision. Write TEXT; check lengths with a CONSTRAINT."""" },
        { """"CREATE VIEW v AS SELECT quantity::decimal(50,2) AS p FROM orders"""",
            """"MR1045 6:35+13 DECIMAL(50,2) does not exist: DECIMAL(p,s) has 1 to 38 digits, of which 0 to p stand after the point."""" },
        { """"CREATE VIEW v AS SELECT product + 1 AS p FROM orders"""",
            """"MR1060 6:25+11 + is not there for TEXT and INTEGER. Convert one of them with CAST(x AS type)."""" },
        { """"CREATE VIEW v AS SELECT upper(quantity, 1) AS p FROM orders"""",
            """"MR1060 6:25+18 upper(INTEGER, INTEGER) does not exist. Usage: upper(text)."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders WHERE quantity"""",
            """"MR1061 6:51+8 WHERE needs a condition; this is INTEGER. Compare it with something, e.g. with <> or IS NOT NULL."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders WHERE NOT product"""",
            """"MR1061 6:55+7 NOT needs a condition; this is TEXT. Compare it with something, e.g. with <> or IS NOT NULL."""" },
        { """"CREATE VIEW v AS SELECT at::boolean AS x FROM orders"""",
            """"MR1062 6:25+11 no conversion from TIMESTAMP to BOOLEAN."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders WHERE at > '2024-13-01'"""",
            """"MR1063 6:56+12 '2024-13-01' is not a value of TIMESTAMP. Write e.g. '2024-01-31 12:00:00'."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders WHERE at > TIMESTAMP 'soon'"""",
            """"MR1063 6:56+16 'soon' is not a value of TIMESTAMP. Write e.g. '2024-01-31 12:00:00'."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders WHERE quantity = 'many'"""",
            """"MR1063 6:62+6 'many' is not a value of INTEGER. Write a whole number in its range."""" },
        { """"CREATE VIEW v AS SELECT INTERVAL '5 parsecs' AS x FROM orders"""",
            """"MR1063 6:25+20 '5 parsecs' is not a value of INTERVAL. Write e.g. '5 minutes' or '1 day 02:30:00'."""" },
        { """"CREATE VIEW v AS SELECT CASE WHEN TRUE THEN at ELSE quantity END AS x FROM orders"""",
            """"MR1064 6:25+40 CASE needs values of one type; these are TIMESTAMP, INTEGER. Convert with CAST."""" },
        { """"CREATE VIEW v AS SELECT product ~ '(' AS x FROM orders"""",
            """"MR1066 6:35+3 '(' is no regular expression: Invalid pattern '(' at offset 1. Not enough )'s."""" },
        { """"CREATE VIEW v AS SELECT at AT TIME ZONE 'Mars/Olympus' AS x FROM orders"""",
            """"MR1066 6:41+14 'Mars/Olympus' is no time zone; expected a name such as Europe/Berlin."""" },
        { """"CREATE VIEW v AS SELECT product, SUM(quantity) AS q FROM orders"""",
            """"MR1080 6:25+7 'product' is neither in GROUP BY nor inside an aggregate. Add it to GROUP BY, or write e.g. MAX(product)."""" },
        { """"CREATE VIEW v AS SELECT product, SUM(quantity) AS q FROM orders GROUP BY country"""",
            """"MR1080 6:25+7 'product' is neither in GROUP BY nor inside an aggregate. Add it to GROUP BY, or write e.g. MAX(product)."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders WHERE SUM(quantity) > 1"""",
            """"MR1081 6:51+13 the aggregate SUM cannot stand in WHERE."""" },
        { """"CREATE VIEW v AS SELECT SUM(COUNT(*)) AS x FROM orders"""",
            """"MR1081 6:29+8 the aggregate COUNT cannot stand inside another aggregate."""" },
        { """"CREATE VIEW v AS SELECT SUM(product) AS x FROM orders"""",
            """"MR1060 6:25+12 sum(TEXT) does not exist. Usage: sum([DISTINCT] x)."""" },
        { """"CREATE VIEW v AS SELECT SUM(*) AS x FROM orders"""",
            """"MR1060 6:25+6 * as an argument belongs to COUNT. Usage: sum([DISTINCT] x)."""" },
        { """"CREATE VIEW v AS SELECT upper(DISTINCT product) AS x FROM orders"""",
            """"MR1082 6:25+23 DISTINCT belongs to aggregates; 'upper' is none."""" },
        { """"CREATE VIEW v AS SELECT product, COUNT(*) AS n FROM orders GROUP BY 3"""",
            """"MR1083 6:69+1 no position 3 in a select list of 2 columns."""" },
        { """"CREATE VIEW v AS SELECT product, COUNT(*) AS n FROM orders GROUP BY prodct"""",
            """"MR1042 6:69+6 no column 'prodct' in orders. Did you mean 'product'?"""" },
        { """"CREATE SOURCE s (ts TIMESTAMP) WITH (connector = 'pipe', format = 'csv'); CREATE VIEW v AS SELECT window_start FROM TUMBLE(s, ts, INTERVAL '1 hour') GROUP BY 1"""",
            """"MR1084 6:127+2 a window over 'ts' would never close: source 's' has no watermark. Add WATERMARK FOR ts AS ts - INTERVAL '5 seconds' to it."""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE((SELECT at + INTERVAL '1 hour' AS t FROM orders), t, INTERVAL '1 hour') GROUP BY 1"""",
            """"MR1084 6:115+1 no column of event time is left in the query in FROM: 't' is computed. Select the source's time column as it is."""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, product, INTERVAL '1 hour') GROUP BY 1"""",
            """"MR1060 6:73+7 'product' is TEXT; a window goes by a TIMESTAMP column."""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '0 hours') GROUP BY 1"""",
            """"MR1085 6:77+18 the size must be longer than nothing."""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at) GROUP BY 1"""",
            """"MR1085 6:58+18 the argument size is missing. Usage: TUMBLE(table, time, size [, offset => ...] [, zone => '...'])."""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour', zoen => 'UTC') GROUP BY 1"""",
            """"MR1085 6:96+4 no argument 'zoen'. Did you mean 'zone'?"""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour', zone => 'Europe/Berln') GROUP BY 1"""",
            """"MR1066 6:104+14 no time zone 'Europe/Berln'. Zones are named as in 'Europe/Berlin' or 'UTC'."""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM HOP(orders, at, INTERVAL '1 hour', INTERVAL '15 minutes') GROUP BY 1"""",
            """"MR1085 6:74+17 the slide is longer than the size: rows between windows would be lost. Arguments are HOP(table, time, slide, size)."""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM HOP(orders, at, INTERVAL '1 second', INTERVAL '1 year') GROUP BY 1"""",
            """"MR1900 6:74+19 a slide in months with a size in days, or the reverse, does not exist yet."""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBEL(orders, at, INTERVAL '1 hour') GROUP BY 1"""",
            """"MR1044 6:58+6 no table function 'tumbel'. Did you mean 'tumble'?"""" },
        { """"CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') WHERE at < window_end GROUP BY 1"""",
            """"MR1088 6:102+15 WHERE uses window columns before the window is made. Write a query in FROM: SELECT ... FROM (SELECT *, ... FROM TUMBLE(...)) ..., or use the time column."""" },
        { """"CREATE VIEW v AS SELECT window_start, MAX(window_end - at) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY 1"""",
            """"MR1088 6:39+20 an aggregate's argument uses window columns before the window is made. Write a query in FROM: SELECT ... FROM (SELECT *, ... FROM TUMBLE(...)) ..., or use the time column."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders ORDER BY product"""",
            """"MR1087 6:45+16 ORDER BY, LIMIT and OFFSET belong to queries: a view is a stream without an end. To keep one row a key write SELECT DISTINCT ON (k, ...) ... ORDER BY e."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders LIMIT 5"""",
            """"MR1087 6:45+7 ORDER BY, LIMIT and OFFSET belong to queries: a view is a stream without an end. To keep one row a key write SELECT DISTINCT ON (k, ...) ... ORDER BY e."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders UNION ALL SELECT product, country FROM orders"""",
            """"MR1089 6:55+35 this part of UNION ALL has 2 columns, the first has 1."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders UNION ALL SELECT at FROM orders UNION ALL SELECT quantity FROM orders"""",
            """"MR1064 6:18+96 column 1 ('product') of UNION ALL has no common type: TEXT, TIMESTAMP, INTEGER. Convert with CAST."""" },
        { """"CREATE VIEW v AS VALUES (1, 2), (3)"""",
            """"MR1089 6:34+1 this row of VALUES has 1 values, the first has 2."""" },
        { """"CREATE VIEW v WITH (retention = '9 days') AS SELECT product FROM orders"""",
            """"MR1142 6:21+9 retention bounds what is stored; this view is not. Write CREATE MATERIALIZED VIEW."""" },
        { """"CREATE MATERIALIZED VIEW v WITH (retention = '9 days') AS SELECT product FROM orders"""",
            """"MR1142 6:34+9 retention goes by event time, and no column of this view is one. Select window_start or the time column."""" },
        { """"CREATE VIEW v WITH (state_ttl = '9 days') AS SELECT product FROM orders"""",
            """"MR1142 6:21+9 state_ttl bounds DISTINCT, DISTINCT ON, joins, top-n and OVER; this view has none of them. Groups are bounded by a window."""" },
        { """"CREATE VIEW v WITH (retension = '9 days') AS SELECT product FROM orders"""",
            """"MR1120 6:21+9 no option 'retension' for a view. Did you mean 'retention'?"""" },
        { """"CREATE VIEW v (CONSTRAINT c EXPECT (product) ON VIOLATION WARN) AS SELECT product FROM orders"""",
            """"MR1061 6:37+7 EXPECT needs a condition; this is TEXT. Compare it with something, e.g. with <> or IS NOT NULL."""" },
        { """"CREATE VIEW v (CONSTRAINT c EXPECT (prodct = 'x')) AS SELECT product FROM orders"""",
            """"MR1042 6:37+6 no column 'prodct' in view 'v'. Did you mean 'product'?"""" },
        { """"CREATE VIEW v AS SELECT product FROM orders EMIT SOMETIMES"""",
            """"MR1007 6:50+9 found 'SOMETIMES' where CHANGES, ON WINDOW CLOSE, FINAL or EVERY after EMIT was expected."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders EMIT EVERY INTERVAL '0 seconds'"""",
            """"MR1140 6:56+20 the interval of EVERY is longer than nothing, at most a year, and has no months."""" },
        { """"CREATE SOURCE s (a TEXT, a INTEGER) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1046 6:26+1 the column 'a' stands twice."""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipes', format = 'csv')"""",
            """"MR1123 6:44+7 no connector 'pipes'. Did you mean 'pipe'?"""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'cvs')"""",
            """"MR1123 6:61+5 no format 'cvs'. Did you mean 'csv'?"""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv', pth = 'x', size = 'big', share = 'x', loud = 'maybe', pause = 'soon', "order" = 'frist', bad_data = 'ignore', bad_data.max_rate = 2)"""",
            """"
            MR1120 6:68+3 no option 'pth' for connector 'pipe'. Did you mean 'path'?
            MR1122 6:86+5 'size' is 'big'; a whole number was expected. A size.
            MR1122 6:101+3 'share' is 'x'; a number was expected. A share.
            MR1122 6:113+7 'loud' is 'maybe'; true or false was expected. A flag.
            MR1122 6:130+6 'pause' is 'soon'; a duration such as '30 seconds' was expected. A pause.
            MR1122 6:148+7 'order' is 'frist'; one of 'first', 'last' was expected. Did you mean 'first'?
            MR1122 6:168+8 'bad_data' is 'ignore'; one of 'fail', 'drop', 'null', 'dead_letter' was expected.
            """" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv', path = '${NOWHERE}/x')"""",
            """"MR1124 6:75+14 ${NOWHERE} is not set. Set the environment variable NOWHERE, or pass --set NOWHERE=value."""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv', password = SECRET nothing)"""",
            """"MR1124 6:79+14 the secret 'nothing' is not set. Set the environment variable nothing, or nothing_FILE to the path of a file that holds it."""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv', path = x)"""",
            """"MR1007 6:75+1 found 'x' where a value was expected. Values are texts in single quotes, numbers, TRUE, FALSE or SECRET name."""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv', changes = 'upsert')"""",
            """"MR1220 6:78+8 changes = 'upsert' needs a PRIMARY KEY (column, ...): it says which row a row replaces."""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'json', changes = 'cdc')"""",
            """"MR1220 6:79+5 changes = 'cdc' needs a PRIMARY KEY (column, ...): it says which row a row replaces."""" },
        { """"CREATE SOURCE s (a TEXT PRIMARY KEY, b BOOLEAN) WITH (connector = 'pipe', format = 'json', changes = 'cdc', deleted = 'b')"""",
            """"MR1220 6:109+7 changes = 'cdc' knows from op which records delete. Leave out 'deleted'."""" },
        { """"CREATE SOURCE s (a TEXT PRIMARY KEY) WITH (connector = 'pipe', format = 'json', changes = 'upsert', cdc.envelope = 'payload')"""",
            """"MR1220 6:101+12 'cdc.envelope' belongs to changes = 'cdc'."""" },
        { """"CREATE SOURCE s (a TEXT PRIMARY KEY) WITH (connector = 'pipe', format = 'csv', deleted = 'b')"""",
            """"MR1220 6:80+7 'deleted' belongs to changes = 'upsert'; the rows of this source are only added."""" },
        { """"CREATE SOURCE s (a TEXT PRIMARY KEY, b TEXT) WITH (connector = 'pipe', format = 'csv', changes = 'upsert', deleted = 'b')"""",
            """"MR1220 6:118+3 'b' is no BOOLEAN column of the source. One can be generated: gone AS op = 'd'."""" },
        { """"CREATE SOURCE s (a TEXT PRIMARY KEY, b TEXT) WITH (connector = 'pipe', format = 'csv', changes = 'upsert', state_ttl = '1 day')"""",
            """"MR1220 6:108+9 state_ttl is counted in event time: add WATERMARK FOR column AS column - INTERVAL '...'."""" },
        { """"CREATE SOURCE s (a TEXT, PRIMARY KEY (b)) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1042 6:39+1 no column 'b' in source 's'. Its columns are: a."""" },
        { """"CREATE SOURCE s (a TEXT PRIMARY KEY, PRIMARY KEY (a)) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1012 6:38+7 PRIMARY KEY stands twice; a source has one."""" },
        { """"CREATE SOURCE rates (since TIMESTAMP, product TEXT PRIMARY KEY, rate INTEGER, WATERMARK FOR since AS since) WITH (connector = 'pipe', format = 'csv', changes = 'upsert'); CREATE VIEW v AS SELECT o.product FROM orders o RIGHT JOIN rates FOR SYSTEM_TIME AS OF o.at AS r ON o.product = r.product"""",
            """"MR1221 6:220+10 RIGHT JOIN with a row that held at a time: each row of the left side looks for one of the right, so there are JOIN and LEFT JOIN."""" },
        { """"CREATE SOURCE rates (since TIMESTAMP, product TEXT PRIMARY KEY, rate INTEGER, WATERMARK FOR since AS since) WITH (connector = 'pipe', format = 'csv', changes = 'upsert'); CREATE VIEW v AS SELECT product FROM rates FOR SYSTEM_TIME AS OF since AS r"""",
            """"MR1221 6:237+5 FOR SYSTEM_TIME AS OF without a join: it looks up, for each row of another table, the row that held at its time. Write FROM rows JOIN table FOR SYSTEM_TIME AS OF rows.time AS t ON ..."""" },
        { """"CREATE VIEW v AS SELECT o.product FROM orders o ASOF JOIN orders p ON o.product = p.product"""",
            """"MR1221 6:71+21 ASOF JOIN takes equalities and one comparison of a TIMESTAMP column of each side: ON a.k = b.k AND a.ts >= b.ts. Test anything else in WHERE."""" },
        { """"CREATE VIEW v AS SELECT o.product FROM orders o ASOF JOIN orders p ON o.product = p.product AND o.at <= p.at"""",
            """"MR1221 6:71+38 ASOF JOIN with the next row of the right side does not exist yet: when it comes is not known. Compare the other way round, a.ts >= b.ts."""" },
        { """"CREATE VIEW v AS SELECT o.product FROM orders o ASOF FULL JOIN orders p ON o.product = p.product AND o.at >= p.at"""",
            """"MR1221 6:49+14 FULL JOIN with a row that held at a time: each row of the left side looks for one of the right, so there are JOIN and LEFT JOIN."""" },
        { """"CREATE SOURCE rates (since TIMESTAMP, product TEXT PRIMARY KEY, rate INTEGER, WATERMARK FOR since AS since) WITH (connector = 'pipe', format = 'csv', changes = 'upsert'); CREATE VIEW v AS SELECT o.product FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.at AS r ON o.quantity = r.rate"""",
            """"MR1222 6:266+19 a row of 'rates' is found by its key (product); ON says nothing of 'product'."""" },
        { """"CREATE SOURCE names (product TEXT PRIMARY KEY, name TEXT, since TIMESTAMP) WITH (connector = 'pipe', format = 'csv', changes = 'upsert'); CREATE VIEW v AS SELECT o.product FROM orders o ASOF JOIN names n ON o.product = n.product AND o.at >= n.since"""",
            """"MR1223 6:208+41 the right side has no event time, so nobody knows when all rows up to 'since' are there. Add WATERMARK FOR since AS since - INTERVAL '5 seconds' to its source."""" },
        { """"CREATE VIEW big AS SELECT product, MAX(at) AS at FROM orders GROUP BY product; CREATE VIEW v AS SELECT o.product FROM orders o ASOF JOIN big b ON o.product = b.product AND o.at >= b.at"""",
            """"MR1223 6:147+38 the right side has no event time, so nobody knows when all rows up to 'at' are there. Add WATERMARK FOR at AS at - INTERVAL '5 seconds' to its source."""" },
        { """"CREATE SOURCE rates (since TIMESTAMP, product TEXT PRIMARY KEY, rate INTEGER, WATERMARK FOR since AS since) WITH (connector = 'pipe', format = 'csv', changes = 'upsert'); CREATE VIEW v AS SELECT o.product FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.product AS r ON o.product = r.product"""",
            """"MR1060 6:253+9 FOR SYSTEM_TIME AS OF takes a TIMESTAMP column of the left side; this is TEXT."""" },
        { """"CREATE VIEW v AS SELECT 1 AS a, PROCTIME() || 'x' AS p FROM orders"""",
            """"MR1224 6:33+10 PROCTIME() stands by itself in a select list without GROUP BY, or as a generated column of a source: p AS PROCTIME(). Give it a name in a view or a query in FROM, and use the name."""" },
        { """"CREATE VIEW v AS SELECT PROCTIME() AS p, COUNT(*) AS n FROM orders GROUP BY product"""",
            """"MR1224 6:25+10 PROCTIME() stands by itself in a select list without GROUP BY, or as a generated column of a source: p AS PROCTIME(). Give it a name in a view or a query in FROM, and use the name."""" },
        { """"CREATE SOURCE s (a TEXT, p AS PROCTIME(), WATERMARK FOR p AS p - INTERVAL '1 second') WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1100 6:62+23 the machine's time is never out of order: write WATERMARK FOR p AS p."""" },
        { """"CREATE SOURCE s (a TEXT NOT NULL) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1900 6:25+8 NOT NULL does not exist yet. Write CONSTRAINT has_a EXPECT (a IS NOT NULL) ON VIOLATION ..."""" },
        { """"CREATE SOURCE s (a TEXT, b AS a || 'x', c AS b || 'y') WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1101 6:46+1 'b' is a generated column, and 'c' is computed from physical columns only. Repeat its expression, or compute 'c' in a view."""" },
        { """"CREATE SOURCE s (a AS 1) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1103 6:15+1 source 's' has no column that is read. Declare the columns of the input."""" },
        { """"CREATE SOURCE s (a INTEGER MASKED WITH (function = 'hash', key = SECRET PASSWORD)) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1102 6:28+54 'a' is INTEGER; masks hide TEXT. Declare it as TEXT."""" },
        { """"CREATE SOURCE s (a TEXT MASKED WITH (function = 'hsh')) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1122 6:49+5 'function' is 'hsh'; one of 'hash', 'redact', 'last4' was expected. Did you mean 'hash'?"""" },
        { """"CREATE SOURCE s (a TEXT MASKED WITH (function = 'hash', key = 'plain')) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1102 6:25+46 the key of a mask does not stand in the file. Write key = SECRET name."""" },
        { """"CREATE SOURCE s (a TIMESTAMP, WATERMARK FOR b AS b) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1042 6:45+1 no column 'b' in source 's'. Its columns are: a."""" },
        { """"CREATE SOURCE s (a TEXT, WATERMARK FOR a AS a) WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1060 6:40+1 'a' is TEXT; a watermark goes by a TIMESTAMP column."""" },
        { """"CREATE SOURCE s (a TIMESTAMP, WATERMARK FOR a AS a + INTERVAL '1 second') WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1100 6:50+23 a watermark is written WATERMARK FOR a AS a - INTERVAL '5 seconds', or AS a."""" },
        { """"CREATE SOURCE s (a TIMESTAMP, WATERMARK FOR a AS a - INTERVAL '1 month') WITH (connector = 'pipe', format = 'csv')"""",
            """"MR1100 6:54+18 the delay of a watermark has no months: their length varies. Use days."""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv') ON LATE TO orders"""",
            """"MR1041 6:79+6 the name 'orders' is taken: it is declared in line 1. Choose another name."""" },
        { """"CREATE SOURCE s (a TEXT)"""",
            """"MR1007 6:25+1 found the end of the text where WITH (connector = '...', ...) was expected."""" },
        { """"CREATE SINK k FROM orders WITH (connector = 'pipe', path = 'x')"""",
            """"MR1040 6:20+6 'orders' is a source; a sink reads a view. Write CREATE VIEW v AS SELECT * FROM orders."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders; CREATE SINK k FROM v WITH (connector = 'pipe')"""",
            """"MR1121 6:58+1 the option 'path' is missing for connector 'pipe': A path."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders; CREATE SINK k FROM v WITH (connector = 'pipe', path = 'x', mode = 'upsert')"""",
            """"MR1141 6:65+1 'v' has no key that rows could replace each other by. Add key = 'column, ...' or use mode = 'append'."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders; CREATE SINK k FROM v WITH (connector = 'pipe', path = 'x', key = 'prod')"""",
            """"MR1042 6:111+6 no column 'prod' in view 'v'. Its columns are: product."""" },
        { """"CREATE VIEW v AS SELECT product, COUNT(*) AS n FROM orders GROUP BY 1; CREATE SINK k FROM v EMIT CHANGES WITH (connector = 'pipe', path = 'x', mode = 'append')"""",
            """"MR1140 6:93+12 'v' updates its rows, and an append-only sink cannot take rows back. Use EMIT FINAL, or mode = 'upsert'."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders; CREATE SINK k FROM v WITH (connector = 'pipe', pth = 'x')"""",
            """"MR1120 6:93+3 no option 'pth' for connector 'pipe'. Did you mean 'path'?"""" },
        { """"CREATE DASHBOARD d (TILE pie 'x' FROM orders)"""",
            """"MR1145 6:26+3 no tile 'pie'. Kinds are: kpi, line, bar, table, quality, pipeline."""" },
        { """"CREATE DASHBOARD d (TILE kpi 'x' FROM orders VALUE quantity)"""",
            """"MR1143 6:39+6 'orders' is a source; a tile shows a stored view. Write CREATE MATERIALIZED VIEW v AS SELECT ... FROM orders."""" },
        { """"CREATE VIEW v AS SELECT product FROM orders; CREATE DASHBOARD d (TILE table 'x' FROM v)"""",
            """"MR1143 6:86+1 'v' is not stored. Write CREATE MATERIALIZED VIEW v ..."""" },
        { """"CREATE MATERIALIZED VIEW v AS SELECT window_start, product, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY 1, 2; CREATE DASHBOARD d (TILE kpi 'x' FROM v VALUE n)"""",
            """"MR1144 6:171+1 a kpi shows one row a window, but 'v' has one for each product. Write a view without product in its GROUP BY."""" },
        { """"CREATE MATERIALIZED VIEW v AS SELECT window_start, product, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY 1, 2; CREATE DASHBOARD d (TILE line 'x' FROM v Y n)"""",
            """"MR1144 6:172+1 a line has one row for each window_start, but 'v' has one for each product too. Add SERIES product."""" },
        { """"CREATE MATERIALIZED VIEW v AS SELECT window_start, product, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY 1, 2; CREATE DASHBOARD d (TILE bar 'x' FROM v X n Y n)"""",
            """"MR1144 6:171+1 a bar shows one row for each n of the newest window, but 'v' has one for each product. Write X product, or a view that groups by its window and n alone."""" },
        { """"CREATE MATERIALIZED VIEW v AS SELECT product, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start, product; CREATE DASHBOARD d (TILE kpi 'x' FROM v VALUE m, TILE line 'y' FROM v X product Y n, TILE bar 'z' FROM v X product Y product)"""",
            """"
            MR1042 6:182+1 no column 'm' in view 'v'. Its columns are: product, n.
            MR1144 6:208+7 'product' is TEXT; the horizontal axis of a line is a time or a number. Use a bar.
            MR1144 6:253+7 'product' is TEXT; Y needs a number.
            """" },
        { """"CREATE MATERIALIZED VIEW v AS SELECT COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start; CREATE DASHBOARD d (TILE kpi 'x' FROM v VALUE n FORMAT 'euro', TILE kpi 'y' FROM v VALUE n, TILE kpi 'y' FROM v VALUE n WIDTH 9, TILE kpi 'y' FROM v VALUE n TOP 3)"""",
            """"
            MR1145 6:173+6 no format 'euro'. There are: number, currency, percent.
            MR1144 6:199+1 a kpi shows the newest window of 'v', but the view does not select its window. Add window_start to its select list.
            MR1145 6:244+1 WIDTH is 1 to 4 columns of the page, not 9.
            MR1145 6:275+3 a kpi has no TOP. It takes VALUE, FORMAT, WIDTH.
            """" },
        { """"SET commit_intervall = '1 second'"""",
            """"MR1125 6:5+16 no setting 'commit_intervall'. Did you mean 'commit_interval'?"""" },
        { """"SET commit_interval = '2 hours'"""",
            """"MR1122 6:23+9 'commit_interval' is '2 hours'; 1 millisecond to 1 hour was expected."""" },
        { """"SET checkpoints.keep_for = '2 days'"""",
            """"MR1122 6:28+8 'checkpoints.keep_for' is '2 days'; 0 seconds to 1 day was expected."""" },
        { """"SET memory.limit = 'much'"""",
            """"MR1122 6:20+6 'memory.limit' is 'much'; a size such as '512 MB' was expected."""" },
        { """"SET lanes = 100"""",
            """"MR1122 6:13+3 'lanes' is '100'; a whole number from 0 to 64 was expected."""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv', format = 'json')"""",
            """"MR1012 6:68+6 the option 'format' stands twice."""" },
        { """"EXPLAIN SELECT 1"""",
            """"MR1011 6:1+6 a file declares a pipeline; a query is asked of one that runs. Write CREATE VIEW name AS SELECT ..., or use millrace query and millrace explain."""" },
        { """"CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv', start = 'now')"""",
            """"MR1900 6:76+5 start = 'now' does not exist yet. Sources are read from the start; filter older rows in a view."""" },
        { """"CREATE VIEW v AS SELECT product LIKE 'a\' AS x FROM orders"""",
            """"MR1066 6:38+4 the pattern ends with its escape character."""" },
        { """"CREATE VIEW v AS SELECT COUNT(*) AS n FROM orders; CREATE VIEW w AS SELECT FIRST_VALUE(n) AS f FROM v"""",
            """"MR1086 6:76+14 first_value cannot take rows back, and v updates its rows without end. Group by a window below, so that its rows become final, or aggregate what it is made of."""" },
        { """"CREATE VIEW v AS SELECT quantity FROM orders WHERE; CREATE VIEW w AS SELECT * FROM v; CREATE VIEW x AS SELECT * FROM vv"""",
            """"
            MR1007 6:51+1 found ';' where an expression was expected.
            MR1040 6:118+2 no source or view 'vv'. Did you mean 'v'?
            """" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_text_gives_these_errors(string text, string errors) => Assert.Equal(errors, Compiling.Errors(Compiling.Orders + text));

    [Theory]
    [InlineData("CREATE SOURCE s (a TEXT) WITH (format = 'csv')", "MR1121 6:15+1 source 's' names no connector: add connector = '...'. There are: ")]
    [InlineData("CREATE SOURCE s (a TEXT) WITH (conector = 'pipe', format = 'csv')", "MR1121 6:15+1 source 's' names no connector: add connector = '...'. Is 'conector' a slip of it? There are: ")]
    [InlineData("CREATE VIEW v AS SELECT date_trunc('fortnight', at) AS x FROM orders", "MR1066 6:36+11 'fortnight' is no unit of time")]
    [InlineData("CREATE VIEW v AS SELECT EXTRACT(HUOR FROM at) AS x FROM orders", "MR1066 6:33+4 'huor' is no unit of time")]
    [InlineData("CREATE VIEW v AS SELECT product ~ ('(' || lower('X')) AS x FROM orders", "MR1066 6:36+17 '(x' is no regular expression")]
    [InlineData("CREATE SOURCE s (a TEXT) WITH (connector = 'null', format = 'csv')", "MR1123 6:44+6 connector 'null' is no source. Sources are ")]
    [InlineData("CREATE SOURCE s (a TEXT) WITH (connector = 'pipe')", "MR1121 6:15+1 connector 'pipe' needs a format: add format = '...'. There are: ")]
    public void A_faulty_text_gives_an_error_that_lists_what_there_is(string text, string start) => Assert.StartsWith(start, Compiling.Errors(Compiling.Orders + text));

    [Theory]
    [InlineData("SELECT 1 LIMIT -1", "MR1090 1:16+2 LIMIT is a whole number from 0.")]
    [InlineData("SELECT 1 OFFSET 'x'", "MR1090 1:17+3 OFFSET is a whole number from 0.")]
    [InlineData("VALUES (1 / 0)", "MR1065 1:9+5 a value in VALUES must be a constant that can be computed.")]
    [InlineData("SELECT 1; SELECT 2", "MR1011 1:11+8 a query is one statement; this is a second.")]
    [InlineData("", "MR1007 1:1+1 the query is empty. Write e.g. SELECT * FROM view.")]
    [InlineData("CREATE VIEW v AS SELECT 1 AS x", "MR1011 1:1+6 a query only reads: SELECT, VALUES, EXPLAIN or SHOW. Pipelines are declared in a file that millrace run starts.")]
    [InlineData("SELECT 1 EMIT CHANGES", "MR1011 1:10+4 EMIT in a query: a query reads what is stored now, once. EMIT is said in a view or a sink.")]
    [InlineData("SELECT * FROM x", "MR1040 1:15+1 no table 'x'.")]
    [InlineData("SELECT 1 AS a UNION ALL SELECT 2 ORDER BY 2", "MR1083 1:43+1 no position 2 in a select list of 1 columns.")]
    [InlineData("SELECT DISTINCT 1 AS a FROM (VALUES (1)) AS t(b) ORDER BY b + 1", "MR1083 1:59+5 with DISTINCT, ORDER BY takes what the select list has.")]
    [InlineData("SHOW FUNCTION", "MR1010 1:6+8 nothing to show as 'function'. Did you mean 'FUNCTIONS'?")]
    public void A_faulty_query_gives_these_errors(string text, string errors) =>
        Assert.Equal(errors, Compiling.Short(Millrace.Sql.SqlCompiler.CompileQuery(text, [], Compiling.Options).Diagnostics));

    [Fact]
    public void A_finding_shows_code_place_line_marks_message_and_page()
    {
        var text = """
            CREATE SOURCE clean (at TIMESTAMP, country TEXT, WATERMARK FOR at AS at) WITH (connector = 'pipe', format = 'csv');
            CREATE VIEW v AS
              SELECT window_start, country, COUNT(*) AS n FROM TUMBLE(clean, at, INTERVAL '1 hour')
               GROUP BY window_start, contry
            """;
        var error = Millrace.Sql.SqlCompiler.Compile(text, Compiling.Options).Diagnostics.Single(d => d.Severity == Millrace.Sql.Severity.Error);
        Assert.Equal("""
            MR1042 at sales.sql:4:27
                  GROUP BY window_start, contry
                                         ^^^^^^
            no column 'contry' in the result of TUMBLE(clean, ...). Did you mean 'country'?
            docs/reference/errors.md#mr1042
            """, Millrace.Sql.DiagnosticText.Render(error));
    }

    [Fact]
    public void Marks_stand_below_what_they_mark_behind_tabs_and_in_long_lines()
    {
        var tabs = Millrace.Sql.DiagnosticText.Render(new Millrace.Sql.Diagnostic("MR1007", Millrace.Sql.Severity.Error, "m", "f", 1, 3, 2, "\t\txy"));
        Assert.Contains("   \t\txy\n   \t\t^^\n", tabs, StringComparison.Ordinal);
        var longLine = Millrace.Sql.DiagnosticText.Render(new Millrace.Sql.Diagnostic("MR1007", Millrace.Sql.Severity.Error, "m", "f", 1, 5001, 2, new string('a', 5000) + "xy" + new string('b', 5000))).Split('\n');
        Assert.Equal("xy", longLine[1].Substring(longLine[2].IndexOf('^', StringComparison.Ordinal), 2));
        Assert.True(longLine[1].Length < 200);
    }

    [Fact]
    public void Findings_stand_in_the_order_of_the_text_and_several_are_told()
    {
        var errors = Compiling.Errors($"""
            {Compiling.Orders}CREATE VIEW a AS SELECT contry, qantity, product FROM orders WHERE;
            CREATE VIEW b AS SELECT prodct FROM orders;
            CREATE VIEW c AS SELECT * FROM a;
            SET lanes = -1;
            """);
        Assert.Equal(["MR1007 6:67+1", "MR1042 7:25+6", "MR1122 9:13+2"], errors.Split('\n').Select(e => string.Join(' ', e.Split(' ')[..2])));
    }

    [Theory]
    [InlineData("CREATE VIEW v AS SELECT product, COUNT(*) AS n FROM orders GROUP BY product",
        "MR2001 6:69+7 every group of 'v' is kept for ever: GROUP BY has no window. Group by window_start of TUMBLE(...) or HOP(...) if the keys grow without end.")]
    [InlineData("CREATE VIEW v AS SELECT DISTINCT product FROM orders",
        "MR2001 6:18+15 every key of 'v' is kept for ever. Add WITH (state_ttl = '1 day') to the view, or the time column to the keys, so that old keys are forgotten.")]
    [InlineData("CREATE VIEW v AS SELECT DISTINCT ON (invoice) * FROM orders",
        "MR2001 6:38+7 every key of 'v' is kept for ever. Add WITH (state_ttl = '1 day') to the view, or the time column to the keys, so that old keys are forgotten.")]
    [InlineData("CREATE VIEW v WITH (state_ttl = '1 day') AS SELECT DISTINCT ON (invoice) * FROM orders", "")]
    [InlineData("CREATE VIEW v AS SELECT DISTINCT ON (invoice, at) * FROM orders", "")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM orders", "")]
    [InlineData("CREATE SOURCE s (a TEXT MASKED WITH (function = 'hash')) WITH (connector = 'pipe', format = 'csv')",
        "MR2003 6:25+31 the hash of 'a' has no key: whoever knows a value can compute its hash and find it. Add key = SECRET name.")]
    [InlineData("CREATE SOURCE s (a TEXT MASKED WITH (function = 'redact'), b AS upper(a)) WITH (connector = 'pipe', format = 'csv')",
        "MR2004 6:71+1 'b' is computed from the true value of 'a', which is masked. Make sure that it does not reveal it.")]
    [InlineData("CREATE VIEW v AS SELECT product, COUNT(*) AS n FROM orders GROUP BY product; CREATE SINK k FROM v WITH (connector = 'pipe', path = 'x', mode = 'append')",
        "MR2001 6:69+7 every group of 'v' is kept for ever: GROUP BY has no window. Group by window_start of TUMBLE(...) or HOP(...) if the keys grow without end.\nMR2005 6:90+1 'v' keeps groups without a window: the sink hears of them only when the input ends.")]
    [InlineData("CREATE VIEW v AS SELECT o.product FROM orders o ASOF JOIN orders p ON o.product = p.product AND o.at >= p.at",
        "MR2021 6:49+9 the newest row of each key of the right side is kept for ever in 'v'. Add WITH (state_ttl = '1 day') to the view, if older rows are not to be found.")]
    [InlineData("CREATE VIEW v WITH (state_ttl = '1 day') AS SELECT o.product FROM orders o ASOF JOIN orders p ON o.product = p.product AND o.at >= p.at", "")]
    [InlineData("CREATE SOURCE names (product TEXT PRIMARY KEY, name TEXT) WITH (connector = 'pipe', format = 'csv', changes = 'upsert'); CREATE VIEW v AS SELECT n.name FROM orders o JOIN names FOR SYSTEM_TIME AS OF PROCTIME() AS n ON o.product = n.product",
        "MR2020 6:167+4 each row is joined with what the table holds when it comes, which may be another thing in another run.")]
    public void What_runs_but_should_be_known_is_a_warning(string text, string warnings)
    {
        Assert.Equal(warnings, Compiling.Warnings(Compiling.Orders + text));
    }
}
