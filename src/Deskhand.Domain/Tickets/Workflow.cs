using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <summary>A tenant's own name for a place in a ticket's life.</summary>
/// <param name="Key">snake_case, unique in the workflow, on the wire and in the database.</param>
/// <param name="Name">What people read.</param>
/// <param name="Category">The fixed category behind it.</param>
public sealed record WorkflowStatus(string Key, string Name, StatusCategory Category);

/// <summary>An allowed step from one status to another.</summary>
/// <param name="From">Status key.</param>
/// <param name="To">Status key.</param>
/// <param name="Needs">A permission beyond <c>tickets:update</c> that this step asks for, or null.</param>
public sealed record WorkflowTransition(string From, string To, Permission? Needs = null);

/// <summary>The statuses of a tenant and the graph of steps between them.</summary>
/// <param name="Key">snake_case name of the workflow.</param>
/// <param name="Statuses">In the order people see them; the first is where a new ticket starts.</param>
/// <param name="Transitions">The allowed steps. <see cref="StatusCategory.Closed"/> has none out: closed is final.</param>
public sealed record Workflow(string Key, ImmutableArray<WorkflowStatus> Statuses, ImmutableArray<WorkflowTransition> Transitions)
{
    /// <summary>Where a new ticket starts.</summary>
    public WorkflowStatus Initial => Statuses[0];

    /// <summary>The status with a key, or null.</summary>
    public WorkflowStatus? Find(string key) => Statuses.FirstOrDefault(s => string.Equals(s.Key, key, StringComparison.Ordinal));

    /// <summary>The keys that a ticket in <paramref name="from"/> may go to, whoever asks; all of them from a status that the workflow does not know, which a ticket can only have kept from an earlier one.</summary>
    public ImmutableArray<string> NextOf(string from) => Find(from) is null ? [.. Statuses.Select(s => s.Key)] :
        [.. Transitions.Where(t => string.Equals(t.From, from, StringComparison.Ordinal)).Select(t => t.To)];

    /// <summary>
    /// The rule of a status change (SPEC §3): the step must be in the graph and the actor must hold the permission it needs.
    /// </summary>
    /// <returns>The new status, or a problem: <c>invalid</c> for an unknown key, <c>transition_not_allowed</c> with what is allowed, or <c>forbidden</c>.</returns>
    public Outcome<WorkflowStatus> Step(string from, string to, PermissionSet permissions)
    {
        if (Find(to) is not { } target)
            return Problem.Invalid("status", $"There is no status {Quote(to)}; there are: {string.Join(", ", Statuses.Select(s => s.Key))}.")
                with
            { Allowed = NextOf(from) };
        var transition = Transitions.FirstOrDefault(t =>
            string.Equals(t.From, from, StringComparison.Ordinal) && string.Equals(t.To, to, StringComparison.Ordinal));
        if (transition is null && Find(from) is not null)
        {
            var allowed = NextOf(from);
            return Problem.Conflict("transition_not_allowed", allowed.IsEmpty
                ? $"A ticket that is {from} stays so."
                : $"A ticket that is {from} cannot become {to}; it can become: {string.Join(", ", allowed)}.") with
            { Allowed = allowed };
        }

        if (transition?.Needs is { } needed && !permissions.Has(needed)) return Problem.Forbidden(Permissions.Name(needed));
        return target;
    }

    /// <summary>The status a ticket takes when its customer writes again: the first of category open that the graph reaches, or null when it stays.</summary>
    public WorkflowStatus? ReopenedFrom(WorkflowStatus status) =>
        status.Category is StatusCategory.Pending or StatusCategory.Solved ? FirstReachable(status.Key, StatusCategory.Open) : null;

    /// <summary>The first status of a category, in the people's order, that one step reaches.</summary>
    public WorkflowStatus? FirstReachable(string from, StatusCategory category)
    {
        var next = NextOf(from);
        return Statuses.FirstOrDefault(s => s.Category == category && next.Contains(s.Key, StringComparer.Ordinal));
    }

    private static string Quote(string text) => '"' + (text.Length > 60 ? string.Concat(text.AsSpan(0, 60), "…") : text) + '"';
}
