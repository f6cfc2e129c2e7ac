using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Deskhand.Directory;

namespace Deskhand.Webhooks;

/// <summary>What a client may write of a webhook: the body of POST, PUT and PATCH.</summary>
public sealed partial record WebhookFields : IFields<WebhookFields>
{
    /// <summary>In place of a header's value: it stays as it is.</summary>
    public const string Kept = "***";

    private const int MostPatterns = 50;

    /// <summary>Headers of its own that a webhook may have.</summary>
    private const int MostHeaders = 10;

    private const int HeaderNameLength = 100;
    private const int HeaderValueLength = 1000;

    /// <summary>
    /// What the request itself is made of, or the connection (RFC 9110 §7.6.1), or what we say: nobody else sets these. Whole names, and beginnings that end in a hyphen.
    /// </summary>
    private static readonly ImmutableArray<string> Reserved =
    [
        "connection", "cookie", "cookie2", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via",
        "content-", "proxy-", "sec-", "webhook-",
    ];

    /// <summary>Where events are posted: https, without user and password in it. Its host must be reachable at a public address.</summary>
    public required string Url { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Which events: types such as <c>ticket.created</c>, with <c>*</c> for either half (<c>ticket.*</c>, <c>*.created</c>), or <c>*</c> for all.</summary>
    public ImmutableArray<string> Events { get; init; } = ["*"];

    /// <summary>
    /// Headers that go with each request, for example <c>Authorization</c>: at most 10, values of visible ASCII of at most 1,000 characters. Values are secrets: they are
    /// never shown again, only <c>***</c>, which as a value says that the header stays as it is.
    /// </summary>
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>While it is off nothing is queued for it; what happened meanwhile can be replayed.</summary>
    public bool Enabled { get; init; } = true;

    public WebhookFields Normalised() => this with
    {
        Url = Url.Trim(),
        Description = string.IsNullOrWhiteSpace(Description) ? null : Description.Trim(),
        Events = Events.IsDefault ? [] : [.. Events.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        Headers = Headers.ToImmutableDictionary(h => h.Key, h => h.Value?.Trim(' ', '\t')!, StringComparer.Ordinal),
    };

    private ImmutableArray<string> HeaderNames => [.. Headers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Of the headers their names: values are secrets.</summary>
    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("url", Json.Of(Url)), ("description", Json.Of(Description)), ("events", Json.Of(Events)), ("headers", Headers.IsEmpty ? null : Json.Of(HeaderNames)), ("enabled", Json.Of(Enabled)),
    ];

    /// <summary>The same with no value of a header, as it is stored and shown.</summary>
    public WebhookFields WithoutValues() => this with { Headers = Headers.ToImmutableDictionary(h => h.Key, _ => Kept, StringComparer.Ordinal) };

    /// <summary>Of each header that stays as it is its name as it was first written.</summary>
    /// <param name="before">The webhook as it was; null when it is new.</param>
    /// <returns>The fields, or why a value must be given: it was never, or it would now go to another host.</returns>
    public Outcome<WebhookFields> Keeping(WebhookFields? before)
    {
        var known = (before?.Headers.Keys ?? []).ToImmutableDictionary(n => n, n => n, StringComparer.OrdinalIgnoreCase);
        var kept = Headers.Where(h => h.Value == Kept).Select(h => h.Key).ToImmutableArray();
        if (kept.FirstOrDefault(n => !known.ContainsKey(n)) is { } unknown) return Problem.Invalid("headers", $"There is no header {unknown} so far: give its value.");
        if (kept.Length > 0 && !string.Equals(Masked(before!.Url), Masked(Url), StringComparison.Ordinal))
            return Problem.Invalid("headers", "The address has another host: give the values of the headers again, or take them away. Otherwise that host would be told them.");
        return this with { Headers = Headers.ToImmutableDictionary(h => h.Value == Kept ? known[h.Key] : h.Key, h => h.Value, StringComparer.Ordinal) };
    }

    /// <summary>Of an address its beginning, for example <c>https://hooks.example.com/…</c>: the rest often is a key, so history, events and logs do not have it.</summary>
    public static string Masked(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) + "/…" : "…";

    /// <summary>What changed, as history and events tell it: of a header that it got a value, and never which.</summary>
    public static ImmutableArray<FieldChange> Changes(WebhookFields? before, WebhookFields after)
    {
        var changes = FieldDiff.Between(before, after);
        if (changes.All(c => c.Field != "headers") && after.Headers.Values.Any(v => v != Kept)) changes = changes.Add(new("headers", Json.Of(before!.HeaderNames), Json.Of(after.HeaderNames)));
        return [.. changes.Select(c => c.Field == "url" ? c with { From = Json.Of(before is null ? null : Masked(before.Url)), To = Json.Of(Masked(after.Url)) } : c)];
    }

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("url", Url, 2000);
        errors.WebAddress("url", Url);
        if (Uri.TryCreate(Url, UriKind.Absolute, out var uri))
        {
            errors.Unless(uri.UserInfo.Length == 0, "url", "User and password do not belong in an address; check the signature instead.");
            errors.Unless(uri.Fragment.Length == 0, "url", "What stands behind # is never sent; leave it out.");
        }

        errors.Text("description", Description, 500);
        errors.Unless(Events.Length is > 0 and <= MostPatterns, "events", $"Name 1 to {MostPatterns} events.");
        foreach (var pattern in Events.Where(e => e is null || !PatternShape().IsMatch(e)).Take(5))
            errors.Add("events", $"\"{(pattern is { Length: > 100 } ? pattern[..100] : pattern)}\" is not an event such as ticket.created, ticket.*, *.created or *.");
        CheckHeaders(errors);
        return errors.ToProblem();
    }

    /// <summary>Whether an event of a type is among those asked for.</summary>
    public static bool Matches(string pattern, string type)
    {
        if (pattern == "*") return true;
        var (wanted, has) = (pattern.Split('.'), type.Split('.'));
        return wanted.Length == 2 && has.Length == 2 && Half(wanted[0], has[0]) && Half(wanted[1], has[1]);

        static bool Half(string wanted, string has) => wanted == "*" || string.Equals(wanted, has, StringComparison.Ordinal);
    }

    /// <summary>A filter as a pattern of SQL's LIKE, in which _ means something else.</summary>
    public static string LikePattern(string pattern) => pattern.Replace("_", "\\_", StringComparison.Ordinal).Replace('*', '%');

    private void CheckHeaders(FieldErrors errors)
    {
        errors.Unless(Headers.Count <= MostHeaders, "headers", $"There are at most {MostHeaders} headers.");
        errors.Unless(Headers.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() == Headers.Count, "headers", "A header is there twice: names are the same in capitals.");
        foreach (var (name, value) in Headers.Take(MostHeaders))
        {
            if (!HeaderName().IsMatch(name))
            {
                errors.Add("headers", $"\"{(name.Length > HeaderNameLength ? name[..HeaderNameLength] : name)}\" is not the name of a header: 1 to {HeaderNameLength} letters, digits and !#$%&'*+-.^_`|~.");
                continue;
            }

            errors.Unless(!Reserved.Any(r => r.EndsWith('-') ? name.StartsWith(r, StringComparison.OrdinalIgnoreCase) : name.Equals(r, StringComparison.OrdinalIgnoreCase)), "headers",
                $"{name} is set by the desk or by the connection.");
            errors.Unless(value is { Length: > 0 and <= HeaderValueLength } && value.All(c => c is '\t' or (>= ' ' and <= '~')), "headers",
                $"The value of {name} is 1 to {HeaderValueLength} visible ASCII characters and spaces.");
        }
    }

    /// <summary>A token (RFC 9110 §5.6.2).</summary>
    [GeneratedRegex(@"^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HeaderName();

    [GeneratedRegex(@"^(\*|(\*|[a-z_]{1,50})\.(\*|[a-z_]{1,50}))\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PatternShape();
}
