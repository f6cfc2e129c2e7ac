using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deskhand.Directory;
using Deskhand.Tickets;

namespace Deskhand;

/// <summary>Single values as JSON text, the way they stand in history rows and in the <c>changes</c> of events.</summary>
public static class Json
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string? Of(string? text) => text is null ? null : JsonSerializer.Serialize(text, Relaxed);

    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Of(bool value) => value ? "true" : "false";

    public static string? Of(Guid? id) => id is { } value ? $"\"{value}\"" : null;

    /// <summary>A calendar date as yyyy-MM-dd.</summary>
    public static string? Of(DateOnly? date) => date is { } value ? "\"" + value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + "\"" : null;

    /// <summary>RFC 3339 in UTC with milliseconds.</summary>
    public static string? Of(DateTimeOffset? instant) =>
        instant is { } value ? "\"" + Text(value) + "\"" : null;

    public static string Of(ImmutableArray<string> texts) => JsonSerializer.Serialize(texts, Relaxed);

    public static string Of(ImmutableArray<Guid> ids) => JsonSerializer.Serialize(ids, Relaxed);

    /// <summary>A link in history, as seen from one of its tickets.</summary>
    public static string OfLink(TicketLink link, Guid ticket) => JsonSerializer.Serialize(new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["id"] = link.Id.ToString(),
        ["kind"] = Wire.Name(link.SeenFrom(ticket)),
        ["ticketId"] = (link.FromId == ticket ? link.ToId : link.FromId).ToString(),
    }, Relaxed);

    /// <summary>The further addresses of a contact.</summary>
    public static string OfIdentities(ImmutableArray<ContactIdentity> identities) =>
        JsonSerializer.Serialize(identities.Select(i => new { kind = Wire.Name(i.Kind), value = i.Value }), Relaxed);

    /// <summary>A comment in history: which, how visible and when last edited; its words only when the customer may read them too. So the edit of a note tells that, and never what.</summary>
    public static string OfComment(Comment comment)
    {
        var told = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["id"] = comment.Id.ToString(), ["visibility"] = Wire.Name(comment.Visibility) };
        if (comment.EditedAt is { } at) told["editedAt"] = Text(at);
        if (comment.Visibility == Visibility.Public) told["body"] = comment.Body;
        return JsonSerializer.Serialize(told, Relaxed);
    }

    /// <summary>A file in history: which and how visible; its name only when it does not hang on a note.</summary>
    public static string OfAttachment(Guid id, string name, Visibility visibility)
    {
        var told = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["id"] = id.ToString(), ["visibility"] = Wire.Name(visibility) };
        if (visibility == Visibility.Public) told["name"] = name;
        return JsonSerializer.Serialize(told, Relaxed);
    }

    /// <summary>An instant as the API and the events write it: UTC, to the millisecond (RFC 3339).</summary>
    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
