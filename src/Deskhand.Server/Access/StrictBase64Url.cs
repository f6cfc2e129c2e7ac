using System.Buffers;
using System.Buffers.Text;

namespace Deskhand.Access;

/// <summary>
/// Base64url with exactly one spelling per byte sequence (RFC 4648 §3.5, RFC 7515 §2): no padding, no white space, unused bits zero.
/// The framework's decoder accepts all three, so that one signature would have several spellings.
/// </summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (text.ContainsAnyExcept(Alphabet)) return false;

        var unusedBits = (text.Length % 4) switch { 0 => 0, 2 => 0b1111, 3 => 0b11, _ => -1 };
        if (unusedBits < 0 || destination.Length < Base64Url.GetMaxDecodedLength(text.Length)) return false;
        if (unusedBits > 0 && (ValueOf(text[^1]) & unusedBits) != 0) return false;

        return Base64Url.DecodeFromUtf8(text, destination, out _, out written) == OperationStatus.Done;
    }

    private static int ValueOf(byte letter) => letter switch
    {
        >= (byte)'A' and <= (byte)'Z' => letter - 'A',
        >= (byte)'a' and <= (byte)'z' => letter - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => letter - '0' + 52,
        (byte)'-' => 62,
        _ => 63,
    };
}
