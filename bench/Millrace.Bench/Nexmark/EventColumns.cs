using Millrace.Connectors.Programs;
using Millrace.Data;

namespace Millrace.Bench.Nexmark;

/// <summary>The stream as columns in memory: one table with the columns of all three kinds, those of the other two NULL, as Flink's <c>nexmark</c> table has it.</summary>
/// <remarks>Texts that are chosen from a list are codes of one dictionary, the others stand in plain heaps, a heap a batch: 10 million events take some 2.5 GB.</remarks>
sealed class EventColumns : IDisposable
{
    readonly EventGenerator _generator;
    readonly MemoryAccountant _memory;
    readonly int[] _names;
    readonly int[] _cities;
    readonly int[] _states;
    readonly int[] _channels;
    readonly int[] _urls;
    readonly TextHeap?[] _heaps = new TextHeap?[Schema.Count];

    /// <summary>Begins with the first event.</summary>
    public EventColumns(Workload workload, MemoryAccountant memory)
    {
        _generator = new EventGenerator(workload);
        _memory = memory;
        var words = _generator.Words;
        _names = Words(3, words.Names);
        _cities = Words(6, words.Cities);
        _states = Words(7, words.States);
        _channels = Words(21, words.ChannelNames);
        _urls = Words(22, words.Urls);
    }

    /// <summary>The columns; bench/nexmark/columns.sql declares them.</summary>
    public static Schema Schema { get; } = new(
        new("event_type", DataType.Integer), new("datetime", DataType.Timestamp),
        new("person_id", DataType.BigInt), new("person_name", DataType.Text), new("person_emailaddress", DataType.Text), new("person_creditcard", DataType.Text),
        new("person_city", DataType.Text), new("person_state", DataType.Text), new("person_extra", DataType.Text),
        new("auction_id", DataType.BigInt), new("auction_itemname", DataType.Text), new("auction_description", DataType.Text), new("auction_initialbid", DataType.BigInt),
        new("auction_reserve", DataType.BigInt), new("auction_expires", DataType.Timestamp), new("auction_seller", DataType.BigInt), new("auction_category", DataType.BigInt),
        new("auction_extra", DataType.Text),
        new("bid_auction", DataType.BigInt), new("bid_bidder", DataType.BigInt), new("bid_price", DataType.BigInt), new("bid_channel", DataType.Text), new("bid_url", DataType.Text),
        new("bid_extra", DataType.Text));

    /// <summary>Makes all events of a workload; every run of a pipeline reads them again.</summary>
    public static MemorySource Make(Workload workload, MemoryAccountant memory)
    {
        using var columns = new EventColumns(workload, memory);
        var source = new MemorySource(Schema, keeps: true, memory);
        for (var left = workload.Events; left > 0; left -= memory.BatchRows)
        {
            var batch = columns.Next((int)Math.Min(memory.BatchRows, left));
            source.Push(batch);
            batch.Release();
        }
        source.Complete();
        return source;
    }

    /// <summary>The next events as a batch.</summary>
    public Batch Next(int rows)
    {
        var batch = _memory.RentBatch(Schema);
        batch.RowCount = rows;
        for (var c = 0; c < Schema.Count; c++)
        {
            var column = _memory.Rent(Schema[c].Type);
            if (_heaps[c] is { } dictionary) ((TextColumn)column).Share(dictionary);
            if (c < 2) column.Length = rows;
            else column.FillNulls(rows);
            batch.Add(column);
        }
        for (var row = 0; row < rows; row++) Fill(batch, row);
        return batch;
    }

    /// <summary>Gives the dictionaries back; batches that use them live on.</summary>
    public void Dispose()
    {
        foreach (var heap in _heaps) heap?.Release();
    }

    void Fill(Batch batch, int row)
    {
        var kind = _generator.Next()!.Value;
        ((Column<int>)batch[0]).Values[row] = (int)kind;
        ((Column<long>)batch[1]).Values[row] = _generator.Time * 1000;
        switch (kind)
        {
            case EventKind.Person:
                var person = _generator.Person;
                Put(batch[2], row, person.Id);
                PutCode(batch[3], row, _names[person.Name]);
                Put(batch[4], row, person.EmailAddress);
                Put(batch[5], row, person.CreditCard);
                PutCode(batch[6], row, _cities[person.City]);
                PutCode(batch[7], row, _states[person.State]);
                Put(batch[8], row, person.Extra);
                break;
            case EventKind.Auction:
                var auction = _generator.Auction;
                Put(batch[9], row, auction.Id);
                Put(batch[10], row, auction.ItemName);
                Put(batch[11], row, auction.Description);
                Put(batch[12], row, auction.InitialBid);
                Put(batch[13], row, auction.Reserve);
                Put(batch[14], row, auction.Expires * 1000);
                Put(batch[15], row, auction.Seller);
                Put(batch[16], row, auction.Category);
                Put(batch[17], row, auction.Extra);
                break;
            default:
                var bid = _generator.Bid;
                Put(batch[18], row, bid.Auction);
                Put(batch[19], row, bid.Bidder);
                Put(batch[20], row, bid.Price);
                PutCode(batch[21], row, _channels[bid.Channel]);
                PutCode(batch[22], row, _urls[bid.Channel]);
                Put(batch[23], row, bid.Extra);
                break;
        }
    }

    static void Put(Column column, int row, long value)
    {
        ((Column<long>)column).Values[row] = value;
        Bits.Set(column.Validity, row);
    }

    static void Put(Column column, int row, Slice text) => PutCode(column, row, ((TextColumn)column).Heap.Append(text.Span));

    static void PutCode(Column column, int row, int code)
    {
        ((TextColumn)column).Slots[row] = code;
        Bits.Set(column.Validity, row);
    }

    /// <summary>Makes the dictionary of a column that chooses from a list.</summary>
    /// <returns>The code of each of the list's texts.</returns>
    int[] Words(int column, byte[][] list)
    {
        var heap = _heaps[column] = _memory.RentHeap();
        heap.MakeDictionary();
        return [.. list.Select(text => heap.Intern(text))];
    }
}
