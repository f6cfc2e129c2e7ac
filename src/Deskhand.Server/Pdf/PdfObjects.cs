using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Deskhand.Pdf;

/// <summary>The numbered objects of a PDF file (ISO 32000-1 §7.3, §7.5), in the order in which they are written.</summary>
internal sealed class PdfObjects
{
    private readonly List<byte[]> objects = [];

    /// <summary>Adds an object; answers with its number.</summary>
    public int Add(string content)
    {
        objects.Add(Encoding.Latin1.GetBytes(content));
        return objects.Count;
    }

    /// <summary>Adds a stream, compressed.</summary>
    /// <param name="entries">What its dictionary says beside length and filter.</param>
    /// <param name="content">The bytes.</param>
    public int Stream(string entries, byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(content);
        var body = packed.ToArray();
        objects.Add([.. Encoding.Latin1.GetBytes($"<< /Length {body.Length} /Filter /FlateDecode {entries} >>\nstream\n"), .. body, .. "\nendstream"u8]);
        return objects.Count;
    }

    /// <summary>A number for an object that comes later (<see cref="Fill"/>).</summary>
    public int Reserve() => Add("null");

    public void Fill(int number, string content) => objects[number - 1] = Encoding.Latin1.GetBytes(content);

    /// <summary>The whole file.</summary>
    /// <param name="root">The number of the catalogue.</param>
    /// <param name="info">The number of the information dictionary.</param>
    public byte[] File(int root, int info)
    {
        using var file = new MemoryStream();
        // the four bytes above 127 tell programs that look at the beginning that this is not text
        file.Write([.. "%PDF-1.7\n%"u8, 0xE2, 0xE3, 0xCF, 0xD3, (byte)'\n']);
        var places = new List<long>();
        for (var i = 0; i < objects.Count; i++)
        {
            places.Add(file.Length);
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n")));
            file.Write(objects[i]);
            file.Write("\nendobj\n"u8);
        }

        var start = file.Length;
        var table = new StringBuilder().Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var place in places) table.Append(CultureInfo.InvariantCulture, $"{place:D10} 00000 n \n");
        table.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root {root} 0 R /Info {info} 0 R >>\nstartxref\n{start}\n%%EOF\n");
        file.Write(Encoding.ASCII.GetBytes(table.ToString()));
        return file.ToArray();
    }

    /// <summary>A text as a string of any characters (§7.9.2.2).</summary>
    public static string Text(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";
}
