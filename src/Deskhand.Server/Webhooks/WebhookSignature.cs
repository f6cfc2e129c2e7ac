using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Deskhand.Webhooks;

/// <summary>Symmetric signatures of Standard Webhooks 1.0.0 (<c>v1</c>, HMAC-SHA256 over <c>id.timestamp.body</c>), and their secrets.</summary>
internal static class WebhookSignature
{
    public const string SecretPrefix = "whsec_";

    /// <summary>The specification asks for 24 to 64.</summary>
    private const int SecretBytes = 32;

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>A secret as its owner gets it.</summary>
    public static string Show(byte[] secret) => SecretPrefix + Convert.ToBase64String(secret);

    /// <summary>The header <c>webhook-signature</c>: one signature for each secret, separated by spaces.</summary>
    /// <param name="secrets">The present one and, while it overlaps, the one before.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: seconds since 1970.</param>
    /// <param name="body">The bytes that are sent.</param>
    public static string Sign(IEnumerable<byte[]> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        byte[] signed = [.. text, .. body];
        return string.Join(' ', secrets.Select(s => "v1," + Convert.ToBase64String(HMACSHA256.HashData(s, signed))));
    }
}
