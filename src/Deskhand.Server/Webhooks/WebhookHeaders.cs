using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Webhooks;

/// <summary>The headers of its own that a webhook sends. Their values are secrets: they lie sealed, like what deliveries are signed with, and are not shown to anybody.</summary>
internal static class WebhookHeaders
{
    /// <summary>What of a value stands alone in a complaint about it, such as the token behind Bearer, when it is so long that it can be one.</summary>
    private const int ShortestSecret = 8;

    /// <summary>Names as the fields have them.</summary>
    public static ImmutableDictionary<string, string> Shown(IEnumerable<string> names) => names.ToImmutableDictionary(n => n, _ => WebhookFields.Kept, StringComparer.Ordinal);

    /// <summary>The values that were given, by name and sealed; those that stay as they are not among them.</summary>
    public static string Sealed(WebhookFields given, TotpSecrets seals, Guid tenantId, Guid webhookId) => JsonSerializer.Serialize(
        given.Headers.Where(h => h.Value != WebhookFields.Kept).ToDictionary(h => h.Key, h => Convert.ToBase64String(seals.Seal(Encoding.ASCII.GetBytes(h.Value), tenantId, webhookId)), StringComparer.Ordinal),
        JsonFormat.Options);

    /// <summary>What is sent; null when a value was sealed with another installation's secret.</summary>
    public static ImmutableArray<KeyValuePair<string, string>>? Open(string stored, TotpSecrets seals, Guid tenantId, Guid webhookId)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(stored, JsonFormat.Options)!)
        {
            if (seals.Open(Convert.FromBase64String(value), tenantId, webhookId) is not { } plain) return null;
            headers.Add(KeyValuePair.Create(name, Encoding.ASCII.GetString(plain)));
        }

        return headers.ToImmutable();
    }

    /// <summary>A text of the endpoint without the values that it may have repeated.</summary>
    /// <param name="text">How its answer began.</param>
    /// <param name="isCut">Whether it went on: what stands at the end may be the beginning of a value.</param>
    /// <param name="headers">What was sent.</param>
    public static string Scrub(string text, bool isCut, ImmutableArray<KeyValuePair<string, string>> headers)
    {
        // the longest first: a part of a value must not hide the rest of it
        var secrets = headers.Select(h => h.Value).SelectMany(v => v.Split(' ').Where(part => part.Length >= ShortestSecret).Append(v))
            .SelectMany(v => new[] { v, JsonSerializer.Serialize(v, JsonFormat.Options)[1..^1], JsonSerializer.Serialize(v)[1..^1] }).Distinct(StringComparer.Ordinal).OrderByDescending(v => v.Length).ToList();
        foreach (var secret in secrets) text = text.Replace(secret, WebhookFields.Kept, StringComparison.Ordinal);
        if (!isCut) return text;
        var shown = secrets.Select(s => Overlap(text, s)).Append(0).Max();
        return shown == 0 ? text : text[..^shown] + WebhookFields.Kept;
    }

    /// <summary>How many characters at the end of a text are the beginning of another.</summary>
    private static int Overlap(string text, string beginning)
    {
        for (var length = Math.Min(text.Length, beginning.Length - 1); length > 0; length--)
            if (text.EndsWith(beginning[..length], StringComparison.Ordinal)) return length;
        return 0;
    }
}
