using System.Diagnostics;
using System.Security.Cryptography;
using Deskhand.Access;
using Xunit.Abstractions;

namespace Deskhand.Server.Tests.Access;

public sealed class JwtSigningTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly Hs256Key Key = new("desk-1", RandomNumberGenerator.GetBytes(32));

    private static readonly JwtRules Rules = new() { Algorithms = JwtAlgorithms.HS256, Keys = [Key], Issuers = ["deskhand"], Audience = null };

    private static readonly JwtClaims Claims = new()
    {
        Issuer = "deskhand",
        Subject = "0199f0a0-0000-7000-8000-000000000001",
        TenantId = "0199f0a0-0000-7000-8000-000000000002",
        SessionId = "0199f0a0-0000-7000-8000-000000000003",
        Email = "zoë@example.test",
        Role = "agent",
        IssuedAt = Now,
        NotBefore = Now,
        ExpiresAt = Now.AddMinutes(10),
    };

    [Fact]
    public void A_signed_token_gives_back_its_claims()
    {
        var outcome = JwtVerification.Verify(Jwt.Sign(Key, Claims), Rules, Now);
        Assert.Equal(JwtRefusal.None, outcome.Refusal);
        Assert.Equal(Claims, outcome.Claims! with { Audience = Claims.Audience });
    }

    [Fact]
    public void Absent_claims_are_left_out()
    {
        var claims = new JwtClaims { Subject = "u1", ExpiresAt = Now.AddMinutes(1), TokenId = "j1", Audience = ["a", "b"] };
        var read = JwtVerification.Verify(Jwt.Sign(Key, claims), Rules with { Issuers = [], Audience = "b" }, Now).Claims!;
        Assert.Equal((null, null, null, null, "j1"), (read.Issuer, read.TenantId, read.Email, read.Role, read.TokenId));
        Assert.Equal(["a", "b"], read.Audience);
    }

    [Fact]
    public void A_default_outcome_is_no_permission() => Assert.False(default(JwtOutcome).IsValid);

    [Fact]
    public void A_verification_allocates_its_claims_and_little_else()
    {
        var token = Jwt.Sign(Key, Claims);
        for (var i = 0; i < 2_000; i++) JwtVerification.Verify(token, Rules, Now);

        const int rounds = 10_000;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < rounds; i++) JwtVerification.Verify(token, Rules, Now);
        var each = Stopwatch.GetElapsedTime(started).TotalMicroseconds / rounds;
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / rounds;

        output.WriteLine($"{token.Length} characters: {each:F2} µs, {allocated} bytes allocated");
        // time is only shown, because a busy machine would make it fail; allocation catches a JsonDocument in the path
        Assert.InRange(allocated, 1, 1_200);
    }
}
