using System.Collections.Immutable;

namespace Deskhand.Tickets;

/// <summary>What differs between two states of a ticket, in words of the API.</summary>
public static class TicketDiff
{
    /// <summary>The editable fields, without assignee and group.</summary>
    public static ImmutableArray<FieldChange> Fields(Ticket before, Ticket after)
    {
        var (a, b) = (before.Fields, after.Fields);
        var changes = ImmutableArray.CreateBuilder<FieldChange>();
        Text("subject", a.Subject, b.Subject);
        Text("description", a.Description, b.Description);
        if (a.Priority != b.Priority) Text("priority", Wire.Name(a.Priority), Wire.Name(b.Priority));
        if (a.Type != b.Type) Text("type", Wire.Name(a.Type), Wire.Name(b.Type));
        Text("category", a.Category, b.Category);
        Text("subcategory", a.Subcategory, b.Subcategory);
        if (!a.Tags.SequenceEqual(b.Tags, StringComparer.Ordinal)) changes.Add(new("tags", Json.Of(a.Tags), Json.Of(b.Tags)));
        if (!a.CustomFields.Equals(b.CustomFields)) changes.Add(new("customFields", a.CustomFields.ToJson(), b.CustomFields.ToJson()));
        if (a.Channel != b.Channel) Text("channel", Wire.Name(a.Channel), Wire.Name(b.Channel));
        Id("customerId", a.CustomerId, b.CustomerId, changes);
        Id("contactId", a.ContactId, b.ContactId, changes);
        Id("locationId", a.LocationId, b.LocationId, changes);
        Id("assetId", a.AssetId, b.AssetId, changes);
        Id("projectId", a.ProjectId, b.ProjectId, changes);
        Id("problemId", a.ProblemId, b.ProblemId, changes);
        Text("externalId", a.ExternalId, b.ExternalId);
        if (a.DueAt != b.DueAt) changes.Add(new("dueAt", Json.Of(a.DueAt), Json.Of(b.DueAt)));
        return changes.ToImmutable();

        void Text(string field, string? from, string? to)
        {
            if (!string.Equals(from, to, StringComparison.Ordinal)) changes.Add(new(field, Json.Of(from), Json.Of(to)));
        }
    }

    /// <summary>Assignee and group.</summary>
    public static ImmutableArray<FieldChange> Assignment(Ticket? before, Ticket after)
    {
        var changes = ImmutableArray.CreateBuilder<FieldChange>();
        Id("assigneeId", before?.Fields.AssigneeId, after.Fields.AssigneeId, changes);
        Id("groupId", before?.Fields.GroupId, after.Fields.GroupId, changes);
        return changes.ToImmutable();
    }

    /// <summary>Who follows.</summary>
    public static ImmutableArray<FieldChange> Followers(Ticket before, Ticket after) =>
        before.FollowerIds.SequenceEqual(after.FollowerIds) ? [] : [new("followerIds", Json.Of(before.FollowerIds), Json.Of(after.FollowerIds))];

    public static FieldChange Status(Ticket before, Ticket after) => new("status", Json.Of(before.Status), Json.Of(after.Status));

    public static ImmutableArray<FieldChange> Escalation(Ticket before, Ticket after)
    {
        var changes = ImmutableArray.CreateBuilder<FieldChange>();
        if (before.EscalationLevel != after.EscalationLevel)
            changes.Add(new("escalationLevel", Json.Of(before.EscalationLevel), Json.Of(after.EscalationLevel)));
        if (!string.Equals(before.EscalationReason, after.EscalationReason, StringComparison.Ordinal))
            changes.Add(new("escalationReason", Json.Of(before.EscalationReason), Json.Of(after.EscalationReason)));
        return changes.ToImmutable();
    }

    private static void Id(string field, Guid? from, Guid? to, ImmutableArray<FieldChange>.Builder changes)
    {
        if (from != to) changes.Add(new(field, Json.Of(from), Json.Of(to)));
    }
}
