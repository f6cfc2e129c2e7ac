using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Operations.Demo;

/// <summary>A colleague with an account.</summary>
internal sealed record Player(Colleague Who, Guid Id)
{
    public Actor Actor { get; } = new(ActorKind.Agent, Id, Permissions.Of(Who.Role), Via.Screen) { Role = Who.Role };
}

/// <summary>A contact with an entry in the directory.</summary>
internal sealed record Requester(Guid Id, string First)
{
    private static readonly PermissionSet May = Permissions.Of(Permission.TicketsCreate, Permission.CommentsWrite);

    public Actor Actor(Via via) => new(ActorKind.Contact, Id, May, via);
}

/// <summary>A line or device at a customer.</summary>
internal sealed record Installed(Guid Id, Guid LocationId, string Number, string Serial);

/// <summary>A customer with everything that belongs to it.</summary>
internal sealed record Client(Account Account, Place Place, Guid Id, ImmutableArray<Requester> People, ImmutableArray<(Guid Id, string Name)> Sites, ImmutableArray<Installed> Lines);

/// <summary>Everybody and everything that stories can be about, as soon as it is there.</summary>
internal sealed class Cast
{
    public Dictionary<string, Player> Players { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Guid> Groups { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Client> Clients { get; } = new(StringComparer.Ordinal);

    /// <summary>The agent of a group who takes a ticket.</summary>
    public Player Takes(string group, bool inSpanish, Dice dice)
    {
        var able = Company.People.Where(p => p.Role is Role.Agent && p.Groups.Contains(group, StringComparer.Ordinal)).ToArray();
        var speaks = able.Where(p => p.Locale == "es").ToArray();
        return Players[dice.Of(inSpanish && speaks.Length > 0 ? speaks : able).Name];
    }
}
