using System.Collections.Immutable;
using System.Globalization;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <summary>A small desk to decide in: its rulebook, its people, and one instant.</summary>
internal static class Desk
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static readonly Guid Ticket = Id(1), Customer = Id(2), OtherCustomer = Id(3), Contact = Id(4), Location = Id(5), Asset = Id(6);
    public static readonly Guid Ann = Id(7), Bob = Id(8), Group = Id(9), OtherGroup = Id(10), Upload = Id(11), CommentId = Id(12), Project = Id(13), OtherProject = Id(14), OtherLocation = Id(15), OtherAsset = Id(16);

    /// <summary>Everything a change may name exists and belongs together.</summary>
    public static readonly Known AllKnown = new()
    {
        Customer = true,
        CustomerOfContact = Customer,
        CustomerOfLocation = Customer,
        AssetNumber = "DR1734315",
        CustomerOfAsset = Customer,
        Project = true,
        Assignee = true,
        Group = true,
        AssigneeInGroup = true,
        Uploads = [Upload],
        Follower = true,
    };

    public static readonly Actor Admin = new(ActorKind.Agent, Ann, Permissions.All, Via.Api);
    public static readonly Actor Requester = new(ActorKind.Contact, Contact, Permissions.Of(Permission.TicketsCreate, Permission.CommentsWrite), Via.Mail);

    public static readonly ImmutableArray<Category> Categories =
    [
        new("general_inquiry", "General", []),
        new("billing", "Billing", ["invoice", "refund"]),
        new("legacy", "Legacy", ["old"], Active: false),
    ];

    public static readonly Rulebook Rules = Rulebook(ReadyWorkflows.Support);

    public static Guid Id(int n) => Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"00000000-0000-7000-8000-{n:D12}"));

    public static Rulebook Rulebook(Workflow workflow, params ImmutableArray<CustomFieldDefinition> fields) =>
        new(workflow, Categories, fields, ReferenceScheme.Yearly, "UTC");

    public static Actor With(params Permission[] permissions) => new(ActorKind.Agent, Ann, Permissions.Of(permissions), Via.Api);

    public static Actor As(Role role) => new(ActorKind.Agent, Ann, Permissions.Of(role), Via.Screen);

    public static Circumstances By(Actor actor, int minutes = 1) => new(actor, Noon.AddMinutes(minutes), AllKnown);

    public static Circumstances Knowing(Known known) => new(Admin, Noon.AddMinutes(1), known);

    /// <summary>A ticket as it stands after its creation at noon, moved straight to a status of the workflow.</summary>
    public static Ticket In(string status, Workflow? workflow = null)
    {
        var place = (workflow ?? ReadyWorkflows.Support).Find(status)!;
        return new()
        {
            Id = Ticket,
            Number = 42,
            Reference = "TICKET-2026-000042",
            Fields = new() { Subject = "No signal" },
            Status = place.Key,
            StatusCategory = place.Category,
            SolvedAt = place.Category is StatusCategory.Solved or StatusCategory.Closed ? Noon : null,
            ClosedAt = place.Category == StatusCategory.Closed ? Noon : null,
            Version = 5,
            Sequence = 7,
            CreatedAt = Noon,
            UpdatedAt = Noon,
        };
    }

    public static Comment Said(Visibility visibility, ActorKind kind = ActorKind.Agent, Guid? author = null, string body = "Have you tried?") => new()
    {
        Id = CommentId,
        AuthorKind = kind,
        AuthorId = author ?? Ann,
        Visibility = visibility,
        Format = BodyFormat.Plain,
        Body = body,
        Via = Via.Api,
        CreatedAt = Noon,
    };

    public static NewComment Saying(Visibility visibility, string body = "On our way", params ImmutableArray<Guid> uploads) =>
        new(CommentId, body, BodyFormat.Markdown, visibility, uploads);

    public static Outcome<TicketDecision> Decide(this Ticket? before, TicketChange change, Circumstances? c = null, Rulebook? rules = null) =>
        TicketDecision.Decide(before, change, rules ?? Rules, c ?? By(Admin));

    public static TicketDecision Must(this Ticket? before, TicketChange change, Circumstances? c = null, Rulebook? rules = null)
    {
        var outcome = before.Decide(change, c, rules);
        Assert.Null(outcome.Problem);
        return outcome.Value;
    }

    public static Problem Refused(this Ticket? before, TicketChange change, Circumstances? c = null, Rulebook? rules = null)
    {
        var problem = before.Decide(change, c, rules).Problem;
        Assert.NotNull(problem);
        return problem;
    }

    public static IEnumerable<string> Types(this TicketDecision decision) => decision.Events.Select(e => e.Type);

    /// <summary>One line for each history row: <c>field: from -> to</c>.</summary>
    public static IEnumerable<string> Lines(this IEnumerable<FieldChange> changes) => changes.Select(c => $"{c.Field}: {c.From ?? "-"} -> {c.To ?? "-"}");
}
