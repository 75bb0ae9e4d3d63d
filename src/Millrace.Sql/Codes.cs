namespace Millrace.Sql;

/// <summary>A kind of finding: its stable code, what it is, why it comes about and what to do.</summary>
/// <param name="Id">"MR1042".</param>
/// <param name="Title">A few words.</param>
/// <param name="Cause">Why it comes about.</param>
/// <param name="Fix">What to do.</param>
public sealed record Code(string Id, string Title, string Cause, string Fix);

/// <summary>Every kind of finding, once. MR100x: the text; MR104x: names; MR106x: types; MR108x: grouping and windows; MR110x: sources; MR112x: options; MR114x: views, sinks, dashboards; MR170x: tests; MR1900: not yet; MR2xxx: warnings.</summary>
public static class Codes
{
    static readonly List<Code> s_all = [];

    /// <summary>All of them, by code.</summary>
    public static IReadOnlyList<Code> All => s_all;

    static Code New(int number, string title, string cause, string fix)
    {
        var code = new Code($"MR{number}", title, cause, fix);
        s_all.Add(code);
        return code;
    }

    internal static readonly Code TextTooLong = New(1001, "the text is too long", "A text may have 1,000,000 characters and 1,000 statements.", "Split the file; put data into a file of its own.");
    internal static readonly Code BadCharacter = New(1002, "a character without meaning", "The character is in no name, number, text or operator.", "Put names with other characters in double quotes and texts in single quotes.");
    internal static readonly Code OpenText = New(1003, "a text without an end", "A text begins with ' and the closing ' is missing.", "Close the text; a ' inside a text is written ''.");
    internal static readonly Code OpenName = New(1004, "a quoted name without an end", "A name begins with \" and the closing \" is missing.", "Close the name; texts stand in single quotes.");
    internal static readonly Code OpenComment = New(1005, "a comment without an end", "A comment begins with /* and the closing */ is missing. Comments nest.", "Close the comment.");
    internal static readonly Code BadNumber = New(1006, "not a number", "Letters follow digits directly, or the number has more than 38 digits.", "Separate the two, quote the name, or write a shorter number.");
    internal static readonly Code Unexpected = New(1007, "something else was expected", "The text does not follow the grammar at this place.", "The message says what was found and what was expected; docs/reference/sql.md has the grammar.");
    internal static readonly Code ReservedWord = New(1008, "a reserved word as a name", "The word has a meaning of its own in SQL.", "Choose another name, or put it in double quotes.");
    internal static readonly Code TooDeep = New(1009, "nested too deeply", "Expressions and queries may be nested 200 deep, and an expression may have 100,000 parts.", "Split the expression: a view or a query in FROM can compute a part.");
    internal static readonly Code UnknownStatement = New(1010, "an unknown statement", "A statement begins with a word that begins none.", "Statements are CREATE SOURCE, VIEW, MATERIALIZED VIEW, SINK, DASHBOARD, TEST and SET; in queries SELECT, VALUES, EXPLAIN and SHOW.");
    internal static readonly Code MisplacedStatement = New(1011, "a statement in the wrong place", "A file declares sources, views, sinks and dashboards; a query asks. Each takes the other's statements only where they mean something.", "Put a SELECT of a file into a CREATE VIEW; ask questions with millrace query.");
    internal static readonly Code Repeated = New(1012, "a clause stands twice", "The clause may be given once.", "Delete one of them.");

    internal static readonly Code UnknownTable = New(1040, "no such source or view", "The name is not declared, or declared further down. A statement can only use what stands above it.", "Correct the name, or move the declaration up.");
    internal static readonly Code TakenName = New(1041, "the name is taken", "Sources, views, sinks, dashboards, constraints and late tables have one name each; dead_letters is the engine's own.", "Choose another name.");
    internal static readonly Code UnknownColumn = New(1042, "no such column", "The column is not among those of the FROM clause. Unquoted names fold to lower case; quoted ones are exact.", "Correct the name; the message lists what there is.");
    internal static readonly Code AmbiguousColumn = New(1043, "an ambiguous column", "The name stands for more than one column.", "Write the table before it, or give aliases.");
    internal static readonly Code UnknownFunction = New(1044, "no such function", "The catalogue has no function of this name.", "Correct the name; SHOW FUNCTIONS lists them.");
    internal static readonly Code UnknownType = New(1045, "no such type", "The type does not exist.", "Types are BOOLEAN, INTEGER, BIGINT, DOUBLE, DECIMAL(p,s), TEXT, TIMESTAMP, INTERVAL and BYTES.");
    internal static readonly Code DuplicateColumn = New(1046, "two columns of one name", "A source or view has two columns of one name.", "Give one of them another name with AS.");
    internal static readonly Code BadColumnName = New(1047, "a name that columns cannot have", "Names that begin with $ are the engine's own; empty names are none.", "Choose another name.");

    internal static readonly Code WrongTypes = New(1060, "types do not fit", "The operator or function is not there for these types, and no implicit conversion makes it so.", "Convert with CAST(x AS type), or TRY_CAST where it may fail.");
    internal static readonly Code NotBoolean = New(1061, "not a condition", "WHERE, HAVING, EXPECT, FILTER, WHEN, AND, OR and NOT need a BOOLEAN.", "Compare the value with something, e.g. x <> 0.");
    internal static readonly Code NoCast = New(1062, "no conversion", "CAST cannot convert between these types.", "Convert by way of TEXT, or extract the part that is meant.");
    internal static readonly Code BadLiteral = New(1063, "a value that its type cannot hold", "The text cannot be read as the type that its place demands.", "Write it as the type's text form, e.g. TIMESTAMP '2024-01-31 12:00:00', INTERVAL '5 minutes'.");
    internal static readonly Code NoCommonType = New(1064, "no common type", "Branches of CASE, elements of IN, arguments of COALESCE and columns of UNION, INTERSECT and EXCEPT need one type.", "Convert with CAST.");
    internal static readonly Code NotConstant = New(1065, "not a constant", "A constant is needed here.", "Write a literal.");
    internal static readonly Code BadArgument = New(1066, "an argument that the function refuses", "A constant argument (a pattern, a zone, a field) is not one that the function knows.", "The message says what is wrong with it.");

    internal static readonly Code NotGrouped = New(1080, "a column that is not grouped", "The query aggregates; a column outside an aggregate must be in GROUP BY.", "Add it to GROUP BY, or aggregate it, e.g. MAX(x).");
    internal static readonly Code MisplacedAggregate = New(1081, "an aggregate in the wrong place", "Aggregates stand in SELECT and HAVING; they do not nest.", "Use HAVING for conditions on aggregates, or aggregate in a view and again in a view over it.");
    internal static readonly Code NotAnAggregate = New(1082, "not an aggregate", "DISTINCT, FILTER and * belong to aggregates.", "Leave it out.");
    internal static readonly Code BadPosition = New(1083, "no such position", "GROUP BY n and ORDER BY n count the columns of the select list from 1.", "Use a position of the list, or a name.");
    internal static readonly Code NoWatermark = New(1084, "a window without a watermark", "A window closes when the watermark passes its end; nothing says how far event time has come here.", "Add WATERMARK FOR column AS column - INTERVAL '...' to the source, and use that column (or a view's window column).");
    internal static readonly Code BadWindow = New(1085, "an impossible window", "Sizes, slides, steps and gaps are positive; months do not mix with days and time; a slide is not longer than its size, and a step divides it.", "Correct the interval.");
    internal static readonly Code CannotRetract = New(1086, "an aggregate that cannot take rows back", "The input updates its rows and nothing says when they are final, and the aggregate cannot take an old row back.", "Use an aggregate that can, or aggregate over a view that does not update or whose rows become final, such as one that groups by a window.");
    internal static readonly Code MisplacedOrder = New(1087, "ORDER BY or LIMIT in a view", "A view is a stream without an end; it has no order and no first n rows.", "Order when you query the view; keep one row a key with DISTINCT ON (k) ... ORDER BY e.");
    internal static readonly Code WindowMix = New(1088, "window columns mixed with others", "In a windowed GROUP BY the columns window_start, window_end and window_time are known only after grouping.", "Compute it in a query in FROM over TUMBLE or HOP, or use the time column itself.");
    internal static readonly Code UnionColumns = New(1089, "parts of different width", "The parts of UNION, INTERSECT and EXCEPT, and the rows of VALUES, need the same number of columns.", "Add or remove columns.");
    internal static readonly Code BadLimit = New(1090, "not a row count", "LIMIT and OFFSET are whole numbers from 0.", "Write a whole number.");

    internal static readonly Code BadWatermark = New(1100, "a watermark of another form", "A watermark is its own column, or that column less a constant interval without months.", "Write WATERMARK FOR c AS c - INTERVAL '5 seconds'.");
    internal static readonly Code GeneratedColumn = New(1101, "a generated column over another", "Generated columns are computed from physical columns only.", "Repeat the expression, or compute it in a view.");
    internal static readonly Code BadMask = New(1102, "a mask that does not fit", "Masks are 'hash', 'redact' and 'last4', and hide physical TEXT columns.", "Correct the function, or make the column TEXT.");
    internal static readonly Code NoColumns = New(1103, "nothing to read", "A source needs a physical column.", "Declare the columns of the input.");
    internal static readonly Code BadMetadata = New(1104, "metadata that is not there", "METADATA is what a connector knows of a message besides its fields: its key, its offset. Connectors of messages (kafka) have it, each of a certain type.", "The message says what there is; a field of the input is named with FROM 'path'.");

    internal static readonly Code UnknownOption = New(1120, "no such option", "Neither the connector, the format nor the engine knows the option.", "Correct the name; the message lists what there is.");
    internal static readonly Code MissingOption = New(1121, "an option is missing", "The connector cannot work without it.", "Add it to WITH (...).");
    internal static readonly Code BadOption = New(1122, "an option's value does not fit", "The value is of another kind, or out of range.", "The message says what was expected.");
    internal static readonly Code UnknownConnector = New(1123, "no such connector or format", "The name is not registered, or the connector cannot be used in this way.", "SHOW CONNECTORS and SHOW FORMATS list them.");
    internal static readonly Code MissingVariable = New(1124, "a variable is not set", "${NAME} in an option is filled from --set NAME=value or the environment; a SECRET from the environment or the file that NAME_FILE names.", "Set it.");
    internal static readonly Code UnknownSetting = New(1125, "no such setting", "SET knows no such name.", "SHOW SETTINGS lists them.");

    internal static readonly Code BadEmit = New(1140, "an EMIT that does not fit", "The interval of EVERY is positive; an append-only sink cannot take rows back.", "Use EMIT FINAL, or mode = 'upsert'.");
    internal static readonly Code NoKey = New(1141, "no key", "An upsert sink replaces rows by key; the view has none and the sink names none.", "Add key = 'column, ...' or group the view.");
    internal static readonly Code BadRetention = New(1142, "a bound that does not fit", "retention needs a materialized view with a column of event time; state_ttl bounds DISTINCT, joins, top-n and OVER.", "Select window_start (or the time column), or leave the option out.");
    internal static readonly Code NotMaterialized = New(1143, "a view that is not stored", "Tiles read stored views.", "Write CREATE MATERIALIZED VIEW.");
    internal static readonly Code TileShape = New(1144, "a view that does not fit its tile", "Tiles aggregate nothing: a kpi shows one row per window (or a single row), a bar the newest window by one more key, a line one series or one more key as SERIES.", "Write a view of that shape; the message says which.");
    internal static readonly Code BadTile = New(1145, "a tile of another form", "Kinds are kpi, line, bar, table, quality and pipeline, each with its own clauses.", "Correct the kind or the clause.");

    internal static readonly Code RepeatedTable = New(1200, "two tables of one name", "Two tables of a FROM have one name, so that nobody can say which is meant.", "Give one of them an alias: FROM t AS a JOIN t AS b.");
    internal static readonly Code MisplacedQuery = New(1201, "a query in the wrong place", "IN (SELECT ...) and EXISTS are conditions of WHERE that AND joins to the others; a query that stands for a value can stand in SELECT, WHERE and HAVING.", "Write the condition by itself, joined by AND; or join the table in FROM.");
    internal static readonly Code QueryColumns = New(1202, "a query of another width", "A query that stands for a value, or behind IN, has one column.", "Select one column.");
    internal static readonly Code OuterColumn = New(1203, "a column of the query around", "A query inside another may compare its columns with those of the query around it only by conditions of its own WHERE; one that stands for a value only by equalities.", "Move the condition to WHERE, or join the tables in FROM.");
    internal static readonly Code LostTime = New(1204, "a window over rows that may come at any time", "A join or a condition with a query lets old rows come through later, so that a window over them would never be complete.", "Bound the join by event time, or join after the window.");

    internal static readonly Code UpsertKey = New(1220, "an upsert source that does not fit", "A row of an upsert source replaces the row of its PRIMARY KEY; deleted and state_ttl belong to such sources.", "Add PRIMARY KEY (column, ...) and changes = 'upsert', or leave the option out.");

    internal static readonly Code BadLookup = New(1221, "a look-up of another form", "JOIN ... FOR SYSTEM_TIME AS OF and ASOF JOIN look for one row of the right side for each row of the left: by equal keys and by time.", "Write a JOIN b FOR SYSTEM_TIME AS OF a.ts AS b ON a.k = b.k, or a ASOF JOIN b ON a.k = b.k AND a.ts >= b.ts.");
    internal static readonly Code LookupKey = New(1222, "a look-up by something else than the key", "A row of an upsert source is found by its whole PRIMARY KEY.", "Compare every column of the key in ON with =.");
    internal static readonly Code LookupTime = New(1223, "a look-up without event time", "Which row held at a time is known when the watermarks of both sides have passed it.", "Add WATERMARK FOR column AS column - INTERVAL '...' to the source and use that column, or look up what holds now with FOR SYSTEM_TIME AS OF PROCTIME().");
    internal static readonly Code MisplacedProctime = New(1224, "PROCTIME() in the wrong place", "The machine's time is given to rows as a column of a select list without GROUP BY, or as a generated column of a source.", "Select PROCTIME() AS p in a view or a query in FROM, and use p.");

    internal static readonly Code BadLateness = New(1240, "an ON LATE UPDATE FOR that does not fit", "It takes a constant time above zero without months, and a source with a watermark.", "Write ON LATE UPDATE FOR INTERVAL '5 minutes', and give the source a watermark.");
    internal static readonly Code CumulateKey = New(1241, "CUMULATE grouped by the start alone", "The windows of CUMULATE share their start; the end tells them apart.", "Add window_end to GROUP BY.");
    internal static readonly Code SessionKeys = New(1242, "a session that is not its group", "The sessions of a key are the groups of SESSION: GROUP BY has window_start or window_end and exactly the columns of PARTITION BY.", "Group by the columns of PARTITION BY, or leave PARTITION BY out.");
    internal static readonly Code SessionRows = New(1243, "sessions without GROUP BY", "How long a session is is known only when it ends, so SESSION has no rows of its own: it gives one row a session.", "Write GROUP BY window_start, window_end and the keys.");

    internal static readonly Code UnlimitedRank = New(1260, "a rank without a limit", "By an order other than that of event time every row that comes may give a new number to all rows behind it.", "Keep the first n rows: a query around it with WHERE rn <= n.");
    internal static readonly Code MisplacedOver = New(1261, "OVER in the wrong place", "OVER is computed for the select list, after WHERE, GROUP BY and HAVING.", "Give it a name in a query in FROM, and use the name.");
    internal static readonly Code BadOver = New(1262, "an OVER that does not fit", "The function, its arguments, the window or its frame is not one that OVER can compute.", "The message says what is wrong; docs/reference/sql.md has the functions and frames.");
    internal static readonly Code OverOrder = New(1263, "OVER by an order without an end", "The rows of a stream are put in order when the watermark has passed them; it speaks of event time alone.", "Order by a column of event time, ascending, or have one in PARTITION BY.");

    internal static readonly Code BadGrouping = New(1280, "grouping sets that do not fit", "GROUP BY makes at most 4,096 grouping sets over 31 keys; GROUPING(a, b) says which of its keys a row's set leaves out.", "Write fewer sets; give GROUPING what stands in GROUP BY.");
    internal static readonly Code BadPattern = New(1281, "a pattern that does not fit", "A pattern is a row of different variables, each with a quantifier; it must need at least one row.", "Correct the pattern; the message says what is wrong with it.");
    internal static readonly Code BadMatchOrder = New(1282, "a pattern without event time", "MATCH_RECOGNIZE looks at a row once the watermark has passed it, so its ORDER BY begins with a column that the watermark speaks of, ascending.", "Order by the time column of the source, or by a view's window column.");
    internal static readonly Code BadMeasure = New(1283, "FIRST, LAST, PREV or an aggregate in another form", "Inside MATCH_RECOGNIZE they take the columns of one variable: LAST(v.x, n), SUM(v.x * v.y). They do not nest.", "Name one variable, and give n as a whole number from 0.");
    internal static readonly Code UnknownVariable = New(1284, "no such variable", "The variable is not in PATTERN.", "Correct the name; the message lists what there is.");
    internal static readonly Code BadTableFunction = New(1285, "a table function in another form", "Table functions stand in FROM. Behind LATERAL, CROSS JOIN, INNER JOIN or LEFT JOIN ... ON TRUE they are asked for each row of what stands before them.", "Write FROM t CROSS JOIN LATERAL f(t.x) AS u(a), or LEFT JOIN LATERAL f(t.x) AS u(a) ON TRUE.");

    internal static readonly Code UnknownModel = New(1300, "no such model", "The name is not that of a model declared above.", "Correct the name; the message lists what there is.");
    internal static readonly Code UnknownModelType = New(1301, "no such type of model", "type names a model of Millrace.Learning.", "SHOW MODEL_TYPES lists them; the message names the nearest.");
    internal static readonly Code BadTarget = New(1302, "a target that does not fit", "Classifiers tell a TEXT, a BOOLEAN or a whole number, regressors a number, detectors of anomalies have no target.", "Name another column, cast it, or choose another type of model.");
    internal static readonly Code BadFeature = New(1303, "a column that a model cannot look at", "A model looks at numbers, truth values and texts, by the same names and kinds where it learns and where it is asked.", "Cast or rename the column; take a number of a time with EXTRACT.");
    internal static readonly Code BadModelRows = New(1304, "rows that a model cannot take", "A model learns final rows in the order of event time and is asked in that order.", "Give the source a WATERMARK, select its time column or a window's, and leave EMIT out.");

    internal static readonly Code BadSeries = New(1305, "a series that does not fit", "ML_FORECAST and ML_DETECT_ANOMALIES follow numbers in the order of event time: f(value, time, name => argument) OVER (PARTITION BY key ORDER BY time), one in a select list.", "The message says what is wrong.");

    internal static readonly Code TestSource = New(1700, "a test that gives to something else than a source", "GIVEN, ADVANCE EVENT TIME and END name a source of the file.", "Correct the name; a test gives rows to sources and looks at views.");
    internal static readonly Code TestRow = New(1701, "a row of a test that does not fit", "A row of GIVEN has a value for each physical column of the source, or for each that the list behind its name has; a row of RETURNS one for each column of the query.", "Add or remove values.");
    internal static readonly Code TestColumn = New(1702, "a column that a test cannot give", "GIVEN fills the physical columns of a source; generated ones are computed from them.", "Leave it out of the list.");
    internal static readonly Code TestStep = New(1703, "a step of a test in the wrong place", "A test gives rows while its input has not ended, moves time forwards, and expects something.", "Move or remove the step; the message says which.");
    internal static readonly Code TestValue = New(1704, "a value of a test that its column cannot hold", "The value is of another type than its column, or has digits that the column would round away.", "Write it as the column holds it; the message names the type.");

    internal static readonly Code NotYet = New(1900, "does not exist yet", "The clause belongs to the language, but this version does not have it.", "Leave it out, or use what the message names.");

    internal static readonly Code UnboundedState = New(2001, "unbounded state", "Without a window every key is kept for ever; without an event time in its key or state_ttl so is every key of DISTINCT.", "Group by a window (TUMBLE, HOP), or add WITH (state_ttl = '1 day') to the view.");
    internal static readonly Code UnkeyedHash = New(2003, "a hash without a key", "Without a key anybody can hash a known value and compare.", "Add key = SECRET name to MASKED WITH.");
    internal static readonly Code MaskLeak = New(2004, "a generated column reads a masked one", "It is computed before masks apply, from the true value.", "Make sure that it does not reveal the value.");
    internal static readonly Code LateFinal = New(2005, "FINAL without a window", "Without a window nothing is final before the input ends.", "Use EMIT CHANGES with mode = 'upsert', or group by a window.");
    internal static readonly Code UnboundedJoin = New(2010, "a join that keeps rows for ever", "Nothing in the condition says how far apart in event time two rows may be that belong together, so a partner may come at any time.", "Add a condition over the event times of both sides (BETWEEN, or equal window columns), or WITH (state_ttl = '1 day') to the view.");

    internal static readonly Code LookupNow = New(2020, "a look-up in what holds now", "The table has no event time, so a row is joined with what the table holds when the row comes. Another run may join it with something else.", "Give the table a WATERMARK and look up AS OF the rows' own time; or leave it, if what holds now is meant.");
    internal static readonly Code AsofKeeps = New(2021, "ASOF keeps a row a key for ever", "The newest row of a key may be asked for at any time.", "Add WITH (state_ttl = '1 day') to the view: older rows are not found then.");

    internal static readonly Code OverWaits = New(2040, "OVER that waits for the end", "The rows below may change for as long as the input goes on, so they are put in order when it ends.", "Group or rank by a window below, so that rows become final; or ask for the result with millrace query.");
    internal static readonly Code OpenPattern = New(2050, "a pattern without a limit", "A quantifier without an upper limit can take rows for ever, and all of them are kept until the match is decided.", "Add WITHIN INTERVAL '...' behind the pattern, or an upper limit: {1,100} in place of +.");

    internal static readonly Code NothingDeclared = New(2740, "a file that declares nothing", "The file is empty, or holds comments alone.", "Write CREATE SOURCE and CREATE VIEW; check whether it is the file that was meant.");
}
