using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <content>What a tenant's new definitions do to a ticket. Closed ones follow too, and no ticket goes up in the list for it.</content>
public sealed partial record TicketDecision
{
    private static Outcome<TicketDecision> Redefined(Ticket before, Redefinition what, Circumstances c)
    {
        if (Lacks(c, what is Redefinition.Owner ? Permission.CustomersDelete : Permission.SettingsManage) is { } lacking) return lacking;
        return what switch
        {
            Redefinition.Tag tag => Follow(before, before.Fields with { Tags = TagsAfter(before.Fields.Tags, tag) }, c),
            Redefinition.Category category => CategoryAfter(before, category, c),
            Redefinition.Field field => FieldAfter(before, field, c),
            Redefinition.Status status => StatusAfter(before, status, c),
            Redefinition.Owner owner => Follow(before, before.Fields with
            {
                CustomerId = before.Fields.CustomerId == owner.From ? owner.To : before.Fields.CustomerId,
                ContactId = before.Fields.ContactId == owner.From ? owner.To : before.Fields.ContactId,
            }, c),
            _ => throw new System.Diagnostics.UnreachableException(what.GetType().Name),
        };
    }

    private static ImmutableArray<string> TagsAfter(ImmutableArray<string> tags, Redefinition.Tag change)
    {
        if (!tags.Contains(change.From, StringComparer.Ordinal)) return tags;
        var others = tags.Remove(change.From);
        return change.To is { } to && !others.Contains(to, StringComparer.Ordinal) ? [.. others.Add(to).Order(StringComparer.Ordinal)] : others;
    }

    private static Outcome<TicketDecision> CategoryAfter(Ticket before, Redefinition.Category change, Circumstances c)
    {
        if (!string.Equals(before.Fields.Category, change.From, StringComparison.Ordinal)) return Unchanged(before);
        return change.TryTake(before.Fields.Subcategory, out var subcategory)
            ? Follow(before, before.Fields with { Category = change.To.Key, Subcategory = subcategory }, c)
            : Problem.Conflict("ambiguous", $"Nothing says what becomes of the subcategory {before.Fields.Subcategory}.");
    }

    private static Outcome<TicketDecision> FieldAfter(Ticket before, Redefinition.Field change, Circumstances c)
    {
        if (before.Fields.CustomFields.Find(change.From) is not { } value) return Unchanged(before);
        if (!change.TryTake(value, out var taken)) return Problem.Conflict("ambiguous", $"Nothing says what becomes of the value {Redefinition.Field.TextOf(value)}.");
        var others = before.Fields.CustomFields.Each.Where(p => !string.Equals(p.Key, change.From, StringComparison.Ordinal));
        return Follow(before, before.Fields with { CustomFields = CustomValues.From([.. others, KeyValuePair.Create(change.To.Key, taken)]) }, c);
    }

    private static Outcome<TicketDecision> StatusAfter(Ticket before, Redefinition.Status change, Circumstances c)
    {
        if (!string.Equals(before.Status, change.From, StringComparison.Ordinal)) return Unchanged(before);
        if ((before.Status, before.StatusCategory) == (change.To.Key, change.To.Category)) return Unchanged(before);
        var after = Enter(before, change.To, c) with { StatusAt = before.StatusAt, Version = before.Version + 1, ClosedAt = change.To.Category == StatusCategory.Closed ? before.ClosedAt ?? c.Now : null };
        return string.Equals(before.Status, after.Status, StringComparison.Ordinal)
            ? Write(after, [StatusCategoryChange(before, after)], null, [new("ticket.updated", [StatusCategoryChange(before, after)])]) with { At = c.Now }
            : Write(after, [TicketDiff.Status(before, after)], null, StatusEvents(before, after)) with { At = c.Now };
    }

    private static FieldChange StatusCategoryChange(Ticket before, Ticket after) =>
        new("statusCategory", Json.Of(Wire.Name(before.StatusCategory)), Json.Of(Wire.Name(after.StatusCategory)));

    private static Outcome<TicketDecision> Follow(Ticket before, TicketFields fields, Circumstances c)
    {
        var after = before with { Fields = fields, Version = before.Version + 1 };
        var changes = TicketDiff.Fields(before, after);
        return changes.IsEmpty ? Unchanged(before) : Write(after, changes, null, [new("ticket.updated", changes)]) with { At = c.Now };
    }
}
