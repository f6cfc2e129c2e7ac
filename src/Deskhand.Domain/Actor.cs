using Deskhand.Access;

namespace Deskhand;

/// <summary>Who stands behind a change.</summary>
public enum ActorKind
{
    Agent,
    Contact,
    System,
    Ai,
}

/// <summary>Through what a change came in.</summary>
public enum Via
{
    Screen,
    Api,
    Rule,
    Mail,
    Chat,
    Timer,
    Import,
    CommandLine,
}

/// <summary>The one who changes something, with what they may do.</summary>
/// <param name="Kind">The kind of actor.</param>
/// <param name="Id">The user or contact; null for the system.</param>
/// <param name="Permissions">What is allowed.</param>
/// <param name="Via">Through what the change came.</param>
public sealed record Actor(ActorKind Kind, Guid? Id, PermissionSet Permissions, Via Via)
{
    /// <summary>The role of an agent; null of anybody else, and where nothing depends on it.</summary>
    public Role? Role { get; init; }

    /// <summary>The desk itself, which may do everything.</summary>
    public static Actor System(Via via) => new(ActorKind.System, null, Access.Permissions.All, via);
}

/// <summary>One changed field: what it was, what it became. Values are JSON.</summary>
/// <param name="Field">The JSON member name of the field.</param>
/// <param name="From">The former value as JSON, or null where there was none.</param>
/// <param name="To">The new value as JSON, or null where there is none now.</param>
public sealed record FieldChange(string Field, string? From, string? To);
