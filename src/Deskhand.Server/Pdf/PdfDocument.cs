using System.Globalization;
using System.Text;

namespace Deskhand.Pdf;

/// <summary>Plain or strong letters.</summary>
internal enum PdfWeight
{
    Plain,
    Strong,
}

/// <summary>A shade of ink; each part from 0 to 1.</summary>
internal sealed record PdfInk(double Red, double Green, double Blue)
{
    public static PdfInk Black { get; } = new(0, 0, 0);
}

/// <summary>
/// A PDF file of A4 pages with texts, lines and areas on them. Points (1/72 inch) from the top left corner. What is drawn is never interpreted:
/// there are no links, scripts, forms or files in it. Its fonts come with the program, since a bare machine has none.
/// </summary>
internal sealed class PdfDocument(string title)
{
    public const double Width = 595.28, Height = 841.89;
    private readonly List<StringBuilder> pages = [];
    private readonly PdfFont plain = new(PdfFont.Plain, "DejaVuSans");
    private readonly PdfFont strong = new(PdfFont.Bold, "DejaVuSans-Bold");

    public int Pages => pages.Count;

    public void NewPage() => pages.Add(new());

    /// <summary>How wide a text of one line is, in points.</summary>
    public double WidthOf(string text, double size, PdfWeight weight = PdfWeight.Plain) => Font(weight).Width(text) * size;

    /// <summary>Draws a text of one line; <paramref name="y"/> is the line it stands on.</summary>
    public void Text(string text, double x, double y, double size, PdfInk ink, PdfWeight weight = PdfWeight.Plain, int? page = null)
    {
        if (text.Length == 0) return;
        On(page).Append(CultureInfo.InvariantCulture,
            $"BT {Colour(ink)} rg /{(weight == PdfWeight.Plain ? "F1" : "F2")} {size:0.##} Tf {x:0.##} {Height - y:0.##} Td <{Font(weight).Glyphs(text)}> Tj ET\n");
    }

    public void Line(double x1, double y1, double x2, double y2, PdfInk ink, double width) =>
        On(null).Append(CultureInfo.InvariantCulture, $"{Colour(ink)} RG {width:0.##} w {x1:0.##} {Height - y1:0.##} m {x2:0.##} {Height - y2:0.##} l S\n");

    /// <summary>Fills an area whose top left corner is given.</summary>
    public void Area(double x, double y, double width, double height, PdfInk ink) =>
        On(null).Append(CultureInfo.InvariantCulture, $"{Colour(ink)} rg {x:0.##} {Height - y - height:0.##} {width:0.##} {height:0.##} re f\n");

    /// <summary>The whole file.</summary>
    public byte[] Save()
    {
        var objects = new PdfObjects();
        var tree = objects.Reserve();
        var contents = pages.Select(p => objects.Stream("", Encoding.ASCII.GetBytes(p.ToString()))).ToList();
        var (first, second) = (plain.Write(objects), strong.Write(objects));
        var numbers = contents.Select(c => objects.Add(string.Create(CultureInfo.InvariantCulture,
            $"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {Width} {Height}] /Resources << /Font << /F1 {first} 0 R /F2 {second} 0 R >> >> /Contents {c} 0 R >>"))).ToList();
        objects.Fill(tree, $"<< /Type /Pages /Count {numbers.Count} /Kids [{string.Join(' ', numbers.Select(n => $"{n} 0 R"))}] >>");
        var root = objects.Add($"<< /Type /Catalog /Pages {tree} 0 R /ViewerPreferences << /DisplayDocTitle true >> >>");
        return objects.File(root, objects.Add($"<< /Title {PdfObjects.Text(title)} /Creator (Deskhand) >>"));
    }

    private static string Colour(PdfInk ink) => string.Create(CultureInfo.InvariantCulture, $"{ink.Red:0.###} {ink.Green:0.###} {ink.Blue:0.###}");

    private PdfFont Font(PdfWeight weight) => weight == PdfWeight.Plain ? plain : strong;

    private StringBuilder On(int? page) => pages[page ?? pages.Count - 1];
}
