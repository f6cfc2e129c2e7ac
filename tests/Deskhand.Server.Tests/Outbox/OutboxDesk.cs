using System.Collections.Concurrent;
using System.Globalization;
using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>A desk that relays nothing by itself: each test runs the relays it is about, with sinks of its own.</summary>
public sealed class OutboxDesk : Desk
{
    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_ROLES"] = "web" };

    /// <summary>Commits one event for each of the given entities, in one transaction; sinks get the sequence after the last.</summary>
    internal async Task Commit(string sink, ConcurrentDictionary<Guid, long> sequences, params Guid[] entities)
    {
        var log = new ChangeLog(OutboxSinksNamed(sink), new OutboxSignal());
        var now = DateTimeOffset.UtcNow;
        await using var session = Database.For(Tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            foreach (var entity in entities)
            {
                var sequence = sequences.AddOrUpdate(entity, 1, (_, last) => last + 1);
                var draft = new EventDraft("probe.made", "probe", entity, sequence, now, [("probe", new { id = entity })], []);
                await log.Write(session, new Happened("probe", entity, now, Actor.System(Via.Timer), [], [draft]), CancellationToken.None);
            }

            return default(Nothing);
        }, CancellationToken.None);
    }

    internal NpgsqlDataSource RelaySource() =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { ApplicationName = "test-relay", MaxPoolSize = 4 });

    internal async Task<(long Waiting, long Parked)> Waiting(string sink)
    {
        var rows = await Database.AcrossTenants("SELECT waiting, parked FROM waiting_deliveries() WHERE sink = $1", r => (r.GetInt64(0), r.GetInt64(1)), CancellationToken.None, Rows.P(sink));
        return rows.SingleOrDefault();
    }

    /// <summary>Sinks of a configuration, with the names of a test's own.</summary>
    internal static OutboxSinks OutboxSinksNamed(params string[] names) =>
        new(DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection([]).Build())) { Names = names };
}

/// <summary>A sink that keeps what it gets and answers as a test wants.</summary>
internal sealed class TestSink(string name, Func<OutboxEvent, Delivery>? answer = null, ConcurrentQueue<OutboxEvent>? shared = null) : EventSink
{
    public override string Name => name;

    public ConcurrentQueue<OutboxEvent> Got { get; } = shared ?? new();

    public Func<OutboxEvent, Delivery> Answers { get; set; } = answer ?? (_ => Delivery.Delivered);

    public int Waves { get; private set; }

    /// <summary>When set, the sink cannot be reached.</summary>
    public string? Down { get; set; }

    public override Task Connect(CancellationToken cancellationToken) => Down is { } reason ? throw new SinkUnavailableException(reason) : Task.CompletedTask;

    public override async Task<IReadOnlyList<Delivery>> Deliver(IReadOnlyList<OutboxEvent> wave, CancellationToken cancellationToken)
    {
        Waves++;
        Assert.Equal(wave.Count, wave.Select(e => e.EntityId).Distinct().Count());
        await Task.Yield();
        var answers = new List<Delivery>();
        foreach (var e in wave)
        {
            var answered = Answers(e);
            if (answered.Result == DeliveryResult.Delivered) Got.Enqueue(e);
            answers.Add(answered);
        }

        return answers;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A relay of a test: one loop for one sink.</summary>
internal sealed class TestRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly NpgsqlDataSource source;
    private readonly Task running;

    public TestRelay(OutboxDesk desk, EventSink sink, int parkAfter = SinkDelivery.MostAttempts)
    {
        source = desk.RelaySource();
        Work = new SinkDelivery(sink, source, TimeProvider.System, NullLogger.Instance) { ParkAfter = parkAfter };
        running = Task.Run(() => Work.Run(NullLogger.Instance, TimeProvider.System, stop.Token, CancellationToken.None));
    }

    public SinkDelivery Work { get; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await Work.DisposeAsync();
        await source.DisposeAsync();
        stop.Dispose();
    }
}

internal static class Eventually
{
    /// <summary>Waits until something holds, and fails when it does not within the time.</summary>
    public static async Task Holds(Func<Task<bool>> condition, double seconds = 15, string? what = null)
    {
        var until = DateTime.UtcNow.AddSeconds(seconds);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < until, $"did not come true within {seconds.ToString(CultureInfo.InvariantCulture)} s: {what}");
            await Task.Delay(20);
        }
    }
}
