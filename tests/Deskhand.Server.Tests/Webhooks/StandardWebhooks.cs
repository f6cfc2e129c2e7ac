using System.Security.Cryptography;
using System.Text;

namespace Deskhand.Server.Tests.Webhooks;

// What stands between the marks is the C# of docs/guide/webhooks.md, word for word; a test compares them.
// guide:csharp
public static class StandardWebhooks
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Whether a request comes from the desk and is fresh. The body is the bytes as they came, before anything parses them.</summary>
    public static bool Verify(string secret, string id, string timestamp, string signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!long.TryParse(timestamp, out var seconds) || (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Tolerance) return false;
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
        var valid = false;
        foreach (var signature in signatures.Split(' '))
            valid |= CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(signature));
        return valid;
    }
}
// guide:end
