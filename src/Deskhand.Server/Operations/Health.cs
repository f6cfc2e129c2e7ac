using System.Diagnostics;
using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Operations;

/// <summary>How one part stands.</summary>
/// <param name="Status">up, degraded or down.</param>
/// <param name="Detail">In words, for an operator.</param>
/// <param name="Milliseconds">How long the part took to answer, when it was asked.</param>
/// <param name="LastSuccessAt">When it last worked, when that is known.</param>
/// <param name="Waiting">How much waits for it, when something can.</param>
/// <param name="Parked">How much was given up and waits for a person, when something can be.</param>
internal sealed record ComponentHealth(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Milliseconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastSuccessAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Waiting = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Parked = null)
{
    public const string Up = "up";
    public const string Degraded = "degraded";
    public const string Down = "down";
}

/// <summary>The answer of /health.</summary>
internal sealed record HealthReport(string Status, string Version, IReadOnlyDictionary<string, ComponentHealth> Components);

/// <summary>
/// Live: the process answers. Ready: it can do its work, which takes the database; a broker that is down delays events and nothing
/// else, so it never takes an instance out of the load balancer.
/// </summary>
internal sealed class Health(Database database, DatabaseListener listener, OutboxHealth outbox, IServiceProvider services, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static IResult Live() => Results.Text("live");

    /// <summary>200 while this instance should receive requests, 503 otherwise (also from the moment it begins to stop).</summary>
    public async Task<IResult> Ready(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return Results.Text("stopping", statusCode: StatusCodes.Status503ServiceUnavailable);
        var check = await OfDatabase(cancellationToken);
        return check.Status == ComponentHealth.Down ? Results.Text("not ready: database", statusCode: StatusCodes.Status503ServiceUnavailable) : Results.Text("ready");
    }

    /// <summary>Every part, for a caller with the permission <c>health:read</c>.</summary>
    public async Task<Answer<HealthReport>> Components(CancellationToken cancellationToken)
    {
        var parts = new SortedDictionary<string, ComponentHealth>(StringComparer.Ordinal)
        {
            ["database"] = await OfDatabase(cancellationToken),
            ["notifications"] = listener.IsListening
                ? new(ComponentHealth.Up)
                : new(ComponentHealth.Degraded, "Not hearing other instances; nothing is kept in memory until it does."),
        };
        if (services.GetService<RemoteKeySet>()?.Health is { } keys)
            parts["outsideIssuer"] = new(keys.Keys > 0 ? ComponentHealth.Up : ComponentHealth.Down, keys.LastFailure, LastSuccessAt: keys.LastSuccessAt);
        foreach (var host in services.GetServices<IHostedService>().OfType<WorkHost>()) parts[host.Work.Name] = OfWork(host.Work.State);
        if (parts["database"].Status == ComponentHealth.Up)
            foreach (var sink in await outbox.Read(cancellationToken)) parts["events." + sink.Sink] = OfSink(sink);
        if (parts["database"].Status == ComponentHealth.Up && services.GetRequiredService<DeskhandSettings>().Smtp is not null) parts["mail"] = await OfMail(cancellationToken);
        if (parts["database"].Status == ComponentHealth.Up) parts["webhooks"] = await OfWebhooks(cancellationToken);
        if (services.GetRequiredService<DeskhandSettings>().Clamd is not null) parts["scanner"] = await OfScanner(cancellationToken);
        var status = parts.Values.Any(p => p.Status == ComponentHealth.Down) ? ComponentHealth.Down
            : parts.Values.Any(p => p.Status == ComponentHealth.Degraded) ? ComponentHealth.Degraded : ComponentHealth.Up;
        return Answer.Ok<HealthReport>(new HealthReport(status, typeof(Health).Assembly.GetName().Version!.ToString(3), parts));
    }

    /// <summary>Events that wait for a broker are late and not lost, so a sink is degraded and never down.</summary>
    private static ComponentHealth OfSink(SinkHealth sink)
    {
        var isWell = sink is { Connected: not false, Parked: 0 };
        return new(isWell ? ComponentHealth.Up : ComponentHealth.Degraded, isWell ? null : sink.LastError, LastSuccessAt: sink.LastSuccessAt, Waiting: sink.Waiting, Parked: sink.Parked);
    }

    /// <summary>What waits for time to pass is late and not lost: it is tried again every few seconds.</summary>
    private static ComponentHealth OfWork(SinkState state) =>
        state.Now is { Connected: false } held ? new(ComponentHealth.Degraded, $"Held up since the last try, at {held.LastErrorAt:u}; the log says why.") : new(ComponentHealth.Up);

    /// <summary>Without the scanner no file is taken; all else goes on.</summary>
    private async Task<ComponentHealth> OfScanner(CancellationToken cancellationToken)
    {
        var trouble = await services.GetRequiredService<Tickets.VirusScanner>().Trouble(Patience, cancellationToken);
        return new(trouble is null ? ComponentHealth.Up : ComponentHealth.Degraded, trouble);
    }

    /// <summary>Mail that waits is late and not lost; what was given up waits for a person.</summary>
    private async Task<ComponentHealth> OfMail(CancellationToken cancellationToken)
    {
        var (waiting, parked, oldest) = (await database.AcrossTenants("SELECT waiting, parked, oldest FROM waiting_mail()", r => (r.GetInt64(0), r.GetInt64(1), r.Instant(2)), cancellationToken))[0];
        var state = services.GetRequiredService<Notifications.Sender>().State?.Now ?? default;
        var isLate = oldest < DateTimeOffset.UtcNow - Notifications.MailAlarm.Late;
        var isWell = state.Connected != false && parked == 0 && !isLate;
        return new(isWell ? ComponentHealth.Up : ComponentHealth.Degraded, isWell ? null
            : isLate ? $"Mail has waited since {oldest:u}. {state.LastError}".TrimEnd()
            : state.Connected == false ? state.LastError
            : $"{parked} message(s) were given up and wait for a person; see /deliveries?state=parked.",
            LastSuccessAt: state.LastSuccessAt, Waiting: waiting, Parked: parked);
    }

    /// <summary>An endpoint that does not answer is its tenant's trouble and degrades nothing; that this process cannot deliver does.</summary>
    private async Task<ComponentHealth> OfWebhooks(CancellationToken cancellationToken)
    {
        var (active, troubled, waiting, oldest, lastSuccess) = (await database.AcrossTenants("SELECT active, troubled, waiting, oldest, last_success_at FROM waiting_webhooks($1)",
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.Instant(3), r.Instant(4)), cancellationToken, Rows.P(services.GetRequiredService<Webhooks.WebhookPace>().Broken)))[0];
        var state = services.GetService<Webhooks.WebhookRelay>()?.State.Now ?? default;
        var detail = state.Connected == false ? state.LastError
            : troubled > 0 ? $"{troubled} of {active} endpoints do not answer{(oldest is null ? "" : $"; something has waited since {oldest:u}")}." : null;
        return new(state.Connected == false ? ComponentHealth.Degraded : ComponentHealth.Up, detail, LastSuccessAt: lastSuccess, Waiting: waiting);
    }

    private async Task<ComponentHealth> OfDatabase(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        var clock = Stopwatch.StartNew();
        try
        {
            await using var command = database.Source.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(deadline.Token);
            return new(ComponentHealth.Up, Milliseconds: clock.ElapsedMilliseconds);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new(ComponentHealth.Down, e is OperationCanceledException ? $"No answer within {Patience.TotalSeconds:0} s." : "It refuses or cannot be reached; the log says why.");
        }
    }
}
