using System.Text.Json;
using Deskhand.Http;
using Deskhand.Sla;
using Deskhand.Tickets;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>A ticket is written by hand; what the serializer makes of the same record is the measure.</summary>
public sealed class TicketJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.FromHours(2));

    [Fact]
    public void A_ticket_with_everything_is_written_as_its_record_says()
    {
        // a property that is added is given a value here, and is missed if it is not written
        Assert.DoesNotContain(typeof(TicketResponse).GetProperties(), p => p.GetValue(Whole) is null or 0 or 0L or "" || Equals(p.GetValue(Whole), p.PropertyType.IsEnum ? Enum.ToObject(p.PropertyType, 0) : null));
        Assert.Equal(BySerializer(Whole), JsonSerializer.Serialize(Whole, JsonFormat.Options));
    }

    [Fact]
    public void What_a_ticket_has_not_is_null_or_left_out_as_its_record_says()
    {
        var bare = Whole with
        {
            ExternalId = null,
            Description = null,
            Subcategory = null,
            Tags = [],
            CustomFields = CustomValues.Empty,
            CustomerId = null,
            ContactId = null,
            LocationId = null,
            AssetId = null,
            ProjectId = null,
            AssigneeId = null,
            GroupId = null,
            DueAt = null,
            ProblemId = null,
            MergedIntoId = null,
            MergedInto = null,
            FollowerIds = [],
            EscalationLevel = 0,
            EscalationReason = null,
            EscalatedAt = null,
            FirstRespondedAt = null,
            SolvedAt = null,
            ClosedAt = null,
            Sla = null,
            CreatedBy = null,
            DeletedAt = null,
            OpenIncidents = null,
            IncidentsJobId = null,
        };
        Assert.Equal(BySerializer(bare), JsonSerializer.Serialize(bare, JsonFormat.Options));
        var unset = Whole with { Tags = default };
        Assert.Equal(BySerializer(unset), JsonSerializer.Serialize(unset, JsonFormat.Options));
        var noClock = Whole with { Sla = new(SlaState.Paused, null, Id(9)) };
        Assert.Equal(BySerializer(noClock), JsonSerializer.Serialize(noClock, JsonFormat.Options));
    }

    private static TicketResponse Whole { get; } = new()
    {
        Id = Id(1),
        Reference = "TICKET-2026-000042",
        Number = 42,
        ExternalId = "ext \"quoted\" \\ / \u0001",
        Subject = "Müller's <b>Lift</b> 🛗 & co\r\n\t\u2028",
        Description = "Long\nand ünusual \ud83d\ude00",
        Status = "in_progress",
        StatusCategory = StatusCategory.OnHold,
        Priority = Priority.Urgent,
        Type = TicketType.Problem,
        Category = "billing",
        Subcategory = "inv\"oices",
        Tags = ["a", "ü\"b"],
        CustomFields = CustomValues.Parse("""{"site": "Häuser \"A\"", "n": 12.50, "list": ["x", {"y": null}], "yes": true}"""),
        Channel = Channel.AdHoc,
        CustomerId = Id(2),
        ContactId = Id(3),
        LocationId = Id(4),
        AssetId = Id(5),
        ProjectId = Id(6),
        AssigneeId = Id(7),
        GroupId = Id(8),
        DueAt = At,
        ProblemId = Id(9),
        MergedIntoId = Id(10),
        MergedInto = new(Id(10), "TICKET-2026-000043", 43),
        FollowerIds = [Id(11), Id(12)],
        EscalationLevel = 2,
        EscalationReason = "no <answer>",
        EscalatedAt = At.AddTicks(1),
        FirstRespondedAt = At.AddDays(1),
        SolvedAt = At.AddDays(2),
        ClosedAt = At.AddDays(3),
        Sla = new(SlaState.Breached, At.AddDays(4), Id(13)),
        Version = 7,
        CreatedBy = Id(14),
        CreatedAt = At.AddDays(-1),
        UpdatedAt = At.AddDays(5),
        DeletedAt = At.AddDays(6),
        OpenIncidents = [Id(15)],
        IncidentsJobId = Id(16),
    };

    private static Guid Id(int n) => new(n, 0x7a, 0x7000, [0x80, 1, 2, 3, 4, 5, 6, 0xab]);

    private static string BySerializer(TicketResponse ticket) => JsonSerializer.Serialize(ticket, JsonFormat.Described);
}
