using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Deskhand.Operations;

/// <summary>
/// The workspace: one page for every address that is nobody else's, so that each of its states can be linked to, and the files
/// that the build put under wwwroot. Files under <c>assets</c> are named by their content and never asked for twice; an address there
/// that names no file is a page as anywhere else, of the customers' assets.
/// </summary>
internal static class WorkspacePage
{
    /// <summary>In the built page, where the style elements that its parts make find what lets them in.</summary>
    private const string NoncePlace = "__NONCE__";

    /// <summary>What never shows the page: there a 404 says that something is wrong.</summary>
    private static readonly PathString[] NotPages = ["/api", "/hubs", "/docs", "/openapi", "/health", "/metrics"];

    private static Built? built;

    /// <summary>Serves the files and, for what has no route, the page.</summary>
    public static void Use(WebApplication app)
    {
        app.Use(Headers);
        app.UseWhen(context => context.GetEndpoint() is null, unrouted =>
        {
            unrouted.Use(Precompressed);
            unrouted.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = Describe, ContentTypeProvider = new BuiltTypes() });
            unrouted.Use((context, next) => IsPage(context.Request) && Find(app.Environment) is { } page ? Show(context, page) : next(context));
        });
    }

    /// <summary>GET /: the workspace, or the description of the API where it was not built.</summary>
    public static Task Home(HttpContext context, IWebHostEnvironment environment)
    {
        if (Find(environment) is { } page) return Show(context, page);
        context.Response.Redirect("/docs");
        return Task.CompletedTask;
    }

    private static Task Headers(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return next(context);
    }

    private static bool IsPage(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers.Accept.ToString() is var accept && (accept.Length == 0 || accept.Contains("text/html", StringComparison.OrdinalIgnoreCase))
        && !NotPages.Any(p => request.Path.StartsWithSegments(p, StringComparison.OrdinalIgnoreCase))
        && !(request.Path.StartsWithSegments("/assets", StringComparison.OrdinalIgnoreCase) && Path.HasExtension(request.Path.Value));

    private static Task Show(HttpContext context, string page)
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; "
            + "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        headers.CacheControl = "no-cache";
        context.Response.ContentType = "text/html; charset=utf-8";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(page.Replace(NoncePlace, nonce, StringComparison.Ordinal), context.RequestAborted);
    }

    /// <summary>The built page, read again when another was put in its place.</summary>
    private static string? Find(IWebHostEnvironment environment)
    {
        var file = environment.WebRootFileProvider.GetFileInfo("index.html");
        if (!file.Exists) return null;
        if (built is { } known && known.At == file.LastModified && known.Path == file.PhysicalPath) return known.Text;
        using var reader = new StreamReader(file.CreateReadStream(), Encoding.UTF8);
        var text = reader.ReadToEnd();
        built = new(file.PhysicalPath, file.LastModified, text);
        return text;
    }

    /// <summary>The build laid the same file beside it, compressed as well as it can be.</summary>
    private static Task Precompressed(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (!path.HasValue) return next(context);
        // with its place for the nonce this file is no page
        if (path.Equals("/index.html", StringComparison.OrdinalIgnoreCase)) context.Request.Path = "/";
        if (!path.StartsWithSegments("/assets", StringComparison.Ordinal)) return next(context);
        var accepts = context.Request.Headers.AcceptEncoding.ToString();
        var files = context.RequestServices.GetRequiredService<IWebHostEnvironment>().WebRootFileProvider;
        foreach (var (coding, ending) in Codings)
        {
            if (!accepts.Contains(coding, StringComparison.OrdinalIgnoreCase) || files.GetFileInfo(path.Value + ending) is not { Exists: true }) continue;
            context.Request.Path = path.Value + ending;
            break;
        }

        return next(context);
    }

    private static readonly (string Coding, string Ending)[] Codings = [("br", ".br"), ("gzip", ".gz")];

    private static void Describe(StaticFileResponseContext file)
    {
        var headers = file.Context.Response.Headers;
        var isNamedByContent = file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal);
        headers.CacheControl = isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache";
        if (!isNamedByContent) return;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        foreach (var (coding, ending) in Codings)
        {
            if (file.File.Name.EndsWith(ending, StringComparison.Ordinal)) headers.ContentEncoding = coding;
        }
    }

    /// <summary>A compressed file has the type of what it holds.</summary>
    private sealed class BuiltTypes : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider types = new();

        public bool TryGetContentType(string subpath, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string contentType)
        {
            var coding = Codings.FirstOrDefault(c => subpath.EndsWith(c.Ending, StringComparison.Ordinal));
            return types.TryGetContentType(coding.Ending is { } ending ? subpath[..^ending.Length] : subpath, out contentType);
        }
    }

    private sealed record Built(string? Path, DateTimeOffset At, string Text);
}
