using System.Reflection;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Deskhand.Tickets;

/// <summary>GET /attachments/{id}: always as a download, whole or in ranges.</summary>
internal static class DownloadAttachment
{
    public static async Task<Download> Handle(Guid id, Caller caller, TenantSession session, AttachmentStore store, ILogger<AttachmentStore> logger, CancellationToken cancellationToken)
    {
        if (await AttachmentRow.Find(id, caller, session, cancellationToken) is not { } file) return new(null, "");
        var path = store.PathOf(file.StorageKey);
        if (File.Exists(path)) return new(file, path);
        logger.LogError("The file of attachment {Attachment} of tenant {Tenant} is not in the store", id, session.TenantId);
        return new(null, "");
    }

    /// <summary>The file, or 404. Whatever it is, a browser saves it and runs nothing of it (security cases 22, 23).</summary>
    internal sealed class Download(Attachment? file, string path) : IResult, IEndpointMetadataProvider
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (file is null) return Problem.NotFound("attachment").Write(httpContext);
            var headers = httpContext.Response.Headers;
            headers.ContentDisposition = FileName.Disposition(file.Name);
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
            // kept by the caller's own cache only, and asked for again each time: the right to read may have ended
            headers.CacheControl = "private, no-cache";
            return TypedResults.PhysicalFile(path, file.ContentType, lastModified: file.CreatedAt, entityTag: new EntityTagHeaderValue($"\"{file.Hash}\""), enableRangeProcessing: true)
                .ExecuteAsync(httpContext);
        }

        public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
            builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Stream), ["application/octet-stream"]));
    }
}
