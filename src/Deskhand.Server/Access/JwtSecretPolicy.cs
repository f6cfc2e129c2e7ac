using System.Collections.Frozen;
using System.Text;

namespace Deskhand.Access;

/// <summary>Recognises secrets that are none: too short, copied as they stand from a guide, or typed with one finger.</summary>
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
        if (IsSample(secret)) return $"is a known sample, which anybody can look up; a random secret is expected. {Advice}";
        if (IsRepetition(bytes)) return $"repeats one piece; a random secret is expected. {Advice}";
        return bytes.Distinct().Count() < MinDifferentBytes ? $"uses fewer than {MinDifferentBytes} different characters; a random secret is expected. {Advice}" : null;
    }

    // Whole, without case and punctuation. What merely contains such words may be an operator's own, and is not refused.
    private static readonly FrozenSet<string> Samples = FrozenSet.ToFrozenSet(
    [
        // jwt.io and its libraries
        "your256bitsecretyour256bitsecret", "astringsecretatleast256bitslong", "avalidstringsecretthatisatleast384bitslongwhichiskindoflong",
        "avalidstringsecretthatisatleast512bitslongwhichisverylong", "your512bitsecretyour512bitsecret", "your384bitsecretyour384bitsecret",
        // guides and templates of frameworks
        "yoursupersecretjwttokenwithatleast32characterslong", "supersecretjwttokenwithatleast32characterslong", "yoursecretkeythatisatleast32characterslong",
        "yoursecretkeymustbeatleast32characterslong", "thisismysupersecretkeythatisatleast32characterslong",
        "thisisasecretkeythatisatleast32characterslong", "thisisasecretkeyforjwtauthentication", "thisismycustomsecretkeyforauthentication", "thisismycustomsecretkeyforauthnetication",
        "thisisusedtosignandverifyjwttokensreplaceitwithyourownsecretitcanbeanystring", "thisisaverylongsecretkeyforjwttokengeneration", "thisismyverysecretkeyforjwttokens",
        "yourverylongsecretkeyforjwttokengeneration", "yourverysecurejwtsecretkeyatleast32characters", "yoursupersecretkeythatshouldbeatleast32characterslong",
        "supersecretkeythatisatleast32characterslong", "mysupersecretkeythatisatleast32characterslong", "averylongsecretkeythatisatleast32characters",
        "yoursecretkeyhereatleast32characterslong", "yourjwtsecretkeyhereatleast32characters", "yourjwtsecretkeychangethisinproduction", "yoursecretkeychangethisinproduction",
        "yoursupersecretjwtkeychangethisinproduction", "supersecretjwtkeychangeinproduction", "supersecretjwtkeychangethisinproduction", "devsecretkeychangeinproductionplease",
        "changemechangemechangemechangeme", "changemeinproductionplease32bytes", "changethistoasecurerandomstring", "changethistoalongrandomstring", "pleasechangethissecretinproduction",
        "replacethiswithasecurerandomsecret", "replacewithyourownsecretkeyatleast32characters", "generatealongrandomstringforproduction",
        "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970", "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b",
        // Django's, Rails' and Laravel's famous ones, and the alphabet
        "abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz0123456789", "0123456789abcdefghijklmnopqrstuvwxyz", "0123456789abcdef0123456789abcdef",
        "12345678901234567890123456789012", "somerandomstringsomerandomstring", "base64ownafowtq0dfeqq2dt8o8urpwvjz1dbz6q2ed1ezodo", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    ], StringComparer.Ordinal);

    // RFC 7515 A.1 and RFC 7520 §3.5
    private static readonly string[] PublishedKeys =
    [
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
    ];

    private static bool IsSample(string secret)
    {
        if (PublishedKeys.Contains(secret, StringComparer.Ordinal)) return true;
        return Samples.Contains(new string([.. secret.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]));
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
}
