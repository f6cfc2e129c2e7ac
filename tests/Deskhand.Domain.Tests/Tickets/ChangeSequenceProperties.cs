using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Tickets;

/// <summary>What holds of any ticket after any changes, by anyone, at any time, in each workflow.</summary>
public sealed class ChangeSequenceProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(400).WithStartSize(20).WithEndSize(120);

    private static readonly ImmutableArray<Actor> Actors =
    [
        Desk.Admin,
        Desk.As(Role.Manager),
        Desk.As(Role.Agent) with { Id = Desk.Bob },
        Desk.As(Role.LightAgent),
        Desk.Requester,
        Desk.Admin with { Kind = ActorKind.Ai, Id = null },
        Actor.System(Via.Timer),
    ];

    private static readonly ImmutableArray<string> Texts = ["No signal", "Still none", " Ünïcødé \U0001F600 ", "Words", "\"quoted\" <b>", "line\nbreak", "", "half \ud83d"];
    private static readonly ImmutableArray<string> CustomTexts = ["{}", """{"floor":1}""", """{"floor":1.0}""", """{"floor":2,"vip":true}""", """{"vip":"yes"}"""];

    private static readonly Gen<Step> Steps = Gen.Choose(0, 15).SelectMany(what =>
        Gen.Choose(0, 1000).ArrayOf(8).SelectMany(dice => Gen.Elements(0, 0, 0, 1, 2, 3, 4, 5, 6).SelectMany(actor => Gen.Choose(-5, 60).Select(minutes => new Step(what, dice, actor, minutes)))));

    private static readonly Arbitrary<Story> Stories = Arb.From(
        Gen.Elements(ReadyWorkflows.All.AsEnumerable()).SelectMany(workflow => Steps.ArrayOf().Select(steps => new Story(workflow, [.. steps]))),
        story => Enumerable.Range(0, story.Steps.Length).Select(i => story with { Steps = story.Steps.RemoveAt(i) }));

    [Fact]
    public void Versions_sequences_and_times_only_go_forward() => Always((before, decision, _) =>
    {
        var after = decision.After;
        if (ReferenceEquals(before, after))
        {
            Assert.True(decision.Events.IsEmpty && decision.History.IsEmpty && decision.Comment is null);
            return;
        }

        Assert.Equal(before.Version + 1, after.Version);
        Assert.Equal(before.Sequence + decision.Events.Length, after.Sequence);
        Assert.True(after.UpdatedAt >= before.UpdatedAt);
        Assert.NotEmpty(decision.Events);
        Assert.NotEmpty(decision.History);
        Assert.Equal(
            (before.Id, before.Number, before.Reference, before.CreatedAt, before.CreatedBy),
            (after.Id, after.Number, after.Reference, after.CreatedAt, after.CreatedBy));
        if (before.FirstRespondedAt is not null) Assert.Equal(before.FirstRespondedAt, after.FirstRespondedAt);
        if (before.ClosedAt is not null) Assert.Equal(before.ClosedAt, after.ClosedAt);
    });

    [Fact]
    public void Status_category_and_times_always_agree_with_the_workflow() => Always((before, decision, workflow) =>
    {
        var after = decision.After;
        Assert.Equal(workflow.Find(after.Status)!.Category, after.StatusCategory);
        Assert.Equal(after.StatusCategory is StatusCategory.Solved or StatusCategory.Closed, after.SolvedAt is not null);
        Assert.Equal(after.StatusCategory is StatusCategory.Closed, after.ClosedAt is not null);
        Assert.Equal(after.EscalationLevel > 0, after.EscalationReason is not null && after.EscalatedAt is not null);
        Assert.InRange(after.EscalationLevel, 0, 3);
        if (before.Status != after.Status) Assert.Contains(after.Status, workflow.NextOf(before.Status));
        if (before.StatusCategory == StatusCategory.Closed) Assert.Equal(before with { Version = after.Version, Sequence = after.Sequence, UpdatedAt = after.UpdatedAt, DeletedAt = after.DeletedAt }, after);
    });

    [Fact]
    public void Events_tell_of_differences_and_each_what_its_name_says() => Always((before, decision, _) =>
    {
        var after = decision.After;
        foreach (var e in decision.Events)
        {
            Assert.Equal(e.Type is "ticket.created" or "ticket.deleted" or "ticket.commented", e.Changes.IsEmpty);
            Assert.All(e.Changes, c => Assert.True(c.From != c.To || c.Field == "comments", $"{e.Type} {c}"));
            Assert.All(e.Changes, c => Assert.Contains(c, decision.History));
            Assert.Equal(e.Type == "ticket.commented", e.Comment is not null && e.Changes.IsEmpty);
        }

        Assert.Equal(decision.Events.Length, decision.Types().Distinct().Count());
        var told = decision.Types().ToHashSet();
        Assert.Equal(before.Status != after.Status, told.Contains("ticket.status_changed"));
        Assert.Equal((before.Fields.AssigneeId, before.Fields.GroupId) != (after.Fields.AssigneeId, after.Fields.GroupId), told.Contains("ticket.assigned"));
        Assert.Equal(before.ClosedAt is null && after.ClosedAt is not null, told.Contains("ticket.closed"));
        Assert.Equal(before.StatusCategory != StatusCategory.Solved && after.StatusCategory == StatusCategory.Solved, told.Contains("ticket.resolved"));
        Assert.Equal(before.StatusCategory == StatusCategory.Solved && after.SolvedAt is null, told.Contains("ticket.reopened"));
        Assert.Equal(before.DeletedAt is null && after.DeletedAt is not null, told.Contains("ticket.deleted"));
    });

    [Fact]
    public void Sec10_No_history_row_and_no_event_value_quotes_a_note() => Always((_, decision, _) =>
    {
        var values = decision.History.Concat(decision.Events.SelectMany(e => e.Changes)).SelectMany(c => (string?[])[c.From, c.To]);
        Assert.All(values, v => Assert.DoesNotContain("NOTE", v ?? "", StringComparison.Ordinal));
    });

    [Fact]
    public void History_replays_to_the_state() => Prop.ForAll(Stories, story =>
    {
        Dictionary<string, string?>? state = null;
        foreach (var (before, decision, _) in Tell(story))
        {
            state ??= Flat(before);
            foreach (var change in decision.History.Where(h => h.Field is not ("comments" or "attachments")))
            {
                Assert.Equal(state[change.Field], change.From);
                state[change.Field] = change.To;
            }

            Assert.Equal(Flat(decision.After), state);
        }
    }).Check(Thorough);

    [Fact]
    public void What_a_change_did_to_fields_and_status_can_be_taken_back() => Always((before, decision, _) =>
    {
        var after = decision.After;
        var made = decision.History.Where(h => h.Field is not ("comments" or "attachments" or "escalationLevel" or "escalationReason")).ToImmutableArray();
        var reversal = Reversal.Of(after, made);
        Assert.True(reversal.ChangedSince.IsEmpty);
        var back = Flat(after with { Fields = reversal.Fields, Status = reversal.Status ?? after.Status, DeletedAt = reversal.Restores is true ? null : after.DeletedAt });
        foreach (var (field, was) in Flat(before).Where(f => !f.Key.StartsWith("escalation", StringComparison.Ordinal))) Assert.Equal(was, back[field]);
    });

    [Fact]
    public void History_values_are_JSON() => Always((_, decision, _) =>
    {
        foreach (var value in decision.History.SelectMany(c => (string?[])[c.From, c.To]).OfType<string>()) JsonDocument.Parse(value).Dispose();
    });

    [Fact]
    public void Deciding_twice_gives_the_same_answer() => Prop.ForAll(Stories, story =>
    {
        var (first, second) = (Tell(story).Select(Shape), Tell(story).Select(Shape));
        Assert.Equal(first, second);

        static string Shape((Ticket, TicketDecision Decision, Refused? Refused) told) =>
            told.Refused?.Problem.Code + JsonSerializer.Serialize((told.Decision.History, told.Decision.Events, told.Decision.After.Version, told.Decision.After.UpdatedAt), Fields);
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void The_stories_reach_every_status_refuse_some_changes_and_make_every_kind_of_event()
    {
        var statuses = new HashSet<string>(StringComparer.Ordinal);
        var events = new HashSet<string>(StringComparer.Ordinal);
        var refusals = new HashSet<string>(StringComparer.Ordinal);
        Prop.ForAll(Stories, story =>
        {
            foreach (var (_, decision, refused) in Tell(story))
            {
                statuses.Add($"{story.Workflow.Key}.{decision.After.Status}");
                events.UnionWith(decision.Types());
                if (refused is not null) refusals.Add(refused.Problem.Code);
            }
        }).Check(Thorough);
        Assert.Equal(ReadyWorkflows.All.Sum(w => w.Statuses.Length), statuses.Count);
        Assert.Equal(
            ["ticket.assigned", "ticket.closed", "ticket.commented", "ticket.created", "ticket.deleted", "ticket.escalated", "ticket.reopened", "ticket.resolved", "ticket.status_changed", "ticket.updated"],
            events.Order(StringComparer.Ordinal));
        Assert.Superset(new HashSet<string>(["forbidden", "invalid", "ticket_closed", "transition_not_allowed"], StringComparer.Ordinal), refusals);
    }

    private static readonly JsonSerializerOptions Fields = new() { IncludeFields = true };

    private static void Always(Action<Ticket, TicketDecision, Workflow> holds) => Prop.ForAll(Stories, story =>
    {
        foreach (var (before, decision, refused) in Tell(story).Skip(1))
            if (refused is null) holds(before, decision, story.Workflow);
    }).Check(Thorough);

    /// <summary>Lives through a story from the creation on; a refusal leaves the ticket as it was.</summary>
    private static IEnumerable<(Ticket Before, TicketDecision Decision, Refused? Refused)> Tell(Story story)
    {
        var rules = Desk.Rulebook(story.Workflow, new("floor", "Floor", CustomFieldType.Number, []), new("vip", "VIP", CustomFieldType.Boolean, []));
        var created = ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, new() { Subject = "No signal" }), rules: rules);
        var (ticket, now) = (created.After, Desk.Noon);
        yield return (ticket, created with { History = [] }, null);
        var comments = new List<Comment>();
        foreach (var step in story.Steps)
        {
            now = now.AddMinutes(step.Minutes);
            var outcome = TicketDecision.Decide(ticket, Change(step, ticket, comments, story.Workflow), rules, new(Actors[step.Actor], now, Desk.AllKnown));
            if (outcome.Problem is { } problem)
            {
                yield return (ticket, new TicketDecision { After = ticket }, new(problem));
                continue;
            }

            yield return (ticket, outcome.Value, null);
            ticket = outcome.Value.After;
            if (outcome.Value.Comment is not { } comment) continue;
            comments.RemoveAll(c => c.Id == comment.Id);
            comments.Add(comment);
        }
    }

    private static TicketChange Change(Step step, Ticket ticket, List<Comment> comments, Workflow workflow)
    {
        var d = step.Dice;
        var text = Texts[d[0] % Texts.Length];
        var (assignee, group) = (Perhaps(d[1], Desk.Ann, Desk.Bob), Perhaps(d[2], Desk.Group, Desk.OtherGroup));
        return step.What switch
        {
            0 => new TicketChange.Edit(Edited(ticket.Fields, d, text), text),
            1 => new TicketChange.Edit(Edited(ticket.Fields, d, text) with { AssigneeId = assignee, GroupId = group }),
            2 or 3 or 4 => new TicketChange.ChangeStatus(workflow.Statuses[d[3] % workflow.Statuses.Length].Key, text),
            // a step that the graph allows, so that stories get somewhere
            5 or 6 => new TicketChange.ChangeStatus(workflow.NextOf(ticket.Status) is { IsEmpty: false } next ? next[d[3] % next.Length] : "closed", null),
            7 => new TicketChange.Resolve(text),
            8 => new TicketChange.Assign(assignee, group, text),
            9 => new TicketChange.Escalate(d[3] % 5, text, d[4] % 2 == 0, assignee, group),
            10 => new TicketChange.Deescalate(text),
            11 or 12 => Saying(d, text),
            13 => comments.Count == 0 ? Saying(d, text)
                : comments[d[3] % comments.Count] is var c && d[4] % 3 == 0 ? new TicketChange.DeleteComment(c)
                : new TicketChange.EditComment(c, c.Visibility == Visibility.Internal ? "NOTE " + text : text, BodyFormat.Plain),
            14 => d[3] % 2 == 0 ? new TicketChange.Attach(Desk.Upload, text) : new TicketChange.Detach(Desk.Upload, "photo.jpg"),
            _ => d[3] % 6 == 0 ? new TicketChange.Delete(text) : new TicketChange.Edit(ticket.Fields),
        };
    }

    private static TicketChange.AddComment Saying(int[] d, string text) =>
        d[4] % 2 == 0
            ? new(new(Desk.Id(100 + d[5]), text, BodyFormat.Plain, Visibility.Public, d[6] % 3 == 0 ? [Desk.Upload] : []))
            : new(new(Desk.Id(100 + d[5]), "NOTE " + text, BodyFormat.Plain, Visibility.Internal, []));

    private static TicketFields Edited(TicketFields f, int[] d, string text) => (d[3] % 8) switch
    {
        0 => f with { Subject = text, Priority = (Priority)(1 + (d[4] % 4)) },
        1 => f with { Description = text, Type = (TicketType)(d[4] % 4), Channel = (Channel)(d[5] % 11) },
        2 => f with { Tags = [.. Texts.Take(d[4] % 4)] },
        3 => f with { CustomFields = CustomValues.Parse(CustomTexts[d[4] % CustomTexts.Length]) },
        4 => f with { Category = d[4] % 2 == 0 ? "billing" : "general_inquiry", Subcategory = d[5] % 2 == 0 ? "refund" : null },
        5 => f with { CustomerId = Perhaps(d[4], Desk.Customer, Desk.OtherCustomer), ContactId = Perhaps(d[5], Desk.Contact, Desk.Contact) },
        6 => f with { LocationId = Perhaps(d[4], Desk.Location, Desk.Location), AssetId = Perhaps(d[5], Desk.Asset, Desk.Asset) },
        _ => f with { DueAt = d[4] % 4 == 0 ? null : Desk.Noon.AddHours(d[5]).AddTicks(d[6]).ToOffset(TimeSpan.FromHours(d[7] % 5)), ExternalId = text },
    };

    private static Guid? Perhaps(int dice, Guid one, Guid other) => (dice % 3) switch { 0 => null, 1 => one, _ => other };

    /// <summary>The state in words of the API, put together without the code under test.</summary>
    private static Dictionary<string, string?> Flat(Ticket t) => new(StringComparer.Ordinal)
    {
        ["subject"] = Text(t.Fields.Subject),
        ["description"] = Text(t.Fields.Description),
        ["priority"] = Text(t.Fields.Priority.ToString().ToLowerInvariant()),
        ["type"] = Text(t.Fields.Type.ToString().ToLowerInvariant()),
        ["category"] = Text(t.Fields.Category),
        ["subcategory"] = Text(t.Fields.Subcategory),
        ["tags"] = "[" + string.Join(',', t.Fields.Tags.Select(Text)) + "]",
        ["customFields"] = t.Fields.CustomFields.ToJson(),
        ["channel"] = Text(t.Fields.Channel == Channel.AdHoc ? "ad_hoc" : t.Fields.Channel.ToString().ToLowerInvariant()),
        ["customerId"] = Text(t.Fields.CustomerId?.ToString()),
        ["contactId"] = Text(t.Fields.ContactId?.ToString()),
        ["locationId"] = Text(t.Fields.LocationId?.ToString()),
        ["assetId"] = Text(t.Fields.AssetId?.ToString()),
        ["assigneeId"] = Text(t.Fields.AssigneeId?.ToString()),
        ["groupId"] = Text(t.Fields.GroupId?.ToString()),
        ["externalId"] = Text(t.Fields.ExternalId),
        ["dueAt"] = Text(t.Fields.DueAt?.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture)),
        ["status"] = Text(t.Status),
        ["escalationLevel"] = t.EscalationLevel.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["escalationReason"] = Text(t.EscalationReason),
        ["deletedAt"] = Text(t.DeletedAt?.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static string? Text(string? text) => text is null ? null : JsonSerializer.Serialize(text, Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One thing that someone tries, as numbers, so that it can be made before the ticket it applies to is known.</summary>
    private sealed record Step(int What, int[] Dice, int Actor, int Minutes)
    {
        public override string ToString() => $"({What} [{string.Join(' ', Dice)}] by {Actor} after {Minutes} min)";
    }

    private sealed record Story(Workflow Workflow, ImmutableArray<Step> Steps)
    {
        public override string ToString() => $"{Workflow.Key}: {string.Join(' ', Steps)}";
    }

    private sealed record Refused(Problem Problem);
}
