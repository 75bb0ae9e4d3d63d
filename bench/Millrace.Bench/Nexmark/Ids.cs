namespace Millrace.Bench.Nexmark;

/// <summary>Who exists when an event comes: every 50 events are a person, three auctions and 46 bids, in this order, and ids count up.</summary>
static class Ids
{
    /// <summary>Events after which the pattern repeats.</summary>
    public const int Round = Persons + Auctions + 46;

    const int Persons = 1;
    const int Auctions = 3;

    /// <summary>The first id of persons and of auctions.</summary>
    public const long First = 1000;

    /// <summary>Hot ones are the first (the second, for bidders) of so many.</summary>
    const int HotOf = 100;

    /// <summary>Ids that may be used ahead of the event that makes them.</summary>
    const int Lead = 10;

    /// <summary>Auctions that are open at any time, on average.</summary>
    public const int InFlight = 100;

    /// <summary>People who still sell and bid.</summary>
    const int ActivePeople = 1000;

    /// <summary>What an event is.</summary>
    public static EventKind KindOf(long number) => (number % Round) switch
    {
        < Persons => EventKind.Person,
        < Persons + Auctions => EventKind.Auction,
        _ => EventKind.Bid,
    };

    /// <summary>The last person so far, from 0; the event's own where it is a person.</summary>
    public static long LastPerson(long number) => number / Round;

    /// <summary>The last auction so far, from 0; the event's own where it is an auction.</summary>
    public static long LastAuction(long number)
    {
        var (round, place) = (number / Round, number % Round);
        return place < Persons ? round * Auctions - 1 : round * Auctions + Math.Min(place - Persons, Auctions - 1);
    }

    /// <summary>Three of four sellers are hot.</summary>
    public static long Seller(long number, ref EventRandom random) =>
        First + (random.Below(4) > 0 ? LastPerson(number) / HotOf * HotOf : ActivePerson(number, ref random));

    /// <summary>Three of four bidders are hot, and not the hot sellers.</summary>
    public static long Bidder(long number, ref EventRandom random) =>
        First + (random.Below(4) > 0 ? LastPerson(number) / HotOf * HotOf + 1 : ActivePerson(number, ref random));

    /// <summary>Every other bid goes to the hot auction, the rest to those in flight and to a few that are still to come.</summary>
    public static long BidOn(long number, ref EventRandom random)
    {
        var last = LastAuction(number);
        if (random.Below(2) > 0) return First + last / HotOf * HotOf;
        var least = Math.Max(last - InFlight, 0);
        return First + least + random.Below(last - least + 1 + Lead);
    }

    static long ActivePerson(long number, ref EventRandom random)
    {
        var people = LastPerson(number) + 1;
        var active = Math.Min(people, ActivePeople);
        return people - active + random.Below(active + Lead);
    }
}

/// <summary>What an event is; the numbers of the column event_type.</summary>
enum EventKind
{
    /// <summary>Somebody registers.</summary>
    Person = 0,
    /// <summary>Something is put up.</summary>
    Auction = 1,
    /// <summary>Somebody bids.</summary>
    Bid = 2,
}
