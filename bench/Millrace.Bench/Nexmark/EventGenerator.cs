namespace Millrace.Bench.Nexmark;

/// <summary>Nexmark's stream of auctions: people register, put things up and bid. One event after the other, each in the fields of its kind until the next one.</summary>
/// <remarks>
/// Shapes and proportions are those of Apache Beam's and Flink's generator: see docs/explanation/nexmark.md. Theirs draws from unseeded random numbers; here an event
/// is a function of the seed and its number.
/// </remarks>
sealed class EventGenerator(Workload workload)
{
    readonly Letters _letters = new(workload.Seed);
    readonly byte[] _card = new byte[19];
    long _number;

    /// <summary>The texts that indexes stand for.</summary>
    public Vocabulary Words { get; } = new(workload.Seed);

    /// <summary>Milliseconds since 1970 of the event.</summary>
    public long Time { get; private set; }

    /// <summary>The event where it is a person.</summary>
    public Person Person { get; private set; }

    /// <summary>The event where it is an auction.</summary>
    public Auction Auction { get; private set; }

    /// <summary>The event where it is a bid.</summary>
    public Bid Bid { get; private set; }

    /// <summary>Makes the next event; null after the last.</summary>
    public EventKind? Next()
    {
        if (_number == workload.Events) return null;
        var number = _number++;
        var random = new EventRandom(workload.Seed, number);
        Time = workload.TimeOf(number);
        var kind = Ids.KindOf(number);
        switch (kind)
        {
            case EventKind.Person: Person = NextPerson(number, ref random); break;
            case EventKind.Auction: Auction = NextAuction(number, ref random); break;
            default: Bid = NextBid(number, ref random); break;
        }
        return kind;
    }

    Person NextPerson(long number, ref EventRandom random)
    {
        var name = random.Below(Words.Names.Length);
        var email = _letters.Draw(ref random, most: 7, place: 0);
        var length = email.Length;
        email.Array[email.Start + length++] = (byte)'@';
        length = Letters.Draw(ref random, email.Array.AsSpan(email.Start, 128), length, most: 5, special: (byte)' ');
        ".com"u8.CopyTo(email.Array.AsSpan(email.Start + length));
        email = email with { Length = length + 4 };
        for (var group = 0; group < 4; group++)
        {
            random.Below(10_000).TryFormat(_card.AsSpan(group * 5), out _, "0000", null);
            if (group < 3) _card[group * 5 + 4] = (byte)' ';
        }
        var (city, state) = (random.Below(Words.Cities.Length), random.Below(Words.States.Length));
        var size = 8 + Words.Names[name].Length + email.Length + _card.Length + Words.Cities[city].Length + Words.States[state].Length;
        return new(Ids.First + Ids.LastPerson(number), name, email, new Slice(_card, 0, _card.Length), city, state, _letters.Padding(ref random, size, desired: 200));
    }

    Auction NextAuction(long number, ref EventRandom random)
    {
        var seller = Ids.Seller(number, ref random);
        var category = 10 + random.Below(5);
        var initialBid = Price(ref random);
        // Lasts as long as 100 auctions take on average, up to twice as long.
        var horizon = workload.TimeOf(number + Ids.InFlight * Ids.Round / 3) - Time;
        var expires = Time + 1 + random.Below(Math.Max(horizon * 2, 1));
        var item = _letters.Draw(ref random, most: 20, place: 0);
        var description = _letters.Draw(ref random, most: 100, place: 1);
        var reserve = initialBid + Price(ref random);
        var size = 8 + item.Length + description.Length + 5 * 8;
        return new(Ids.First + Ids.LastAuction(number), item, description, initialBid, reserve, expires, seller, category, _letters.Padding(ref random, size, desired: 500));
    }

    Bid NextBid(long number, ref EventRandom random)
    {
        var auction = Ids.BidOn(number, ref random);
        var bidder = Ids.Bidder(number, ref random) + (workload.ShiftsBidders ? Ids.First : 0);
        var price = Price(ref random);
        var channel = random.Below(2) > 0 ? random.Below(4) : 4 + random.Below(Vocabulary.Channels);
        return new(auction, bidder, price, channel, _letters.Padding(ref random, size: 32, desired: 100));
    }

    static long Price(ref EventRandom random) => (long)Math.Round(Math.Pow(10, random.Fraction() * 6) * 100);
}

/// <summary>Somebody registers. Name, city and state are indexes of the vocabulary.</summary>
readonly record struct Person(long Id, int Name, Slice EmailAddress, Slice CreditCard, int City, int State, Slice Extra);

/// <summary>Something is put up, until it expires (milliseconds since 1970).</summary>
readonly record struct Auction(long Id, Slice ItemName, Slice Description, long InitialBid, long Reserve, long Expires, long Seller, int Category, Slice Extra);

/// <summary>Somebody bids. The channel is an index of the vocabulary, of its name and its URL.</summary>
readonly record struct Bid(long Auction, long Bidder, long Price, int Channel, Slice Extra);
