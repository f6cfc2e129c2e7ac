using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

public sealed class RemoteKeySetTests : IDisposable
{
    private static readonly Uri Address = new("https://issuer.example/jwks");

    private readonly Clock _clock = new();
    private readonly Issuer _issuer = new();
    private readonly RemoteKeySet _keys;

    public RemoteKeySetTests() => _keys = new RemoteKeySet(Address, _clock, _issuer);

    public void Dispose()
    {
        _keys.Dispose();
        _issuer.Dispose();
    }

    [Fact]
    public async Task The_first_caller_waits_for_the_keys_and_the_next_ones_use_them()
    {
        Assert.Single(await _keys.KeysAsync(default));
        Assert.Single(await _keys.KeysAsync(default));
        Assert.Equal(1, _issuer.Requests);
        Assert.Equal((1, _clock.Now, null), (_keys.Health.Keys, _keys.Health.LastSuccessAt, _keys.Health.LastFailureAt));
    }

    [Fact]
    public async Task Fifty_first_callers_cause_one_request()
    {
        _issuer.Hold();
        var callers = Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await _keys.KeysAsync(default))).ToList();
        await _issuer.Reached;
        _issuer.Release();
        Assert.All(await Task.WhenAll(callers), keys => Assert.Single(keys));
        Assert.Equal(1, _issuer.Requests);
    }

    [Fact]
    public async Task Sec38_a_rotated_key_is_found_by_its_unknown_name()
    {
        Assert.Equal("k1", Assert.Single(await _keys.KeysAsync(default)).KeyId);
        _issuer.KeyId = "k2";
        _clock.Advance(RemoteKeySet.BetweenAttempts);
        Assert.Equal("k2", Assert.Single(await _keys.KeysAfterUnknownKeyAsync(default)).KeyId);
    }

    [Fact]
    public async Task Sec38_invented_key_names_cause_one_request_in_thirty_seconds()
    {
        await _keys.KeysAsync(default);
        for (var i = 0; i < 100; i++) await _keys.KeysAfterUnknownKeyAsync(default);
        Assert.Equal(1, _issuer.Requests);

        _clock.Advance(RemoteKeySet.BetweenAttempts);
        for (var i = 0; i < 100; i++) await _keys.KeysAfterUnknownKeyAsync(default);
        Assert.Equal(2, _issuer.Requests);
    }

    [Fact]
    public async Task A_set_past_its_freshness_is_renewed_behind_the_request()
    {
        await _keys.KeysAsync(default);
        _issuer.KeyId = "k2";
        _issuer.Hold();
        _clock.Advance(RemoteKeySet.FreshFor);

        Assert.Equal("k1", Assert.Single(await _keys.KeysAsync(default)).KeyId);
        _issuer.Release();
        Assert.Equal("k2", Assert.Single(await _keys.KeysAfterUnknownKeyAsync(default)).KeyId);
        Assert.Equal(2, _issuer.Requests);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "{}", "answered 500")]
    [InlineData(HttpStatusCode.Found, "{}", "answered 302")]
    [InlineData(HttpStatusCode.OK, "<html>", "the answer is no JSON web key set")]
    [InlineData(HttpStatusCode.OK, """{"keys":[]}""", "the answer holds no key for RS256 or ES256")]
    public async Task Sec38_the_last_good_set_is_kept_when_a_fetch_fails(HttpStatusCode status, string body, string failure)
    {
        await _keys.KeysAsync(default);
        var succeededAt = _clock.Now;
        _issuer.Answer = () => new HttpResponseMessage(status) { Content = new StringContent(body) };
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Single(await _keys.KeysAfterUnknownKeyAsync(default));
        Assert.Equal(new KeySetHealth(1, succeededAt, _clock.Now, failure), _keys.Health);
    }

    [Fact]
    public async Task An_issuer_that_was_never_reached_gives_no_keys_and_is_tried_again_after_a_while()
    {
        _issuer.Answer = () => throw new HttpRequestException("no route");
        Assert.Empty(await _keys.KeysAsync(default));
        Assert.Empty(await _keys.KeysAsync(default));
        Assert.Equal((1, "no route"), (_issuer.Requests, _keys.Health.LastFailure));

        _issuer.Answer = null;
        _clock.Advance(RemoteKeySet.BetweenAttempts);
        Assert.Single(await _keys.KeysAsync(default));
    }

    [Fact]
    public async Task An_answer_of_more_than_256_kB_is_refused()
    {
        _issuer.Answer = () => new HttpResponseMessage { Content = new StringContent(new string(' ', RemoteKeySet.MaxResponseBytes + 1)) };
        Assert.Empty(await _keys.KeysAsync(default));
        Assert.NotNull(_keys.Health.LastFailure);
    }

    [Fact]
    public async Task A_caller_who_goes_away_leaves_the_fetch_to_the_others()
    {
        _issuer.Hold();
        using var gone = new CancellationTokenSource();
        var impatient = _keys.KeysAsync(gone.Token).AsTask();
        var patient = _keys.KeysAsync(default).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        _issuer.Release();
        Assert.Single(await patient);
        Assert.Equal(1, _issuer.Requests);
    }

    [Fact]
    public async Task The_ordinary_transport_follows_no_redirect()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var served = Task.Run(async () =>
        {
            using var connection = await listener.AcceptTcpClientAsync();
            await using var stream = connection.GetStream();
            Assert.True(await stream.ReadAtLeastAsync(new byte[16], 16) > 0);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        });

        using var keys = new RemoteKeySet(new Uri($"http://127.0.0.1:{port}/jwks"), TimeProvider.System);
        Assert.Empty(await keys.KeysAsync(default));
        await served;
        Assert.Equal("answered 302", keys.Health.LastFailure);
        Assert.False(listener.Pending());
    }

    [Theory]
    [InlineData("https://issuer.example/jwks", true)]
    [InlineData("http://127.0.0.1:8080/jwks", true)]
    [InlineData("http://localhost/jwks", true)]
    [InlineData("http://[::1]/jwks", true)]
    [InlineData("http://issuer.example/jwks", false)]
    [InlineData("http://127.0.0.1.issuer.example/jwks", false)]
    [InlineData("http://10.0.0.1/jwks", false)]
    [InlineData("https://name:secret@issuer.example/jwks", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("ftp://127.0.0.1/jwks", false)]
    [InlineData("/jwks", false)]
    public void Keys_come_over_https_or_from_this_machine(string address, bool allowed)
    {
        var refusal = RemoteKeySet.Refusal(new Uri(address, UriKind.RelativeOrAbsolute));
        Assert.Equal(allowed, refusal is null);
        if (!allowed) Assert.StartsWith("DESKHAND_JWKS_URL ", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal ?? "", StringComparison.Ordinal);
    }

    private sealed class Clock : TimeProvider
    {
        private readonly DateTimeOffset _start = new(2026, 11, 5, 12, 0, 0, TimeSpan.Zero);
        private TimeSpan _passed;

        public DateTimeOffset Now => _start + _passed;
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override DateTimeOffset GetUtcNow() => Now;
        public override long GetTimestamp() => _passed.Ticks;
        public void Advance(TimeSpan by) => _passed += by;
    }

    private sealed class Issuer : HttpMessageHandler
    {
        private readonly string _point = Point();
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource _gate = Open();
        private int _requests;

        public int Requests => _requests;
        public string KeyId { get; set; } = "k1";
        public Func<HttpResponseMessage>? Answer { get; set; }
        public Task Reached => _reached.Task;

        public void Hold() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public void Release() => _gate.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            _reached.TrySetResult();
            await _gate.Task.WaitAsync(cancellationToken);
            return Answer?.Invoke() ?? new HttpResponseMessage { Content = new StringContent($$"""{"keys":[{"kty":"EC","crv":"P-256",{{_point}},"kid":"{{KeyId}}"}]}""") };
        }

        private static TaskCompletionSource Open()
        {
            var gate = new TaskCompletionSource();
            gate.SetResult();
            return gate;
        }

        private static string Point()
        {
            using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var point = ec.ExportParameters(false).Q;
            return $"\"x\":\"{Base64Url.EncodeToString(point.X)}\",\"y\":\"{Base64Url.EncodeToString(point.Y)}\"";
        }
    }
}
