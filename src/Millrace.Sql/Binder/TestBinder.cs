using System.Collections.Immutable;
using System.Globalization;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Sql.Syntax;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Sql.Binder;

/// <summary>CREATE TEST, bound when the whole file is known: it may stand above what it tests.</summary>
internal sealed class TestBinder(Compilation compilation, IReadOnlyList<SourceDefinition> sources, IReadOnlyList<ViewDefinition> views)
{
    /// <summary>How far event time has been moved, by source, and in which line.</summary>
    readonly Dictionary<string, (Timestamp Time, int Line)> _times = new(StringComparer.Ordinal);

    /// <summary>The lines in which sources have ended.</summary>
    readonly Dictionary<string, int> _ends = new(StringComparer.Ordinal);

    Compilation? _stored;

    public TestDefinition Bind(CreateTest test)
    {
        _times.Clear();
        _ends.Clear();
        var steps = ImmutableArray.CreateBuilder<TestStep>();
        var isValid = true;
        foreach (var step in test.Steps) isValid &= compilation.Try(() => steps.Add(Bind(step)));
        if (!test.Steps.Any(s => s is ExpectSyntax)) throw new SqlError(Codes.TestStep, test.Name.Span, $"test '{test.Name}' expects nothing. End it with EXPECT SELECT ... RETURNS (...), or RETURNS NOTHING.");
        if (test.Steps[^1] is not ExpectSyntax) throw new SqlError(Codes.TestStep, test.Steps[^1].Span, "nothing is expected behind this step. Add EXPECT SELECT ... RETURNS (...), or leave the step out.");
        return isValid ? new(test.Name.Text, compilation.Where(test.Name.Span), steps.ToImmutable()) : throw SqlError.ToldBefore;
    }

    TestStep Bind(StepSyntax step) => step switch
    {
        GivenSyntax given => Given(given),
        AdvanceTimeSyntax advance => AdvanceTime(advance),
        AdvanceClockSyntax advance => AdvanceClock(advance),
        EndSyntax end => End(end),
        ExpectSyntax expect => Expect(expect),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    int Line(Span span) => compilation.Text.Locate(span.Start).Line;

    SourceDefinition Source(Name name)
    {
        if (sources.FirstOrDefault(s => s.Name == name.Text) is { } source) return source;
        if (compilation.Relations.TryGetValue(name.Text, out var other))
        {
            throw new SqlError(Codes.TestSource, name.Span, $"'{name}' is a {other.Kind}; a test gives rows and time to sources. There are: {Suggestions.List(sources.Select(s => s.Name))}.");
        }
        throw new SqlError(Codes.TestSource, name.Span, $"no source '{name}'.{Suggestions.OrList(name.Text, sources.Select(s => s.Name), "There are")}");
    }

    GivenRows Given(GivenSyntax given)
    {
        var source = Source(given.Source);
        if (_ends.TryGetValue(source.Name, out var line))
            throw new SqlError(Codes.TestStep, given.Span, $"source '{source.Name}' has ended in line {line}, so no more rows come. Move END behind this step.");
        var columns = given.Columns.IsEmpty ? Enumerable.Range(0, source.Schema.Count).ToList() : Columns(given, source);
        return new(source.Name, new TestRows(compilation).Bind(given.Rows, source.Schema, columns, $"source '{source.Name}' has", compilation.Where(given.Span)), Line(given.Span));
    }

    List<int> Columns(GivenSyntax given, SourceDefinition source)
    {
        var columns = new List<int>();
        foreach (var name in given.Columns)
        {
            var column = source.Schema.IndexOf(name.Text);
            if (column < 0 && source.Plan!.Schema.IndexOf(name.Text) >= 0)
                throw new SqlError(Codes.TestColumn, name.Span, $"'{name}' is computed from the other columns of '{source.Name}'. Leave it out.");
            if (column < 0)
                throw new SqlError(Codes.UnknownColumn, name.Span, $"no column '{name}' in source '{source.Name}'.{Suggestions.OrList(name.Text, source.Schema.Fields.Select(f => f.Name), "Its columns are")}");
            if (columns.Contains(column)) throw new SqlError(Codes.DuplicateColumn, name.Span, $"the column '{name}' stands twice.");
            columns.Add(column);
        }
        return columns;
    }

    AdvanceEventTime AdvanceTime(AdvanceTimeSyntax advance)
    {
        var source = advance.Source is null ? null : Source(advance.Source);
        var to = Constants.Of(compilation, advance.To, DataType.Timestamp, "the time").Value is long microseconds
            ? new Timestamp(microseconds) : throw new SqlError(Codes.NotConstant, advance.To.Span, "the time cannot be NULL.");
        if (source is not null && !source.HasWatermark)
            throw new SqlError(Codes.TestStep, advance.Source!.Span, $"source '{source.Name}' has no WATERMARK, so it has no event time that could be moved.");
        if (source is null && !sources.Any(s => s.HasWatermark))
            throw new SqlError(Codes.TestStep, advance.Span, "no source of this file has a WATERMARK, so there is no event time that could be moved.");
        foreach (var moved in source is null ? sources.Where(s => s.HasWatermark) : [source])
        {
            if (source is not null && _ends.TryGetValue(source.Name, out var ended))
                throw new SqlError(Codes.TestStep, advance.Span, $"source '{source.Name}' has ended in line {ended}: its time is at its end. Move END behind this step.");
            if (_times.TryGetValue(moved.Name, out var before) && to < before.Time)
                throw new SqlError(Codes.TestStep, advance.To.Span, $"event time of '{moved.Name}' has come to {before.Time} in line {before.Line}; it does not go back.");
            _times[moved.Name] = (to, Line(advance.Span));
        }
        return new(source?.Name, to, Line(advance.Span));
    }

    AdvanceClock AdvanceClock(AdvanceClockSyntax advance)
    {
        var by = Constants.Interval(compilation, advance.By, "step of the clock");
        if (!by.IsFixed || by.FixedMicroseconds < 0 || by.FixedMicroseconds > 366 * Interval.MicrosecondsPerDay)
            throw new SqlError(Codes.TestStep, advance.By.Span, "the clock moves forwards, by at most a year, and by no months. Write e.g. INTERVAL '1 minute'.");
        return new(TimeSpan.FromMicroseconds(by.FixedMicroseconds), Line(advance.Span));
    }

    EndInput End(EndSyntax end)
    {
        var source = end.Source is null ? null : Source(end.Source);
        foreach (var ended in source is null ? sources : [source])
            if (!_ends.TryAdd(ended.Name, Line(end.Span)) && source is not null)
                throw new SqlError(Codes.TestStep, end.Span, $"source '{source.Name}' has ended before, in line {_ends[source.Name]}.");
        return new(source?.Name, Line(end.Span));
    }

    Expectation Expect(ExpectSyntax expect)
    {
        var plan = new QueryBinder(_stored ??= Stored(), "query", null).Bind(expect.Query);
        var schema = new VisibleRows(plan.Schema).Schema;
        var rows = new TestRows(compilation).Bind(expect.Rows, schema, [.. Enumerable.Range(0, schema.Count)], "the query has", compilation.Where(expect.Span));
        return new(plan, rows, [.. expect.Rows.Select(r => Line(r.Span))], !expect.Query.OrderBy.IsEmpty, Line(expect.Span));
    }

    /// <summary>What an EXPECT can name: everything that a run stores, and the views that it could store.</summary>
    Compilation Stored()
    {
        var stored = new Compilation(compilation.Text, compilation.Findings, compilation.Options, isQuery: true);
        foreach (var (name, relation) in compilation.Relations) stored.Relations[name] = relation with { Plan = null };
        void Add(TableDefinition table) => stored.Relations[table.Name] = new("table", PlanBuilder.Stored(table), stored.Relations.TryGetValue(table.Name, out var known) ? known.Line : 0);
        foreach (var view in views.Select(StoredViews.Of)) Add(new(view.Name, view.Plan.Schema, view.Plan.Key, TableKind.View));
        foreach (var source in sources.Where(s => s.Late.Table is not null)) Add(LateTables.Definition(source.Late.Table!, source));
        Add(DeadLetters.Table);
        return stored;
    }
}
