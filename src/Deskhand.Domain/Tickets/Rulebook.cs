using System.Collections.Immutable;
using Deskhand.Automation;
using Deskhand.Directory;
using Deskhand.Sla;

namespace Deskhand.Tickets;

/// <summary>A ticket category and what is below it.</summary>
public sealed record Category(string Key, string Name, ImmutableArray<string> Subcategories, bool Active = true);

/// <summary>What a tenant has laid down about its tickets. The same for every ticket, changes rarely.</summary>
public sealed record Rulebook(
    Workflow Workflow,
    ImmutableArray<Category> Categories,
    ImmutableArray<CustomFieldDefinition> CustomFields,
    ReferenceScheme ReferenceScheme,
    string TimeZone)
{
    /// <summary>Triggers, automations and routing, ready to run.</summary>
    public RuleSet Rules { get; init; } = RuleSet.None;

    /// <summary>What is promised about time.</summary>
    public SlaRules Sla { get; init; } = SlaRules.Nothing;

    /// <summary>The webhooks there are, switched on or not: what rules may call.</summary>
    public ImmutableHashSet<Guid> Webhooks { get; init; } = [];
}

/// <summary>What is known of the rows that a change names; absent where the change names none, or none exists in this tenant.</summary>
public sealed record Known
{
    public static Known Nothing { get; } = new();

    /// <summary>Whether the customer exists and is active.</summary>
    public bool Customer { get; init; }

    /// <summary>The customer that the contact belongs to, or null when there is no such contact.</summary>
    public Guid? CustomerOfContact { get; init; }

    /// <summary>The customer that the location belongs to, or null when there is no such location.</summary>
    public Guid? CustomerOfLocation { get; init; }

    /// <summary>The asset's number, or null when there is no such asset.</summary>
    public string? AssetNumber { get; init; }

    /// <summary>The asset that was named, by id or by number, or null when there is no such asset.</summary>
    public Guid? Asset { get; init; }

    /// <summary>The customer that the asset is installed at, or null.</summary>
    public Guid? CustomerOfAsset { get; init; }

    /// <summary>The location of that customer that the asset is installed at, or null.</summary>
    public Guid? LocationOfAsset { get; init; }

    /// <summary>The project that the asset belongs to, or null.</summary>
    public Guid? ProjectOfAsset { get; init; }

    /// <summary>Whether the project that was named exists.</summary>
    public bool Project { get; init; }

    /// <summary>The type of the ticket named as problem, or null when there is none.</summary>
    public TicketType? Problem { get; init; }

    /// <summary>Whether the assignee exists, is active and may hold tickets.</summary>
    public bool Assignee { get; init; }

    /// <summary>Whether the group exists.</summary>
    public bool Group { get; init; }

    /// <summary>Whether the assignee is a member of the group.</summary>
    public bool AssigneeInGroup { get; init; }

    /// <summary>Whether the user named as follower may read the ticket; null when there is no such active user.</summary>
    public bool? Follower { get; init; }

    /// <summary>Whether the two tickets are linked like that already.</summary>
    public bool HasLink { get; init; }

    /// <summary>Whether the ticket that shall wait is one that the other waits for.</summary>
    public bool LinkClosesCircle { get; init; }

    /// <summary>The tier of the customer that the ticket has then; null when it has none, or no policy asks for it.</summary>
    public Tier? Tier { get; init; }

    /// <summary>How many links the ticket has.</summary>
    public int Links { get; init; }

    /// <summary>Those of the named uploads that exist, belong to the actor and are not yet part of a comment.</summary>
    public ImmutableHashSet<Guid> Uploads { get; init; } = [];

    /// <summary>What rules have asked so far, with the answers (<see cref="TicketDecision.Asks"/>).</summary>
    public ImmutableDictionary<Question, object?> Answers { get; init; } = ImmutableDictionary<Question, object?>.Empty;
}
