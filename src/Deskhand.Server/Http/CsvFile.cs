using System.Text;
using CsvHelper;
using Microsoft.Net.Http.Headers;

namespace Deskhand.Http;

/// <summary>One line of data.</summary>
/// <param name="Number">Where it begins, from 1; the header counts, and so does each line inside quotes.</param>
/// <param name="Cells">As many as the header has, or fewer.</param>
internal sealed record CsvLine(int Number, string[] Cells);

/// <summary>A CSV file that was read.</summary>
/// <param name="Header">The first line.</param>
/// <param name="Lines">The others, without empty ones.</param>
/// <param name="HasDecimalComma">Whether the file comes from where a comma stands before decimals, as its separator tells.</param>
/// <param name="Malformed">Lines whose quotes make no sense.</param>
internal sealed record CsvFile(IReadOnlyList<string> Header, IReadOnlyList<CsvLine> Lines, bool HasDecimalComma, IReadOnlyList<(int Line, string Message)> Malformed)
{
    /// <summary>How large a file may be, in bytes.</summary>
    public const int MostBytes = 20 * 1024 * 1024;

    private const int MostCells = 200;

    private static readonly string[] Types = ["text/csv", "text/plain", "text/tab-separated-values", "application/csv", "application/vnd.ms-excel", "application/octet-stream"];

    /// <summary>The file in a request, as bytes.</summary>
    public static async Task<Outcome<byte[]>> Receive(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !Types.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase))
            throw new BadHttpRequestException("Content type", StatusCodes.Status415UnsupportedMediaType);
        if (request.ContentLength > MostBytes) return TooLarge;
        using var gathered = new MemoryStream();
        var block = new byte[64 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(block, cancellationToken)) > 0)
        {
            if (gathered.Length + read > MostBytes) return TooLarge;
            gathered.Write(block, 0, read);
        }

        return gathered.Length == 0 ? Problem.Malformed("body", "Send the file as the body, with the content type text/csv.") : gathered.ToArray();
    }

    /// <summary>Reads a file as Excel and its like write it: UTF-8 or UTF-16 with or without a mark, else Windows-1252; comma, semicolon or tab.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="separator">comma, semicolon or tab; null = found out.</param>
    public static Outcome<CsvFile> Read(byte[] bytes, string? separator)
    {
        char? between = null;
        switch (separator)
        {
            case null: break;
            case "comma": between = ','; break;
            case "semicolon": between = ';'; break;
            case "tab": between = '\t'; break;
            default: return Problem.Malformed("separator", "This is comma, semicolon or tab.") with { Allowed = ["comma", "semicolon", "tab"] };
        }

        var malformed = new List<(int, string)>();
        var options = CsvReaderOptions.Default with
        {
            Separator = between,
            Encoding = EncodingOf(bytes),
            TrackLineNumbers = true,
            MaxRecordSize = 1024 * 1024,
            OnMalformedRecord = m => malformed.Add(((int)m.LineNumber, m.Reason == CsvMalformedReason.UnterminatedQuote
                ? "A quote is opened here and never closed."
                : "A quote stands in the middle of a value; a value with quotes is quoted as a whole, and each quote in it is doubled.")),
        };
        try
        {
            using var reader = CsvReader.Create(new MemoryStream(bytes, writable: false), options);
            reader.ReadHeader();
            string[] header = [.. reader.Headers.Select(h => CsvText.Read(h).Trim())];
            if (header.Length > MostCells) return Problem.Malformed("body", $"A file has at most {MostCells} columns.");
            var lines = new List<CsvLine>();
            while (reader.Read())
            {
                var cells = new string[Math.Min(reader.FieldCount, MostCells)];
                for (var i = 0; i < cells.Length; i++) cells[i] = CsvText.Read(reader.GetString(i));
                if (Array.TrueForAll(cells, string.IsNullOrWhiteSpace)) continue;
                if (Array.FindLastIndex(cells, c => !string.IsNullOrWhiteSpace(c)) >= header.Length)
                    malformed.Add(((int)reader.LineNumber, $"There are more values than the header has columns ({header.Length})."));
                lines.Add(new((int)reader.LineNumber, cells));
            }

            return new CsvFile(header, lines, reader.Separator == ';', malformed);
        }
        catch (CsvFormatException e)
        {
            return Problem.Malformed("body", $"The file cannot be read near line {Math.Max(1, e.LineNumber)}: a line is longer than a megabyte, or a quote is never closed.");
        }
        catch (DecoderFallbackException)
        {
            return Problem.Malformed("body", "The file is not text.");
        }
    }

    private static Problem TooLarge { get; } = new(ProblemKind.TooLarge, "too_large", $"A file may have at most {MostBytes / 1024 / 1024} MB; send it in parts.");

    private static Encoding? EncodingOf(byte[] bytes)
    {
        ReadOnlySpan<byte> all = bytes;
        if (all.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) || all.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || all.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return null;
        // Latin letters in UTF-16: every second byte is zero
        var sample = all[..(Math.Min(all.Length, 2000) & ~1)];
        var (even, odd) = (0, 0);
        for (var i = 0; i + 1 < sample.Length; i += 2)
        {
            if (sample[i] == 0) even++;
            if (sample[i + 1] == 0) odd++;
        }

        if (odd > sample.Length / 4) return Encoding.Unicode;
        if (even > sample.Length / 4) return Encoding.BigEndianUnicode;
        return System.Text.Unicode.Utf8.IsValid(all) ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding(1252);
    }
}
