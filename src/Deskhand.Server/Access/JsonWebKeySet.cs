using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Deskhand.Access;

/// <summary>
/// Reads a key set (RFC 7517 §5, RFC 7518 §6). Keys that are not understood, not for signatures or out of range are passed
/// over, as §5 asks, so that an issuer may add a kind of key without locking everybody out.
/// </summary>
internal static class JsonWebKeySet
{
    // Issuers publish two to ten; the bound limits what a token without a key name can make the server look through.
    private const int MaxKeys = 64;

    /// <summary>Null when the text is no key set at all; the list may be empty.</summary>
    public static IReadOnlyList<JwtKey>? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("keys", out var entries)
                || entries.ValueKind != JsonValueKind.Array
                || entries.GetArrayLength() > MaxKeys)
            {
                return null;
            }

            var keys = new List<JwtKey>();
            foreach (var entry in entries.EnumerateArray())
            {
                // Two keys of one name and kind cannot be told apart; the first stands, as in most readers.
                if (Read(entry) is { } key && !keys.Exists(other => SameName(other, key))) keys.Add(key);
            }

            return keys;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text with an escape that is no text
            return null;
        }
    }

    private static bool SameName(JwtKey one, JwtKey other) =>
        one.KeyId is not null && one.Algorithm == other.Algorithm && string.Equals(one.KeyId, other.KeyId, StringComparison.Ordinal);

    private static JwtKey? Read(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object) return null;
        if (!Text(entry, "kid", out var keyId) || !Text(entry, "use", out var use) || !Text(entry, "alg", out var algorithm)) return null;
        if (use is not (null or "sig") || !MayVerify(entry)) return null;

        try
        {
            return entry.TryGetProperty("kty", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() switch
            {
                "RSA" when algorithm is null or "RS256" => Rsa(entry, keyId),
                "EC" when algorithm is null or "ES256" => EllipticCurve(entry, keyId),
                // "oct" above all: a secret that is published is none
                _ => null,
            } : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static Rs256Key? Rsa(JsonElement entry, string? keyId)
    {
        if (Bytes(entry, "n") is not { } modulus || Bytes(entry, "e") is not { } exponent) return null;
        // An even exponent, or 1, is no RSA key: with 1 the signature is the padded hash itself and anybody can write it.
        if (exponent.Length is 0 or > 4 || exponent[^1] % 2 == 0 || exponent is [.., 1] && exponent.AsSpan(..^1).IndexOfAnyExcept((byte)0) < 0) return null;
        return new Rs256Key(keyId, new RSAParameters { Modulus = modulus, Exponent = exponent });
    }

    private static Es256Key? EllipticCurve(JsonElement entry, string? keyId)
    {
        if (!entry.TryGetProperty("crv", out var curve) || curve.ValueKind != JsonValueKind.String || !curve.ValueEquals("P-256"u8)) return null;
        // RFC 7518 §6.2.1.2: the full 32 bytes, leading zeroes included
        return Bytes(entry, "x") is { Length: 32 } x && Bytes(entry, "y") is { Length: 32 } y
            ? new Es256Key(keyId, new ECPoint { X = x, Y = y })
            : null;
    }

    private static bool MayVerify(JsonElement entry)
    {
        if (!entry.TryGetProperty("key_ops", out var operations)) return true;
        if (operations.ValueKind != JsonValueKind.Array) return false;
        foreach (var operation in operations.EnumerateArray())
            if (operation.ValueKind == JsonValueKind.String && operation.ValueEquals("verify"u8)) return true;
        return false;
    }

    /// <summary>False when the member is there but no text.</summary>
    private static bool Text(JsonElement entry, string name, out string? text)
    {
        text = null;
        if (!entry.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind != JsonValueKind.String) return false;
        text = value.GetString();
        return true;
    }

    private static byte[]? Bytes(JsonElement entry, string name)
    {
        if (!Text(entry, name, out var text) || text is null) return null;
        var letters = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[letters.Length];
        return StrictBase64Url.TryDecode(letters, bytes, out var length) ? bytes[..length] : null;
    }
}
