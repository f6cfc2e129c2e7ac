using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>The body of PUT /tickets/update_many: which tickets, and what shall happen to each.</summary>
internal sealed record UpdateManyBody
{
    public const int MostIds = 100;

    /// <summary>At most 100 tickets; or <see cref="Filter"/>.</summary>
    public ImmutableArray<Guid> Ids { get; init; } = [];

    /// <summary>The filters of GET /tickets, at least one: everything they match, as a job.</summary>
    public TicketFilters? Filter { get; init; }

    /// <summary>Members of a ticket that shall be the same in all of them, as in PATCH /tickets/{id}; also <c>status</c>.</summary>
    public JsonElement? Set { get; init; }

    public ImmutableArray<string> AddTags { get; init; } = [];

    public ImmutableArray<string> RemoveTags { get; init; } = [];

    /// <summary>The same words for each; before the status changes.</summary>
    public BulkComment? Comment { get; init; }

    /// <summary>Delete them; then nothing else is asked.</summary>
    public bool Delete { get; init; }

    /// <summary>Why; stands in the history of each.</summary>
    public string? Reason { get; init; }

    /// <param name="Body">The words.</param>
    /// <param name="Format">How they are written.</param>
    /// <param name="Visibility">Who may read them.</param>
    internal sealed record BulkComment(string Body, BodyFormat Format = BodyFormat.Markdown, Visibility Visibility = Visibility.Public);

    /// <summary>What can be seen to be wrong before any ticket is looked at.</summary>
    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Unless((Ids.Length > 0) != (Filter is not null), "ids", "Say which tickets: by ids, or by filter.");
        errors.Unless(Ids.Length <= MostIds, "ids", $"At most {MostIds} at once; more by filter.");
        errors.Unless(Filter is null || Narrows(Filter), "filter", "Name at least one condition.");
        var changes = Set is not null || !AddTags.IsEmpty || !RemoveTags.IsEmpty || Comment is not null;
        errors.Unless(changes || Delete, "set", "Say what shall change: set, addTags, removeTags, comment or delete.");
        errors.Unless(!changes || !Delete, "delete", "A ticket that is deleted is not changed too.");
        errors.Text("reason", Reason, TicketRules.ReasonLength);
        foreach (var (member, tags) in new[] { ("addTags", AddTags), ("removeTags", RemoveTags) })
            errors.Unless(!tags.Any(t => t.Contains('\0', StringComparison.Ordinal)), member, "A tag has no U+0000.");
        if (errors.ToProblem() is { } problem) return problem;
        if (Filter is not null && NullIn(Filter) is { } name) return Problem.Malformed("filter." + name, "This may not be null.");
        if (Comment is not null && TicketRules.CheckBody(Comment.Body, required: true) is { } wordless) return wordless;
        if (Parts() is { Problem: { } unreadable }) return unreadable;
        if (Set is { } set && !CustomValues.IsStorable(set, CustomValues.MostDepth + 2))
            return Problem.Invalid("set", "This holds text with U+0000, a number of more than 28 digits, or more arrays and objects in each other than a ticket does.");
        return Parts().Value.Fields?.ApplyTo(new TicketFields { Subject = "Any" }).Problem;
    }

    /// <summary>What shall happen to one ticket, in the order in which it happens.</summary>
    public Outcome<ImmutableArray<TicketStep>> Steps(Ticket ticket, DateTimeOffset now)
    {
        if (Delete) return ImmutableArray.Create(new TicketStep(ticket.Id, new TicketChange.Delete(Reason)));
        var parts = Parts();
        if (parts.Problem is { } unreadable) return unreadable;
        var steps = ImmutableArray.CreateBuilder<TicketStep>();
        var fields = parts.Value.Fields?.ApplyTo(ticket.Fields) ?? ticket.Fields;
        if (fields.Problem is { } malformed) return malformed;
        var tagged = fields.Value with { Tags = [.. fields.Value.Tags.Union(AddTags.Select(Plain), StringComparer.Ordinal).Except(RemoveTags.Select(Plain), StringComparer.Ordinal)] };
        if (parts.Value.Fields is not null || !AddTags.IsEmpty || !RemoveTags.IsEmpty) steps.Add(new(ticket.Id, new TicketChange.Edit(tagged, Reason)));
        if (Comment is { } said) steps.Add(new(ticket.Id, new TicketChange.AddComment(new(Data.Ids.New(now), said.Body, said.Format, said.Visibility, []))));
        if (parts.Value.Status is { } status) steps.Add(new(ticket.Id, new TicketChange.ChangeStatus(status, Reason)));
        return steps.ToImmutable();
    }

    private static string Plain(string tag) => tag.Trim().ToLowerInvariant();

    /// <summary>The fields and the status out of <see cref="Set"/>.</summary>
    private Outcome<(MergePatch<TicketFields>? Fields, string? Status)> Parts()
    {
        if (Set is not { } set) return (null, null);
        if (set.ValueKind != JsonValueKind.Object) return Problem.Malformed("set", "Expected an object.");
        try
        {
            CustomValues.ReadText(set);
        }
        catch (InvalidOperationException)
        {
            return Problem.Malformed("set", "Expected valid Unicode text.");
        }

        var members = JsonObject.Create(set)!.DeepClone().AsObject();
        if (!members.TryGetPropertyValue("status", out var status)) return (new(members), null);
        members.Remove("status");
        return status?.GetValueKind() == JsonValueKind.String
            ? (members.Count == 0 ? null : new MergePatch<TicketFields>(members), status.GetValue<string>())
            : Problem.Malformed("status", "A status is a text.");
    }

    /// <summary>Whether a filter leaves anything out: a bulk change of all there is was rarely meant.</summary>
    private static bool Narrows(TicketFilters filter) => typeof(TicketFilters).GetProperties().Any(p => p.Name != nameof(TicketFilters.Deleted)
        && p.GetValue(filter) switch { string text => !string.IsNullOrWhiteSpace(text), string?[] values => values.Length > 0, _ => false });

    private static string? NullIn(TicketFilters filter) => typeof(TicketFilters).GetProperties()
        .Where(p => p.GetValue(filter) is string?[] values && values.Contains(null)).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).FirstOrDefault();
}

/// <summary>What a bulk change or its undoing did to one ticket; kept with the job's item.</summary>
/// <param name="Version">The ticket's version after it.</param>
/// <param name="Changes">Field by field, before and after.</param>
/// <param name="ChangedSince">Only of an undo: what was left as it is.</param>
internal sealed record BulkOutcome(
    long Version,
    IReadOnlyList<BulkOutcome.Made> Changes,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ChangedSince>? ChangedSince = null)
{
    internal sealed record Made(string Field, JsonElement? From, JsonElement? To);

    public static BulkOutcome Of(ImmutableArray<TicketDecision> decisions, Ticket present, IReadOnlyList<ChangedSince>? changedSince = null) => new(
        decisions.IsEmpty ? present.Version : decisions[^1].After.Version,
        [.. decisions.SelectMany(d => d.History).Select(h => new Made(h.Field, Element(h.From), Element(h.To)))], changedSince);

    /// <summary>The changes as history has them.</summary>
    public ImmutableArray<FieldChange> History => [.. Changes.Select(c => new FieldChange(c.Field, c.From?.GetRawText(), c.To?.GetRawText()))];

    private static JsonElement? Element(string? json) => json is null ? null : JsonElement.Parse(json);
}

/// <summary>A field that somebody changed after the bulk change, so that its undoing left it.</summary>
internal sealed record ChangedSince(string Field, Guid? ById, string? ByName, DateTimeOffset? At);
