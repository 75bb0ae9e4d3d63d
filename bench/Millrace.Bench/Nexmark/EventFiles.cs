namespace Millrace.Bench.Nexmark;

/// <summary>The stream as files: JSON lines of all events for Millrace, a CSV file a kind for those who compute the answers anew.</summary>
static class EventFiles
{
    /// <summary>Writes JSON lines as Flink's JSON format has them: the object of the event's kind, null for the other two.</summary>
    public static void WriteJson(Workload workload, string path)
    {
        var generator = new EventGenerator(workload);
        var words = generator.Words;
        using var lines = new LineBuffer(File.Create(path));
        while (generator.Next() is { } kind)
            switch (kind)
            {
                case EventKind.Person:
                    var person = generator.Person;
                    lines.Add("{\"event_type\":0,\"person\":{\"id\":"u8).Add(person.Id).Add(",\"name\":\""u8).Add(words.Names[person.Name])
                        .Add("\",\"emailAddress\":\""u8).Add(person.EmailAddress.Span).Add("\",\"creditCard\":\""u8).Add(person.CreditCard.Span)
                        .Add("\",\"city\":\""u8).Add(words.Cities[person.City]).Add("\",\"state\":\""u8).Add(words.States[person.State])
                        .Add("\",\"dateTime\":\""u8).AddTime(generator.Time).Add("\",\"extra\":\""u8).Add(person.Extra.Span).Add("\"},\"auction\":null,\"bid\":null}\n"u8);
                    break;
                case EventKind.Auction:
                    var auction = generator.Auction;
                    lines.Add("{\"event_type\":1,\"person\":null,\"auction\":{\"id\":"u8).Add(auction.Id).Add(",\"itemName\":\""u8).Add(auction.ItemName.Span)
                        .Add("\",\"description\":\""u8).Add(auction.Description.Span).Add("\",\"initialBid\":"u8).Add(auction.InitialBid).Add(",\"reserve\":"u8).Add(auction.Reserve)
                        .Add(",\"dateTime\":\""u8).AddTime(generator.Time).Add("\",\"expires\":\""u8).AddTime(auction.Expires).Add("\",\"seller\":"u8).Add(auction.Seller)
                        .Add(",\"category\":"u8).Add(auction.Category).Add(",\"extra\":\""u8).Add(auction.Extra.Span).Add("\"},\"bid\":null}\n"u8);
                    break;
                default:
                    var bid = generator.Bid;
                    lines.Add("{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{\"auction\":"u8).Add(bid.Auction).Add(",\"bidder\":"u8).Add(bid.Bidder)
                        .Add(",\"price\":"u8).Add(bid.Price).Add(",\"channel\":\""u8).Add(words.ChannelNames[bid.Channel]).Add("\",\"url\":\""u8).Add(words.Urls[bid.Channel])
                        .Add("\",\"dateTime\":\""u8).AddTime(generator.Time).Add("\",\"extra\":\""u8).Add(bid.Extra.Span).Add("\"}}\n"u8);
                    break;
            }
    }

    /// <summary>Writes person.csv, auction.csv and bid.csv, with header and without quotes: no text of the generator needs any. Each row has its number in the stream.</summary>
    public static void WriteCsv(Workload workload, string folder)
    {
        var generator = new EventGenerator(workload);
        var words = generator.Words;
        using var persons = Open("person", "n,id,name,emailAddress,creditCard,city,state,dateTime,extra\n"u8);
        using var auctions = Open("auction", "n,id,itemName,description,initialBid,reserve,dateTime,expires,seller,category,extra\n"u8);
        using var bids = Open("bid", "n,auction,bidder,price,channel,url,dateTime,extra\n"u8);
        for (var number = 0L; generator.Next() is { } kind; number++)
            switch (kind)
            {
                case EventKind.Person:
                    var person = generator.Person;
                    persons.Add(number).Add(","u8).Add(person.Id).Add(","u8).Add(words.Names[person.Name]).Add(","u8).Add(person.EmailAddress.Span).Add(","u8).Add(person.CreditCard.Span).Add(","u8)
                        .Add(words.Cities[person.City]).Add(","u8).Add(words.States[person.State]).Add(","u8).AddTime(generator.Time).Add(","u8).Add(person.Extra.Span).Add("\n"u8);
                    break;
                case EventKind.Auction:
                    var auction = generator.Auction;
                    auctions.Add(number).Add(","u8).Add(auction.Id).Add(","u8).Add(auction.ItemName.Span).Add(","u8).Add(auction.Description.Span).Add(","u8).Add(auction.InitialBid).Add(","u8)
                        .Add(auction.Reserve).Add(","u8).AddTime(generator.Time).Add(","u8).AddTime(auction.Expires).Add(","u8).Add(auction.Seller).Add(","u8).Add(auction.Category).Add(","u8)
                        .Add(auction.Extra.Span).Add("\n"u8);
                    break;
                default:
                    var bid = generator.Bid;
                    bids.Add(number).Add(","u8).Add(bid.Auction).Add(","u8).Add(bid.Bidder).Add(","u8).Add(bid.Price).Add(","u8).Add(words.ChannelNames[bid.Channel]).Add(","u8)
                        .Add(words.Urls[bid.Channel]).Add(","u8).AddTime(generator.Time).Add(","u8).Add(bid.Extra.Span).Add("\n"u8);
                    break;
            }

        LineBuffer Open(string kind, ReadOnlySpan<byte> header) => new LineBuffer(File.Create(Path.Combine(folder, $"{kind}.csv"))).Add(header);
    }
}
