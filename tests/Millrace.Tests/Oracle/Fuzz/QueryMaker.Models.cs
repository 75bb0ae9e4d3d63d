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
        if (kind.Answer == ModelAnswer.Class && Chance(4)) return (model, new Part("SELECT * FROM ML_EVALUATE ( MODEL", name, Pick(["", ", every => INTERVAL '10 seconds'", ", rolling => 3", ", every => INTERVAL '1 minute', rolling => 5"]), ")"));
        if (Chance(3)) return (model, new Part("SELECT * FROM ML_PREDICT ( MODEL", name, ")"));

        var asked = Pick(tables);
        var askedTime = asked.Columns.FirstOrDefault(c => c.IsTime);
        var given = features.Select(f => asked.Columns.Where(c => ModelDefinition.CanBeFeature(c.Type) && c.Type.Kind == TypeKind.Text == (f.Type.Kind == TypeKind.Text)).ToList()).ToList();
        if (askedTime is null || given.Any(g => g.Count == 0)) return null;
        var list = given.Select((g, i) => new Part(Pick(g).Text, "AS", $"f{i}")).Append(new Part(askedTime.Text, "AS asked"));
        return (model, new Part("SELECT * FROM", Pick(["ML_PREDICT", "ML_PREDICT", "ML_EXPLAIN"]), "( MODEL", name, ", TABLE ( SELECT", Part.List(",", list), "FROM", asked.Text, ") )"));
    }

    /// <summary>A query that follows the series of a table; null where there is none.</summary>
    public Part? Series()
    {
        var table = Pick(tables);
        var numbers = table.Columns.Where(c => c.Type.IsNumeric).ToList();
        if (numbers.Count == 0 || table.Columns.FirstOrDefault(c => c.IsTime) is not { } time) return null;
        var (number, key) = (Pick(numbers), Pick(table.Columns));
        var partition = Chance(2) ? "" : $"PARTITION BY {key.Text}";
        var call = Chance(2) ? $"ML_FORECAST({number.Text}, {time.Text}, horizon => {random.Next(1, 4)}, every => INTERVAL '{Pick(["2 seconds", "7 seconds"])}'" : $"ML_DETECT_ANOMALIES({number.Text}, {time.Text}, confidence => {Pick(["0.5", "0.8"])}";
        if (Chance(2)) call += ", season => 3";
        if (Chance(3)) call += ", missing => 0.0";
        return new Part("SELECT", key.Text, "AS k0 ,", $"{call}) OVER ({partition} ORDER BY {time.Text})", "FROM", table.Text);
    }
}
