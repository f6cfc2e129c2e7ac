namespace Deskhand.Access;

/// <summary>RFC 4648 §6, the alphabet that authenticator apps expect.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Without padding: the key URI format forbids it, and people type it.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var letters = new char[(bytes.Length * 8 + 4) / 5];
        var (position, buffer, bits) = (0, 0, 0);
        foreach (var value in bytes)
        {
            buffer = (buffer << 8 | value) & 0xFFFF;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                letters[position++] = Alphabet[buffer >> bits & 31];
            }
        }

        if (bits > 0) letters[position] = Alphabet[buffer << (5 - bits) & 31];
        return new string(letters);
    }

    /// <summary>Takes what a person types: either case, spaces between groups, padding at the end.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        var decoded = new List<byte>(text.Length * 5 / 8);
        var (buffer, bits, letters) = (0, 0, 0);
        foreach (var letter in text.TrimEnd('='))
        {
            if (letter is ' ' or '-') continue;
            var value = Alphabet.IndexOf(char.ToUpperInvariant(letter), StringComparison.Ordinal);
            if (value < 0) return false;
            letters++;
            buffer = (buffer << 5 | value) & 0xFFFF;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            decoded.Add((byte)(buffer >> bits));
        }

        // 1, 3 or 6 letters over a group of eight come from no whole byte
        if (letters % 8 is 1 or 3 or 6) return false;
        bytes = [.. decoded];
        return true;
    }
}
