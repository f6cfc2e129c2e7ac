using System.Reflection;
using CsvHelper;
using Microsoft.AspNetCore.Http.Metadata;

namespace Deskhand.Http;

/// <summary>A table to be answered as a CSV file, of any length.</summary>
/// <param name="FileName">As the browser saves it, a constant: <c>customers.csv</c>.</param>
/// <param name="Columns">The first line.</param>
/// <param name="Write">Writes the rows, one after the other.</param>
/// <param name="Bom">Whether the file begins with the mark by which Excel knows UTF-8.</param>
internal sealed record CsvTable(string FileName, IReadOnlyList<string> Columns, Func<CsvRows, CancellationToken, Task> Write, bool Bom = false);

/// <summary>Takes the rows of a CSV file and sends them on as they come; nothing is gathered.</summary>
internal sealed class CsvRows(CsvWriter writer, CancellationToken cancellationToken)
{
    /// <summary>Writes one row. Every value is guarded against being taken for a formula (<see cref="CsvText"/>) and quoted where RFC 4180 asks for it.</summary>
    public ValueTask Write(params IEnumerable<string?> values)
    {
        foreach (var value in values) writer.WriteField(CsvText.Written(value));
        return writer.EndRecordAsync(cancellationToken);
    }
}

/// <summary>
/// 200 with a CSV file (RFC 4180, UTF-8), or a problem. When the rows cannot be read to the end the connection is broken off, so that half a
/// file is never taken for the whole.
/// </summary>
internal sealed class CsvAnswer(Outcome<CsvTable> outcome) : IResult, IEndpointMetadataProvider
{
    public const string ContentType = "text/csv";

    /// <summary>The parameter <c>bom</c> of every export.</summary>
    public static Outcome<bool> ReadBom(string? bom) => bom is null or "true" or "false" ? bom == "true" : Problem.Malformed("bom", "This is true or false.");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (outcome.Problem is { } problem)
        {
            await problem.Write(httpContext);
            return;
        }

        var table = outcome.Value;
        var response = httpContext.Response;
        response.ContentType = ContentType + "; charset=utf-8; header=present";
        response.Headers.ContentDisposition = $"attachment; filename=\"{table.FileName}\"";
        response.Headers.XContentTypeOptions = "nosniff";
        // not disposed of when something is thrown: that would send what is gathered, as if it were the end
        var writer = CsvWriter.Create(response.Body, CsvWriterOptions.Default with { WriteByteOrderMark = table.Bom }, leaveOpen: true);
        var rows = new CsvRows(writer, httpContext.RequestAborted);
        await rows.Write(table.Columns);
        await table.Write(rows, httpContext.RequestAborted);
        await writer.FlushAsync(httpContext.RequestAborted);
        await writer.DisposeAsync();
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [ContentType]));
}
