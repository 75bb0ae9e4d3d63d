using Millrace.Stores;

namespace Millrace.Tests.Stores;

public sealed class MemoryStoreTests : StoreContract
{
    protected override IStore Create() => new MemoryStore();
}

/// <summary>The store of the simulation, while nothing goes wrong.</summary>
public sealed class TroubledStoreTests : StoreContract
{
    protected override IStore Create() => new Oracle.Faults.TroubledStore(new(1, most: 0));
}
