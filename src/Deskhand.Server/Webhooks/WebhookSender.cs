using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Deskhand.Http;

namespace Deskhand.Webhooks;

/// <summary>How one attempt went.</summary>
/// <param name="Status">What was answered; null when nothing was.</param>
/// <param name="Error">Why it failed, for an administrator of the tenant; null when it did not.</param>
/// <param name="Answer">How the answer began.</param>
/// <param name="RetryAfter">The pause that the endpoint asked for.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record SentWebhook(int? Status, string? Error, string? Answer, TimeSpan? RetryAfter, TimeSpan Duration);

/// <summary>Posts one signed event. Only 2xx is a success; redirects are not followed; of an answer no more than its beginning is read.</summary>
internal sealed class WebhookSender : IDisposable
{
    private const int MostAnswerBytes = 4000;
    private const int MostAnswerCharacters = 1000;
    private static readonly string Agent = "Deskhand/" + typeof(WebhookSender).Assembly.GetName().Version!.ToString(3);
    private readonly HttpMessageInvoker http;
    private readonly WebhookPace pace;
    private readonly TimeProvider clock;

    public WebhookSender(DeskhandSettings settings, WebhookPace pace, TimeProvider clock, OutboundConnection.Resolver? resolve = null)
    {
        (this.pace, this.clock) = (pace, clock);
        http = new HttpMessageInvoker(OutboundConnection.Handler(settings.AllowsPrivateWebhooks, resolve), disposeHandler: true);
    }

    /// <summary>One attempt. Ends by itself within <see cref="WebhookPace.AnswerWithin"/>.</summary>
    /// <exception cref="OperationCanceledException">Only when the caller gave up.</exception>
    /// <param name="url">Where to.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="body">What is posted.</param>
    /// <param name="secrets">What it is signed with.</param>
    /// <param name="headers">Headers of the webhook's own; what is kept of the answer does not repeat their values.</param>
    /// <param name="at">The header <c>webhook-timestamp</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SentWebhook> Send(
        Uri url, Guid id, byte[] body, IReadOnlyList<byte[]> secrets, ImmutableArray<KeyValuePair<string, string>> headers, DateTimeOffset at, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(pace.AnswerWithin);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        foreach (var (name, value) in headers)
        {
            // a few, such as Expires, are the content's in .NET
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.Add("webhook-id", id.ToString());
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(secrets, id.ToString(), at.ToUnixTimeSeconds(), body));
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.SendAsync(request, deadline.Token);
            var answer = await Beginning(response, headers, deadline.Token);
            var error = response.IsSuccessStatusCode ? null : Explain(response);
            return new SentWebhook((int)response.StatusCode, error, answer, error is null ? null : Asked(response), Stopwatch.GetElapsedTime(began));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or SocketException && !cancellationToken.IsCancellationRequested)
        {
            return new SentWebhook(null, Explain(e), null, null, Stopwatch.GetElapsedTime(began));
        }
    }

    public void Dispose() => http.Dispose();

    private static string Explain(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        410 => "It answered 410: it is gone for good.",
        >= 300 and < 400 => $"It answered {(int)response.StatusCode}; redirects are not followed.",
        _ => $"It answered {(int)response.StatusCode}.",
    };

    private string Explain(Exception e) => e switch
    {
        OperationCanceledException => $"No answer within {pace.AnswerWithin.TotalSeconds:0} s.",
        _ when Inner<RefusedAddressException>(e) is { } refused => refused.Message,
        _ when Inner<AuthenticationException>(e) is not null => "Its certificate is not valid for this host.",
        _ when Inner<SocketException>(e) is { } socket => socket.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "There is no such host.",
            SocketError.ConnectionRefused => "It refused the connection.",
            SocketError.ConnectionReset => "It closed the connection.",
            _ => "It cannot be reached.",
        },
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "The headers of its answer are too large.",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "It closed the connection before it answered.",
        _ => "Its answer was not HTTP.",
    };

    /// <summary>The first characters of an answer; what does not come in time, or breaks off, is not waited for: the status has been said.</summary>
    private static async Task<string?> Beginning(HttpResponseMessage response, ImmutableArray<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostAnswerBytes];
        var (length, isCut) = (0, false);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read) length += read;
            isCut = length == buffer.Length;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            isCut = true;
        }

        if (length == 0) return null;
        // what a database and a screen can show
        var text = new string([.. Encoding.UTF8.GetString(buffer, 0, length).Select(c => c is '\n' or '\t' || !char.IsControl(c) ? c : ' ').Where(c => !char.IsSurrogate(c))]);
        text = WebhookHeaders.Scrub(text, isCut, headers);
        return (text.Length > MostAnswerCharacters ? text[..MostAnswerCharacters] : text).Trim();
    }

    private TimeSpan? Asked(HttpResponseMessage response) =>
        response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - clock.GetUtcNow() : null;

    private static T? Inner<T>(Exception? e) where T : Exception
    {
        for (; e is not null; e = e.InnerException)
            if (e is T found) return found;
        return null;
    }
}
