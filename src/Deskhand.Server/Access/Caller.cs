using System.Collections.Immutable;

namespace Deskhand.Access;

/// <summary>Who calls, as of this request.</summary>
internal sealed record Caller
{
    public required Guid TenantId { get; init; }

    public required Guid UserId { get; init; }

    public required string Name { get; init; }

    public required string Email { get; init; }

    public required Role Role { get; init; }

    /// <summary>What the role grants; for an API token, only what its scopes allow of it.</summary>
    public required PermissionSet Permissions { get; init; }

    public required TicketScope Scope { get; init; }

    /// <summary>The groups the user is a member of, sorted.</summary>
    public required ImmutableArray<Guid> Groups { get; init; }

    /// <summary>The session of a signed-in person, or null.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The API token used, or null.</summary>
    public Guid? TokenId { get; init; }

    /// <summary>When the right to call ends by itself, whatever the access token says.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>How much the tenant wants on a page when a caller does not say.</summary>
    public int PageLimit { get; init; } = 50;

    /// <summary>Stable for rate limits and idempotency: the token or the user.</summary>
    public Guid Key => TokenId ?? UserId;

    public bool May(Permission permission) => Permissions.Has(permission);

    public Actor Actor => new(ActorKind.Agent, UserId, Permissions, SessionId is null ? Via.Api : Via.Screen) { Role = Role };
}

/// <summary>What a route asks of its caller. A route without it is a bug that the start finds.</summary>
/// <param name="Permission">The permission needed; null with <see cref="SignedIn"/>: any signed-in caller.</param>
/// <param name="SignedIn">False for the few routes that are open to everybody.</param>
internal sealed record Needs(Permission? Permission, bool SignedIn = true)
{
    /// <summary>Any signed-in caller, for what is the caller's own.</summary>
    public static Needs SignIn { get; } = new((Permission?)null);

    /// <summary>Everybody.</summary>
    public static Needs Nothing { get; } = new(null, SignedIn: false);

    public static implicit operator Needs(Permission permission) => new(permission);

    public override string ToString() => Permission is { } p ? Permissions.Name(p) : SignedIn ? "signed in" : "public";
}
