using System.Buffers.Binary;
using System.Text;

namespace Deskhand.Pdf;

/// <summary>
/// A TrueType font as a PDF file needs it: which glyph a character has, how wide it is, and the font with nothing but the glyphs that are used
/// (OpenType 1.9: head, hhea, hmtx, maxp, cmap formats 4 and 12, loca, glyf).
/// </summary>
internal sealed class TrueTypeFont
{
    /// <summary>What a reader needs to draw glyphs by number; the rest of the font stays away.</summary>
    private static readonly string[] Kept = ["cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"];

    private readonly byte[] file;
    private readonly Dictionary<string, (int Offset, int Length)> tables = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> glyphs;
    private readonly int unitsPerEm;
    private readonly int widths;
    private readonly bool hasLongOffsets;

    /// <exception cref="InvalidDataException">This is not a TrueType font with the tables that are needed.</exception>
    public TrueTypeFont(byte[] file)
    {
        this.file = file;
        try
        {
            for (var i = 0; i < U16(4); i++)
            {
                var entry = 12 + (16 * i);
                tables[Encoding.ASCII.GetString(file, entry, 4)] = (I32(entry + 8), I32(entry + 12));
            }

            var head = tables["head"].Offset;
            unitsPerEm = U16(head + 18);
            Box = [.. Enumerable.Range(0, 4).Select(i => Scaled(I16(head + 36 + (2 * i))))];
            hasLongOffsets = I16(head + 50) == 1;
            var hhea = tables["hhea"].Offset;
            (Ascent, Descent, widths) = (Scaled(I16(hhea + 4)), Scaled(I16(hhea + 6)), U16(hhea + 34));
            Count = U16(tables["maxp"].Offset + 4);
            glyphs = ReadCharacters();
        }
        catch (Exception e) when (e is KeyNotFoundException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("This is not a TrueType font that can be used.", e);
        }
    }

    /// <summary>How many glyphs there are.</summary>
    public int Count { get; }

    /// <summary>Of the font's box, in thousandths of the size: left, bottom, right, top.</summary>
    public int[] Box { get; }

    /// <summary>Above the line, in thousandths of the size.</summary>
    public int Ascent { get; }

    /// <summary>Below the line, in thousandths of the size; negative.</summary>
    public int Descent { get; }

    /// <summary>The glyph of a character; 0, the box that stands for a missing one, when the font has none.</summary>
    public int GlyphOf(Rune character) => glyphs.GetValueOrDefault(character.Value);

    /// <summary>The width of a glyph in thousandths of the size.</summary>
    public int WidthOf(int glyph) => Scaled(U16(tables["hmtx"].Offset + (4 * Math.Min(glyph, widths - 1))));

    /// <summary>The font with the outlines of some glyphs only; the numbers of glyphs stay.</summary>
    public byte[] Subset(IEnumerable<int> used)
    {
        var wanted = WithParts(used);
        using var glyf = new MemoryStream();
        var loca = new byte[4 * (Count + 1)];
        for (var glyph = 0; glyph < Count; glyph++)
        {
            BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * glyph), (int)glyf.Length);
            if (!wanted.Contains(glyph)) continue;
            var (offset, length) = Outline(glyph);
            glyf.Write(file, offset, length);
            while (glyf.Length % 4 != 0) glyf.WriteByte(0);
        }

        BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * Count), (int)glyf.Length);
        var head = Table("head").ToArray();
        BinaryPrimitives.WriteInt16BigEndian(head.AsSpan(50), 1);
        return Assemble([.. Kept.Where(tables.ContainsKey).Select(name => (name, name switch
        {
            "glyf" => glyf.ToArray(),
            "loca" => loca,
            "head" => head,
            _ => Table(name).ToArray(),
        }))]);
    }

    private static byte[] Assemble(List<(string Name, byte[] Data)> parts)
    {
        var start = 12 + (16 * parts.Count);
        using var font = new MemoryStream();
        var header = new byte[start];
        BinaryPrimitives.WriteInt32BigEndian(header, 0x00010000);
        BinaryPrimitives.WriteInt16BigEndian(header.AsSpan(4), (short)parts.Count);
        font.Write(header);
        for (var i = 0; i < parts.Count; i++)
        {
            var entry = header.AsSpan(12 + (16 * i));
            Encoding.ASCII.GetBytes(parts[i].Name, entry);
            BinaryPrimitives.WriteUInt32BigEndian(entry[4..], Checksum(parts[i].Data));
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], (int)font.Length);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], parts[i].Data.Length);
            font.Write(parts[i].Data);
            while (font.Length % 4 != 0) font.WriteByte(0);
        }

        var bytes = font.ToArray();
        header.CopyTo(bytes, 0);
        return bytes;
    }

    private static uint Checksum(byte[] data)
    {
        uint sum = 0;
        for (var i = 0; i < data.Length; i++) sum += (uint)data[i] << (24 - (8 * (i % 4)));
        return sum;
    }

    /// <summary>The glyphs with those they are put together from, and the one of a missing character.</summary>
    private HashSet<int> WithParts(IEnumerable<int> used)
    {
        var found = new HashSet<int> { 0 };
        var open = new Queue<int>(used.Where(g => g < Count).Where(found.Add));
        while (open.TryDequeue(out var glyph))
        {
            var (offset, length) = Outline(glyph);
            if (length == 0 || I16(offset) >= 0) continue;
            var part = offset + 10;
            int flags;
            do
            {
                flags = U16(part);
                if (found.Add(U16(part + 2))) open.Enqueue(U16(part + 2));
                // words or bytes for the place, then a scale, two, or a matrix
                part += 4 + ((flags & 0x0001) != 0 ? 4 : 2) + ((flags & 0x0008) != 0 ? 2 : (flags & 0x0040) != 0 ? 4 : (flags & 0x0080) != 0 ? 8 : 0);
            }
            while ((flags & 0x0020) != 0);
        }

        return found;
    }

    private (int Offset, int Length) Outline(int glyph)
    {
        var loca = tables["loca"].Offset;
        var (from, to) = hasLongOffsets ? (I32(loca + (4 * glyph)), I32(loca + (4 * glyph) + 4)) : (2 * U16(loca + (2 * glyph)), 2 * U16(loca + (2 * glyph) + 2));
        return (tables["glyf"].Offset + from, to - from);
    }

    private Dictionary<int, int> ReadCharacters()
    {
        var cmap = tables["cmap"].Offset;
        var found = new Dictionary<int, int>();
        for (var i = 0; i < U16(cmap + 2); i++)
        {
            var entry = cmap + 4 + (8 * i);
            var map = cmap + I32(entry + 4);
            if (U16(entry) != 3) continue;
            if (U16(map) == 12) ReadGroups(map, found);
            else if (U16(map) == 4) ReadSegments(map, found);
        }

        return found;
    }

    private void ReadGroups(int map, Dictionary<int, int> found)
    {
        for (var i = 0; i < I32(map + 12); i++)
        {
            var group = map + 16 + (12 * i);
            for (var c = I32(group); c <= I32(group + 4); c++) found.TryAdd(c, I32(group + 8) + c - I32(group));
        }
    }

    private void ReadSegments(int map, Dictionary<int, int> found)
    {
        var segments = U16(map + 6) / 2;
        for (var s = 0; s < segments; s++)
        {
            int Part(int n) => map + 14 + (2 * ((n * segments) + s)) + (n > 0 ? 2 : 0);
            var (end, start, delta, range) = (U16(Part(0)), U16(Part(1)), U16(Part(2)), U16(Part(3)));
            for (var c = start; c <= end && c != 0xFFFF; c++)
            {
                var glyph = range == 0 ? c : U16(Part(3) + range + (2 * (c - start)));
                if (glyph != 0) found.TryAdd(c, (glyph + delta) & 0xFFFF);
            }
        }
    }

    private Span<byte> Table(string name) => file.AsSpan(tables[name].Offset, tables[name].Length);

    private int Scaled(int units) => (int)Math.Round(units * 1000.0 / unitsPerEm);

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at));

    private int I16(int at) => BinaryPrimitives.ReadInt16BigEndian(file.AsSpan(at));

    private int I32(int at) => BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
}
