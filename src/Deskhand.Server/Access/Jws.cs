using System.Text.Json;
using System.Text.Unicode;

namespace Deskhand.Access;

/// <summary>The signature layer of a compact token (RFC 7515 §5.2): nothing of the payload is read before its signature holds.</summary>
internal static class Jws
{
    public const int MaxTokenBytes = 8 * 1024;

    // RSA of the largest size accepted; see Rs256Key.MaxBits
    private const int MaxSignatureBytes = Rs256Key.MaxBits / 8;

    /// <summary>Names of members of one JSON object; the header and the claims must be unique (RFC 7515 §4, RFC 7519 §4).</summary>
    public struct MemberNames
    {
        private uint _known;
        private HashSet<string>? _others;

        public bool FirstTime(int known)
        {
            var bit = 1u << known;
            var first = (_known & bit) == 0;
            _known |= bit;
            return first;
        }

        public bool FirstTime(ref Utf8JsonReader reader) =>
            (_others ??= new HashSet<string>(StringComparer.Ordinal)).Add(reader.GetString()!);
    }

    /// <summary>Tokens are flat; the bound keeps hostile nesting cheap to refuse.</summary>
    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 8 };

    /// <summary>None when one of the keys signed the token; its payload is then decoded into a span at least as long as the token.</summary>
    public static JwtRefusal Verify(
        ReadOnlySpan<byte> token, JwtAlgorithms allowed, IReadOnlyList<JwtKey> keys, Span<byte> payload, out int payloadLength)
    {
        payloadLength = 0;
        if (token.Length > MaxTokenBytes) return JwtRefusal.TooLong;

        var firstDot = token.IndexOf((byte)'.');
        var lastDot = token.LastIndexOf((byte)'.');
        if (firstDot <= 0 || lastDot - firstDot <= 1 || lastDot == token.Length - 1) return JwtRefusal.Malformed;

        // a third dot is refused by the decoder: it is no letter of base64url
        if (!StrictBase64Url.TryDecode(token[..firstDot], payload, out var headerLength)) return JwtRefusal.Malformed;
        var refusal = ReadHeader(payload[..headerLength], out var algorithm, out var keyId);
        if (refusal != JwtRefusal.None) return refusal;
        if ((allowed & algorithm) == JwtAlgorithms.None) return JwtRefusal.AlgorithmNotAllowed;

        var key = Select(keys, algorithm, keyId);
        if (key is null) return JwtRefusal.UnknownKey;

        Span<byte> signature = stackalloc byte[MaxSignatureBytes + 2];
        if (!StrictBase64Url.TryDecode(token[(lastDot + 1)..], signature, out var signatureLength)) return JwtRefusal.Malformed;
        if (!key.Verify(token[..lastDot], signature[..signatureLength])) return JwtRefusal.BadSignature;

        return StrictBase64Url.TryDecode(token[(firstDot + 1)..lastDot], payload, out payloadLength) ? JwtRefusal.None : JwtRefusal.Malformed;
    }

    private static JwtRefusal ReadHeader(ReadOnlySpan<byte> json, out JwtAlgorithms algorithm, out string? keyId)
    {
        algorithm = JwtAlgorithms.None;
        keyId = null;
        if (!Utf8.IsValid(json)) return JwtRefusal.Malformed;

        var reader = new Utf8JsonReader(json, ReaderOptions);
        var names = new MemberNames();
        var hasAlgorithm = false;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return JwtRefusal.Malformed;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("alg"u8))
                {
                    if (!names.FirstTime(0)) return JwtRefusal.DuplicateMember;
                    if (!reader.Read() || reader.TokenType != JsonTokenType.String) return JwtRefusal.Malformed;
                    hasAlgorithm = true;
                    // exact spelling (RFC 7515 §4.1.1: case-sensitive); "None", "hs256" and the rest stay None
                    if (reader.ValueTextEquals("HS256"u8)) algorithm = JwtAlgorithms.HS256;
                    else if (reader.ValueTextEquals("RS256"u8)) algorithm = JwtAlgorithms.RS256;
                    else if (reader.ValueTextEquals("ES256"u8)) algorithm = JwtAlgorithms.ES256;
                }
                else if (reader.ValueTextEquals("kid"u8))
                {
                    if (!names.FirstTime(1)) return JwtRefusal.DuplicateMember;
                    if (!reader.Read() || reader.TokenType != JsonTokenType.String) return JwtRefusal.Malformed;
                    keyId = reader.GetString();
                }
                else if (reader.ValueTextEquals("crit"u8))
                {
                    // no extension is understood here, so whatever it lists must be refused (RFC 7515 §4.1.11)
                    return JwtRefusal.CriticalHeader;
                }
                else
                {
                    // jku, jwk, x5u, x5c: a token never brings its own key
                    if (!names.FirstTime(ref reader)) return JwtRefusal.DuplicateMember;
                    reader.Skip();
                }
            }

            if (reader.TokenType != JsonTokenType.EndObject || reader.Read()) return JwtRefusal.Malformed;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape such as \ud800 that is no text
            return JwtRefusal.Malformed;
        }

        return hasAlgorithm ? JwtRefusal.None : JwtRefusal.Malformed;
    }

    /// <summary>
    /// The key that bears the token's <c>kid</c>; otherwise the only one it can be: a nameless key of that algorithm or,
    /// for a token without <c>kid</c>, the only public key of that algorithm (RFC 7517 §4.5 leaves names optional).
    /// A named secret serves only tokens that name it, which tells the desk's own tokens from those of an outside issuer.
    /// </summary>
    private static JwtKey? Select(IReadOnlyList<JwtKey> keys, JwtAlgorithms algorithm, string? keyId)
    {
        JwtKey? only = null;
        var candidates = 0;
        for (var i = 0; i < keys.Count; i++)
        {
            var key = keys[i];
            if (key.Algorithm != algorithm) continue;
            if (keyId is not null && string.Equals(key.KeyId, keyId, StringComparison.Ordinal)) return key;
            if (key.KeyId is not null && (keyId is not null || algorithm == JwtAlgorithms.HS256)) continue;
            only = key;
            candidates++;
        }

        return candidates == 1 ? only : null;
    }
}
