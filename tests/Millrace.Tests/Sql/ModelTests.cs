using Millrace.Planning;

namespace Millrace.Tests.Sql;

/// <summary>CREATE MODEL and what asks a model: what is bound, and what is refused with which words.</summary>
public sealed class ModelTests
{
    const string Model = "CREATE MODEL m WITH (type = 'naive_bayes', target = 'country') AS SELECT at, product, price, country FROM orders; ";

    [Theory]
    [InlineData("CREATE MODEL m WITH (type = 'naive_bayse', target = 'country') AS SELECT at, price, country FROM orders", "MR1301", "no type of model 'naive_bayse'. Did you mean 'naive_bayes'?")]
    [InlineData("CREATE MODEL m WITH (typ = 'naive_bayes', target = 'country') AS SELECT at, price, country FROM orders", "MR1120", "Did you mean 'type'?")]
    [InlineData("CREATE MODEL m WITH (type = 'naive_bayes') AS SELECT at, price, country FROM orders", "MR1121", "target names the column")]
    [InlineData("CREATE MODEL m WITH (type = 'naive_bayes', target = 'price') AS SELECT at, price, country FROM orders", "MR1302", "tells classes")]
    [InlineData("CREATE MODEL m WITH (type = 'linear_regression', target = 'country') AS SELECT at, price, country FROM orders", "MR1302", "tells numbers")]
    [InlineData("CREATE MODEL m WITH (type = 'half_space_trees', target = 'price') AS SELECT at, price FROM orders", "MR1302", "it has no target")]
    [InlineData("CREATE MODEL m WITH (type = 'naive_bayes', target = 'contry') AS SELECT at, price, country FROM orders", "MR1042", "Did you mean 'country'?")]
    [InlineData("CREATE MODEL m WITH (type = 'naive_bayes', target = 'country') AS SELECT at, country FROM orders", "MR1303", "nothing to look at")]
    [InlineData("CREATE MODEL m WITH (type = 'naive_bayes', target = 'country') AS SELECT at, at + INTERVAL '1 day' AS later, country FROM orders", "MR1303", "EXTRACT(HOUR FROM ...)")]
    [InlineData("CREATE MODEL m WITH (type = 'naive_bayes', target = 'country') AS SELECT at, price, country FROM orders EMIT CHANGES", "MR1304", "It cannot take rows back")]
    [InlineData("CREATE MODEL m WITH (type = 'naive_bayes', target = 'country', confidence = 1) AS SELECT at, price, country FROM orders", "MR1122", "above 0 and below 1")]
    [InlineData("CREATE SOURCE bare (x INTEGER, y TEXT) WITH (connector = 'pipe', format = 'csv'); CREATE MODEL m WITH (type = 'naive_bayes', target = 'y') AS SELECT x, y FROM bare", "MR1304", "Add WATERMARK FOR column")]
    [InlineData("CREATE VIEW v AS SELECT * FROM ML_PREDICT(MODEL nobody, TABLE orders)", "MR1300", "the file declares none")]
    [InlineData(Model + "CREATE VIEW v AS SELECT * FROM ML_PREDICT(MODEL n, TABLE orders)", "MR1300", "There are: m")]
    [InlineData(Model + "CREATE VIEW v AS SELECT * FROM ML_PREDICT(MODEL orders, TABLE orders)", "MR1300", "'orders' is a source, not a model")]
    [InlineData(Model + "CREATE VIEW v AS SELECT * FROM m", "MR1040", "Ask it")]
    [InlineData(Model + "CREATE VIEW v AS SELECT * FROM ML_PREDICT(MODEL m, TABLE (SELECT at, product FROM orders))", "MR1303", "no column 'price'")]
    [InlineData(Model + "CREATE VIEW v AS SELECT * FROM ML_PREDICT(MODEL m, TABLE (SELECT at, product, country AS price FROM orders))", "MR1303", "'price' is TEXT here")]
    [InlineData(Model + "CREATE VIEW v AS SELECT * FROM ML_PREDICT(MODEL m, TABLE (SELECT at, product, price, 1 AS prediction FROM orders))", "MR1043", "'prediction'")]
    [InlineData(Model + "CREATE VIEW v AS SELECT * FROM ML_EVALUATE(MODEL m, evry => INTERVAL '1 hour')", "MR1120", "Did you mean 'every'?")]
    [InlineData("CREATE MODEL m WITH (type = 'half_space_trees') AS SELECT at, price FROM orders; CREATE VIEW v AS SELECT * FROM ML_EVALUATE(MODEL m)", "MR1302", "without a target")]
    [InlineData("CREATE VIEW v AS SELECT ML_FORECAST(country, at, every => INTERVAL '1 hour') OVER (ORDER BY at) FROM orders", "MR1305", "follows numbers")]
    [InlineData("CREATE VIEW v AS SELECT ML_FORECAST(price, at) OVER (ORDER BY at) FROM orders", "MR1305", "add every => INTERVAL '1 hour'")]
    [InlineData("CREATE VIEW v AS SELECT ML_FORECAST(price, at, horizn => 2) OVER (ORDER BY at) FROM orders", "MR1120", "Did you mean 'horizon'?")]
    [InlineData("CREATE VIEW v AS SELECT ML_DETECT_ANOMALIES(price, at) OVER (ORDER BY price) FROM orders", "MR1305", "ORDER BY names the second argument")]
    [InlineData("CREATE VIEW v AS SELECT 1 + ML_DETECT_ANOMALIES(price, at) OVER (ORDER BY at) AS x FROM orders", "MR1305", "by itself")]
    public void What_does_not_fit_is_refused(string text, string code, string message)
    {
        var errors = Compiling.Errors(Compiling.Orders + text);
        Assert.StartsWith(code, errors, StringComparison.Ordinal);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', errors);
    }

    [Fact]
    public void Event_time_goes_along_hidden_where_it_is_not_selected()
    {
        var pipeline = Compiling.Good(Compiling.Orders + "CREATE MODEL m WITH (type = 'linear_regression', target = 'lines') AS SELECT country, COUNT(*) AS lines FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start, country");
        var model = Assert.Single(pipeline.Models);
        Assert.Equal(new EventTime(model.Time.Column, 3_600_000_000), model.Time);
        Assert.True(PlanBuilder.IsHidden(model.Rows.Schema[model.Time.Column].Name));
        Assert.Equal(["country"], model.Features.Select(f => model.Rows.Schema[f].Name));
    }
}
