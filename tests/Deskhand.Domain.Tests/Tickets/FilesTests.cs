using System.Text;

namespace Deskhand.Tickets;

public sealed class FilesTests
{
    [Theory]
    [InlineData("report.pdf", "report.pdf")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\windows\\system32\\drivers\\etc\\hosts", "hosts")]
    [InlineData("C:\\Users\\ann\\Desktop\\photo.jpg", "photo.jpg")]
    [InlineData("a\r\nX-Evil: 1.txt", "aX-Evil: 1.txt")]
    [InlineData("a\0.jpg", "a.jpg")]
    [InlineData("invoice\u202egnp.exe", "invoicegnp.exe")]
    [InlineData("\u2066\u200f\u061c\u200bx\ufeff.txt", "x.txt")]
    [InlineData("line\u2028break\u2029.txt", "linebreak.txt")]
    [InlineData("\ud83d\ude00.png", "\ud83d\ude00.png")]
    [InlineData("=cmd|' /C calc'!A0.csv", "' C calc'!A0.csv", false)]
    [InlineData(".htaccess", ".htaccess")]
    [InlineData("evil.php.jpg", "evil.php.jpg")]
    [InlineData("CON", "CON")]
    [InlineData("  spaced.txt  ", "spaced.txt")]
    [InlineData("", "file")]
    [InlineData(null, "file")]
    [InlineData("..", "file")]
    [InlineData("folder/", "file")]
    [InlineData(". . .", "file")]
    public void Sec23_A_name_keeps_what_is_harmless(string? given, string kept, bool exact = true)
    {
        var name = FileName.From(given);
        if (exact) Assert.Equal(kept, name);
        Assert.DoesNotContain('/', name);
        Assert.Null(Desk.In("open").Decide(new TicketChange.Attach(Desk.Upload, name)).Problem);
    }

    [Fact]
    public void Sec23_Half_a_character_is_left_out_of_a_name() => Assert.Equal("half .png", FileName.From("half \ud83d.png"));

    [Theory]
    [InlineData(300, ".pdf", 255)]
    [InlineData(300, ".an-extension-that-is-none-at-all", 255)]
    [InlineData(300, "", 255)]
    public void A_long_name_is_cut_before_its_extension(int length, string extension, int expected)
    {
        var name = FileName.From(new string('a', length) + extension);
        Assert.Equal(expected, name.Length);
        if (extension.Length is > 0 and < 20) Assert.EndsWith(extension, name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_name_is_not_cut_inside_a_character() =>
        Assert.Equal("a" + string.Concat(Enumerable.Repeat("\ud83d\ude00", 125)) + ".png", FileName.From("a" + string.Concat(Enumerable.Repeat("\ud83d\ude00", 200)) + ".png"));

    [Theory]
    [InlineData("plan \"A\".pdf", "attachment; filename*=UTF-8''plan%20%22A%22.pdf")]
    [InlineData("añ;b.txt", "attachment; filename*=UTF-8''a%C3%B1%3Bb.txt")]
    [InlineData("a\r\nSet-Cookie: x=1", "attachment; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1")]
    public void Sec19_No_name_can_end_its_header(string name, string header) => Assert.Equal(header, FileName.Disposition(name));

    public static TheoryData<string, string> Heads => new()
    {
        { "\u0089PNG\r\n\u001a\n\0", "image/png" },
        { "\u00ff\u00d8\u00ff\u00e0", "image/jpeg" },
        { "GIF89a\u0001\0", "image/gif" },
        { "GIF89a=1;alert(1)", "text/plain" },
        { "RIFF\u0010\0\0\0WEBPVP8 ", "image/webp" },
        { "RIFF\u0010\0\0\0WAVEfmt ", "audio/wav" },
        { "RIFF\u0010\0\0\0AVI LIST", "video/x-msvideo" },
        { "RIFF\u0010\0\0\0????", FileType.Unknown },
        { "\0\0\0\u0018ftypmp42", "video/mp4" },
        { "\0\0\0\u0018ftypheic", "image/heic" },
        { "%PDF-1.7\n", "application/pdf" },
        { "{\\rtf1\\ansi", "application/rtf" },
        { "PK\u0003\u0004\u0014\0", "application/zip" },
        { "PK\u0003\u0004" + new string('\0', 26) + "mimetypeapplication/vnd.oasis.opendocument.textPK", "application/vnd.oasis.opendocument.text" },
        { "PK\u0003\u0004" + new string('\0', 26) + "mimetypetext/html", "application/zip" },
        { "PK\u0003\u0004\0[Content_Types].xml\0word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
        { "PK\u0003\u0004\0[Content_Types].xml\0xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
        { "PK\u0003\u0004\0_rels/.rels\0ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
        { "PK\u0003\u0004\0_rels/.rels\0other", "application/zip" },
        { "MZ\u0090\0\u0003", "application/vnd.microsoft.portable-executable" },
        { "MZ means Mzansi", "text/plain" },
        { "\u007fELF\u0002\u0001", "application/x-elf" },
        { "<html><script>alert(1)</script>", "text/plain" },
        { "<svg onload=alert(1)>", "text/plain" },
        { "#!/bin/sh\nrm -rf /\n", "text/plain" },
        { "From: a@example.com\r\n\r\nHi", "text/plain" },
        { "\u0001\u0002\u0003", FileType.Unknown },
        { "\u00ff\u00fe\0", FileType.Unknown },
        { "caf\u00e9", FileType.Unknown },
        { "", FileType.Unknown },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public void Sec23_The_type_comes_from_the_content(string head, string type) => Assert.Equal(type, FileType.Of(Encoding.Latin1.GetBytes(head)));

    [Theory]
    [InlineData("ä", 0)]
    [InlineData("ä", 1)]
    [InlineData("😀", 1)]
    [InlineData("😀", 2)]
    [InlineData("😀", 3)]
    public void Text_that_goes_on_behind_the_head_may_be_cut_inside_a_character(string character, int shift)
    {
        var whole = Encoding.UTF8.GetBytes(new string('a', FileType.HeadLength - shift) + character + "b");
        Assert.Equal("text/plain", FileType.Of(whole.AsSpan(0, FileType.HeadLength)));
    }

    [Fact]
    public void A_tar_archive_is_told_by_its_257th_byte()
    {
        var head = new byte[512];
        "ustar"u8.CopyTo(head.AsSpan(257));
        Assert.Equal("application/x-tar", FileType.Of(head));
    }
}
