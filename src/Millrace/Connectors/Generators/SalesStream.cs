using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Millrace.Time;

namespace Millrace.Connectors.Generators;

/// <summary>An endless stream of order lines as JSON lines, in the order in which they are delivered, some of them dirty. A function of its settings alone.</summary>
/// <remarks>
/// An order has 1 to 6 lines of one shop, customer and moment. A line that is delivered late (out of order, or hours late) or twice waits in a heap until event time has
/// reached its delivery; all others are delivered at their own time. Some 0.6 microseconds and 25 bytes (of delayed lines) a line.
/// </remarks>
sealed class SalesStream
{
    const long Second = 1_000_000;
    const long Hour = 3600 * Second;
    const long MostGap = 600 * Second; // how busy it is is looked at anew at least so often
    const double LinesPerOrder = 1.96875; // 1 + 1/2 + 1/4 + 1/8 + 1/16 + 1/32
    const int MostLines = 6;

    readonly SalesSettings _settings;
    readonly SalesRhythm _rhythm;
    readonly PriorityQueue<Delayed, (long Delivery, long Sequence)> _delayed = new();
    readonly double[] _busy = new double[SalesCatalog.Shops.Length];
    readonly byte[] _bytes = new byte[1024];
    SeededRandom _random;
    double _time; // microseconds since the start
    long _order;
    long _sequence;
    int _line, _lines;
    long _at = long.MinValue;
    int _shop, _customer;
    string _payment = "";
    int _length;

    public SalesStream(SalesSettings settings)
    {
        _settings = settings;
        _random = new SeededRandom(settings.Seed);
        _rhythm = new SalesRhythm(settings.Seed, settings.StartMicroseconds);
    }

    public SalesCounts Counts { get; } = new();

    /// <summary>Event time at which the current line is delivered.</summary>
    public long Delivery { get; private set; }

    /// <summary>The current line with its line end; valid until <see cref="MoveNext"/>.</summary>
    public ReadOnlySpan<byte> Line => _bytes.AsSpan(0, _length);

    /// <summary>Goes to the next line; false after the last.</summary>
    public bool MoveNext()
    {
        if (Counts.Rows == _settings.Rows) return false;
        while (true)
        {
            if (_delayed.TryPeek(out var delayed, out var due) && due.Delivery <= _at)
            {
                _delayed.Dequeue();
                delayed.Bytes.CopyTo(_bytes, 0);
                (_length, Delivery) = (delayed.Bytes.Length, due.Delivery);
                Count(delayed.Kinds);
                return true;
            }
            if (!MakeLine(out var kinds)) continue;
            Delivery = _at;
            Count(kinds);
            return true;
        }
    }

    void Count(Kinds kinds)
    {
        Counts.Rows++;
        if (kinds == Kinds.None) return;
        if (kinds.HasFlag(Kinds.Return)) Counts.Returns++;
        if (kinds.HasFlag(Kinds.Duplicate)) Counts.Duplicates++;
        if (kinds.HasFlag(Kinds.MissingCustomer)) Counts.MissingCustomers++;
        if (kinds.HasFlag(Kinds.BadPrice)) Counts.BadPrices++;
        if (kinds.HasFlag(Kinds.Malformed)) Counts.Malformed++;
        if (kinds.HasFlag(Kinds.OutOfOrder)) Counts.OutOfOrder++;
        if (kinds.HasFlag(Kinds.Late)) Counts.Late++;
    }

    /// <summary>Makes the next line; false where it waits in the heap, because it is delivered later or others come before it.</summary>
    bool MakeLine(out Kinds kinds)
    {
        if (_line == _lines) BeginOrder();
        _line++;
        kinds = WriteLine();
        if (_random.Chance(_settings.Duplicates)) Delay(kinds | Kinds.Duplicate, 1 + (long)(_random.NextDouble() * Math.Max(_settings.MaxDelayMicroseconds, Second)));
        if (_random.Chance(_settings.Late)) Delay(kinds | Kinds.Late, Hour + (long)(_random.NextDouble() * 5 * Hour));
        else if (_random.Chance(_settings.OutOfOrder)) Delay(kinds | Kinds.OutOfOrder, 1 + (long)(_random.NextDouble() * _settings.MaxDelayMicroseconds));
        else if (_delayed.TryPeek(out _, out var first) && first.Delivery <= _at) Delay(kinds, 0);
        else return true;
        return false;
    }

    void Delay(Kinds kinds, long microseconds) => _delayed.Enqueue(new(kinds, Line.ToArray()), (_at + microseconds, _sequence++));

    void BeginOrder()
    {
        // Gaps are even between 0 and twice their mean; the mean follows how busy the shops are.
        var share = _random.NextDouble() * 2;
        double total;
        while (true)
        {
            total = 0;
            var now = _settings.StartMicroseconds + (long)_time;
            for (var i = 0; i < _busy.Length; i++) total += _busy[i] = SalesCatalog.Shops[i].Share * _rhythm.Of(i, now);
            var mean = Second * LinesPerOrder / (_settings.RowsPerSecond * total);
            var gap = share * mean;
            if (gap <= MostGap)
            {
                _time += gap;
                break;
            }
            share -= MostGap / mean;
            _time += MostGap;
        }
        _at = (_settings.StartMicroseconds + (long)_time) / 1000 * 1000;
        _order++;
        _line = 0;
        _lines = 1;
        while (_lines < MostLines && _random.Chance(0.5)) _lines++;
        _shop = Pick(_busy, total);
        // A customer belongs to a shop; some come often.
        var perShop = SalesCatalog.Customers / SalesCatalog.Shops.Length;
        var often = _random.NextDouble();
        _customer = 1 + (int)(often * often * perShop) * SalesCatalog.Shops.Length + _shop;
        _payment = SalesCatalog.Payments[_random.Next(SalesCatalog.Payments.Length)];
    }

    int Pick(ReadOnlySpan<double> weights, double total)
    {
        var at = _random.NextDouble() * total;
        for (var i = 0; i < weights.Length - 1; i++)
        {
            at -= weights[i];
            if (at < 0) return i;
        }
        return weights.Length - 1;
    }

    Kinds WriteLine()
    {
        var kinds = Kinds.None;
        var promotion = _rhythm.PromotionAt(_at);
        Span<double> shares = stackalloc double[SalesCatalog.CategoryShares.Length];
        SalesCatalog.CategoryShares.CopyTo(shares);
        var total = 1.0;
        if (promotion >= 0)
        {
            total += shares[promotion] * 1.5;
            shares[promotion] *= 2.5;
        }
        var category = Pick(shares, total);
        var wanted = _random.NextDouble();
        var product = SalesCatalog.Products[category * SalesCatalog.ProductsPerCategory + (int)(wanted * wanted * SalesCatalog.ProductsPerCategory)];
        var quantity = 1 + (_random.Chance(0.35) ? _random.Next(5) : 0);
        var cents = category == promotion ? product.Cents * 4 / 5 : product.Cents;
        if (_random.Chance(_settings.Returns))
        {
            quantity = -quantity;
            kinds |= Kinds.Return;
        }
        if (_random.Chance(_settings.BadPrices))
        {
            cents = _random.Next(3) switch { 0 => 0, 1 => -cents, _ => cents * 10_000 };
            kinds |= Kinds.BadPrice;
        }
        var missing = _random.Chance(_settings.MissingCustomers) ? 1 + _random.Next(3) : 0;
        if (missing > 0) kinds |= Kinds.MissingCustomer;

        var shop = SalesCatalog.Shops[_shop];
        var at = new Timestamp(_at).ToDateTimeOffset().UtcDateTime;
        Utf8.TryWrite(_bytes, CultureInfo.InvariantCulture,
            $"{{\"order_id\":{_order},\"line\":{_line},\"at\":\"{at:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\",\"shop\":\"{shop.Name}\",\"country\":\"{shop.Country}\",\"product\":\"{product.Name}\",\"category\":\"{product.Category}\",\"quantity\":{quantity},\"price\":{cents / 100m:F2}",
            out _length);
        int more;
        if (missing == 0) Utf8.TryWrite(_bytes.AsSpan(_length), CultureInfo.InvariantCulture, $",\"customer\":\"C{_customer:D4}\",\"payment\":\"{_payment}\"}}", out more);
        else
        {
            var customer = missing switch { 1 => ",\"customer\":null", 2 => ",\"customer\":\"\"", _ => "" };
            Utf8.TryWrite(_bytes.AsSpan(_length), CultureInfo.InvariantCulture, $"{customer},\"payment\":\"{_payment}\"}}", out more);
        }
        _length += more;
        if (_random.Chance(_settings.Malformed))
        {
            Damage();
            kinds |= Kinds.Malformed;
        }
        _bytes[_length++] = (byte)'\n';
        return kinds;
    }

    void Append(string text) => _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));

    /// <summary>Makes the line one that no decoder takes.</summary>
    void Damage()
    {
        switch (_random.Next(4))
        {
            case 0: // cut off, as by a lost connection
                _length = 1 + _random.Next(_length - 2);
                break;
            case 1: // a word where a number belongs
                var number = Line.IndexOf("\"quantity\":"u8) + "\"quantity\":"u8.Length;
                var rest = Line[(number + Line[number..].IndexOf((byte)','))..].ToArray();
                _length = number;
                Append("\"many\"");
                rest.CopyTo(_bytes, _length);
                _length += rest.Length;
                break;
            case 2: // another program's words
                _length = 0;
                Append($"ERROR connection reset by peer after order {_order}");
                break;
            default: // a quote is missing
                _bytes[Line.IndexOf("\"shop\":\""u8) + 7] = (byte)' ';
                break;
        }
    }

    [Flags]
    enum Kinds : byte
    {
        None = 0,
        Return = 1,
        Duplicate = 2,
        MissingCustomer = 4,
        BadPrice = 8,
        Malformed = 16,
        OutOfOrder = 32,
        Late = 64,
    }

    readonly record struct Delayed(Kinds Kinds, byte[] Bytes);
}
