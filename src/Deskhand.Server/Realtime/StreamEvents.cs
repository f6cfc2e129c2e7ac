using System.Globalization;
using System.Reflection;
using System.Text;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Deskhand.Realtime;

/// <summary>
/// GET /events/stream: server-sent events, live or from a position on (<c>Last-Event-ID</c> or <c>after</c>). Each tells that something
/// changed, with ids and versions; what it is now, the client reads through the API.
/// </summary>
internal static class StreamEvents
{
    public static EventStreamAnswer Handle(
        string? after, HttpRequest request, RequestScope scope, EventFeeds feeds, BearerTokens tokens, Database database, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        // a browser that connects again sends the last id it saw, and with it the address it began with
        var resume = request.Headers.TryGetValue("Last-Event-ID", out var header) && !string.IsNullOrEmpty(header) ? header.ToString() : after;
        if (resume is not null && !(long.TryParse(resume, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position >= 0))
            return new(Problem.Malformed(header.Count > 0 ? "Last-Event-ID" : "after", "This is no id of this stream."), null);
        long? from = resume is null ? null : long.Parse(resume, NumberStyles.None, CultureInfo.InvariantCulture);
        return new(null, (context, stopping) => new EventStreaming(context, scope.Caller, scope.Credential!, feeds.Of(scope.Caller.TenantId), tokens, database, clock).Run(from, stopping))
        {
            Stopping = lifetime.ApplicationStopping,
        };
    }
}

/// <summary>An answer that goes on until one side ends it, or a problem.</summary>
internal sealed class EventStreamAnswer(Problem? problem, Func<HttpContext, CancellationToken, Task<Problem?>>? run) : IResult, IEndpointMetadataProvider
{
    public CancellationToken Stopping { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, Stopping);
        try
        {
            var refusal = problem ?? await run!(httpContext, ends.Token);
            if (refusal is not null) await refusal.Write(httpContext);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // the client has gone or the server goes: that is how streams end
        }
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/event-stream"]));
}

/// <summary>One open stream.</summary>
internal sealed class EventStreaming(HttpContext context, Caller first, string credential, EventFeed feed, BearerTokens tokens, Database database, TimeProvider clock)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How long a right may have ended by itself, by its time, before the stream does.</summary>
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(3);

    /// <summary>How long a client may take to read what was sent; it connects again where it was.</summary>
    private static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(10);

    private long position;
    private long writtenAt;

    /// <summary>Streams until the end; a problem when it did not begin.</summary>
    public async Task<Problem?> Run(long? from, CancellationToken cancellationToken)
    {
        var begun = false;
        if (from is { } given)
        {
            // who comes from far behind first reads what is stored, and joins the live end when near
            await Begin(given, cancellationToken);
            begun = true;
            int passed;
            while ((passed = await Stored(cancellationToken)) == EventFeed.Portion) { }
            if (passed < 0) return null;
        }

        if (await feed.Join(first.Key, first.UserId, cancellationToken) is not { } reader)
            return begun ? null : new Problem(ProblemKind.TooMany, "too_many_streams", $"At most {EventReader.MostOfOne} streams can be open at a time.") { RetryAfter = TimeSpan.FromSeconds(30) };
        try
        {
            if (!begun) await Begin(reader.From, cancellationToken);
            var between = 1;
            while (position < reader.From && between > 0) between = await Stored(cancellationToken);
            if (between < 0) return null;
            // an id beyond the end is not of this stream, or of its time before a restored backup: it goes on with what came since it joined
            if (position > reader.From && position > await feed.End(cancellationToken)) position = reader.From;
            await Live(reader, cancellationToken);
        }
        finally
        {
            feed.Leave(reader);
        }

        return null;
    }

    private async Task Begin(long from, CancellationToken cancellationToken)
    {
        position = from;
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // reverse proxies hold answers back unless told otherwise
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await Send([Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: 2000\nid: {position}\n\n"))], cancellationToken);
    }

    /// <summary>Sends a portion of what is stored. Answers how many events it looked at, or -1 when the stream is over.</summary>
    private async Task<int> Stored(CancellationToken cancellationToken)
    {
        var events = await feed.After(position, cancellationToken);
        return await Pass(events, [], cancellationToken) ? events.Count : -1;
    }

    private async Task Live(EventReader reader, CancellationToken cancellationToken)
    {
        while (!reader.Overflowed)
        {
            await reader.Wake.Wait(BetweenChecks, cancellationToken);
            if (!await Pass(reader.Take(), reader.TakeTold(), cancellationToken)) return;
            if (clock.GetElapsedTime(writtenAt) >= Heartbeat)
                // with the position, so that who hears little does not begin far back
                await Send([Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $": \nid: {position}\n\n"))], cancellationToken);
        }

        context.Abort();
    }

    /// <summary>Sends what the caller may hear as of now, and what is told to the user alone. False when the caller may hear nothing any more.</summary>
    private async Task<bool> Pass(IReadOnlyList<StreamEvent> events, IReadOnlyList<ReadOnlyMemory<byte>> told, CancellationToken cancellationToken)
    {
        if (await tokens.Find(credential, cancellationToken) is not { } caller || caller.UserId != first.UserId || !caller.May(Permission.TicketsRead))
        {
            await Send(["event: closed\ndata: {\"reason\":\"no_longer_allowed\"}\n\n"u8.ToArray()], cancellationToken);
            return false;
        }

        var frames = new List<ReadOnlyMemory<byte>>();
        foreach (var e in await EventRights.Refreshed(events, caller, database, clock, cancellationToken))
        {
            // what was read from the store may come from the feed once more
            if (e.Position <= position) continue;
            position = e.Position;
            if (EventRights.MayHear(caller, e)) frames.Add(e.Frame);
        }

        frames.AddRange(told);
        if (frames.Count > 0) await Send(frames, cancellationToken);
        return true;
    }

    private async Task Send(IReadOnlyList<ReadOnlyMemory<byte>> frames, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(SendWithin);
        try
        {
            foreach (var frame in frames) await context.Response.Body.WriteAsync(frame, deadline.Token);
            await context.Response.Body.FlushAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            context.Abort();
            throw;
        }

        writtenAt = clock.GetTimestamp();
    }
}
