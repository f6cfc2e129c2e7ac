using System.Collections.Immutable;
using Deskhand.Directory;
using Deskhand.Search;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>What a client may write of a macro: the body of POST, PUT and PATCH.</summary>
public sealed record MacroFields : IFields<MacroFields>
{
    /// <summary>What a macro can do; to routing, notes and replies of rules it has its own <see cref="Reply"/>.</summary>
    private static readonly ImmutableArray<RuleActionType> Possible =
    [
        RuleActionType.SetPriority, RuleActionType.SetType, RuleActionType.SetCategory, RuleActionType.SetSubcategory, RuleActionType.SetStatus, RuleActionType.SetCustomField,
        RuleActionType.AddTags, RuleActionType.RemoveTags, RuleActionType.AssignAgent, RuleActionType.AssignGroup, RuleActionType.Escalate, RuleActionType.Deescalate,
    ];

    /// <summary>What people read.</summary>
    public required string Name { get; init; }

    public string? Description { get; init; }

    public ViewVisibility Visibility { get; init; } = ViewVisibility.Personal;

    /// <summary>Whose it is; only with visibility group.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>What it changes, as in a rule; it may be nothing.</summary>
    public ImmutableArray<RuleAction> Actions { get; init; } = [];

    /// <summary>What it says, with placeholders; null = nothing.</summary>
    public string? Reply { get; init; }

    public BodyFormat Format { get; init; } = BodyFormat.Markdown;

    /// <summary>Whether it says that in a note.</summary>
    public bool Internal { get; init; }

    public MacroFields Normalised() => this with { Name = Name.Trim(), Description = string.IsNullOrWhiteSpace(Description) ? null : Description.Trim(), Reply = string.IsNullOrWhiteSpace(Reply) ? null : Reply, Actions = Actions.IsDefault ? [] : Actions };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("name", Json.Of(Name)), ("description", Json.Of(Description)), ("visibility", Json.Of(Wire.Name(Visibility))), ("groupId", Json.Of(GroupId)), ("actions", RuleFields.Text(Actions)),
        ("reply", Json.Of(Reply)), ("format", Json.Of(Wire.Name(Format))), ("internal", Json.Of(Internal)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 200);
        errors.Text("description", Description, 2000);
        errors.Unless((Visibility == ViewVisibility.Group) == (GroupId is not null), "groupId", "A macro of a group names it; others name none.");
        errors.Text("reply", Reply, TicketRules.BodyLength);
        if (Reply is not null && Placeholders.Refuse(Reply) is { } unknown) errors.Add("reply", unknown);
        errors.Unless(Reply is not null || Actions.Length > 0, "actions", "A macro changes or says something.");
        return errors.ToProblem();
    }

    /// <summary>Checks the words of its actions and makes the macro ready to run.</summary>
    /// <param name="rulebook">The tenant's statuses, categories and fields.</param>
    public Outcome<Macro> Compile(Rulebook rulebook)
    {
        var errors = new FieldErrors();
        for (var i = 0; i < Actions.Length; i++)
            errors.Unless(Actions[i] is null || Possible.Contains(Actions[i].Type), $"actions.{i}.type", $"A macro can: {string.Join(", ", Possible.Select(Wire.Name))}.");
        var steps = Actions.IsEmpty ? [] : new ActionCompiler(rulebook, errors).Compile(Actions, "actions");
        return errors.ToProblem() is { } invalid ? invalid : new Macro(this, steps);
    }
}

/// <summary>A macro, checked and ready to run.</summary>
public sealed class Macro
{
    private readonly ImmutableArray<RuleStep> steps;

    internal Macro(MacroFields fields, ImmutableArray<RuleStep> steps) => (Fields, this.steps) = (fields, steps);

    public MacroFields Fields { get; }

    /// <summary>
    /// What it asks of a ticket for somebody, step by step: each as the one before it leaves the ticket. What it says comes before the status changes,
    /// so that the customer hears it of a ticket that is still open.
    /// </summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="rulebook">The tenant's.</param>
    /// <param name="c">Who applies it, when, and what is known.</param>
    /// <param name="byName">The name of who applies it, for the reply.</param>
    /// <param name="reply">Another text than the macro's own, as the person has changed it; null = the macro's.</param>
    public MacroPlan Plan(Ticket ticket, Rulebook rulebook, Circumstances c, string byName, string? reply = null)
    {
        var scene = new RuleScene(ticket, ticket, [], null, rulebook, c);
        var changes = new List<TicketChange>();
        foreach (var step in steps)
        {
            if (step(scene, Fields.Name) is not { } change) continue;
            changes.Add(change);
            // as far as the next step looks at it
            if (change is TicketChange.Edit edit) scene.After = scene.After with { Fields = edit.Fields };
            if (change is TicketChange.Assign assign) scene.After = scene.After with { Fields = scene.After.Fields with { AssigneeId = assign.AssigneeId, GroupId = assign.GroupId } };
        }

        var text = reply ?? Fields.Reply;
        if (text is not null && Placeholders.Fill(scene, text, Fields.Format, byName, out text) && scene.NewId(out var id))
        {
            var comment = new TicketChange.AddComment(new NewComment(id, text, Fields.Format, Fields.Internal ? Visibility.Internal : Visibility.Public, []));
            var status = changes.FindIndex(s => s is TicketChange.ChangeStatus);
            changes.Insert(status < 0 ? changes.Count : status, comment);
        }

        return new MacroPlan([.. changes], text, [.. scene.Asks]);
    }
}

/// <summary>What a macro would do.</summary>
/// <param name="Changes">In order.</param>
/// <param name="Reply">What it says, with the names put in; null = nothing.</param>
/// <param name="Asks">What must be looked up before this is complete.</param>
public sealed record MacroPlan(ImmutableArray<TicketChange> Changes, string? Reply, ImmutableArray<Question> Asks);

/// <summary>Limits of macros. Who sees and changes which says <see cref="Search.Sharing"/>: those of others are the settings' business.</summary>
public static class MacroRules
{
    /// <summary>How many macros of their own somebody may have, and how many a tenant may share.</summary>
    public const int Most = 500;
}
