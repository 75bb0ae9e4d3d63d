namespace Millrace.Connectors.Generators;

/// <summary>A shop of the sales template.</summary>
/// <param name="Name">Its town.</param>
/// <param name="Country">Its country.</param>
/// <param name="Share">Its part of all orders.</param>
/// <param name="UtcHours">Its clock against UTC.</param>
sealed record Shop(string Name, string Country, double Share, int UtcHours);

/// <summary>A product of the sales template, with its price in cents.</summary>
sealed record Product(string Name, string Category, long Cents);

/// <summary>What the sales template sells, and where: 8 shops in 5 countries, 120 products in 8 categories, 2,000 customers.</summary>
static class SalesCatalog
{
    public const int Customers = 2000;

    public static readonly string[] Payments = ["card", "card", "card", "card", "card", "cash", "cash", "mobile", "mobile", "voucher"];

    public static readonly Shop[] Shops =
    [
        new("London", "United Kingdom", 0.24, 0), new("Manchester", "United Kingdom", 0.11, 0), new("Berlin", "Germany", 0.15, 1), new("Munich", "Germany", 0.09, 1),
        new("Paris", "France", 0.14, 1), new("Madrid", "Spain", 0.09, 1), new("New York", "United States", 0.13, -5), new("Chicago", "United States", 0.05, -6),
    ];

    // Category, its part of all lines, cheapest and dearest price in cents, names from the most to the least wanted.
    static readonly (string Name, double Share, int Low, int High, string Products)[] s_categories =
    [
        ("Coffee & Tea", 0.20, 299, 2490, "Espresso Beans, House Blend, Earl Grey, Green Tea, Decaf Blend, Chai Mix, Peppermint Tea, Cold Brew, Matcha Tin, Darjeeling, Filter Paper, Rooibos, Hot Chocolate, Coffee Syrup, Oolong"),
        ("Bakery", 0.19, 120, 1450, "Croissant, Sourdough Loaf, Cinnamon Roll, Baguette, Rye Bread, Bagel, Blueberry Muffin, Almond Tart, Ciabatta, Pretzel, Carrot Cake, Brioche, Scone, Apple Pie, Focaccia"),
        ("Kitchen", 0.14, 490, 12900, "Chef Knife, Coffee Mug, Cutting Board, Frying Pan, Teapot, Mixing Bowl, Whisk, Kettle, Storage Jar, Salad Bowl, Peeler, Baking Tray, Pepper Mill, Cast Iron Pot, Kitchen Scale"),
        ("Home", 0.13, 690, 8900, "Scented Candle, Throw Blanket, Cushion, Picture Frame, Vase, Door Mat, Wall Clock, Laundry Basket, Table Lamp, Coat Hook, Curtain, Bookend, Mirror, Fairy Lights, Rug"),
        ("Stationery", 0.11, 99, 3900, "Notebook, Ballpoint Pen, Gift Wrap, Greeting Card, Pencil Set, Planner, Sticky Notes, Fountain Pen, Sketchbook, Washi Tape, Stapler, Envelope Pack, Marker Set, Ruler, Desk Pad"),
        ("Garden", 0.08, 249, 7900, "Herb Pot, Tomato Seeds, Watering Can, Plant Food, Garden Gloves, Hand Trowel, Lavender, Bird Feeder, Plant Stand, Pruner, Compost, Hose Nozzle, Solar Light, Trellis, Rain Gauge"),
        ("Toys", 0.08, 399, 5900, "Building Blocks, Puzzle, Plush Bear, Card Game, Toy Train, Bubble Wand, Kite, Yo-Yo, Paint Set, Board Game, Wooden Car, Skipping Rope, Marbles, Doll, Rocket Kit"),
        ("Electronics", 0.07, 990, 24900, "USB Cable, Phone Stand, Earphones, Power Bank, Desk Fan, Smart Plug, Bluetooth Speaker, Night Light, Wall Charger, Keyboard, Mouse, Webcam, Digital Frame, Headphones, Smart Watch"),
    ];

    public static readonly string[] Categories = [.. s_categories.Select(static c => c.Name)];
    public static readonly double[] CategoryShares = [.. s_categories.Select(static c => c.Share)];
    public const int ProductsPerCategory = 15;

    /// <summary>Those of category c stand at c * 15, the most wanted first.</summary>
    public static readonly Product[] Products = [.. s_categories.SelectMany(static c => c.Products.Split(", ").Select((name, i) => new Product(name, c.Name, Price(c.Low, c.High, i))))];

    // Scattered over the range, ending in 9 as prices do.
    static long Price(int low, int high, int index)
    {
        var place = index * 7 % ProductsPerCategory / (ProductsPerCategory - 1.0);
        var cents = (long)(low + (high - low) * place * place);
        return cents - cents % 10 + 9;
    }
}
