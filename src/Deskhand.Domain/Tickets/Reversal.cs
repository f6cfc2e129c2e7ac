using System.Collections.Immutable;
using System.Text.Json;

namespace Deskhand.Tickets;

/// <summary>An earlier change taken back: each field becomes what it was before, unless somebody has changed it since.</summary>
public sealed record Reversal
{
    private Reversal(TicketFields fields) => Fields = fields;

    /// <summary>The editable fields as they shall be.</summary>
    public TicketFields Fields { get; private init; }

    /// <summary>The status to go back to, or null when it stays.</summary>
    public string? Status { get; private init; }

    /// <summary>True: comes back, false: goes again, null: neither.</summary>
    public bool? Restores { get; private init; }

    /// <summary>The comments that the change brought.</summary>
    public ImmutableArray<Guid> Comments { get; private init; } = [];

    /// <summary>What the change did and what is not so any more, field by field: it stays.</summary>
    public ImmutableArray<FieldChange> ChangedSince { get; private init; } = [];

    /// <summary>Whether there is nothing left to take back on the ticket itself.</summary>
    public bool IsEmpty(Ticket present) => ReferenceEquals(Fields, present.Fields) && Status is null && Restores is null;

    /// <summary>Whether nothing is taken back on the ticket itself but that it was deleted, or that it came back.</summary>
    public bool OnlyRestores(Ticket present) => ReferenceEquals(Fields, present.Fields) && Status is null && Restores is not null;

    /// <summary>What of a change can be taken back now.</summary>
    /// <param name="present">The ticket as it is.</param>
    /// <param name="made">What the change did, as history has it.</param>
    public static Reversal Of(Ticket present, ImmutableArray<FieldChange> made)
    {
        var reversal = new Reversal(present.Fields);
        foreach (var change in made)
        {
            reversal = change.Field switch
            {
                "comments" when change is { From: null, To: { } said } => reversal with { Comments = reversal.Comments.Add(IdOf(said)) },
                "status" when Same(Json.Of(present.Status), change.To) => reversal with { Status = Text(change.From) },
                // the clocks follow what stands
                "sla" => reversal,
                "deletedAt" when (present.DeletedAt is null) == (change.To is null) => reversal with { Restores = change.To is not null },
                _ when Same(Value(present.Fields, change.Field), change.To) && With(reversal.Fields, change.Field, change.From) is { } fields => reversal with { Fields = fields },
                _ => reversal with { ChangedSince = reversal.ChangedSince.Add(change) },
            };
        }

        return reversal;
    }

    /// <summary>A field as history writes it; a name that is no editable field has no value.</summary>
    private static string? Value(TicketFields f, string field) => field switch
    {
        "subject" => Json.Of(f.Subject),
        "description" => Json.Of(f.Description),
        "priority" => Json.Of(Wire.Name(f.Priority)),
        "type" => Json.Of(Wire.Name(f.Type)),
        "category" => Json.Of(f.Category),
        "subcategory" => Json.Of(f.Subcategory),
        "tags" => Json.Of(f.Tags),
        "customFields" => f.CustomFields.ToJson(),
        "channel" => Json.Of(Wire.Name(f.Channel)),
        "customerId" => Json.Of(f.CustomerId),
        "contactId" => Json.Of(f.ContactId),
        "locationId" => Json.Of(f.LocationId),
        "assetId" => Json.Of(f.AssetId),
        "projectId" => Json.Of(f.ProjectId),
        "problemId" => Json.Of(f.ProblemId),
        "assigneeId" => Json.Of(f.AssigneeId),
        "groupId" => Json.Of(f.GroupId),
        "externalId" => Json.Of(f.ExternalId),
        "dueAt" => Json.Of(f.DueAt),
        _ => null,
    };

    private static TicketFields? With(TicketFields f, string field, string? value) => field switch
    {
        "subject" => f with { Subject = Text(value) ?? "" },
        "description" => f with { Description = Text(value) ?? "" },
        "priority" => Wire.Find<Priority>(Text(value) ?? "") is { } priority ? f with { Priority = priority } : null,
        "type" => Wire.Find<TicketType>(Text(value) ?? "") is { } type ? f with { Type = type } : null,
        "category" => f with { Category = Text(value) ?? "" },
        "subcategory" => f with { Subcategory = Text(value) },
        "tags" => f with { Tags = value is null ? [] : [.. JsonSerializer.Deserialize<string[]>(value)!] },
        "customFields" => f with { CustomFields = CustomValues.Parse(value ?? "{}") },
        "channel" => Wire.Find<Channel>(Text(value) ?? "") is { } channel ? f with { Channel = channel } : null,
        "customerId" => f with { CustomerId = Id(value) },
        "contactId" => f with { ContactId = Id(value) },
        "locationId" => f with { LocationId = Id(value) },
        "assetId" => f with { AssetId = Id(value) },
        "projectId" => f with { ProjectId = Id(value) },
        "problemId" => f with { ProblemId = Id(value) },
        "assigneeId" => f with { AssigneeId = Id(value) },
        "groupId" => f with { GroupId = Id(value) },
        "externalId" => f with { ExternalId = Text(value) },
        "dueAt" => f with { DueAt = value is null ? null : JsonSerializer.Deserialize<DateTimeOffset>(value) },
        _ => null,
    };

    /// <summary>The database keeps JSON with other blanks, so the values are compared and not their text.</summary>
    private static bool Same(string? present, string? made)
    {
        if (present is null || made is null) return present is null && made is null;
        using var now = JsonDocument.Parse(present);
        using var then = JsonDocument.Parse(made);
        return JsonElement.DeepEquals(now.RootElement, then.RootElement);
    }

    private static string? Text(string? json) => json is null ? null : JsonSerializer.Deserialize<string>(json);

    private static Guid? Id(string? json) => json is null ? null : JsonSerializer.Deserialize<Guid>(json);

    private static Guid IdOf(string comment)
    {
        using var document = JsonDocument.Parse(comment);
        return document.RootElement.GetProperty("id").GetGuid();
    }
}
