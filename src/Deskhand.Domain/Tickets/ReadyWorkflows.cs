using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <summary>The four workflows a tenant can start from (SPEC §3).</summary>
public static class ReadyWorkflows
{
    /// <summary>The default: a service desk with waiting for the customer told apart from waiting for colleagues.</summary>
    public static Workflow Support { get; } = Build("support",
        [
            new("new", "New", StatusCategory.New),
            new("open", "Open", StatusCategory.Open),
            new("in_progress", "In progress", StatusCategory.Open),
            new("pending_customer", "Waiting for customer", StatusCategory.Pending),
            new("waiting_internal", "Waiting internally", StatusCategory.OnHold),
            new("resolved", "Resolved", StatusCategory.Solved),
            new("closed", "Closed", StatusCategory.Closed),
        ],
        ("new", "open in_progress pending_customer waiting_internal resolved"),
        ("open", "in_progress pending_customer waiting_internal resolved"),
        ("in_progress", "open pending_customer waiting_internal resolved"),
        ("pending_customer", "open in_progress waiting_internal resolved"),
        ("waiting_internal", "open in_progress pending_customer resolved"),
        ("resolved", "open in_progress closed"));

    /// <summary>The six categories under their own names.</summary>
    public static Workflow Classic { get; } = Build("classic",
        [
            new("new", "New", StatusCategory.New),
            new("open", "Open", StatusCategory.Open),
            new("pending", "Pending", StatusCategory.Pending),
            new("on_hold", "On hold", StatusCategory.OnHold),
            new("solved", "Solved", StatusCategory.Solved),
            new("closed", "Closed", StatusCategory.Closed),
        ],
        ("new", "open pending on_hold solved"),
        ("open", "pending on_hold solved"),
        ("pending", "open on_hold solved"),
        ("on_hold", "open pending solved"),
        ("solved", "open closed"));

    /// <summary>Four steps, for teams that bill time.</summary>
    public static Workflow Psa { get; } = Build("psa",
        [
            new("open", "Open", StatusCategory.Open),
            new("in_progress", "In progress", StatusCategory.Open),
            new("resolved", "Resolved", StatusCategory.Solved),
            new("closed", "Closed", StatusCategory.Closed),
        ],
        ("open", "in_progress resolved"),
        ("in_progress", "open resolved"),
        ("resolved", "open in_progress closed"));

    /// <summary>Field work: approved before it is triaged and sent out. Who approves needs <c>billing:approve</c>.</summary>
    public static Workflow Field { get; } = Build("field",
        [
            new("new", "New", StatusCategory.New),
            new("pending_approval", "Waiting for approval", StatusCategory.OnHold),
            new("triaged", "Triaged", StatusCategory.Open),
            new("assigned", "Assigned", StatusCategory.Open),
            new("in_progress", "In progress", StatusCategory.Open),
            new("blocked", "Blocked", StatusCategory.OnHold),
            new("resolved", "Resolved", StatusCategory.Solved),
            new("closed", "Closed", StatusCategory.Closed),
        ],
        ("new", "pending_approval triaged"),
        ("pending_approval", "triaged! closed!"),
        ("triaged", "pending_approval assigned blocked resolved"),
        ("assigned", "triaged in_progress blocked resolved"),
        ("in_progress", "assigned blocked resolved"),
        ("blocked", "triaged assigned in_progress resolved"),
        ("resolved", "in_progress closed"));

    public static ImmutableArray<Workflow> All { get; } = [Support, Classic, Psa, Field];

    /// <summary>The ready workflow with a key, or null.</summary>
    public static Workflow? Find(string key) => All.FirstOrDefault(w => string.Equals(w.Key, key, StringComparison.Ordinal));

    /// <param name="key">The workflow's key.</param>
    /// <param name="statuses">In order.</param>
    /// <param name="steps">From a key to keys, separated by spaces; <c>!</c> behind a key: the step needs <c>billing:approve</c>.</param>
    private static Workflow Build(string key, ImmutableArray<WorkflowStatus> statuses, params ReadOnlySpan<(string From, string To)> steps)
    {
        var transitions = ImmutableArray.CreateBuilder<WorkflowTransition>();
        foreach (var (from, targets) in steps)
            foreach (var to in targets.Split(' '))
                transitions.Add(to.EndsWith('!') ? new(from, to[..^1], Permission.BillingApprove) : new(from, to));
        return new(key, statuses, transitions.ToImmutable());
    }
}
