using System.Globalization;
using System.Text;
using Deskhand.Pdf;

namespace Deskhand.Tickets;

/// <summary>
/// Sets a ticket in type: pages of plain text. What people wrote is drawn and never interpreted, so nothing in it can reach a disk or a
/// network (security case 25).
/// </summary>
internal sealed class PaperSetter
{
    /// <summary>Beyond so many pages the rest is left out, with a word of it.</summary>
    private const int MostPages = 500;

    private const double Margin = 50, Bottom = 60, Room = PdfDocument.Width - (2 * Margin), Title = 16, Plain = 9.5, Small = 8, Leading = 1.45;
    private static readonly PdfInk Grey = new(0.4, 0.4, 0.44), Note = new(1, 0.957, 0.84), Rule = new(0.84, 0.84, 0.87);
    private readonly PdfDocument document;
    private readonly Dictionary<(string, double, PdfWeight), double> widths = [];
    private double y;
    private bool isFull;

    private PaperSetter(string title) => document = new(title);

    /// <summary>The PDF file of a ticket.</summary>
    public static byte[] Set(TicketPaper paper)
    {
        var setter = new PaperSetter(paper.Title);
        setter.Run(paper);
        return setter.document.Save();
    }

    private void Run(TicketPaper paper)
    {
        NewPage();
        Text(paper.Title, Title, PdfInk.Black, PdfWeight.Strong);
        Text(paper.Subtitle, Small, Grey);
        y += 8;
        foreach (var (name, value) in paper.Facts) Fact(name, value);
        foreach (var entry in paper.Entries.TakeWhile(_ => !isFull)) Entry(entry);
        if (paper.Remark is { } remark && !isFull)
        {
            y += 10;
            Text(remark, Small, Grey);
        }

        Number(Clean(paper.Title));
    }

    private void Fact(string name, string value)
    {
        const double column = 90;
        foreach (var (line, i) in Lines(value, Plain, PdfWeight.Plain, Room - column).Select((l, i) => (l, i)))
        {
            if (!MakeRoom(Plain * Leading)) return;
            if (i == 0) document.Text(name, Margin, y + Plain, Plain, Grey);
            document.Text(line, Margin + column, y + Plain, Plain, PdfInk.Black);
            y += Plain * Leading;
        }
    }

    private void Entry(PaperEntry entry)
    {
        y += 10;
        if (!MakeRoom(50)) return;
        document.Line(Margin, y, PdfDocument.Width - Margin, y, Rule, 0.6);
        y += 6;
        if (entry.IsInternal) document.Area(Margin - 4, y - 2, Room + 8, (Plain * Leading) + 2, Note);
        Text(entry.IsInternal ? entry.Heading + " · internal note" : entry.Heading, Plain, PdfInk.Black, PdfWeight.Strong);
        y += 3;
        Text(entry.Text, Plain, PdfInk.Black);
        foreach (var file in entry.Files) Text("File: " + file, Small, Grey);
    }

    private void Text(string text, double size, PdfInk ink, PdfWeight weight = PdfWeight.Plain)
    {
        foreach (var line in Lines(text, size, weight, Room))
        {
            if (!MakeRoom(size * Leading)) return;
            document.Text(line, Margin, y + size, size, ink, weight);
            y += size * Leading;
        }
    }

    /// <summary>The lines of a text: at its own breaks, between words, and within a word that is wider than the page.</summary>
    private IEnumerable<string> Lines(string text, double size, PdfWeight weight, double room)
    {
        foreach (var paragraph in Clean(text).Split('\n'))
        {
            var line = new StringBuilder();
            double used = 0;
            foreach (var piece in Pieces(paragraph, size, weight, room))
            {
                var wide = Width(piece, size, weight);
                if (used > 0 && used + wide > room)
                {
                    yield return line.ToString().TrimEnd();
                    line.Clear();
                    used = 0;
                    if (string.IsNullOrWhiteSpace(piece)) continue;
                }

                line.Append(piece);
                used += wide;
            }

            yield return line.ToString().TrimEnd();
        }
    }

    /// <summary>Words with the blank behind them; a word wider than a line in parts.</summary>
    private IEnumerable<string> Pieces(string paragraph, double size, PdfWeight weight, double room)
    {
        var start = 0;
        while (start < paragraph.Length)
        {
            var end = paragraph.IndexOf(' ', start);
            var word = paragraph[start..(end < 0 ? paragraph.Length : end + 1)];
            start += word.Length;
            if (word.Length <= 20 || Width(word, size, weight) <= room)
            {
                yield return word;
                continue;
            }

            var part = new StringBuilder();
            double used = 0;
            foreach (var rune in word.EnumerateRunes())
            {
                var wide = Width(rune.ToString(), size, weight);
                if (used + wide > room)
                {
                    yield return part.ToString();
                    part.Clear();
                    used = 0;
                }

                part.Append(rune);
                used += wide;
            }

            yield return part.ToString();
        }
    }

    private double Width(string text, double size, PdfWeight weight)
    {
        if (widths.TryGetValue((text, size, weight), out var known)) return known;
        var measured = document.WidthOf(text, size, weight);
        if (widths.Count < 50_000) widths[(text, size, weight)] = measured;
        return measured;
    }

    /// <summary>Goes on to another page when this one has no room for so much; false when there may be no more.</summary>
    private bool MakeRoom(double needed)
    {
        if (isFull) return false;
        if (y + needed <= PdfDocument.Height - Bottom) return true;
        if (document.Pages < MostPages)
        {
            NewPage();
            return true;
        }

        document.Text($"The ticket goes on; a file has at most {MostPages} pages.", Margin, PdfDocument.Height - Bottom + 12, Small, Grey);
        isFull = true;
        return false;
    }

    private void NewPage()
    {
        document.NewPage();
        y = Margin;
    }

    private void Number(string title)
    {
        for (var page = 0; page < document.Pages; page++)
        {
            document.Text(title.Length > 90 ? title[..90] + "…" : title, Margin, PdfDocument.Height - 30, Small, Grey, page: page);
            var number = string.Create(CultureInfo.InvariantCulture, $"{page + 1} / {document.Pages}");
            document.Text(number, PdfDocument.Width - Margin - document.WidthOf(number, Small), PdfDocument.Height - 30, Small, Grey, page: page);
        }
    }

    /// <summary>Line breaks in one form; no other control characters, and none that turn the direction of what stands around them.</summary>
    private static string Clean(string text) => new([.. text.ReplaceLineEndings("\n").Replace("\t", "    ", StringComparison.Ordinal)
        .Where(c => c == '\n' || (!char.IsControl(c) && c is not (>= '\u202A' and <= '\u202E') and not (>= '\u2066' and <= '\u2069')))]);
}
