using Deskhand.Access;

namespace Deskhand.Tickets;

/// <summary>The four graphs once more, written as whole tables: a step that appears or goes must be meant.</summary>
public sealed class ReadyWorkflowsTests
{
    private static readonly Dictionary<string, Dictionary<string, string>> Steps = new(StringComparer.Ordinal)
    {
        ["support"] = new(StringComparer.Ordinal)
        {
            ["new"] = "open in_progress pending_customer waiting_internal resolved",
            ["open"] = "in_progress pending_customer waiting_internal resolved",
            ["in_progress"] = "open pending_customer waiting_internal resolved",
            ["pending_customer"] = "open in_progress waiting_internal resolved",
            ["waiting_internal"] = "open in_progress pending_customer resolved",
            ["resolved"] = "open in_progress closed",
            ["closed"] = "",
        },
        ["classic"] = new(StringComparer.Ordinal)
        {
            ["new"] = "open pending on_hold solved",
            ["open"] = "pending on_hold solved",
            ["pending"] = "open on_hold solved",
            ["on_hold"] = "open pending solved",
            ["solved"] = "open closed",
            ["closed"] = "",
        },
        ["psa"] = new(StringComparer.Ordinal)
        {
            ["open"] = "in_progress resolved",
            ["in_progress"] = "open resolved",
            ["resolved"] = "open in_progress closed",
            ["closed"] = "",
        },
        ["field"] = new(StringComparer.Ordinal)
        {
            ["new"] = "pending_approval triaged",
            ["pending_approval"] = "triaged closed",
            ["triaged"] = "pending_approval assigned blocked resolved",
            ["assigned"] = "triaged in_progress blocked resolved",
            ["in_progress"] = "assigned blocked resolved",
            ["blocked"] = "triaged assigned in_progress resolved",
            ["resolved"] = "in_progress closed",
            ["closed"] = "",
        },
    };

    private static readonly Dictionary<string, string> SpecCategories = new(StringComparer.Ordinal)
    {
        ["support"] = "new:new open:open in_progress:open pending_customer:pending waiting_internal:on_hold resolved:solved closed:closed",
        ["classic"] = "new:new open:open pending:pending on_hold:on_hold solved:solved closed:closed",
        ["psa"] = "open:open in_progress:open resolved:solved closed:closed",
        ["field"] = "new:new pending_approval:on_hold triaged:open assigned:open in_progress:open blocked:on_hold resolved:solved closed:closed",
    };

    public static TheoryData<string> Keys => [.. Steps.Keys];

    public static TheoryData<string, string, string, bool> Pairs()
    {
        var data = new TheoryData<string, string, string, bool>();
        foreach (var (workflow, steps) in Steps)
            foreach (var (from, allowed) in steps)
                foreach (var to in steps.Keys.Where(to => to != from))
                    data.Add(workflow, from, to, allowed.Split(' ').Contains(to, StringComparer.Ordinal));
        return data;
    }

    [Fact]
    public void There_are_four_and_an_unknown_key_finds_none()
    {
        Assert.Equal(Steps.Keys, ReadyWorkflows.All.Select(w => w.Key));
        Assert.Null(ReadyWorkflows.Find("kanban"));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_pair_of_statuses_is_either_a_step_or_refused_with_what_is_allowed(string key, string from, string to, bool allowed)
    {
        var workflow = ReadyWorkflows.Find(key)!;
        var outcome = workflow.Step(from, to, Permissions.All);
        if (allowed)
        {
            Assert.Equal(workflow.Find(to), outcome.Value);
            return;
        }

        Assert.Equal(ProblemKind.Conflict, outcome.Problem!.Kind);
        Assert.Equal("transition_not_allowed", outcome.Problem.Code);
        Assert.Equal(Steps[key][from], string.Join(' ', outcome.Problem.Allowed));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_ticket_takes_exactly_the_steps_of_its_graph(string key, string from, string to, bool allowed)
    {
        var workflow = ReadyWorkflows.Find(key)!;
        var outcome = Desk.In(from, workflow).Decide(new TicketChange.ChangeStatus(to, null), rules: Desk.Rulebook(workflow));
        Assert.Equal(allowed, outcome.Problem is null);
        if (allowed) Assert.Equal((to, workflow.Find(to)!.Category), (outcome.Value.After.Status, outcome.Value.After.StatusCategory));
        else Assert.Equal(from == "closed" ? "ticket_closed" : "transition_not_allowed", outcome.Problem!.Code);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Statuses_stand_in_the_categories_that_are_documented(string key) =>
        Assert.Equal(SpecCategories[key], string.Join(' ', ReadyWorkflows.Find(key)!.Statuses.Select(s => $"{s.Key}:{Wire.Name(s.Category)}")));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_status_is_reached_from_the_first_and_every_one_reaches_closed(string key)
    {
        var workflow = ReadyWorkflows.Find(key)!;
        var all = workflow.Statuses.Select(s => s.Key).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(all, ReachedFrom(workflow, workflow.Initial.Key).Order(StringComparer.Ordinal));
        Assert.All(all, status => Assert.Contains("closed", ReachedFrom(workflow, status)));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Closed_is_final_and_steps_are_distinct_and_name_known_statuses(string key)
    {
        var workflow = ReadyWorkflows.Find(key)!;
        Assert.Empty(workflow.NextOf("closed"));
        Assert.Equal(workflow.Statuses.Length, workflow.Statuses.Select(s => s.Key).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(workflow.Transitions.Length, workflow.Transitions.Select(t => (t.From, t.To)).Distinct().Count());
        Assert.All(workflow.Transitions, t => Assert.True(workflow.Find(t.From) is not null && workflow.Find(t.To) is not null && t.From != t.To));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_reply_to_a_pending_or_solved_ticket_always_finds_an_open_status(string key)
    {
        var workflow = ReadyWorkflows.Find(key)!;
        foreach (var status in workflow.Statuses)
        {
            var open = workflow.ReopenedFrom(status);
            Assert.Equal(status.Category is StatusCategory.Pending or StatusCategory.Solved, open is not null);
            if (open is not null) Assert.Equal(StatusCategory.Open, open.Category);
        }
    }

    [Theory]
    [InlineData("triaged")]
    [InlineData("closed")]
    public void Leaving_approval_in_the_field_workflow_needs_the_right_to_approve(string to)
    {
        var rules = Desk.Rulebook(ReadyWorkflows.Field);
        var waiting = Desk.In("pending_approval", ReadyWorkflows.Field);
        var refusal = waiting.Refused(new TicketChange.ChangeStatus(to, null), Desk.By(Desk.As(Role.Agent)), rules);
        Assert.Equal((ProblemKind.Forbidden, "forbidden"), (refusal.Kind, refusal.Code));
        Assert.Contains("billing:approve", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(to, waiting.Must(new TicketChange.ChangeStatus(to, null), Desk.By(Desk.As(Role.Manager)), rules).After.Status);
    }

    [Fact]
    public void No_other_step_of_the_ready_workflows_needs_more_than_updating()
    {
        var guarded = ReadyWorkflows.All.SelectMany(w => w.Transitions.Where(t => t.Needs is not null).Select(t => $"{w.Key}: {t.From} -> {t.To}"));
        Assert.Equal(["field: pending_approval -> triaged", "field: pending_approval -> closed"], guarded);
    }

    [Fact]
    public void An_unknown_status_is_refused_with_the_known_ones_and_a_long_one_is_not_echoed_whole()
    {
        var refusal = ReadyWorkflows.Psa.Step("open", new string('x', 5000), Permissions.All).Problem!;
        Assert.Equal(ProblemKind.Invalid, refusal.Kind);
        Assert.Equal("in_progress resolved", string.Join(' ', refusal.Allowed));
        Assert.Contains("status", refusal.Errors.Keys);
        Assert.True(refusal.Message.Length < 300);
    }

    private static HashSet<string> ReachedFrom(Workflow workflow, string start)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { start };
        var left = new Queue<string>(seen);
        while (left.TryDequeue(out var status))
            foreach (var next in workflow.NextOf(status))
                if (seen.Add(next)) left.Enqueue(next);
        return seen;
    }
}
