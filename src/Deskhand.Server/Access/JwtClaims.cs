using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Deskhand.Access;

/// <summary>What a bearer token says about its holder (RFC 7519 §4.1 and the names that the desk's neighbours use).</summary>
internal sealed record JwtClaims
{
    /// <summary><c>sub</c> or <c>userId</c>.</summary>
    public required string Subject { get; init; }

    /// <summary><c>exp</c>, to the second.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public string? Issuer { get; init; }

    /// <summary><c>tenant_id</c> or <c>tenantId</c>.</summary>
    public string? TenantId { get; init; }

    /// <summary><c>sid</c>: the session, which only the desk's own tokens have.</summary>
    public string? SessionId { get; init; }

    public string? Email { get; init; }
    public string? Role { get; init; }
    public string? TokenId { get; init; }
    public IReadOnlyList<string> Audience { get; init; } = [];
    public DateTimeOffset? IssuedAt { get; init; }
    public DateTimeOffset? NotBefore { get; init; }

    private enum Claim { Iss, Sub, UserId, TenantIdSnake, TenantIdCamel, Sid, Email, Role, Jti, Aud, Exp, Nbf, Iat, Unknown }

    public static JwtRefusal Read(ReadOnlySpan<byte> json, out JwtClaims? claims)
    {
        claims = null;
        if (!Utf8.IsValid(json)) return JwtRefusal.Malformed;
        try
        {
            return ReadObject(json, out claims);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape such as \ud800 that is no text
            return JwtRefusal.Malformed;
        }
    }

    private static JwtRefusal ReadObject(ReadOnlySpan<byte> json, out JwtClaims? claims)
    {
        claims = null;
        var reader = new Utf8JsonReader(json, Jws.ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return JwtRefusal.Malformed;

        var names = new Jws.MemberNames();
        string? issuer = null, subject = null, userId = null, tenantSnake = null, tenantCamel = null;
        string? session = null, email = null, role = null, tokenId = null;
        IReadOnlyList<string> audience = [];
        DateTimeOffset? expiresAt = null, notBefore = null, issuedAt = null;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var claim = Name(ref reader);
            if (claim == Claim.Unknown ? !names.FirstTime(ref reader) : !names.FirstTime((int)claim)) return JwtRefusal.DuplicateMember;
            if (claim == Claim.Unknown)
            {
                reader.Skip();
                continue;
            }

            if (!reader.Read()) return JwtRefusal.Malformed;
            var readable = claim switch
            {
                Claim.Iss => Text(ref reader, out issuer),
                Claim.Sub => Text(ref reader, out subject),
                Claim.UserId => Text(ref reader, out userId),
                Claim.TenantIdSnake => Text(ref reader, out tenantSnake),
                Claim.TenantIdCamel => Text(ref reader, out tenantCamel),
                Claim.Sid => Text(ref reader, out session),
                Claim.Email => Text(ref reader, out email),
                Claim.Role => Text(ref reader, out role),
                Claim.Jti => Text(ref reader, out tokenId),
                Claim.Aud => Texts(ref reader, out audience),
                Claim.Exp => Instant(ref reader, out expiresAt),
                Claim.Nbf => Instant(ref reader, out notBefore),
                Claim.Iat => Instant(ref reader, out issuedAt),
                Claim.Unknown => true,
            };
            if (!readable) return JwtRefusal.WrongClaimType;
        }

        if (reader.TokenType != JsonTokenType.EndObject || reader.Read()) return JwtRefusal.Malformed;

        // two names for one thing may both be there, but must agree: otherwise two readers would see two people
        if (Differ(subject, userId) || Differ(tenantSnake, tenantCamel)) return JwtRefusal.ConflictingClaims;
        if ((subject ?? userId) is not { } holder) return JwtRefusal.MissingSubject;
        if (expiresAt is null) return JwtRefusal.MissingExpiry;

        claims = new JwtClaims
        {
            Subject = holder,
            ExpiresAt = expiresAt.Value,
            Issuer = issuer,
            TenantId = tenantSnake ?? tenantCamel,
            SessionId = session,
            Email = email,
            Role = role,
            TokenId = tokenId,
            Audience = audience,
            IssuedAt = issuedAt,
            NotBefore = notBefore,
        };
        return JwtRefusal.None;
    }

    private static Claim Name(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("iss"u8)) return Claim.Iss;
        if (reader.ValueTextEquals("sub"u8)) return Claim.Sub;
        if (reader.ValueTextEquals("tenant_id"u8)) return Claim.TenantIdSnake;
        if (reader.ValueTextEquals("sid"u8)) return Claim.Sid;
        if (reader.ValueTextEquals("email"u8)) return Claim.Email;
        if (reader.ValueTextEquals("role"u8)) return Claim.Role;
        if (reader.ValueTextEquals("iat"u8)) return Claim.Iat;
        if (reader.ValueTextEquals("nbf"u8)) return Claim.Nbf;
        if (reader.ValueTextEquals("exp"u8)) return Claim.Exp;
        if (reader.ValueTextEquals("jti"u8)) return Claim.Jti;
        if (reader.ValueTextEquals("aud"u8)) return Claim.Aud;
        if (reader.ValueTextEquals("userId"u8)) return Claim.UserId;
        if (reader.ValueTextEquals("tenantId"u8)) return Claim.TenantIdCamel;
        return Claim.Unknown;
    }

    private static bool Differ(string? one, string? other) =>
        one is not null && other is not null && !string.Equals(one, other, StringComparison.Ordinal);

    // U+0000 cannot be stored as text by PostgreSQL, and no control character belongs in a log line
    private static readonly SearchValues<char> ControlCharacters =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    private static bool Text(ref Utf8JsonReader reader, out string? text)
    {
        text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAny(ControlCharacters);
    }

    /// <summary>RFC 7519 §4.1.3: one string or an array of them.</summary>
    private static bool Texts(ref Utf8JsonReader reader, out IReadOnlyList<string> texts)
    {
        texts = [];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (!Text(ref reader, out var single)) return false;
            texts = [single!];
            return true;
        }

        var several = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!Text(ref reader, out var one)) return false;
            several.Add(one!);
        }

        texts = several;
        return true;
    }

    /// <summary>RFC 7519 §2 NumericDate: seconds since 1970, a fraction allowed and cut off.</summary>
    private static bool Instant(ref Utf8JsonReader reader, out DateTimeOffset? instant)
    {
        const long lastSecond = 253_402_300_799; // 9999-12-31T23:59:59Z
        instant = null;
        if (reader.TokenType != JsonTokenType.Number) return false;
        if (!reader.TryGetInt64(out var seconds))
        {
            if (!reader.TryGetDouble(out var fraction) || !(fraction >= 0 && fraction <= lastSecond)) return false;
            seconds = (long)fraction;
        }

        if (seconds is < 0 or > lastSecond) return false;
        instant = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }
}
