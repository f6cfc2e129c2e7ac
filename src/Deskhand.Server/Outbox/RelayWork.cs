namespace Deskhand.Outbox;

/// <summary>One thing that is done over and over beside the requests: delivering to a sink, sending mail, noticing that time has passed. No failure ends it.</summary>
internal abstract class RelayWork : IAsyncDisposable
{
    /// <summary>How long to sleep while nothing waits; a call wakes sooner. Guards against calls that were missed.</summary>
    protected static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    /// <summary>How long to sleep at most while something waits that cannot go yet.</summary>
    protected static readonly TimeSpan Waiting = TimeSpan.FromSeconds(1);

    public abstract string Name { get; }

    /// <summary>How long to wait at most after failures that go on.</summary>
    protected virtual TimeSpan LongestBackOff => TimeSpan.FromSeconds(5);

    /// <summary>Woken by whatever may have brought work.</summary>
    public Wake Wake { get; } = new();

    public SinkState State { get; } = new();

    /// <summary>Does what can be done now. Answers how long to sleep; zero = there may be more.</summary>
    /// <exception cref="SinkUnavailableException">The other side does not answer.</exception>
    public abstract Task<TimeSpan> Step(CancellationToken cancellationToken);

    /// <summary>Works until told to stop. What is under way when told is finished, unless it takes longer than the drain allows.</summary>
    public async Task Run(ILogger logger, TimeProvider clock, CancellationToken stop, CancellationToken drained)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var pause = await Step(drained);
                if (failures > 0) logger.LogInformation("{Sink} works again", Name);
                failures = 0;
                State.Works();
                if (pause > TimeSpan.Zero) await Wake.Wait(pause, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // whatever it was, the work waits in its table and the next try may go well
                if (State.Failed(e.Message, clock.GetUtcNow()) || failures == 0)
                {
                    if (e is SinkUnavailableException or Npgsql.NpgsqlException) logger.LogError("{Sink} is held up: {Error}", Name, e.Message);
                    else logger.LogError(e, "{Sink} is held up", Name);
                }

                failures++;
                await Task.Delay(BackOff(failures, TimeSpan.FromMilliseconds(100), LongestBackOff), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Does something for each, so that one that fails holds up no other; what went wrong is thrown when all had their turn. A database that is away ends it at once.</summary>
    /// <exception cref="AggregateException">Of those that failed.</exception>
    protected static async Task ForEach<T>(IEnumerable<T> all, Func<T, Task> work)
    {
        var failed = new List<Exception>();
        foreach (var one in all)
        {
            try
            {
                await work(one);
            }
            catch (Exception e) when (e is not (OperationCanceledException or Npgsql.NpgsqlException { IsTransient: true } or IOException or TimeoutException))
            {
                failed.Add(e);
            }
        }

        if (failed.Count > 0) throw new AggregateException(failed);
    }

    /// <summary>Doubles with each failure up to a limit; a random fifth less, so that many do not return at the same instant.</summary>
    protected static TimeSpan BackOff(int failures, TimeSpan first, TimeSpan most)
    {
        var wait = Math.Min(most.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)));
        return TimeSpan.FromMilliseconds(wait * (0.8 + (Random.Shared.NextDouble() * 0.2)));
    }

    public virtual ValueTask DisposeAsync()
    {
        Wake.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Runs a work in the background of a process, until it stops.</summary>
internal abstract class WorkHost(RelayWork work, TimeProvider clock, ILogger logger) : BackgroundService, IAsyncDisposable
{
    /// <summary>What is done here; health shows how it fares.</summary>
    public RelayWork Work => work;

    public async ValueTask DisposeAsync()
    {
        base.Dispose();
        if (ExecuteTask is { } running) await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => work.Run(logger, clock, stoppingToken, stoppingToken), CancellationToken.None);
}

/// <summary>Runs a work that is a service itself.</summary>
internal sealed class WorkHost<TWork>(TWork work, TimeProvider clock, ILogger<TWork> logger) : WorkHost(work, clock, logger) where TWork : RelayWork;

/// <summary>What a relay knows of one of its sinks.</summary>
internal sealed class SinkState
{
    private readonly Lock gate = new();
    private bool? connected;
    private DateTimeOffset? lastSuccessAt;
    private string? lastError;
    private DateTimeOffset? lastErrorAt;

    public (bool? Connected, DateTimeOffset? LastSuccessAt, string? LastError, DateTimeOffset? LastErrorAt) Now
    {
        get
        {
            lock (gate) return (connected, lastSuccessAt, lastError, lastErrorAt);
        }
    }

    /// <summary>The sink answers.</summary>
    public void Works()
    {
        lock (gate) connected = true;
    }

    /// <summary>The sink took something.</summary>
    public void Succeeded(DateTimeOffset at)
    {
        lock (gate) (connected, lastSuccessAt) = (true, at);
    }

    /// <summary>A single event was refused.</summary>
    public void Refused(string error, DateTimeOffset at)
    {
        lock (gate) (lastError, lastErrorAt) = (error, at);
    }

    /// <summary>The sink does not answer. True when that is news.</summary>
    public bool Failed(string error, DateTimeOffset at)
    {
        lock (gate)
        {
            var news = connected != false || lastError != error;
            (connected, lastError, lastErrorAt) = (false, error, at);
            return news;
        }
    }
}
