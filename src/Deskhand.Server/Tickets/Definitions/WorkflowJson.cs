using System.Text.Json;
using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>A workflow as it is stored and as the API shows it.</summary>
internal static class WorkflowJson
{
    public static string Write(Workflow workflow) => JsonSerializer.Serialize(Body.Of(workflow), JsonFormat.Options);

    public static Workflow Read(string json) => JsonSerializer.Deserialize<Body>(json, JsonFormat.Options)!.ToWorkflow();

    /// <summary>The workflow that a caller describes, when it can be one.</summary>
    public static Outcome<Workflow> Checked(string key, IReadOnlyList<WorkflowStatusBody> statuses, IReadOnlyList<TransitionBody> transitions)
    {
        if (statuses.Contains(null!)) return Problem.Malformed("statuses", "A status is an object.");
        if (transitions.Contains(null!)) return Problem.Malformed("transitions", "A step is an object.");
        if (transitions.FirstOrDefault(t => t.Permission is { } name && Permissions.Find(name) is null) is { Permission: { } unknown })
            return Problem.Invalid("transitions", $"There is no permission \"{unknown}\"; there are: {string.Join(", ", Permissions.All.Each().Select(Permissions.Name))}.");
        var workflow = new Body(key, [.. statuses.Select(s => s with { Name = s.Name.Trim() })], transitions).ToWorkflow();
        return WorkflowRules.Check(workflow) is { } invalid ? invalid : workflow;
    }

    internal sealed record Body(string Key, IReadOnlyList<WorkflowStatusBody> Statuses, IReadOnlyList<TransitionBody> Transitions)
    {
        public static Body Of(Workflow w) => new(
            w.Key,
            [.. w.Statuses.Select(s => new WorkflowStatusBody(s.Key, s.Name, s.Category))],
            [.. w.Transitions.Select(t => new TransitionBody(t.From, t.To, t.Needs is { } p ? Permissions.Name(p) : null))]);

        public Workflow ToWorkflow() => new(
            Key,
            [.. Statuses.Select(s => new WorkflowStatus(s.Key, s.Name, s.Category))],
            [.. Transitions.Select(t => new WorkflowTransition(t.From, t.To, t.Permission is { } name ? Permissions.Find(name) : null))]);
    }

    internal sealed record WorkflowStatusBody(string Key, string Name, StatusCategory Category);

    /// <param name="From">Status key.</param>
    /// <param name="To">Status key.</param>
    /// <param name="Permission">A permission beyond <c>tickets:update</c> that this step asks for.</param>
    internal sealed record TransitionBody(string From, string To, string? Permission = null);
}
