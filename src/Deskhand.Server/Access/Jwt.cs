using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Deskhand.Access;

/// <summary>Why a token was refused. For the log and the tests: the holder of a bad token learns only "401".</summary>
internal enum JwtRefusal
{
    None,
    TooLong,
    Malformed,
    DuplicateMember,
    CriticalHeader,
    AlgorithmNotAllowed,
    UnknownKey,
    BadSignature,
    WrongClaimType,
    ConflictingClaims,
    MissingSubject,
    MissingExpiry,
    Expired,
    NotYetValid,
    WrongIssuer,
    WrongAudience,
}

/// <summary>Whose tokens are believed. One value per issuer, so that no issuer can speak in another's name.</summary>
internal sealed record JwtRules
{
    public required JwtAlgorithms Algorithms { get; init; }
    public required IReadOnlyList<JwtKey> Keys { get; init; }

    /// <summary>Accepted values of <c>iss</c>, compared by ordinal. Empty: the key alone says who issued it.</summary>
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>
    /// The name that a token must be addressed to. When null, a token that is addressed to anybody is refused,
    /// because it is meant for somebody else (RFC 7519 §4.1.3).
    /// </summary>
    public required string? Audience { get; init; }

    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Either claims or a reason. The default value is a refusal without one.</summary>
internal readonly record struct JwtOutcome(JwtClaims? Claims, JwtRefusal Refusal)
{
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Claims))]
    public bool IsValid => Claims is not null;

    public static JwtOutcome Valid(JwtClaims claims) => new(claims, JwtRefusal.None);
    public static JwtOutcome Invalid(JwtRefusal reason) => new(null, reason);
}

/// <summary>Signs the desk's own access tokens (RFC 7515 §3.1, RFC 7519).</summary>
internal static class Jwt
{
    public static string Sign(Hs256Key key, JwtClaims claims)
    {
        var signed = $"{Base64Url.EncodeToString(Header(key))}.{Base64Url.EncodeToString(Payload(claims))}";
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        key.Sign(Encoding.ASCII.GetBytes(signed), signature);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static ReadOnlySpan<byte> Header(Hs256Key key)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("alg"u8, "HS256"u8);
        json.WriteString("typ"u8, "JWT"u8);
        if (key.KeyId is not null) json.WriteString("kid"u8, key.KeyId);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static ReadOnlySpan<byte> Payload(JwtClaims claims)
    {
        var buffer = new ArrayBufferWriter<byte>(384);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        Write("iss", claims.Issuer);
        Write("sub", claims.Subject);
        Write("tenant_id", claims.TenantId);
        Write("sid", claims.SessionId);
        Write("email", claims.Email);
        Write("role", claims.Role);
        Write("jti", claims.TokenId);
        if (claims.Audience is [var single])
        {
            json.WriteString("aud"u8, single);
        }
        else if (claims.Audience.Count > 1)
        {
            json.WriteStartArray("aud"u8);
            foreach (var audience in claims.Audience) json.WriteStringValue(audience);
            json.WriteEndArray();
        }

        if (claims.IssuedAt is { } issuedAt) json.WriteNumber("iat"u8, issuedAt.ToUnixTimeSeconds());
        if (claims.NotBefore is { } notBefore) json.WriteNumber("nbf"u8, notBefore.ToUnixTimeSeconds());
        json.WriteNumber("exp"u8, claims.ExpiresAt.ToUnixTimeSeconds());
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;

        void Write(string name, string? value)
        {
            if (value is not null) json.WriteString(name, value);
        }
    }
}

/// <summary>Runs on every request: no allocation but the claims themselves.</summary>
internal static class JwtVerification
{
    // most tokens are under 600 bytes; longer ones rent
    private const int StackBytes = 1024;

    public static JwtOutcome Verify(string token, JwtRules rules, DateTimeOffset now)
    {
        if (token.Length > Jws.MaxTokenBytes) return JwtOutcome.Invalid(JwtRefusal.TooLong);

        var rented = token.Length > StackBytes ? ArrayPool<byte>.Shared.Rent(2 * token.Length) : null;
        var buffer = rented ?? stackalloc byte[2 * StackBytes];
        try
        {
            var bytes = buffer[..token.Length];
            if (Ascii.FromUtf16(token, bytes, out _) != OperationStatus.Done) return JwtOutcome.Invalid(JwtRefusal.Malformed);

            var payload = buffer[token.Length..];
            var refusal = Jws.Verify(bytes, rules.Algorithms, rules.Keys, payload, out var length);
            if (refusal != JwtRefusal.None) return JwtOutcome.Invalid(refusal);

            refusal = JwtClaims.Read(payload[..length], out var claims);
            if (refusal == JwtRefusal.None) refusal = Check(claims!, rules, now);
            return refusal == JwtRefusal.None ? JwtOutcome.Valid(claims!) : JwtOutcome.Invalid(refusal);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static JwtRefusal Check(JwtClaims claims, JwtRules rules, DateTimeOffset now)
    {
        // RFC 7519 §4.1.4: "on or after" is too late; the skew is added on the holder's side each time
        if (now - rules.ClockSkew >= claims.ExpiresAt) return JwtRefusal.Expired;
        if (now + rules.ClockSkew < claims.NotBefore || now + rules.ClockSkew < claims.IssuedAt) return JwtRefusal.NotYetValid;

        if (rules.Issuers.Count > 0 && !Has(rules.Issuers, claims.Issuer)) return JwtRefusal.WrongIssuer;

        var addressed = rules.Audience is null ? claims.Audience.Count == 0 : Has(claims.Audience, rules.Audience);
        return addressed ? JwtRefusal.None : JwtRefusal.WrongAudience;
    }

    private static bool Has(IReadOnlyList<string> names, string? wanted)
    {
        for (var i = 0; i < names.Count; i++)
            if (string.Equals(names[i], wanted, StringComparison.Ordinal)) return true;
        return false;
    }
}
