using System.Collections.Concurrent;
using Deskhand.Outbox;

namespace Deskhand.Server.Tests.Outbox;

public sealed class RelayTests(OutboxDesk desk) : IClassFixture<OutboxDesk>
{
    [Fact]
    public async Task Two_relays_in_parallel_keep_the_order_of_each_entity_and_lose_and_double_nothing()
    {
        const int entities = 20, each = 20;
        var got = new ConcurrentQueue<OutboxEvent>();
        var ids = Enumerable.Range(0, entities).Select(_ => Guid.NewGuid()).ToArray();
        var sequences = new ConcurrentDictionary<Guid, long>();
        await using var one = new TestRelay(desk, new TestSink("two", shared: got));
        await using var two = new TestRelay(desk, new TestSink("two", shared: got));
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (id, _) =>
        {
            for (var i = 0; i < each; i++)
            {
                await desk.Commit("two", sequences, id);
                (i % 2 == 0 ? one : two).Work.Wake.Call();
            }
        });
        one.Work.Wake.Call();
        await Eventually.Holds(async () => (await desk.Waiting("two")).Waiting == 0);

        foreach (var entity in got.GroupBy(e => e.EntityId))
            Assert.Equal(Enumerable.Range(1, each).Select(i => (long)i), entity.Select(e => e.Sequence));
        Assert.Equal(entities * each, got.Count);
    }

    [Fact]
    public async Task A_long_row_of_one_entity_goes_in_order_also_when_single_events_are_refused_for_a_time()
    {
        var id = Guid.NewGuid();
        var sequences = new ConcurrentDictionary<Guid, long>();
        for (var i = 0; i < 50; i++) await desk.Commit("moody", sequences, id);
        var refusals = 0;
        var sink = new TestSink("moody", e => e.Sequence is 7 or 30 && e.Attempts == 0 && Interlocked.Increment(ref refusals) > 0 ? Delivery.Refused("not now") : Delivery.Delivered);
        await using var relay = new TestRelay(desk, sink);

        await Eventually.Holds(async () => (await desk.Waiting("moody")).Waiting == 0);

        Assert.Equal(2, refusals);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), sink.Got.Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_poison_event_is_parked_and_holds_back_only_its_own_entity_until_it_may_go_again()
    {
        var (poisoned, healthy) = (Guid.NewGuid(), Guid.NewGuid());
        var sequences = new ConcurrentDictionary<Guid, long>();
        await desk.Commit("poison", sequences, poisoned, healthy);
        await desk.Commit("poison", sequences, poisoned, healthy);
        var sink = new TestSink("poison", e => e.EntityId == poisoned ? Delivery.Refused("cannot be digested") : Delivery.Delivered);
        await using var relay = new TestRelay(desk, sink, parkAfter: 2);

        await Eventually.Holds(async () => await desk.Waiting("poison") == (1, 1), what: "parked");
        await desk.Commit("poison", sequences, poisoned, healthy);
        relay.Work.Wake.Call();
        await Eventually.Holds(async () => await desk.Waiting("poison") == (2, 1) && sink.Got.Count == 3);

        Assert.All(sink.Got, e => Assert.Equal(healthy, e.EntityId));
        var (_, _, error, _) = relay.Work.State.Now;
        Assert.Contains("cannot be digested", error!, StringComparison.Ordinal);

        sink.Answers = _ => Delivery.Delivered;
        var freed = await desk.Database.AcrossTenants("SELECT retry_parked_deliveries('poison')", r => r.GetInt64(0), CancellationToken.None);
        relay.Work.Wake.Call();
        await Eventually.Holds(async () => await desk.Waiting("poison") == (0, 0));
        Assert.InRange(freed[0], 2, 3);
        Assert.Equal([1L, 2, 3], sink.Got.Where(e => e.EntityId == poisoned).Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_sink_that_is_down_costs_no_event_an_attempt_and_afterwards_gets_all_in_order()
    {
        var ids = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToArray();
        var sequences = new ConcurrentDictionary<Guid, long>();
        var sink = new TestSink("down") { Down = "gone to lunch" };
        await using var relay = new TestRelay(desk, sink);
        for (var i = 0; i < 5; i++) await desk.Commit("down", sequences, ids);
        await Eventually.Holds(() => Task.FromResult(relay.Work.State.Now is { Connected: false, LastError: "gone to lunch" }));
        Assert.Equal((100, 0), await desk.Waiting("down"));

        var failing = 3;
        sink.Answers = _ => Interlocked.Decrement(ref failing) >= 0 ? Delivery.Unavailable("still eating") : Delivery.Delivered;
        sink.Down = null;
        await Eventually.Holds(async () => await desk.Waiting("down") == (0, 0));

        Assert.All(sink.Got, e => Assert.Equal(0, e.Attempts));
        foreach (var entity in sink.Got.GroupBy(e => e.EntityId)) Assert.Equal([1L, 2, 3, 4, 5], entity.Select(e => e.Sequence));
        Assert.True(relay.Work.State.Now.Connected);
    }

    [Fact]
    public async Task What_a_relay_held_when_its_connection_died_is_delivered_by_another()
    {
        var id = Guid.NewGuid();
        var sequences = new ConcurrentDictionary<Guid, long>();
        await desk.Commit("dying", sequences, id);
        await desk.Commit("dying", sequences, id);
        using var entered = new SemaphoreSlim(0);
        var doomed = new TestSink("dying", e =>
        {
            entered.Release();
            // the backend is gone by now: what was delivered cannot be noted
            Thread.Sleep(700);
            return Delivery.Delivered;
        });
        await using (var relay = new TestRelay(desk, doomed))
        {
            Assert.True(await entered.WaitAsync(TimeSpan.FromSeconds(10)));
            await desk.Database.AcrossTenants("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test-relay' AND state = 'idle in transaction'", r => r.GetBoolean(0), CancellationToken.None);
            var other = new TestSink("dying");
            await using var second = new TestRelay(desk, other);
            await Eventually.Holds(async () => await desk.Waiting("dying") == (0, 0));
            Assert.Equal([1L, 2], other.Got.Concat(doomed.Got.Count > 2 ? doomed.Got : []).Select(e => e.Sequence).Distinct().Order());
        }
    }
}
