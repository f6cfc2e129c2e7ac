using System.Text;

namespace Deskhand.Access;

/// <summary>Recognises secrets that are none: too short, copied from a guide, or typed with one finger.</summary>
internal static class JwtSecretPolicy
{
    // Fewer different characters than this do not happen by chance: 32 random hexadecimal digits have about 14.
    private const int MinDifferentBytes = 8;

    private const string Advice = "Generate one with: openssl rand -base64 48";

    /// <summary>Continues a sentence that names the variable or file; null when the secret will do.</summary>
    public static string? Refusal(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        if (bytes.Length < JwtSecret.MinBytes) return $"has {bytes.Length} bytes; at least {JwtSecret.MinBytes} random bytes are expected. {Advice}";
        if (char.IsWhiteSpace(secret[0]) || char.IsWhiteSpace(secret[^1])) return "begins or ends with white space, which is easily lost when it is copied; remove it.";
        if (IsSample(secret)) return $"is a known sample, which anybody can look up; a random secret is expected. {Advice}";
        if (IsRepetition(bytes)) return $"repeats one piece; a random secret is expected. {Advice}";
        if (bytes.Distinct().Count() < MinDifferentBytes) return $"uses fewer than {MinDifferentBytes} different characters; a random secret is expected. {Advice}";
        return IsSequence(bytes) ? $"is mostly a sequence of neighbouring characters; a random secret is expected. {Advice}" : null;
    }

    // Compared without case and punctuation. Pieces, because samples are varied by those who copy them; the chance that 48
    // random bytes spell one of these is under one in ten million.
    private static readonly string[] Pieces =
    [
        "changeme", "changethis", "changeit", "replaceme", "replacethis", "replacewith", "pleasechange", "tochange",
        "yoursecret", "your256bit", "your384bit", "your512bit", "yoursupersecret", "yourjwtsecret", "yourverysecret", "yourkeyhere", "yourownsecret",
        "supersecret", "supersafe", "verysecret", "mysecret", "topsecret", "jwtsecret", "secretkey", "secretsecret", "stringsecret", "secretstring", "secretjwt", "secretvalue", "secrettoken",
        "notasecret", "notsosecret", "donotuse", "dontuse", "inproduction", "placeholder", "password", "deskhand", "insecure", "notsecure", "example", "default", "development", "testsecret", "testkey",
        "thisisa", "thisismy", "atleast32", "atleast256", "32characters", "32bytes", "256bitslong", "512bitslong", "correcthorse", "loremipsum",
    ];

    // RFC 7515 A.1 and RFC 7520 §3.5
    private static readonly string[] PublishedKeys =
    [
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
    ];

    private static bool IsSample(string secret)
    {
        if (PublishedKeys.Contains(secret, StringComparer.Ordinal)) return true;
        var letters = new string([.. secret.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);
        return Pieces.Any(piece => letters.Contains(piece, StringComparison.Ordinal));
    }

    /// <summary>"aaaa…", "secretsecret…", "0123456789abcdef0123456789abcdef": a piece shorter than the least secret, at least twice.</summary>
    private static bool IsRepetition(byte[] bytes)
    {
        for (var piece = 1; piece < JwtSecret.MinBytes && piece * 2 <= bytes.Length; piece++)
        {
            if (bytes.AsSpan(piece).SequenceEqual(bytes.AsSpan(0, bytes.Length - piece))) return true;
        }

        return false;
    }

    /// <summary>"abcdefghijklmnopqrstuvwxyz012345": half of the steps go to the next character, or the one before.</summary>
    private static bool IsSequence(byte[] bytes)
    {
        var (up, down) = (0, 0);
        for (var i = 1; i < bytes.Length; i++)
        {
            if (bytes[i] - bytes[i - 1] == 1) up++;
            if (bytes[i - 1] - bytes[i] == 1) down++;
        }

        return Math.Max(up, down) * 2 >= bytes.Length;
    }
}
