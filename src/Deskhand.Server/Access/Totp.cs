using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Deskhand.Access;

/// <summary>
/// Time-based one-time codes (RFC 6238 over RFC 4226): SHA-1, six digits, 30 seconds, because that is what every authenticator
/// app implements. SHA-1 is sound inside HMAC.
/// </summary>
internal static class Totp
{
    public const int StepSeconds = 30;
    public const int Digits = 6;

    /// <summary>RFC 4226 §4 R6: 160 bits.</summary>
    public const int SecretBytes = 20;

    // RFC 6238 §5.2: one step either way for slow typing and clocks that differ
    private const int Window = 1;

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>
    /// The time step that the code belongs to, or null. A step counts once: keep it, and give it as
    /// <paramref name="lastStep"/> the next time, so that a code that was looked over the shoulder is worth nothing (RFC 6238 §5.2).
    /// </summary>
    public static long? Match(ReadOnlySpan<byte> secret, ReadOnlySpan<char> code, DateTimeOffset now, long? lastStep)
    {
        if (Number(code) is not { } given) return null;

        // all steps are tried, whichever fits: the time taken tells nothing
        long? matched = null;
        var current = Step(now);
        for (var step = current - Window; step <= current + Window; step++)
        {
            if (step >= 0 && Code(secret, step) == given && (lastStep is null || step > lastStep)) matched ??= step;
        }

        return matched;
    }

    /// <summary>The code of an instant, as an app would show it.</summary>
    public static string CodeAt(ReadOnlySpan<byte> secret, DateTimeOffset at) => Code(secret, Step(at)).ToString("D6");

    /// <summary>The key URI that apps read from a QR code; issuer and account are shown to the person.</summary>
    public static string KeyUri(ReadOnlySpan<byte> secret, string issuer, string account) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={Base32.Encode(secret)}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={StepSeconds}";

    private static long Step(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    // CA5350: RFC 6238 names SHA-1; see above
#pragma warning disable CA5350
    private static int Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> message = stackalloc byte[sizeof(long)];
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(message, step);
        HMACSHA1.HashData(secret, message, hash);

        // dynamic truncation, RFC 4226 §5.3
        var offset = hash[^1] & 0xF;
        return (BinaryPrimitives.ReadInt32BigEndian(hash[offset..]) & int.MaxValue) % 1_000_000;
    }
#pragma warning restore CA5350

    /// <summary>Exactly six ASCII digits, spaces aside: apps show "123 456" and people copy it so.</summary>
    private static int? Number(ReadOnlySpan<char> code)
    {
        var (number, digits) = (0, 0);
        foreach (var letter in code)
        {
            if (letter == ' ') continue;
            if (!char.IsAsciiDigit(letter) || ++digits > Digits) return null;
            number = number * 10 + (letter - '0');
        }

        return digits == Digits ? number : null;
    }
}
