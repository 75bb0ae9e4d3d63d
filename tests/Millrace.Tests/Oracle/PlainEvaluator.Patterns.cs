using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    List<PlainRow> Matched(MatchRecognize node)
    {
        var column = node.Order[0].Column;
        var lag = PlanBuilder.LagOf(node.Input, column) ?? 0;
        var partitions = new Dictionary<string, List<PlainRow>>();
        foreach (var row in Evaluate(node.Input))
        {
            if (row[column] is not long time) continue;
            if ((Int128)time + lag < row.Watermark) CountLate(node.View);
            else Of(partitions, PlainValues.Key(node.Partition.Select(k => row[k]))).Add(row);
        }
        var told = new List<PlainRow>();
        foreach (var partition in partitions.Values)
        {
            var search = new PatternSearch(node, InOrder(node.Order, partition));
            told.AddRange(search.Run().Select(values => new PlainRow([.. node.Partition.Select(k => partition[0][k]), .. values])));
        }
        return told;
    }

    /// <summary>Backtracking over the rows of one partition: from each row the most preferred way to match.</summary>
    sealed class PatternSearch(MatchRecognize node, List<PlainRow> rows)
    {
        /// <summary>The measures of all matches.</summary>
        public IEnumerable<object?[]> Run()
        {
            var number = 0L;
            for (var start = 0; start < rows.Count;)
            {
                if (Go(start, start, 0, 0, []) is not { } match)
                {
                    start++;
                    continue;
                }
                if (match.Count == 0)
                {
                    start++;
                    continue;
                }
                number++;
                yield return [.. node.Items.Select(i => Value(i, match, start, start + match.Count - 1, number))];
                var next = node.Skip switch
                {
                    SkipMode.PastLastRow => start + match.Count,
                    SkipMode.ToNextRow => start + 1,
                    SkipMode.ToFirst => start + match.IndexOf(node.SkipTo),
                    _ => start + match.LastIndexOf(node.SkipTo),
                };
                start = next <= start ? start + 1 : next;
            }
        }

        /// <summary>The variables of the rows of the match from a place on, or null where there is none.</summary>
        List<int>? Go(int start, int row, int place, int count, List<int> taken)
        {
            if (place == node.Pattern.Length) return [.. taken];
            var element = node.Pattern[place];
            if (count >= element.Min && element.IsReluctant && Go(start, row, place + 1, 0, taken) is { } shorter) return shorter;
            if (count < element.Max && row < rows.Count && IsWithin(start, row))
            {
                taken.Add(place);
                var longer = element.Condition is null || Holds(node, element.Condition, [.. element.Items.Select(i => Value(i, taken, start, row, 0))]) ? Go(start, row + 1, place, count + 1, taken) : null;
                taken.RemoveAt(taken.Count - 1);
                if (longer is not null) return longer;
            }
            return count >= element.Min && !element.IsReluctant ? Go(start, row, place + 1, 0, taken) : null;
        }

        bool IsWithin(int start, int row) =>
            node.WithinMicroseconds is not { } within || (long)rows[row][node.Order[0].Column]! - (long)rows[start][node.Order[0].Column]! < within;

        object? Value(PatternItem item, List<int> taken, int start, int end, long number)
        {
            if (item.Kind == PatternItemKind.MatchNumber) return number;
            if (item.Kind == PatternItemKind.Classifier) return node.Pattern[taken[^1]].Variable;
            var own = Enumerable.Range(0, taken.Count).Where(i => item.Variable < 0 || taken[i] == item.Variable).Select(i => start + i).ToList();
            if (item.Kind == PatternItemKind.Aggregate) return PlainAggregates.Result(item.Call!, [.. own.Select(i => rows[i])]);
            if (own.Count == 0) return null;
            var row = item.Kind switch
            {
                PatternItemKind.Last => item.Offset < own.Count ? own[^(item.Offset + 1)] : -1,
                PatternItemKind.First => item.Offset < own.Count ? own[item.Offset] : -1,
                _ => own[^1] - item.Offset,
            };
            return row < 0 ? null : rows[row][item.Column];
        }
    }
}
