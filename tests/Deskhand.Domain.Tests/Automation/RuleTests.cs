using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Automation;
using Deskhand.Sla;

namespace Deskhand.Tickets;

public sealed class RuleTests
{
    private static readonly ImmutableArray<CustomFieldDefinition> Own =
        [new("region", "Region", CustomFieldType.Select, ["north", "south"]), new("floors", "Floors", CustomFieldType.Number, []), new("lift", "Lift", CustomFieldType.Boolean, [])];

    private static Rulebook Book => Desk.Rulebook(ReadyWorkflows.Support, Own);

    [Theory]
    [InlineData("status", "is", "\"new\"", true)]
    [InlineData("status", "in", "[\"open\",\"new\"]", true)]
    [InlineData("status", "not_in", "[\"open\"]", true)]
    [InlineData("statusCategory", "is_not", "\"new\"", false)]
    [InlineData("priority", "at_least", "\"high\"", true)]
    [InlineData("priority", "greater", "\"high\"", false)]
    [InlineData("priority", "in", "[\"low\",\"high\"]", true)]
    [InlineData("tags", "contains", "[\"VIP\",\"other\"]", true)]
    [InlineData("tags", "contains_all", "[\"vip\",\"other\"]", false)]
    [InlineData("tags", "not_contains", "\"vip\"", false)]
    [InlineData("subject", "contains", "\"sin señal\"", true)]
    [InlineData("subject", "contains", "\"señ\"", false)]
    [InlineData("subject", "not_contains", "\"roto\"", true)]
    [InlineData("description", "absent", null, true)]
    [InlineData("customFields.region", "is", "\"north\"", true)]
    [InlineData("customFields.floors", "at_most", "3", true)]
    [InlineData("customFields.floors", "less", "3", false)]
    [InlineData("customFields.lift", "is", "true", true)]
    [InlineData("customerId", "present", null, true)]
    [InlineData("assigneeId", "is", "\"current_user\"", true)]
    [InlineData("assigneeId", "changed", null, true)]
    [InlineData("groupId", "changed", null, false)]
    [InlineData("priority", "changed_to", "\"high\"", true)]
    [InlineData("priority", "changed_from", "\"low\"", false)]
    [InlineData("event", "is", "\"created\"", true)]
    [InlineData("event", "in", "[\"commented\",\"assigned\"]", true)]
    [InlineData("event", "is", "\"commented\"", false)]
    [InlineData("actor.kind", "is", "\"agent\"", true)]
    [InlineData("via", "is_not", "\"mail\"", true)]
    [InlineData("hour", "at_least", "12", true)]
    [InlineData("weekday", "is", "\"friday\"", true)]
    [InlineData("said", "contains", "[\"signal\",\"SENAL\"]", true)]
    [InlineData("mood", "is", "\"neutral\"", true)]
    public void A_condition_says_of_a_new_ticket_what_its_words_say(string field, string op, string? value, bool expected)
    {
        var ticket = Create([new(field, Wire.Find<RuleOperator>(op)!.Value, value is null ? null : JsonElement.Parse(value))]);
        Assert.Equal(expected, ticket.Rules.Length == 1);
        Assert.Equal(expected, ticket.After.Fields.Tags.Contains("hit"));
    }

    [Theory]
    [InlineData("status", "changed", null, true)]
    [InlineData("status", "changed_to", "\"pending_customer\"", true)]
    [InlineData("status", "changed_from", "\"open\"", true)]
    [InlineData("status", "changed_from", "\"new\"", false)]
    [InlineData("event", "is", "\"status_changed\"", true)]
    [InlineData("event", "is", "\"updated\"", false)]
    public void A_condition_says_of_a_step_what_its_words_say(string field, string op, string? value, bool expected)
    {
        var rules = With(Trigger("r", [new(field, Wire.Find<RuleOperator>(op)!.Value, value is null ? null : JsonElement.Parse(value))], Hit));
        Assert.Equal(expected, Desk.In("open").Must(new TicketChange.ChangeStatus("pending_customer", null), rules: rules).Rules.Length == 1);
    }

    [Theory]
    [InlineData("is", "\"manager\"", Role.Manager, true)]
    [InlineData("is", "\"manager\"", Role.Agent, false)]
    [InlineData("in", "[\"admin\",\"light_agent\"]", Role.LightAgent, true)]
    [InlineData("is_not", "\"admin\"", Role.Admin, false)]
    [InlineData("is", "\"agent\"", null, false)]
    [InlineData("absent", null, null, true)]
    public void A_condition_knows_the_role_of_who_did_it(string op, string? value, Role? role, bool expected)
    {
        var rules = With(Trigger("r", [new("actor.role", Wire.Find<RuleOperator>(op)!.Value, value is null ? null : JsonElement.Parse(value))], Hit));
        var by = Desk.By(Desk.Admin with { Role = role, Kind = role is null ? ActorKind.Contact : ActorKind.Agent });
        Assert.Equal(expected, Desk.In("open").Must(new TicketChange.ChangeStatus("pending_customer", null), by, rules).Rules.Length == 1);
    }

    [Theory]
    [InlineData(Weekday.Friday, null, "is", "\"open\"", true)]
    [InlineData(Weekday.Friday, null, "is_not", "\"open\"", false)]
    [InlineData(Weekday.Monday, null, "is_not", "\"open\"", true)]
    [InlineData(Weekday.Monday, null, "is", "\"closed\"", true)]
    [InlineData(Weekday.Friday, "Fair", "is", "\"holiday\"", true)]
    [InlineData(Weekday.Friday, "Fair", "in", "[\"open\",\"closed\"]", false)]
    public void A_condition_knows_whether_the_office_is_open(Weekday works, string? holiday, string op, string value, bool expected)
    {
        var calendar = BusinessCalendar.Of(new()
        {
            Name = "Office",
            TimeZone = "UTC",
            Hours = [new(works, "09:00", "17:00")],
            Holidays = holiday is null ? [] : [new() { Date = DateOnly.FromDateTime(Desk.Noon.UtcDateTime), Name = holiday }],
        });
        var book = Book with { Sla = SlaRules.Nothing with { Calendars = SlaRules.Nothing.Calendars.Add(Desk.Id(70), calendar) } };
        var rule = Rule.Compile(Desk.Id(90), RuleKind.Trigger, new() { Name = "r", Conditions = new() { All = [new($"businessHours.{Desk.Id(70)}", Wire.Find<RuleOperator>(op)!.Value, JsonElement.Parse(value))] }, Actions = [Hit] }, 1, book).Value;
        var rules = book with { Rules = RuleSet.None with { Triggers = [rule] } };
        Assert.Equal(expected, Desk.In("open").Must(new TicketChange.ChangeStatus("pending_customer", null), rules: rules).Rules.Length == 1);
    }

    [Theory]
    [InlineData(SlaRun.Running, null, false, false, SlaState.Ok)]
    [InlineData(SlaRun.Running, 75, false, false, SlaState.AtRisk)]
    [InlineData(SlaRun.Paused, 75, false, false, SlaState.Paused)]
    [InlineData(SlaRun.Running, 75, true, false, SlaState.Ok)]
    [InlineData(SlaRun.Paused, 100, false, true, SlaState.Breached)]
    [InlineData(SlaRun.Solved, 100, true, true, SlaState.Breached)]
    public void A_condition_knows_how_a_promise_stands(SlaRun run, int? fired, bool met, bool missed, SlaState expected)
    {
        var clock = new SlaClock { Metric = SlaMetric.Resolution, StartedAt = Desk.Noon, TargetMinutes = 60, Fired = fired is { } f ? [f] : [], MetAt = met ? Desk.Noon : null, BreachedAt = missed ? Desk.Noon : null };
        var clocks = new SlaClocks { PolicyId = Desk.Id(71), Turns = [new(Desk.Noon, run, "open", null, ActorKind.System, null, Via.Timer)], Clocks = [clock] };
        var ticket = Desk.In("open") with { Clocks = clocks };
        var resolution = Automation([new("hoursSinceCreated", RuleOperator.AtLeast, JsonElement.Parse("1")), Is("sla.resolution", RuleOperator.Is, Wire.Name(expected))], true, Hit).Value;
        var scene = new RuleScene(ticket, ticket, [], null, Book, Desk.By(Actor.System(Via.Timer), 60));
        Assert.True(resolution.Matches(scene));
        Assert.True(resolution.LooksAtPromises);
        var response = Automation([new("hoursSinceCreated", RuleOperator.AtLeast, JsonElement.Parse("1")), new("sla.firstResponse", RuleOperator.Absent)], true, Hit).Value;
        Assert.True(response.Matches(scene));
    }

    [Theory]
    [InlineData("businessHours.0199f000-0000-7000-8000-000000000000", "\"open\"", "conditions.all.0.field")]
    [InlineData("businessHours.office", "\"open\"", "conditions.all.0.field")]
    [InlineData("sla.state", "\"late\"", "conditions.all.0.value")]
    [InlineData("sla.resolutionTime", "\"ok\"", "conditions.all.0.field")]
    [InlineData("actor.role", "\"boss\"", "conditions.all.0.value")]
    public void A_condition_on_what_there_is_not_is_refused_by_name(string field, string value, string member) =>
        Assert.Contains(member, Rule.Compile(Desk.Id(90), RuleKind.Trigger, new() { Name = "r", Conditions = new() { All = [new(field, RuleOperator.Is, JsonElement.Parse(value))] }, Actions = [Hit] }, 1, Book).Problem!.Errors.Keys);

    [Fact]
    public void What_a_rule_does_starts_no_rule_before_it()
    {
        var rules = With(Trigger("late", [Is("tags", RuleOperator.Contains, "hit")], new RuleAction(RuleActionType.SetPriority, Value("urgent"))), Trigger("first", [Is("event", RuleOperator.Is, "created")], Hit));
        var decision = ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, new() { Subject = "x" }), rules: rules);
        Assert.Equal(["first"], decision.Rules.Select(r => r.Name));
        Assert.Equal(Priority.Normal, decision.After.Fields.Priority);
        Assert.Equal(2, decision.After.Version);
        Assert.Equal(2, decision.After.Sequence);
    }

    [Fact]
    public void A_rule_does_all_of_its_actions_or_none()
    {
        var rules = With(Trigger("r", [Is("event", RuleOperator.Is, "created")], Hit, new RuleAction(RuleActionType.SetStatus, Value("closed"))));
        var decision = ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, new() { Subject = "x" }), rules: rules);
        var run = Assert.Single(decision.Rules);
        Assert.Equal("transition_not_allowed", run.Problem!.Code);
        Assert.Empty(run.Steps);
        Assert.Empty(decision.After.Fields.Tags);
        Assert.Equal(1, decision.After.Version);
    }

    [Fact]
    public void A_rule_tells_somebody_in_its_own_words()
    {
        var rules = With(Trigger("tell", [Is("event", RuleOperator.Is, "status_changed")], new RuleAction(RuleActionType.Notify, Value("Look at {{ticket.reference}}"), To: "managers")));
        var decision = Desk.In("open").Must(new TicketChange.ChangeStatus("pending_customer", null), rules: rules);
        var notice = Assert.Single(decision.Notices, n => n.Kind == Notifications.NoticeKind.Message);
        Assert.Equal((Notifications.NoticeTo.Managers, "Look at TICKET-2026-000042"), (notice.To, notice.Text));
        Assert.Equal(RuleOutcome.Notified, Assert.Single(decision.Rules).Outcome);

        var nag = Automation([new("hoursSinceCreated", RuleOperator.AtLeast, JsonElement.Parse("1"))], true, new RuleAction(RuleActionType.Notify, Value("Still open"), To: "assignee")).Value;
        var nagged = Desk.In("open").Must(new TicketChange.Automate(nag), Desk.By(Actor.System(Via.Timer), 60));
        // the ticket is as it was, and it was told now
        Assert.Equal((5L, Desk.Noon, Desk.Noon.AddMinutes(60)), (nagged.After.Version, nagged.After.UpdatedAt, nagged.At));
        Assert.Single(nagged.Notices);
        var tagging = Automation([new("hoursSinceCreated", RuleOperator.AtLeast, JsonElement.Parse("1"))], true, Hit, new RuleAction(RuleActionType.Notify, Value("Still open"), To: "assignee")).Value;
        Assert.Equal(RuleOutcome.Changed, Assert.Single(Desk.In("open").Must(new TicketChange.Automate(tagging), Desk.By(Actor.System(Via.Timer), 60)).Rules).Outcome);
    }

    [Theory]
    [InlineData("open", "pending_customer")]
    [InlineData("resolved", "closed")]
    public void A_rule_calls_webhooks_and_leaves_the_ticket_as_it_is(string from, string to)
    {
        var rules = With(Trigger("first", [Is("event", RuleOperator.Is, "status_changed")], Call(81), Call(82)), Trigger("second", [Is("event", RuleOperator.Is, "status_changed")], Call(81)));
        var before = Desk.In(from);
        var decision = before.Must(new TicketChange.ChangeStatus(to, null), rules: rules with { Webhooks = [Desk.Id(81), Desk.Id(82)] });
        Assert.Equal([Desk.Id(81), Desk.Id(82), Desk.Id(81)], decision.Rules.SelectMany(r => r.Webhooks));
        Assert.All(decision.Rules, r => Assert.Equal((RuleOutcome.Notified, null), (r.Outcome, r.Problem)));
        Assert.Equal((before.Version + 1, before.Sequence + decision.Events.Length + 3), (decision.After.Version, decision.After.Sequence));
        Assert.Equal(decision.After.Sequence, before.Sequence + decision.WholeEvents.Count());
        Assert.All(decision.Rules.SelectMany(r => r.Steps), s => Assert.Empty(s.History));
    }

    [Fact]
    public void A_rule_whose_webhook_is_gone_does_nothing_and_says_so_and_the_next_goes_on()
    {
        var rules = With(Trigger("lost", [Is("event", RuleOperator.Is, "created")], Hit, Call(81), Call(82)), Trigger("sound", [Is("event", RuleOperator.Is, "created")], Call(82)));
        var decision = ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, new() { Subject = "x" }), rules: rules with { Webhooks = [Desk.Id(82)] });
        Assert.Equal([(RuleOutcome.Failed, "webhook_not_found"), (RuleOutcome.Notified, null)], decision.Rules.Select(r => (r.Outcome, r.Problem?.Code)));
        Assert.Equal([Desk.Id(82)], decision.Rules.SelectMany(r => r.Webhooks));
        Assert.Empty(decision.After.Fields.Tags);
        Assert.Equal(["ticket.created", "ticket.rule_fired"], decision.WholeEvents.Select(e => e.Type));
        Assert.Equal((1L, 2L), (decision.After.Version, decision.After.Sequence));
        Assert.Equal("actions.1.value", Assert.Single(Rule.Missing(rules.Rules.Triggers[0].Fields, rules with { Webhooks = [Desk.Id(82)] })!.Errors).Key);
        Assert.Null(Rule.Missing(rules.Rules.Triggers[1].Fields, rules with { Webhooks = [Desk.Id(82)] }));
    }

    [Fact]
    public void An_automation_that_calls_a_webhook_leaves_version_and_time_of_the_ticket()
    {
        var before = Desk.In("open");
        var calling = Automation([new("hoursSinceCreated", RuleOperator.AtLeast, JsonElement.Parse("1"))], true, Call(81)).Value;
        var called = before.Must(new TicketChange.Automate(calling), Desk.By(Actor.System(Via.Timer), 60), Book with { Webhooks = [Desk.Id(81)] });
        Assert.Equal(before with { Sequence = before.Sequence + 1 }, called.After);
        Assert.Equal((Desk.Noon.AddMinutes(60), Desk.Noon.AddMinutes(60)), (called.At, Assert.Single(Assert.Single(called.Rules).Steps).At));
        Assert.Equal("rule_loops", Automation([new("hoursSinceCreated", RuleOperator.AtLeast, JsonElement.Parse("1"))], false, Call(81)).Problem!.Code);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"https://hooks.example.com/\"")]
    [InlineData("[\"00000000-0000-7000-8000-000000000081\"]")]
    [InlineData("\"{00000000-0000-7000-8000-000000000081}\"")]
    public void What_is_no_id_of_a_webhook_is_refused(string value) => Assert.Contains("actions.0.value", Refused(new RuleAction(RuleActionType.Webhook, JsonElement.Parse(value))));

    [Fact]
    public void A_webhook_is_called_once_by_a_rule_and_never_by_a_macro()
    {
        Assert.Contains("actions.1.value", Refused(Call(81), Call(81)));
        Assert.Contains("actions.0.to", Refused(Call(81) with { To = "managers" }));
        Assert.Contains("actions.0.type", new MacroFields { Name = "m", Actions = [Call(81)] }.Compile(Book).Problem!.Errors.Keys);
    }

    [Fact]
    public void A_rule_knows_what_the_calendars_say_that_it_looks_at()
    {
        var calendar = BusinessCalendar.Of(new() { Name = "Office", TimeZone = "UTC", Hours = [new(Weekday.Friday, "09:00", "17:00")] });
        var book = Book with { Sla = SlaRules.Nothing with { Calendars = SlaRules.Nothing.Calendars.Add(Desk.Id(70), calendar) } };
        ImmutableArray<RuleCondition> waits = [new("hoursSinceCreated", RuleOperator.AtLeast, JsonElement.Parse("1"))];
        string Hours(int minutes, params ImmutableArray<RuleCondition> more) =>
            Rule.Compile(Desk.Id(90), RuleKind.Automation, new() { Name = "r", OncePerTicket = true, Conditions = new() { All = [.. waits, .. more] }, Actions = [Hit] }, 1, book).Value.HoursAt(Desk.Noon.AddMinutes(minutes));
        var open = Is($"businessHours.{Desk.Id(70)}", RuleOperator.Is, "open");
        Assert.Equal(("", "open", "closed", "open open"), (Hours(0), Hours(0, open), Hours(300, open), Hours(0, open, open)));
    }

    [Fact]
    public void What_a_rule_must_know_is_asked_and_the_answer_completes_the_decision()
    {
        var rules = With(Trigger("tier", [Is("event", RuleOperator.Is, "created"), Is("customer.tier", RuleOperator.AtLeast, "gold")], Hit));
        var change = new TicketChange.Create(Desk.Ticket, new() { Subject = "x", CustomerId = Desk.Customer });
        var open = ((Ticket?)null).Must(change, rules: rules);
        Assert.Equal(new Question.TierOf(Desk.Customer), Assert.Single(open.Asks));
        foreach (var (tier, hits) in new[] { (Directory.Tier.Platinum, 1), (Directory.Tier.Silver, 0) })
        {
            var c = Desk.Knowing(Desk.AllKnown with { Answers = Desk.AllKnown.Answers.Add(new Question.TierOf(Desk.Customer), tier) });
            var decided = ((Ticket?)null).Must(change, c, rules);
            Assert.Empty(decided.Asks);
            Assert.Equal(hits, decided.Rules.Length);
        }
    }

    [Fact]
    public void A_group_that_routes_asks_who_is_next_and_assigns()
    {
        var rules = Book with { Rules = RuleSet.None with { Routing = ImmutableDictionary<Guid, RoutingMode>.Empty.Add(Desk.Group, RoutingMode.LeastBusy) } };
        var change = new TicketChange.Create(Desk.Ticket, new() { Subject = "x", GroupId = Desk.Group });
        var router = new Question.Router(Desk.Group, RoutingMode.LeastBusy, new([]));
        Assert.Equal(router, Assert.Single(((Ticket?)null).Must(change, rules: rules).Asks));
        var answers = Desk.AllKnown.Answers.Add(router, Desk.Bob).Add(new Question.Place(Desk.Bob, Desk.Group), Desk.AllKnown);
        var decided = ((Ticket?)null).Must(change, Desk.Knowing(Desk.AllKnown with { Answers = answers }), rules);
        Assert.Equal(Desk.Bob, decided.After.Fields.AssigneeId);
        Assert.Equal("routing:least_busy", Assert.Single(decided.Rules).Name);
        // whoever has an agent, or gets another field, is not routed
        Assert.Empty(((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, new() { Subject = "x", GroupId = Desk.Group, AssigneeId = Desk.Ann }), rules: rules).Asks);
        var standing = Desk.In("open") with { Fields = new() { Subject = "x", GroupId = Desk.Group } };
        Assert.Empty(standing.Must(new TicketChange.ChangeStatus("pending_customer", null), rules: rules).Asks);
    }

    [Fact]
    public void Placeholders_are_escaped_empty_when_missing_and_refused_when_unknown()
    {
        Assert.Null(Placeholders.Refuse("Dear {{ contact.firstName }}, {{ticket.reference}} {not one}"));
        Assert.Contains("There is no placeholder ticket.colour", Placeholders.Refuse("{{ticket.colour}}"), StringComparison.Ordinal);
        var ticket = Desk.In("open") with { Fields = new() { Subject = "<b>*x*</b>\n{{contact.name}}" } };
        var scene = new RuleScene(ticket, ticket, [], null, Book, Desk.By(Desk.Admin));
        foreach (var (format, expected) in new[] { (BodyFormat.Plain, "[<b>*x*</b> {{contact.name}}] [] Ann"), (BodyFormat.Html, "[&lt;b&gt;*x*&lt;/b&gt; {{contact.name}}] [] Ann"), (BodyFormat.Markdown, @"[\<b\>\*x\*\</b\> {{contact.name}}] [] Ann") })
        {
            Assert.True(Placeholders.Fill(scene, "[{{ticket.subject}}] [{{contact.firstName}}] {{agent.name}}", format, "Ann", out var filled));
            Assert.Equal(expected, filled);
        }
    }

    [Theory]
    [InlineData("This is unacceptable. I am furious!", Mood.StronglyNegative)]
    [InlineData("Es una vergüenza, el peor servicio. Estoy harta.", Mood.StronglyNegative)]
    [InlineData("I am disappointed", Mood.Negative)]
    [InlineData("Not good and not happy", Mood.Negative)]
    [InlineData("The line is down since Tuesday", Mood.Neutral)]
    [InlineData("Thanks, that was excellent", Mood.Positive)]
    [InlineData("Muchas gracias, excelente", Mood.Positive)]
    public void A_mood_is_guessed_from_words(string text, Mood expected) => Assert.Equal(expected, MoodScorer.Of(TextWords.Of(text)));

    [Fact]
    public void An_automation_that_would_run_for_ever_is_refused()
    {
        RuleCondition waits = new("hoursSinceCreated", RuleOperator.AtLeast, JsonElement.Parse("24"));
        var note = new RuleAction(RuleActionType.AddNote, Value("Still here"));
        Assert.Equal("rule_loops", Automation([waits], false, note).Problem!.Code);
        Assert.Null(Automation([waits], true, note).Problem);
        Assert.Null(Automation([waits, Is("tags", RuleOperator.NotContains, "hit")], false, Hit).Problem);
        Assert.Equal("rule_loops", Automation([waits, Is("tags", RuleOperator.NotContains, "other")], false, Hit).Problem!.Code);
        Assert.Null(Automation([waits, Is("priority", RuleOperator.Less, "urgent")], false, new RuleAction(RuleActionType.SetPriority, Value("urgent"))).Problem);
        Assert.Contains("conditions.all", Automation([Is("tags", RuleOperator.NotContains, "hit")], false, Hit).Problem!.Errors.Keys);

        var up = Automation([waits, Is("priority", RuleOperator.Is, "low")], false, new RuleAction(RuleActionType.SetPriority, Value("high"))).Value;
        var down = Automation([waits, Is("priority", RuleOperator.Is, "high")], false, new RuleAction(RuleActionType.SetPriority, Value("low"))).Value;
        Assert.Equal("rule_loops", RuleLoops.Refuse(down, [up])!.Code);
        Assert.Null(RuleLoops.Refuse(up, [Automation([waits, Is("tags", RuleOperator.NotContains, "hit")], false, Hit).Value]));
    }

    [Fact]
    public void An_automation_looks_whether_its_time_has_come()
    {
        var rule = Automation([new("hoursSinceStatus", RuleOperator.AtLeast, JsonElement.Parse("2")), Is("status", RuleOperator.Is, "pending_customer")], false, new RuleAction(RuleActionType.SetStatus, Value("open"))).Value;
        var ticket = Desk.In("pending_customer") with { StatusAt = Desk.Noon };
        Assert.Same(ticket, ticket.Must(new TicketChange.Automate(rule), Desk.By(Actor.System(Via.Timer), 119)).After);
        var decided = ticket.Must(new TicketChange.Automate(rule), Desk.By(Actor.System(Via.Timer), 120));
        Assert.Equal("open", decided.After.Status);
        var run = Assert.Single(decided.Rules);
        Assert.Equal((Via.Timer, Desk.Noon), (run.Via, run.EnteredAt));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("es")]
    public void The_ready_rules_mean_something_in_every_ready_workflow(string locale)
    {
        foreach (var workflow in ReadyWorkflows.All)
        {
            var solved = workflow.Statuses.FirstOrDefault(s => s.Category == StatusCategory.Solved);
            foreach (var ready in ReadyRules.In(locale, solved is null ? null : workflow.FirstReachable(solved.Key, StatusCategory.Closed)?.Key))
                Assert.Null(Rule.Compile(Desk.Id(99), ready.Kind, ready.Fields, 1, Desk.Rulebook(workflow)).Problem);
        }
    }

    private static RuleAction Hit => new(RuleActionType.AddTags, JsonElement.Parse("[\"hit\"]"));

    private static RuleAction Call(int webhook) => new(RuleActionType.Webhook, Value(Desk.Id(webhook).ToString()));

    private static IEnumerable<string> Refused(params ImmutableArray<RuleAction> actions) =>
        Rule.Compile(Desk.Id(90), RuleKind.Trigger, new() { Name = "r", Conditions = new() { All = [Is("event", RuleOperator.Is, "created")] }, Actions = actions }, 1, Book).Problem!.Errors.Keys;

    private static JsonElement Value(object value) => JsonSerializer.SerializeToElement(value);

    private static RuleCondition Is(string field, RuleOperator op, string value) => new(field, op, Value(value));

    private static Rule Trigger(string name, ImmutableArray<RuleCondition> all, params ImmutableArray<RuleAction> actions)
    {
        var rule = Rule.Compile(Desk.Id(90), RuleKind.Trigger, new() { Name = name, Conditions = new() { All = all }, Actions = actions }, 1, Book);
        Assert.True(rule.Problem is null, string.Join(' ', rule.Problem?.Errors.Select(e => e.Key + ": " + e.Value[0]) ?? []));
        return rule.Value;
    }

    private static Outcome<Rule> Automation(ImmutableArray<RuleCondition> all, bool once, params ImmutableArray<RuleAction> actions) =>
        Rule.Compile(Guid.Parse($"00000000-0000-7000-9000-{actions[0].GetHashCode() & 0xffffff:D12}"), RuleKind.Automation, new() { Name = "a", Conditions = new() { All = all }, Actions = actions, OncePerTicket = once }, 1, Book);

    private static Rulebook With(params ImmutableArray<Rule> triggers) => Book with { Rules = RuleSet.None with { Triggers = triggers } };

    private static TicketDecision Create(ImmutableArray<RuleCondition> conditions)
    {
        var fields = new TicketFields
        {
            Subject = "¡SIN SEÑAL!",
            Priority = Priority.High,
            Tags = ["vip"],
            CustomerId = Desk.Customer,
            AssigneeId = Desk.Ann,
            CustomFields = CustomValues.Parse("""{"region":"north","floors":3,"lift":true}"""),
        };
        return ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, fields), rules: With(Trigger("r", conditions, Hit)));
    }
}
