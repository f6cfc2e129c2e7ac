using System.Text;

namespace Deskhand.Tickets;

/// <summary>The media type of a file by how it begins: the client's name for it and the extension count for nothing.</summary>
public static class FileType
{
    /// <summary>What is not known to be anything else.</summary>
    public const string Unknown = "application/octet-stream";

    /// <summary>How much of a file is looked at.</summary>
    public const int HeadLength = 8192;

    /// <summary>Signatures at an offset (Latin-1, one character a byte), in the order they are tried.</summary>
    private static readonly (int Offset, string Magic, string Type)[] Signatures =
    [
        (0, "\u0089PNG\r\n\u001a\n", "image/png"),
        (0, "\u00ff\u00d8\u00ff", "image/jpeg"),
        (0, "GIF87a", "image/gif"),
        (0, "GIF89a", "image/gif"),
        (0, "II*\0", "image/tiff"),
        (0, "MM\0*", "image/tiff"),
        (4, "ftypavif", "image/avif"),
        (4, "ftypheic", "image/heic"),
        (4, "ftypheix", "image/heic"),
        (4, "ftypmif1", "image/heif"),
        (4, "ftypqt  ", "video/quicktime"),
        (4, "ftypM4A ", "audio/mp4"),
        (4, "ftyp", "video/mp4"),
        (0, "\u001aE\u00df\u00a3", "video/webm"),
        (0, "OggS", "audio/ogg"),
        (0, "fLaC", "audio/flac"),
        (0, "ID3", "audio/mpeg"),
        (0, "\u00ff\u00fb", "audio/mpeg"),
        (0, "#!AMR", "audio/amr"),
        (0, "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1", "application/x-ole-storage"),
        (0, "\u001f\u008b", "application/gzip"),
        (0, "BZh", "application/x-bzip2"),
        (0, "\u00fd7zXZ\0", "application/x-xz"),
        (0, "(\u00b5/\u00fd", "application/zstd"),
        (0, "7z\u00bc\u00af\u0027\u001c", "application/x-7z-compressed"),
        (0, "Rar!\u001a\u0007", "application/vnd.rar"),
        (257, "ustar", "application/x-tar"),
        (0, "SQLite format 3\0", "application/vnd.sqlite3"),
        (0, "\u007fELF", "application/x-elf"),
        (0, "MZ", "application/vnd.microsoft.portable-executable"),
    ];

    /// <summary>The media type of a file that begins so.</summary>
    /// <param name="head">The first <see cref="HeadLength"/> bytes, or the whole file when it is shorter.</param>
    public static string Of(ReadOnlySpan<byte> head)
    {
        if (Begins(head, "%PDF-", 0)) return "application/pdf";
        if (Begins(head, "{\\rtf", 0)) return "application/rtf";
        // before the table: a letter may begin with "BZh" or "GIF89a", a picture never is readable throughout
        if (IsText(head)) return "text/plain";
        if (Begins(head, "PK\u0003\u0004", 0)) return OfZip(head);
        if (Begins(head, "RIFF", 0)) return OfRiff(head);
        foreach (var (offset, magic, type) in Signatures)
            if (Begins(head, magic, offset)) return type;
        return Unknown;
    }

    private static string OfRiff(ReadOnlySpan<byte> head) =>
        Begins(head, "WEBP", 8) ? "image/webp" : Begins(head, "WAVE", 8) ? "audio/wav" : Begins(head, "AVI ", 8) ? "video/x-msvideo" : Unknown;

    private static bool Begins(ReadOnlySpan<byte> head, string magic, int offset)
    {
        if (head.Length < offset + magic.Length) return false;
        for (var i = 0; i < magic.Length; i++)
            if (head[offset + i] != magic[i]) return false;
        return true;
    }

    /// <summary>Office documents are ZIP archives, told by the names of their first entries (OPC) or by a first entry "mimetype" (ODF, EPUB).</summary>
    private static string OfZip(ReadOnlySpan<byte> head)
    {
        var text = Encoding.Latin1.GetString(head);
        if (text.Length > 38 && string.CompareOrdinal(text, 30, "mimetype", 0, 8) == 0)
        {
            foreach (var type in (ReadOnlySpan<string>)["application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.presentation", "application/epub+zip"])
                if (string.CompareOrdinal(text, 38, type, 0, type.Length) == 0) return type;
        }

        if (text.Contains("[Content_Types].xml", StringComparison.Ordinal) || text.Contains("_rels/", StringComparison.Ordinal))
        {
            if (text.Contains("word/", StringComparison.Ordinal)) return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
            if (text.Contains("xl/", StringComparison.Ordinal)) return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            if (text.Contains("ppt/", StringComparison.Ordinal)) return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
        }

        return "application/zip";
    }

    /// <summary>UTF-8 without control characters. HTML, SVG and scripts are text like any other: nothing is ever answered under a type that a browser would run.</summary>
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty) return false;
        foreach (var b in head)
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0c)) return false;
        // the head may end inside a character
        var end = head.Length < HeadLength ? head.Length : head.Length - TailInside(head);
        return System.Text.Unicode.Utf8.IsValid(head[..end]);
    }

    private static int TailInside(ReadOnlySpan<byte> head)
    {
        for (var back = 1; back <= 3; back++)
        {
            var b = head[^back];
            if (b < 0x80) return 0;
            if (b >= 0xc0) return back;
        }

        return 0;
    }
}
