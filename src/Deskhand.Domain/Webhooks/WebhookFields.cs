using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Deskhand.Directory;

namespace Deskhand.Webhooks;

/// <summary>What a client may write of a webhook: the body of POST, PUT and PATCH.</summary>
public sealed partial record WebhookFields : IFields<WebhookFields>
{
    private const int MostPatterns = 50;

    /// <summary>Where events are posted: https, without user and password in it. Its host must be reachable at a public address.</summary>
    public required string Url { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Which events: types such as <c>ticket.created</c>, with <c>*</c> for either half (<c>ticket.*</c>, <c>*.created</c>), or <c>*</c> for all.</summary>
    public ImmutableArray<string> Events { get; init; } = ["*"];

    /// <summary>While it is off nothing is queued for it; what happened meanwhile can be replayed.</summary>
    public bool Enabled { get; init; } = true;

    public WebhookFields Normalised() => this with
    {
        Url = Url.Trim(),
        Description = string.IsNullOrWhiteSpace(Description) ? null : Description.Trim(),
        Events = Events.IsDefault ? [] : [.. Events.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
    };

    public IEnumerable<(string Field, string? Value)> Values() => [("url", Json.Of(Url)), ("description", Json.Of(Description)), ("events", Json.Of(Events)), ("enabled", Json.Of(Enabled))];

    /// <summary>Of an address its beginning, for example <c>https://hooks.example.com/…</c>: the rest often is a key, so history, events and logs do not have it.</summary>
    public static string Masked(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) + "/…" : "…";

    /// <summary>What changed, as history and events tell it.</summary>
    public static ImmutableArray<FieldChange> Changes(WebhookFields? before, WebhookFields after) =>
    [
        .. FieldDiff.Between(before, after).Select(c => c.Field == "url" ? c with { From = Json.Of(before is null ? null : Masked(before.Url)), To = Json.Of(Masked(after.Url)) } : c),
    ];

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

    [GeneratedRegex(@"^(\*|(\*|[a-z_]{1,50})\.(\*|[a-z_]{1,50}))\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PatternShape();
}
