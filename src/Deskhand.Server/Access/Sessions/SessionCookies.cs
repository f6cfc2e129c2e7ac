using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Deskhand.Access;

/// <summary>
/// A browser's session: both tokens in cookies that scripts cannot read, so that a script that got into the page cannot carry them away.
/// A cookie is sent by the browser whoever wrote the page, so whatever changes something must also show that it comes from our page:
/// the header <c>X-CSRF-Token</c> repeats a cookie that only our pages can read, and whose value is bound to the session by a MAC,
/// so that a neighbouring host which may set cookies cannot make one up (decision 20). A request with an Authorization header never looks at cookies.
/// </summary>
internal sealed class SessionCookies(JwtSecret secret, DeskhandSettings settings)
{
    public const string AccessName = "deskhand_access";
    public const string RefreshName = "deskhand_refresh";
    public const string CsrfName = "deskhand_csrf";
    public const string CsrfHeader = "X-CSRF-Token";

    /// <summary>The refresh token goes nowhere else.</summary>
    private const string AuthPath = "/api/v1/auth";

    private readonly byte[] key = secret.Derive("csrf");

    /// <summary>What is told to a browser: the same without the tokens, which become cookies.</summary>
    public SignedIn Keep(SignedIn signedIn, HttpResponse response)
    {
        Set(response, AccessName, signedIn.AccessToken!, "/", TimeSpan.FromSeconds(signedIn.ExpiresIn), scriptsMayRead: false);
        Set(response, RefreshName, signedIn.RefreshToken!, AuthPath, Sessions.IdleFor, scriptsMayRead: false);
        Set(response, CsrfName, CsrfToken(signedIn.SessionId), "/", Sessions.IdleFor, scriptsMayRead: true);
        return signedIn with { AccessToken = null, RefreshToken = null };
    }

    public void Forget(HttpResponse response)
    {
        response.Cookies.Delete(AccessName, Options("/", scriptsMayRead: false));
        response.Cookies.Delete(RefreshName, Options(AuthPath, scriptsMayRead: false));
        response.Cookies.Delete(CsrfName, Options("/", scriptsMayRead: true));
    }

    public static string? AccessToken(HttpRequest request) => Value(request, AccessName);

    public static string? RefreshToken(HttpRequest request) => Value(request, RefreshName);

    /// <summary>Whether a request that came with the cookie alone may have been caused by a page of somebody else.</summary>
    public bool MayBeForged(HttpRequest request, Caller caller)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return false;
        var shown = Encoding.UTF8.GetBytes(request.Headers[CsrfHeader].ToString());
        return caller.SessionId is not { } session || !CryptographicOperations.FixedTimeEquals(shown, Encoding.UTF8.GetBytes(CsrfToken(session)));
    }

    private string CsrfToken(Guid sessionId) => Base64Url.EncodeToString(HMACSHA256.HashData(key, sessionId.ToByteArray()));

    private static string? Value(HttpRequest request, string name) => request.Cookies[name] is { Length: > 0 and < 8200 } value ? value : null;

    private void Set(HttpResponse response, string name, string value, string path, TimeSpan lasts, bool scriptsMayRead)
    {
        var options = Options(path, scriptsMayRead);
        options.MaxAge = lasts;
        response.Cookies.Append(name, value, options);
    }

    // behind a proxy the request itself does not say that people come by https
    private CookieOptions Options(string path, bool scriptsMayRead) => new()
    {
        Path = path,
        HttpOnly = !scriptsMayRead,
        Secure = settings.PublicUrl.Scheme == Uri.UriSchemeHttps,
        SameSite = SameSiteMode.Strict,
        IsEssential = true,
    };
}
