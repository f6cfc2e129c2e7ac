using System.Globalization;
using System.Reflection;
using System.Text;
using Deskhand.Access;
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
    public static EventStreamAnswer Handle(string? after, HttpRequest request, RequestScope scope, EventReadings readings, IHostApplicationLifetime lifetime)
    {
        // a browser that connects again sends the last id it saw, and with it the address it began with
        var resume = request.Headers.TryGetValue("Last-Event-ID", out var header) && !string.IsNullOrEmpty(header) ? header.ToString() : after;
        long? from = null;
        if (resume is not null)
        {
            if (!long.TryParse(resume, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
                return new(Problem.Malformed(header.Count > 0 ? "Last-Event-ID" : "after", "This is no id of this stream."), null);
            from = position;
        }

        return new(null, (context, stopping) => Stream(context, scope.Caller, scope.Credential!, from, readings, stopping)) { Stopping = lifetime.ApplicationStopping };
    }

    private static async Task<Problem?> Stream(HttpContext context, Caller caller, string credential, long? from, EventReadings readings, CancellationToken cancellationToken)
    {
        using var seat = readings.FeedOf(caller).Seats.Take(caller.Key);
        if (seat is null) return new Problem(ProblemKind.TooMany, "too_many_streams", $"At most {Seats.MostOfOne} streams can be open at a time.") { RetryAfter = TimeSpan.FromSeconds(30) };
        await readings.Of(caller, credential, new EventReader(caller.UserId), new SseOutlet(context)).Run(from, cancellationToken);
        return null;
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

/// <summary>One open stream as the place where events go.</summary>
internal sealed class SseOutlet(HttpContext context) : IEventOutlet
{
    public async ValueTask Begin(long position, bool isGap, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // reverse proxies hold answers back unless told otherwise
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var reload = isGap ? "event: stream:reload\ndata: {\"reason\":\"gap\"}\n\n" : "";
        await Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: 2000\nid: {position}\n\n{reload}")), cancellationToken);
    }

    public ValueTask Send(EventBatch batch, ulong chosen, CancellationToken cancellationToken) => Write(batch.Frames(chosen), cancellationToken);

    public ValueTask Send(LiveMessage message, CancellationToken cancellationToken) => Write(message.Frame, cancellationToken);

    // with the position, so that who hears little does not begin far back
    public ValueTask Beat(long position, CancellationToken cancellationToken) =>
        Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $": \nid: {position}\n\n")), cancellationToken);

    public ValueTask End(CancellationToken cancellationToken) => Write("event: closed\ndata: {\"reason\":\"no_longer_allowed\"}\n\n"u8.ToArray(), cancellationToken);

    public void Cut() => context.Abort();

    private async ValueTask Write(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(EventReading.SendWithin);
        try
        {
            await context.Response.Body.WriteAsync(frames, deadline.Token);
            await context.Response.Body.FlushAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Cut();
            throw;
        }
    }
}
