using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>A whole file to a pipeline. A statement that fails is told; what reads from it is passed over in silence.</summary>
internal sealed class FileBinder(Compilation compilation)
{
    readonly List<SourceDefinition> _sources = [];
    readonly List<ViewDefinition> _views = [];
    readonly List<SinkDefinition> _sinks = [];
    readonly List<ModelDefinition> _models = [];
    readonly List<DashboardDefinition> _dashboards = [];
    readonly List<TestDefinition> _tests = [];
    Settings _settings = new();

    /// <param name="statements">What could be read.</param>
    /// <param name="failed">Names that statements declare which could not.</param>
    public Pipeline Bind(IReadOnlyList<Statement> statements, IEnumerable<Name> failed)
    {
        foreach (var name in failed) compilation.Relations.TryAdd(name.Text, new("source", null, Line(name)));
        foreach (var statement in statements)
            if (NameOf(statement) is { } name) compilation.Later.TryAdd(name.Text, Line(name));
        foreach (var statement in statements)
        {
            if (compilation.Findings.IsFull) break;
            if (NameOf(statement) is { } name) compilation.Later.Remove(name.Text);
            compilation.Try(() => Bind(statement));
        }
        BindTests(statements.OfType<CreateTest>());
        if (statements.Count == 0 && !failed.Any() && !compilation.Findings.HasErrors)
            compilation.Findings.Warning(Codes.NothingDeclared, new(0, 1), "the file declares nothing. A pipeline begins with CREATE SOURCE; millrace check --infer DATAFILE writes one for a data file.");
        return new Pipeline
        {
            Name = compilation.Options.Name,
            Text = compilation.Text.Text,
            Path = compilation.Options.Path,
            Settings = _settings,
            Sources = [.. _sources],
            Views = [.. _views],
            Sinks = [.. _sinks],
            Models = [.. _models],
            Dashboards = [.. _dashboards],
            Tests = [.. _tests],
        };
    }

    static Name? NameOf(Statement statement) => statement switch
    {
        CreateSource source => source.Name,
        CreateView view => view.Name,
        CreateSink sink => sink.Name,
        CreateModel model => model.Name,
        CreateDashboard dashboard => dashboard.Name,
        _ => null,
    };

    int Line(Name name) => compilation.Text.Locate(name.Span.Start).Line;

    void Bind(Statement statement)
    {
        switch (statement)
        {
            case CreateSource source:
                Declare(source.Name, "source", () =>
                {
                    var definition = new SourceBinder(compilation).Bind(source);
                    _sources.Add(definition);
                    return new("source", definition.Plan, Line(source.Name));
                });
                if (source.Late?.Table is { } late) compilation.Declare(late, new("late table", null, Line(late)));
                break;
            case CreateView view:
                Declare(view.Name, view.IsMaterialized ? "materialized view" : "view", () =>
                {
                    var (definition, emit) = new ViewBinder(compilation).Bind(view);
                    _views.Add(definition);
                    return new(view.IsMaterialized ? "materialized view" : "view", definition.Plan, Line(view.Name), emit);
                });
                break;
            case CreateSink sink:
                Declare(sink.Name, "sink", () =>
                {
                    _sinks.Add(new SinkBinder(compilation).Bind(sink));
                    return new("sink", null, Line(sink.Name));
                });
                break;
            case CreateModel model:
                Declare(model.Name, "model", () =>
                {
                    compilation.Models[model.Name.Text] = null;
                    var definition = new ModelBinder(compilation).Bind(model);
                    compilation.Models[model.Name.Text] = definition;
                    _models.Add(definition);
                    return new("model", null, Line(model.Name));
                });
                break;
            case CreateDashboard dashboard:
                Declare(dashboard.Name, "dashboard", () =>
                {
                    _dashboards.Add(new DashboardBinder(compilation).Bind(dashboard));
                    return new("dashboard", null, Line(dashboard.Name));
                });
                break;
            case SetSetting set:
                _settings = SettingsBinder.Bind(compilation, set, _settings);
                break;
            case CreateTest:
                break; // bound when everything else is
            default:
                throw new SqlError(Codes.MisplacedStatement, new(statement.Span.Start, Math.Min(statement.Span.Length, 6)),
                    "a file declares a pipeline; a query is asked of one that runs. Write CREATE VIEW name AS SELECT ..., or use millrace query and millrace explain.");
        }
    }

    void BindTests(IEnumerable<CreateTest> tests)
    {
        // Without one of its sources a test has errors that go away with that of the source.
        if (compilation.Relations.Values.Any(r => r is { Kind: "source", Plan: null })) return;
        var binder = new TestBinder(compilation, _sources, _views);
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var test in tests)
        {
            if (compilation.Findings.IsFull) return;
            compilation.Try(() =>
            {
                if (!names.TryAdd(test.Name.Text, Line(test.Name)))
                    throw new SqlError(Codes.TakenName, test.Name.Span, $"there is a test '{test.Name}' in line {names[test.Name.Text]}. Choose another name.");
                _tests.Add(binder.Bind(test));
            });
        }
    }

    /// <summary>The name is taken even where the declaration fails, so that readers are not told of it again.</summary>
    void Declare(Name name, string kind, Func<Relation> bind)
    {
        compilation.Declare(name, new(kind, null, Line(name)));
        compilation.Current = name.Text;
        compilation.Relations[name.Text] = bind();
    }
}
