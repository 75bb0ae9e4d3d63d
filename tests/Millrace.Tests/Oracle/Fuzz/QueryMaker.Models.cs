using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Tests.Oracle.Fuzz;

sealed partial class QueryMaker
{
    /// <summary>A model over one of the tables, and a query that asks it; null where no table has what it takes.</summary>
    public (Part Model, Part Query)? Model(string name)
    {
        var kind = Pick(ModelKinds.All);
        var learned = Pick(tables);
        var time = learned.Columns.FirstOrDefault(c => c.IsTime);
        var targets = learned.Columns.Where(c => ModelDefinition.CanBeTarget(kind.Answer, c.Type)).ToList();
        if (time is null || kind.Answer != ModelAnswer.Score && targets.Count == 0) return null;
        var target = kind.Answer == ModelAnswer.Score ? null : Pick(targets);
        var features = learned.Columns.Where(c => c != target && ModelDefinition.CanBeFeature(c.Type)).OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToList();
        if (features.Count == 0) return null;
        var items = features.Select((f, i) => new Part(f.Text, "AS", $"f{i}")).Append(new Part(time.Text, "AS known"));
        if (target is not null) items = items.Append(new Part(target.Text, "AS told"));
        var options = target is null ? "" : ", target = 'told'";
        if (Chance(3)) options += ", confidence = 0.5";
        var model = new Part("CREATE MODEL", name, $"WITH ( type = '{kind.Name}'{options} ) AS SELECT", Part.List(",", items), "FROM", learned.Text);
        if (Chance(3)) return (model, new Part("SELECT * FROM ML_PREDICT ( MODEL", name, ")"));

        var asked = Pick(tables);
        var askedTime = asked.Columns.FirstOrDefault(c => c.IsTime);
        var given = features.Select(f => asked.Columns.Where(c => ModelDefinition.CanBeFeature(c.Type) && c.Type.Kind == TypeKind.Text == (f.Type.Kind == TypeKind.Text)).ToList()).ToList();
        if (askedTime is null || given.Any(g => g.Count == 0)) return null;
        var list = given.Select((g, i) => new Part(Pick(g).Text, "AS", $"f{i}")).Append(new Part(askedTime.Text, "AS asked"));
        return (model, new Part("SELECT * FROM ML_PREDICT ( MODEL", name, ", TABLE ( SELECT", Part.List(",", list), "FROM", asked.Text, ") )"));
    }
}
