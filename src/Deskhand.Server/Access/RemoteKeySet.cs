using System.Net;

namespace Deskhand.Access;

/// <summary>What health shows of an outside issuer's keys.</summary>
internal sealed record KeySetHealth(int Keys, DateTimeOffset? LastSuccessAt, DateTimeOffset? LastFailureAt, string? LastFailure);

/// <summary>
/// The public keys of an outside issuer (DESKHAND_JWKS_URL). They are kept while the issuer cannot be reached, so that its
/// outage is not ours; how old they are is for health to show.
/// </summary>
internal sealed class RemoteKeySet : IDisposable
{
    public static readonly TimeSpan FetchWithin = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    /// <summary>Anybody can send tokens with invented key names: they cause one request in this time, whatever comes.</summary>
    public static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(30);

    public const int MaxResponseBytes = 256 * 1024;

    private readonly Uri _address;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly Lock _gate = new();

    private volatile IReadOnlyList<JwtKey> _keys = [];
    private Task _fetch = Task.CompletedTask;
    // monotonic, so that a corrected clock neither stops nor floods the refresh
    private long? _attemptedAt;
    private long? _succeededAt;
    private KeySetHealth _health = new(0, null, null, null);

    /// <param name="address">As <see cref="Refusal"/> allows.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="transport">For tests; the ordinary one follows no redirects and keeps no cookies.</param>
    public RemoteKeySet(Uri address, TimeProvider clock, HttpMessageHandler? transport = null)
    {
        if (Refusal(address) is { } refusal) throw new ArgumentException(refusal, nameof(address));
        _address = address;
        _clock = clock;
        _http = new HttpClient(transport ?? Transport()) { Timeout = FetchWithin, MaxResponseContentBufferSize = MaxResponseBytes };
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/jwk-set+json, application/json");
    }

    /// <summary>Why an address cannot be trusted to give keys; null when it can.</summary>
    public static string? Refusal(Uri? address)
    {
        const string expected = "DESKHAND_JWKS_URL must be an https:// address (http:// only for this machine itself)";
        if (address is null || !address.IsAbsoluteUri) return $"{expected}; it is not an absolute address.";
        if (address.UserInfo.Length > 0) return $"{expected} without a user name or password in it.";
        if (string.Equals(address.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal)) return null;
        return string.Equals(address.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal) && address.IsLoopback ? null : $"{expected}; it is {address.Scheme}://{address.Host}.";
    }

    public KeySetHealth Health
    {
        get { lock (_gate) return _health; }
    }

    /// <summary>The keys at hand. Waits only when there are none yet; a set past its freshness is renewed behind the request.</summary>
    public ValueTask<IReadOnlyList<JwtKey>> KeysAsync(CancellationToken cancel)
    {
        Task fetch;
        lock (_gate)
        {
            if (_succeededAt is { } at && _clock.GetElapsedTime(at) < FreshFor) return ValueTask.FromResult(_keys);
            fetch = FetchUnlessTooSoon();
            if (_succeededAt is not null) return ValueTask.FromResult(_keys);
        }

        return AfterAsync(fetch, cancel);
    }

    /// <summary>
    /// After <see cref="JwtRefusal.UnknownKey"/>: fetches once more, unless that was tried a moment ago, and gives the keys of then.
    /// The issuer may have just rotated.
    /// </summary>
    public ValueTask<IReadOnlyList<JwtKey>> KeysAfterUnknownKeyAsync(CancellationToken cancel)
    {
        Task fetch;
        lock (_gate) fetch = FetchUnlessTooSoon();
        return fetch.IsCompleted ? ValueTask.FromResult(_keys) : AfterAsync(fetch, cancel);
    }

    public void Dispose() => _http.Dispose();

    // The fetch belongs to everybody who waits for it: a caller who goes away ends only its own waiting.
    private async ValueTask<IReadOnlyList<JwtKey>> AfterAsync(Task fetch, CancellationToken cancel)
    {
        await fetch.WaitAsync(cancel);
        return _keys;
    }

    /// <summary>Under the lock. The fetch under way, a new one, or the last one when it is too soon.</summary>
    private Task FetchUnlessTooSoon()
    {
        var tooSoon = _attemptedAt is { } at && _clock.GetElapsedTime(at) < BetweenAttempts;
        if (!_fetch.IsCompleted || tooSoon) return _fetch;
        _attemptedAt = _clock.GetTimestamp();
        // on the pool: the request must not run its first steps under the lock
        return _fetch = Task.Run(FetchAsync);
    }

    private async Task FetchAsync()
    {
        IReadOnlyList<JwtKey>? keys = null;
        string? failure;
        try
        {
            using var response = await _http.GetAsync(_address);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                failure = $"answered {(int)response.StatusCode}";
            }
            else
            {
                keys = JsonWebKeySet.Parse(await response.Content.ReadAsByteArrayAsync());
                failure = keys switch
                {
                    null => "the answer is no JSON web key set",
                    [] => "the answer holds no key for RS256 or ES256",
                    _ => null,
                };
            }
        }
        catch (TaskCanceledException)
        {
            failure = $"no answer within {FetchWithin.TotalSeconds:0} s";
        }
        catch (HttpRequestException exception)
        {
            failure = exception.Message;
        }

        lock (_gate)
        {
            if (failure is null)
            {
                _keys = keys!;
                _succeededAt = _clock.GetTimestamp();
                _health = _health with { Keys = keys!.Count, LastSuccessAt = _clock.GetUtcNow() };
            }
            else
            {
                _health = _health with { LastFailureAt = _clock.GetUtcNow(), LastFailure = failure };
            }
        }
    }

    private static SocketsHttpHandler Transport() => new()
    {
        // a redirect could lead from https to http, or to another's keys
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = FetchWithin,
        // a long-lived connection would not notice that the name has moved
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
