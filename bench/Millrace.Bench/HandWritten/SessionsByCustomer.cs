using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>w7: two sessions for each customer, the last and the one before it, since a row that comes late by up to 5 seconds may join them.</summary>
sealed class SessionsByCustomer(SalesArrays sales) : ILoop
{
    const long Gap = 30_000;
    const int Customers = 100_000;

    struct Session
    {
        public long First;
        public long Last;
        public long Count;
        public double Revenue;
    }

    readonly Session[] _last = new Session[Customers];
    readonly Session[] _before = new Session[Customers];
    readonly List<(int Customer, Session Session)> _answer = new(1 << 23);

    /// <inheritdoc/>
    public void Run()
    {
        _answer.Clear();
        Array.Clear(_last);
        Array.Clear(_before);
        for (var i = 0; i < sales.Ts.Length; i++)
        {
            var (t, customer, revenue) = (sales.Ts[i], sales.Customer[i], sales.Qty[i] * sales.Price[i]);
            ref var last = ref _last[customer];
            if (t - last.Last > Gap)
            {
                ref var before = ref _before[customer];
                if (before.Count > 0) _answer.Add((customer, before));
                before = last;
                last = new() { First = t, Last = t, Count = 1, Revenue = revenue };
                continue;
            }
            last.Count++;
            last.Revenue += revenue;
            if (t > last.Last) last.Last = t;
            if (t < last.First)
            {
                last.First = t;
                Join(ref _before[customer], ref last);
            }
        }
        for (var customer = 0; customer < Customers; customer++)
        {
            if (_before[customer].Count > 0) _answer.Add((customer, _before[customer]));
            if (_last[customer].Count > 0) _answer.Add((customer, _last[customer]));
        }
    }

    static void Join(ref Session before, ref Session last)
    {
        if (before.Count == 0 || last.First - before.Last > Gap) return;
        last.First = before.First;
        last.Count += before.Count;
        last.Revenue += before.Revenue;
        before = default;
    }

    /// <inheritdoc/>
    public void Add(ref AnswerChecksum checksum, double?[] scales)
    {
        foreach (var (customer, session) in _answer)
        {
            checksum.Add(customer);
            checksum.Add(session.Count);
            checksum.Add(AnswerChecksum.Rounded(session.Revenue, scales[2]!.Value));
            checksum.Add(session.First);
            checksum.Add(session.Last);
            checksum.EndRow();
        }
    }
}
