using System.Diagnostics;
using Millrace.Planning;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Makes a failing case smaller as long as it fails in the same way: fewer views, rows, clauses, simpler expressions, a simpler way to run it.</summary>
sealed class Shrinker(FuzzCase found, Exception first, Way? failed)
{
    static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    readonly long _began = Stopwatch.GetTimestamp();
    readonly string _kind = KindOf(first);
    Exception _last = first;
    List<Way> _ways = [.. failed is null ? [] : (Way[])[failed], .. Enumerable.Range(0, 24).Select(i => Way.Random(new Random(i)))];

    static string KindOf(Exception error) => error is WrongAnswer && error.Message.Contains("missing,", StringComparison.Ordinal) ? "wrong rows" : error.GetType().Name;

    bool IsOver => Stopwatch.GetElapsedTime(_began) > s_most;

    /// <summary>The smallest case found, as a golden file, with what is wrong.</summary>
    public string Run()
    {
        if (!Fails()) return "it did not fail again\n" + found.ToGolden(_ => null);
        SimplifyWay();
        for (var isSmaller = true; isSmaller && !IsOver;)
        {
            isSmaller = DropViews();
            isSmaller |= DropRows();
            isSmaller |= Simplify();
        }
        string? ways = _ways.Count == 1 ? _ways[0].ToString() : null;
        Fails();
        return $"{_last.Message}\n{(_last is WrongAnswer ? "" : _last)}{ways}\n{found.ToGolden(Expected)}";
    }

    IReadOnlyList<string>? Expected(string name)
    {
        try
        {
            var trial = Trial.Of(found.Sql, found.Data);
            var view = trial.Pipeline.Views.Single(v => v.Name == name);
            var shown = Enumerable.Range(0, view.Plan.Schema.Count).Where(c => !PlanBuilder.IsHidden(view.Plan.Schema[c].Name)).ToArray();
            return [string.Join(" | ", shown.Select(c => view.Plan.Schema[c].Name)), .. trial.Expected(view).Select(r => string.Join(" | ", shown.Select(c => Rows.Text(r[c], view.Plan.Schema[c].Type)))).Order(StringComparer.Ordinal)];
        }
        catch (Exception)
        {
            return null;
        }
    }

    bool Fails()
    {
        try
        {
            var (pipeline, _) = Trial.Compile(found.Sql);
            if (pipeline is null || pipeline.Views.Any(v => !ArrivalOrder.Decides(v.Plan, found.Data))) return false;
            var trial = Trial.Of(pipeline, found.Data);
            foreach (var way in _ways) trial.Check(way);
            return false;
        }
        catch (Exception e)
        {
            if (KindOf(e) != _kind) return false;
            _last = e;
            return true;
        }
    }

    void SimplifyWay()
    {
        var simple = new Way(1);
        foreach (var candidate in new[] { simple, simple with { TickMs = 100 }, simple with { BatchRows = 1 }, simple with { BatchRows = 1, TickMs = 100 }, simple with { BatchRows = 3, TickMs = 100, Crashes = 3 } }
            .Concat(_ways.Where(w => w is { Crashes: 0, Lanes: 1 })).Concat(_ways.Where(w => w.Crashes == 0)).Concat(_ways))
        {
            var before = _ways;
            _ways = [candidate];
            if (Fails()) return;
            _ways = before;
        }
    }

    bool DropViews()
    {
        var did = false;
        for (var i = found.Views.Count - 1; i >= 0; i--)
        {
            var view = found.Views[i];
            found.Views.RemoveAt(i);
            if (found.Views.Count > 0 && Fails()) did = true;
            else found.Views.Insert(i, view);
        }
        for (var i = found.Sources.Count - 1; i >= 0; i--)
        {
            var source = found.Sources[i];
            found.Sources.RemoveAt(i);
            if (found.Sources.Count > 0 && Fails()) did = true;
            else found.Sources.Insert(i, source);
        }
        return did;
    }

    bool DropRows()
    {
        var did = false;
        foreach (var source in found.Sources)
        {
            for (var p = source.Partitions.Count - 1; p >= 0 && source.Partitions.Count > 1; p--)
            {
                var partition = source.Partitions[p];
                source.Partitions.RemoveAt(p);
                if (Fails()) did = true;
                else source.Partitions.Insert(p, partition);
            }
            foreach (var rows in source.Partitions)
                for (var size = Math.Max(1, rows.Count / 2); size > 0 && !IsOver; size /= 2)
                    for (var at = rows.Count - size; at >= 0 && !IsOver; at -= size)
                    {
                        var gone = rows.GetRange(at, size);
                        rows.RemoveRange(at, size);
                        if (Fails()) did = true;
                        else rows.InsertRange(at, gone);
                    }
        }
        return did;
    }

    bool Simplify()
    {
        var did = false;
        foreach (var text in found.Views.Select(v => v.Text).Concat(found.Sources.Select(s => s.Text)).ToList())
            for (var changed = true; changed && !IsOver;)
            {
                changed = false;
                foreach (var part in text.All().ToList())
                {
                    if (IsOver) break;
                    if (part.IsOptional && !part.IsGone)
                    {
                        part.IsGone = true;
                        if (Fails())
                        {
                            changed = did = true;
                            break;
                        }
                        part.IsGone = false;
                    }
                    if (part.Chosen is not null) continue;
                    foreach (var other in part.Instead)
                    {
                        if (other.ToString() == part.ToString()) continue;
                        part.Chosen = other;
                        if (Fails())
                        {
                            changed = did = true;
                            break;
                        }
                        part.Chosen = null;
                    }
                    if (changed) break;
                }
            }
        return did;
    }
}
