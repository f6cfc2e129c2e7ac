using Deskhand.Server.Tests.Operations;
using Deskhand.Server.Tests.Outbox;
using Xunit.Abstractions;

// much of a test is waiting, so three keep two cores busy
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: TestCollectionOrderer("Deskhand.Server.Tests.LongestFirst", "Deskhand.Server.Tests")]

namespace Deskhand.Server.Tests;

/// <summary>Those whose tests come one after the other begin first: what is left at the end is short.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly List<string> First = [ServerCollection.Name, BrokerCollection.Name];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(c => First.IndexOf(c.DisplayName) is >= 0 and var place ? place : First.Count);
}
