using System.Collections.Immutable;

namespace Deskhand.Tickets;

/// <summary>What the fields of a ticket must look like.</summary>
public static class TicketRules
{
    public const int SubjectLength = 500;
    public const int DescriptionLength = 100_000;
    public const int BodyLength = 100_000;
    public const int ReasonLength = 2_000;
    public const int FileNameLength = 255;
    public const int AttachmentCount = 50;
    public const int TagCount = 50;
    public const int TagLength = 60;
    public const int FollowerCount = 100;

    /// <summary>For how long a deletion, a merge and a bulk change can be undone.</summary>
    public static TimeSpan UndoWithin { get; } = TimeSpan.FromDays(30);

    /// <summary>The fields in their one form: trimmed subject, lower-case distinct sorted tags (a JSON null among them reads as an empty one, which is refused), empty text as none, the due instant in UTC with the milliseconds that <see cref="Json"/> writes.</summary>
    public static TicketFields Normalise(TicketFields fields) => fields with
    {
        Subject = fields.Subject.Trim(),
        Subcategory = NullIfBlank(fields.Subcategory),
        ExternalId = NullIfBlank(fields.ExternalId),
        AssetNumber = NullIfBlank(fields.AssetNumber),
        // finer than what is written, a value read and sent back would count as a change
        DueAt = fields.DueAt is { } due ? new DateTimeOffset(due.UtcTicks - (due.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero) : null,
        Tags = fields.Tags.IsDefaultOrEmpty
            ? []
            : [.. fields.Tags.Select(t => t?.Trim().ToLowerInvariant() ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
    };

    /// <summary>Checks everything that needs no look-up.</summary>
    /// <param name="fields">The fields as they shall be, in their one form.</param>
    /// <param name="before">The ticket as it is, or null for a new one: what does not change is not checked against lists that may have changed since.</param>
    /// <param name="rulebook">The tenant's rules.</param>
    public static Problem? Check(TicketFields fields, Ticket? before, Rulebook rulebook)
    {
        var old = before?.Fields;
        var errors = new FieldErrors();
        errors.Required("subject", fields.Subject, SubjectLength);
        errors.Text("description", fields.Description, DescriptionLength);
        errors.Optional("externalId", fields.ExternalId, 200);
        CheckTags(fields.Tags, errors);
        CheckCategory(fields, old, rulebook.Categories, errors);
        CustomFieldDefinition.Check(fields.CustomFields, old?.CustomFields, rulebook.CustomFields, errors);
        return errors.ToProblem();
    }

    /// <summary>Checks that the rows a ticket names exist in the tenant and belong together. Only what changes is checked: a customer may have been deleted since.</summary>
    public static Problem? CheckReferences(TicketFields fields, Ticket? before, Circumstances c)
    {
        var old = before?.Fields;
        var known = c.Known;
        if (fields.CustomerId is not null && fields.CustomerId != old?.CustomerId && !known.Customer)
            return Problem.UnknownReference("customerId", "customer");

        var customer = fields.CustomerId ?? known.CustomerOfContact;
        if (fields.ContactId is not null && (fields.ContactId, fields.CustomerId) != (old?.ContactId, old?.CustomerId))
        {
            if (known.CustomerOfContact is null) return Problem.UnknownReference("contactId", "contact");
            if (known.CustomerOfContact != customer) return Problem.Invalid("contactId", "This contact belongs to another customer.");
        }

        if (fields.LocationId is not null && (fields.LocationId, fields.CustomerId) != (old?.LocationId, old?.CustomerId))
        {
            // where an asset stands is a location of its customer
            var owner = known.CustomerOfLocation ?? (fields.LocationId == known.LocationOfAsset ? known.CustomerOfAsset : null);
            if (owner is null) return Problem.UnknownReference("locationId", "location");
            if (owner != customer) return Problem.Invalid("locationId", "This location belongs to another customer.");
        }

        if (fields.AssetId is not null && (fields.AssetId, fields.CustomerId) != (old?.AssetId, old?.CustomerId))
        {
            if (known.AssetNumber is null) return Problem.UnknownReference("assetId", "asset");
            if (known.CustomerOfAsset is { } owner && customer is not null && owner != customer)
                return Problem.Invalid("assetId", "This asset is installed at another customer.");
        }

        if (fields.ProjectId is not null && fields.ProjectId != old?.ProjectId && fields.ProjectId != known.ProjectOfAsset && !known.Project)
            return Problem.UnknownReference("projectId", "project");

        if (fields.ProblemId is not null && fields.ProblemId != old?.ProblemId)
        {
            if (fields.ProblemId == before?.Id) return Problem.Invalid("problemId", "A ticket is not its own problem.");
            if (known.Problem is null) return Problem.UnknownReference("problemId", "ticket");
            if (known.Problem != TicketType.Problem) return Problem.Invalid("problemId", "That ticket is not of type problem.");
        }

        if (fields.ProblemId is not null && (fields.ProblemId, fields.Type) != (old?.ProblemId, old?.Type) && fields.Type != TicketType.Incident)
            return Problem.Invalid("problemId", "Only an incident belongs to a problem.");

        if ((fields.AssigneeId, fields.GroupId) == (old?.AssigneeId, old?.GroupId)) return null;
        if (fields.GroupId is not null && fields.GroupId != old?.GroupId && !known.Group) return Problem.UnknownReference("groupId", "group");
        if (fields.AssigneeId is null) return null;
        if (fields.AssigneeId != old?.AssigneeId && !known.Assignee) return Problem.UnknownReference("assigneeId", "agent");
        return fields.GroupId is not null && !known.AssigneeInGroup
            ? Problem.Invalid("assigneeId", "This agent is not a member of the group.")
            : null;
    }

    /// <summary>Checks the words given as a reason.</summary>
    public static Problem? CheckReason(string? reason)
    {
        var errors = new FieldErrors();
        errors.Text("reason", reason, ReasonLength);
        return errors.ToProblem();
    }

    /// <summary>Checks one tag, in its one form.</summary>
    public static Problem? CheckTag(string tag, string field)
    {
        var errors = new FieldErrors();
        CheckTag(field, tag, errors);
        return errors.ToProblem();
    }

    /// <summary>Checks the body of a comment.</summary>
    public static Problem? CheckBody(string body, bool required)
    {
        var errors = new FieldErrors();
        errors.Unless(!required || !string.IsNullOrWhiteSpace(body), "body", "This is required.");
        errors.Text("body", body, BodyLength);
        return errors.ToProblem();
    }

    private static void CheckTags(ImmutableArray<string> tags, FieldErrors errors)
    {
        errors.Unless(tags.Length <= TagCount, "tags", $"A ticket may have at most {TagCount} tags.");
        foreach (var tag in tags) CheckTag("tags", tag, errors);
    }

    private static void CheckTag(string field, string tag, FieldErrors errors)
    {
        errors.Required(field, tag, TagLength);
        errors.Unless(!tag.Contains(',', StringComparison.Ordinal), field, "A tag has no comma.");
    }

    private static void CheckCategory(TicketFields fields, TicketFields? old, ImmutableArray<Category> categories, FieldErrors errors)
    {
        if (old is not null && (old.Category, old.Subcategory) == (fields.Category, fields.Subcategory)) return;
        var kept = string.Equals(old?.Category, fields.Category, StringComparison.Ordinal);
        if (kept && fields.Subcategory is null) return;
        var category = categories.FirstOrDefault(k => (k.Active || kept) && string.Equals(k.Key, fields.Category, StringComparison.Ordinal));
        if (category is null)
        {
            errors.Add("category", $"There is no such category; there are: {string.Join(", ", categories.Where(k => k.Active).Select(k => k.Key))}.");
            return;
        }

        if (fields.Subcategory is { } sub && !category.Subcategories.Contains(sub, StringComparer.Ordinal))
            errors.Add("subcategory", category.Subcategories.IsEmpty
                ? $"The category {category.Key} has no subcategories."
                : $"There is no such subcategory in {category.Key}; there are: {string.Join(", ", category.Subcategories)}.");
    }

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
