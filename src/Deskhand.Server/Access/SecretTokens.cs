using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Deskhand.Access;

/// <summary>
/// Random bearer secrets of 256 bits. Only their SHA-256 is stored: a fast hash is right here, because nobody can go through
/// 2^256 secrets, and a slow one on every request is what holds comparable servers to a few requests a second.
/// </summary>
internal static class SecretTokens
{
    private const string ApiPrefix = "dh_";
    private const string RefreshPrefix = "dhr_";
    private const int SecretBytes = 32;
    private const int SecretLetters = 43;
    private const int ChecksumLetters = 4;

    /// <summary>
    /// <c>dh_</c>, 43 letters of secret, 4 letters of checksum. The prefix and the checksum let a scanner recognise a token that
    /// was published by mistake, and the server refuse a mistyped one without a look-up.
    /// </summary>
    public static string NewApiToken()
    {
        var token = ApiPrefix + NewSecret();
        return token + Checksum(token);
    }

    public static string NewRefreshToken() => RefreshPrefix + NewSecret();

    /// <summary>For a link in a mail: password reset, invitation.</summary>
    public static string NewLinkToken() => NewSecret();

    /// <summary>Whether a bearer credential has the form of an API token (otherwise it may be a JWT). Says nothing of its validity.</summary>
    public static bool IsApiToken(ReadOnlySpan<char> token)
    {
        if (token.Length != ApiPrefix.Length + SecretLetters + ChecksumLetters) return false;
        if (!token.StartsWith(ApiPrefix, StringComparison.Ordinal)) return false;
        return token[^ChecksumLetters..].SequenceEqual(Checksum(token[..^ChecksumLetters]));
    }

    /// <summary>What may be shown of a token later, so that people recognise theirs: 30 of its 256 bits.</summary>
    public static string Hint(string token) => token.Length > 16 ? token[..8] : "";

    /// <summary>32 bytes, for a unique index: the look-up by hash is the comparison.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public static bool Matches(string token, ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Hash(token), hash);

    private static string NewSecret()
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        return Base64Url.EncodeToString(secret);
    }

    // No secret and no protection: anybody may compute it. The prefix keeps it apart from the stored hash of the same token.
    private static string Checksum(ReadOnlySpan<char> token)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"checksum:{token}"));
        return Base64Url.EncodeToString(hash.AsSpan(0, 3));
    }
}
