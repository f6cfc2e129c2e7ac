namespace Deskhand.Operations;

/// <summary>GET /docs: the description of the API as a page, with the parts that the build put under wwwroot/docs.</summary>
internal static class DocsPage
{
    public static IResult Show(HttpContext context, IWebHostEnvironment environment)
    {
        var hasParts = environment.WebRootFileProvider.GetFileInfo("docs/swagger-ui-bundle.js").Exists;
        // the page's own files only; its library sets style attributes
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";
        return Results.Content(hasParts ? Page : Plain, "text/html; charset=utf-8");
    }

    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Deskhand API</title>
          <link rel="stylesheet" href="/docs/swagger-ui.css">
          <link rel="stylesheet" href="/docs/docs.css">
        </head>
        <body>
          <div id="docs"></div>
          <script src="/docs/swagger-ui-bundle.js"></script>
          <script src="/docs/docs.js"></script>
        </body>
        </html>
        """;

    private const string Plain = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Deskhand API</title></head>
        <body>
          <h1>Deskhand API</h1>
          <p>The description is at <a href="/openapi/v1.json">/openapi/v1.json</a> (OpenAPI 3.1). The page that shows it is built by <code>./run</code>.</p>
        </body>
        </html>
        """;
}
