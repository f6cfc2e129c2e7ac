using System.Collections.Immutable;

namespace Deskhand.Tickets;

/// <summary>What a workflow must look like so that every ticket can begin, move and end.</summary>
public static class WorkflowRules
{
    public const int MostStatuses = 50;

    /// <summary>Checks a workflow that a tenant lays down.</summary>
    /// <returns>What is wrong, by <c>key</c>, <c>statuses</c> and <c>transitions</c>; null when nothing is.</returns>
    public static Problem? Check(Workflow workflow)
    {
        var errors = new FieldErrors();
        CategoryFields.CheckKey(workflow.Key, errors);
        CheckStatuses(workflow.Statuses, errors);
        if (errors.ToProblem() is { } unfit) return unfit;
        CheckTransitions(workflow, errors);
        return errors.ToProblem();
    }

    private static void CheckStatuses(ImmutableArray<WorkflowStatus> statuses, FieldErrors errors)
    {
        errors.Unless(statuses.Length is >= 2 and <= MostStatuses, "statuses", $"A workflow has 2 to {MostStatuses} statuses.");
        foreach (var status in statuses)
        {
            errors.Unless(CategoryFields.IsKey(status.Key), "statuses", $"The key \"{status.Key}\" must have lower-case letters, digits and _, begin with a letter and have at most 60 characters.");
            errors.Required("statuses", status.Name, 100);
        }

        foreach (var twice in statuses.GroupBy(s => s.Key, StringComparer.Ordinal).Where(g => g.Count() > 1))
            errors.Add("statuses", $"The key {twice.Key} appears twice.");
        if (statuses.IsEmpty) return;
        errors.Unless(statuses[0].Category is StatusCategory.New or StatusCategory.Open, "statuses", "A ticket starts in the first status: it must be new or open.");
        errors.Unless(statuses.Any(s => s.Category == StatusCategory.Solved), "statuses", "There must be a status of the category solved.");
        errors.Unless(statuses.Any(s => s.Category == StatusCategory.Closed), "statuses", "There must be a status of the category closed.");
    }

    private static void CheckTransitions(Workflow workflow, FieldErrors errors)
    {
        foreach (var step in workflow.Transitions)
        {
            foreach (var unknown in new[] { step.From, step.To }.Where(k => workflow.Find(k) is null))
                errors.Add("transitions", $"There is no status {unknown}.");
            errors.Unless(!string.Equals(step.From, step.To, StringComparison.Ordinal), "transitions", $"{step.From} leads to itself.");
            errors.Unless(workflow.Find(step.From)?.Category != StatusCategory.Closed, "transitions", $"{step.From} is closed, and closed is final: no step leads out of it.");
        }

        foreach (var twice in workflow.Transitions.GroupBy(t => (t.From, t.To)).Where(g => g.Count() > 1))
            errors.Add("transitions", $"The step from {twice.Key.From} to {twice.Key.To} appears twice.");
        if (errors.ToProblem() is not null) return;

        var forward = Reached(workflow.Initial.Key, key => workflow.Transitions.Where(t => string.Equals(t.From, key, StringComparison.Ordinal)).Select(t => t.To));
        foreach (var status in workflow.Statuses.Where(s => !forward.Contains(s.Key))) errors.Add("transitions", $"No way leads to {status.Key}.");
        foreach (var status in workflow.Statuses.Where(s => s.Category != StatusCategory.Closed))
        {
            var onward = Reached(status.Key, key => workflow.Transitions.Where(t => string.Equals(t.From, key, StringComparison.Ordinal)).Select(t => t.To));
            errors.Unless(workflow.Statuses.Any(s => s.Category is StatusCategory.Solved or StatusCategory.Closed && onward.Contains(s.Key)), "transitions", $"From {status.Key} no way leads to an end: a solved or closed status.");
        }
    }

    private static HashSet<string> Reached(string start, Func<string, IEnumerable<string>> next)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { start };
        var open = new Queue<string>([start]);
        while (open.TryDequeue(out var key))
            foreach (var found in next(key).Where(reached.Add)) open.Enqueue(found);
        return reached;
    }
}
