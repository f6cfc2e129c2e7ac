using System.Text.Json;
using System.Text.Json.Serialization;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>
/// Writes tickets by hand, because lists are made of them: fifty of some forty properties each take the serializer twice as long. A test compares
/// what is written with what the serializer makes of <see cref="TicketResponse"/>, property by property.
/// </summary>
internal sealed class TicketJson : JsonConverter<TicketResponse>
{
    public override TicketResponse Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("A ticket is written as it is shown, and read as the fields that a client may write.");

    public override void Write(Utf8JsonWriter writer, TicketResponse value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Names.Id, value.Id);
        writer.WriteString(Names.Reference, value.Reference);
        writer.WriteNumber(Names.Number, value.Number);
        writer.WriteString(Names.ExternalId, value.ExternalId);
        writer.WriteString(Names.Subject, value.Subject);
        if (value.Description is not null) writer.WriteString(Names.Description, value.Description);
        writer.WriteString(Names.Status, value.Status);
        writer.WriteString(Names.StatusCategory, Wire.Name(value.StatusCategory));
        writer.WriteString(Names.Priority, Wire.Name(value.Priority));
        writer.WriteString(Names.Type, Wire.Name(value.Type));
        writer.WriteString(Names.Category, value.Category);
        writer.WriteString(Names.Subcategory, value.Subcategory);
        writer.WriteStartArray(Names.Tags);
        if (!value.Tags.IsDefaultOrEmpty)
            foreach (var tag in value.Tags) writer.WriteStringValue(tag);
        writer.WriteEndArray();
        writer.WritePropertyName(Names.CustomFields);
        JsonFormat.Write(writer, value.CustomFields);
        writer.WriteString(Names.Channel, Wire.Name(value.Channel));
        Write(writer, Names.CustomerId, value.CustomerId);
        Write(writer, Names.ContactId, value.ContactId);
        Write(writer, Names.LocationId, value.LocationId);
        Write(writer, Names.AssetId, value.AssetId);
        Write(writer, Names.ProjectId, value.ProjectId);
        Write(writer, Names.AssigneeId, value.AssigneeId);
        Write(writer, Names.GroupId, value.GroupId);
        Write(writer, Names.DueAt, value.DueAt);
        Write(writer, Names.ProblemId, value.ProblemId);
        Write(writer, Names.MergedIntoId, value.MergedIntoId);
        if (value.MergedInto is { } target)
        {
            writer.WritePropertyName(Names.MergedInto);
            JsonSerializer.Serialize(writer, target, options);
        }

        Write(writer, Names.FollowerIds, value.FollowerIds);
        writer.WriteNumber(Names.EscalationLevel, value.EscalationLevel);
        writer.WriteString(Names.EscalationReason, value.EscalationReason);
        Write(writer, Names.EscalatedAt, value.EscalatedAt);
        Write(writer, Names.FirstRespondedAt, value.FirstRespondedAt);
        Write(writer, Names.SolvedAt, value.SolvedAt);
        Write(writer, Names.ClosedAt, value.ClosedAt);
        if (value.Sla is { } sla)
        {
            writer.WriteStartObject(Names.Sla);
            writer.WriteString(Names.State, Wire.Name(sla.State));
            Write(writer, Names.NextDueAt, sla.NextDueAt);
            writer.WriteString(Names.PolicyId, sla.PolicyId);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull(Names.Sla);
        }

        writer.WriteNumber(Names.Version, value.Version);
        Write(writer, Names.CreatedBy, value.CreatedBy);
        Write(writer, Names.CreatedAt, value.CreatedAt);
        Write(writer, Names.UpdatedAt, value.UpdatedAt);
        if (value.DeletedAt is not null) Write(writer, Names.DeletedAt, value.DeletedAt);
        if (value.OpenIncidents is not null) Write(writer, Names.OpenIncidents, value.OpenIncidents);
        if (value.IncidentsJobId is not null) Write(writer, Names.IncidentsJobId, value.IncidentsJobId);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, Guid? id)
    {
        if (id is { } given) writer.WriteString(name, given);
        else writer.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, DateTimeOffset? at)
    {
        writer.WritePropertyName(name);
        if (at is { } given) JsonFormat.Write(writer, given);
        else writer.WriteNullValue();
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, IReadOnlyList<Guid> ids)
    {
        writer.WriteStartArray(name);
        for (var i = 0; i < ids.Count; i++) writer.WriteStringValue(ids[i]);
        writer.WriteEndArray();
    }

    /// <summary>Checked once for what would have to be escaped, and not with each ticket.</summary>
    private static class Names
    {
        public static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
        public static readonly JsonEncodedText Reference = JsonEncodedText.Encode("reference");
        public static readonly JsonEncodedText Number = JsonEncodedText.Encode("number");
        public static readonly JsonEncodedText ExternalId = JsonEncodedText.Encode("externalId");
        public static readonly JsonEncodedText Subject = JsonEncodedText.Encode("subject");
        public static readonly JsonEncodedText Description = JsonEncodedText.Encode("description");
        public static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
        public static readonly JsonEncodedText StatusCategory = JsonEncodedText.Encode("statusCategory");
        public static readonly JsonEncodedText Priority = JsonEncodedText.Encode("priority");
        public static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
        public static readonly JsonEncodedText Category = JsonEncodedText.Encode("category");
        public static readonly JsonEncodedText Subcategory = JsonEncodedText.Encode("subcategory");
        public static readonly JsonEncodedText Tags = JsonEncodedText.Encode("tags");
        public static readonly JsonEncodedText CustomFields = JsonEncodedText.Encode("customFields");
        public static readonly JsonEncodedText Channel = JsonEncodedText.Encode("channel");
        public static readonly JsonEncodedText CustomerId = JsonEncodedText.Encode("customerId");
        public static readonly JsonEncodedText ContactId = JsonEncodedText.Encode("contactId");
        public static readonly JsonEncodedText LocationId = JsonEncodedText.Encode("locationId");
        public static readonly JsonEncodedText AssetId = JsonEncodedText.Encode("assetId");
        public static readonly JsonEncodedText ProjectId = JsonEncodedText.Encode("projectId");
        public static readonly JsonEncodedText AssigneeId = JsonEncodedText.Encode("assigneeId");
        public static readonly JsonEncodedText GroupId = JsonEncodedText.Encode("groupId");
        public static readonly JsonEncodedText DueAt = JsonEncodedText.Encode("dueAt");
        public static readonly JsonEncodedText ProblemId = JsonEncodedText.Encode("problemId");
        public static readonly JsonEncodedText MergedIntoId = JsonEncodedText.Encode("mergedIntoId");
        public static readonly JsonEncodedText MergedInto = JsonEncodedText.Encode("mergedInto");
        public static readonly JsonEncodedText FollowerIds = JsonEncodedText.Encode("followerIds");
        public static readonly JsonEncodedText EscalationLevel = JsonEncodedText.Encode("escalationLevel");
        public static readonly JsonEncodedText EscalationReason = JsonEncodedText.Encode("escalationReason");
        public static readonly JsonEncodedText EscalatedAt = JsonEncodedText.Encode("escalatedAt");
        public static readonly JsonEncodedText FirstRespondedAt = JsonEncodedText.Encode("firstRespondedAt");
        public static readonly JsonEncodedText SolvedAt = JsonEncodedText.Encode("solvedAt");
        public static readonly JsonEncodedText ClosedAt = JsonEncodedText.Encode("closedAt");
        public static readonly JsonEncodedText Sla = JsonEncodedText.Encode("sla");
        public static readonly JsonEncodedText State = JsonEncodedText.Encode("state");
        public static readonly JsonEncodedText NextDueAt = JsonEncodedText.Encode("nextDueAt");
        public static readonly JsonEncodedText PolicyId = JsonEncodedText.Encode("policyId");
        public static readonly JsonEncodedText Version = JsonEncodedText.Encode("version");
        public static readonly JsonEncodedText CreatedBy = JsonEncodedText.Encode("createdBy");
        public static readonly JsonEncodedText CreatedAt = JsonEncodedText.Encode("createdAt");
        public static readonly JsonEncodedText UpdatedAt = JsonEncodedText.Encode("updatedAt");
        public static readonly JsonEncodedText DeletedAt = JsonEncodedText.Encode("deletedAt");
        public static readonly JsonEncodedText OpenIncidents = JsonEncodedText.Encode("openIncidents");
        public static readonly JsonEncodedText IncidentsJobId = JsonEncodedText.Encode("incidentsJobId");
    }
}
