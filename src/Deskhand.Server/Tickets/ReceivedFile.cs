using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Deskhand.Tickets;

/// <summary>The body of an upload: multipart/form-data with exactly one file. It is written to the disk as it comes, and never held as a whole.</summary>
internal sealed class ReceivedFile(Guid id, string name, DateTimeOffset at, IncomingFile file) : IAsyncDisposable
{
    public const string FormType = "multipart/form-data";

    /// <summary>What the form around a file may need beyond it.</summary>
    private const int FormAllowance = 64 * 1024;

    public Guid Id { get; } = id;

    public string Name { get; } = name;

    public DateTimeOffset At { get; } = at;

    public IncomingFile File { get; } = file;

    /// <summary>Takes in the file, which then has its name on the disk but no row yet. Whoever gets it disposes of it.</summary>
    public static async Task<Outcome<ReceivedFile>> From(
        HttpRequest request, Caller caller, AttachmentStore store, VirusScanner scanner, DeskhandSettings settings, TimeProvider clock, CancellationToken cancellationToken)
    {
        // the general limit is for JSON
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = settings.MaxUpload + FormAllowance;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException("Content type", StatusCodes.Status415UnsupportedMediaType);
        if (HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary) return OneFile;
        var reader = new MultipartReader(boundary, request.Body, bufferSize: 64 * 1024);
        ReceivedFile? received = null;
        try
        {
            while (await Next(reader, cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } disposition || !disposition.IsFileDisposition() || received is not null) return OneFile;
                var given = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.UnescapeAsQuotedString(disposition.FileName);
                var now = Instants.Now(clock);
                var id = Ids.New(now);
                received = new(id, FileName.From(given.Value), now, store.Receive(caller.TenantId, id));
                if (!await received.File.Fill(section.Body, settings.MaxUpload, cancellationToken))
                    return new Problem(ProblemKind.TooLarge, "too_large", $"A file may have at most {settings.MaxUpload} bytes.");
            }

            if (received is null) return OneFile;
            if (await scanner.Refusal(received.File, received.Name, caller, cancellationToken) is { } refusal) return refusal;
            await received.File.Keep();
            var whole = received;
            received = null;
            return whole;
        }
        finally
        {
            if (received is not null) await received.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => File.DisposeAsync();

    private static Problem OneFile { get; } = Problem.Malformed("file", "Send one file as multipart/form-data, and nothing else.");

    private static async Task<MultipartSection?> Next(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form cannot be read.", e);
        }
    }
}
