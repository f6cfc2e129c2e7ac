using System.Globalization;
using System.Text;

namespace Deskhand.Pdf;

/// <summary>A font of one file: it remembers which glyphs were used, and goes into the file with those alone.</summary>
internal sealed class PdfFont(TrueTypeFont font, string name)
{
    private readonly SortedDictionary<int, Rune> used = [];

    public static TrueTypeFont Plain { get; } = Load("DejaVuSans.ttf");

    public static TrueTypeFont Bold { get; } = Load("DejaVuSans-Bold.ttf");

    /// <summary>How wide a text is at a size of one point.</summary>
    public double Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes()) width += font.WidthOf(font.GlyphOf(rune));
        return width / 1000.0;
    }

    /// <summary>The glyphs of a text, in hexadecimal as the operator Tj takes them.</summary>
    public string Glyphs(string text)
    {
        var hex = new StringBuilder(text.Length * 4);
        foreach (var rune in text.EnumerateRunes())
        {
            var glyph = font.GlyphOf(rune);
            used.TryAdd(glyph, rune);
            hex.Append(glyph.ToString("X4", CultureInfo.InvariantCulture));
        }

        return hex.ToString();
    }

    /// <summary>Writes the font's objects (ISO 32000-1 §9.7); answers with the number of the first.</summary>
    public int Write(PdfObjects objects)
    {
        var subset = font.Subset(used.Keys);
        var file = objects.Stream($"/Length1 {subset.Length}", subset);
        var tag = "DESKHD+" + name;
        var descriptor = objects.Add(string.Create(CultureInfo.InvariantCulture,
            $"<< /Type /FontDescriptor /FontName /{tag} /Flags 4 /FontBBox [{string.Join(' ', font.Box)}] /ItalicAngle 0 /Ascent {font.Ascent} /Descent {font.Descent} /CapHeight {font.Ascent} /StemV 80 /FontFile2 {file} 0 R >>"));
        var widths = string.Join(' ', used.Keys.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g} [{font.WidthOf(g)}]")));
        var descendant = objects.Add(
            $"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{tag} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /W [{widths}] /CIDToGIDMap /Identity >>");
        var toUnicode = objects.Stream("", Encoding.ASCII.GetBytes(Characters()));
        return objects.Add($"<< /Type /Font /Subtype /Type0 /BaseFont /{tag} /Encoding /Identity-H /DescendantFonts [{descendant} 0 R] /ToUnicode {toUnicode} 0 R >>");
    }

    /// <summary>Which character each glyph stands for, so that the text can be searched and copied (§9.10.3).</summary>
    private string Characters()
    {
        var map = new StringBuilder("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Deskhand def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n");
        foreach (var part in used.Where(u => u.Key != 0).Chunk(100))
        {
            map.Append(CultureInfo.InvariantCulture, $"{part.Length} beginbfchar\n");
            foreach (var (glyph, rune) in part)
                map.Append(CultureInfo.InvariantCulture, $"<{glyph:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(rune.ToString()))}>\n");
            map.Append("endbfchar\n");
        }

        return map.Append("endcmap CMapName currentdict /CMap defineresource pop end end").ToString();
    }

    private static TrueTypeFont Load(string resource)
    {
        using var stream = typeof(PdfFont).Assembly.GetManifestResourceStream(resource)!;
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return new TrueTypeFont(file);
    }
}
