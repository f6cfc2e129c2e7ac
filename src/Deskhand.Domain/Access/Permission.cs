using System.Collections.Immutable;

namespace Deskhand.Access;

/// <summary>What a caller may be allowed to do. The wire name is in <see cref="Permissions.Name"/>.</summary>
public enum Permission
{
    TicketsRead,
    TicketsCreate,
    TicketsUpdate,
    TicketsAssign,
    TicketsEscalate,
    TicketsDelete,
    CommentsWrite,
    NotesRead,
    NotesWrite,
    CustomersRead,
    CustomersWrite,
    CustomersDelete,
    CustomersImport,
    CustomersErase,
    UsersRead,
    UsersManage,
    GroupsManage,
    TokensManage,
    SettingsRead,
    SettingsManage,
    AuditRead,
    EventsRead,
    BillingApprove,
    HealthRead,
    ViewsManage,
    DeliveriesManage,
    ReportsRead,
    WebhooksManage,
    EventsReplay,
}

/// <summary>A person's part in the desk (SPEC §0).</summary>
public enum Role
{
    Admin,
    Manager,
    Agent,
    LightAgent,
}

/// <summary>Which tickets an agent sees (SPEC §1).</summary>
public enum TicketScope
{
    /// <summary>Every ticket of the tenant.</summary>
    All,

    /// <summary>Tickets of the agent's own groups, assigned or not, and those assigned to the agent.</summary>
    Groups,

    /// <summary>Tickets assigned to the agent, and those assigned to nobody.</summary>
    Assigned,
}

/// <summary>A set of permissions.</summary>
public readonly record struct PermissionSet(ulong Bits)
{
    public static PermissionSet None => default;

    public bool Has(Permission permission) => (Bits & (1UL << (int)permission)) != 0;

    public PermissionSet With(Permission permission) => new(Bits | (1UL << (int)permission));

    /// <summary>What both sets hold: an API token can do what its scopes and its owner both allow.</summary>
    public PermissionSet And(PermissionSet other) => new(Bits & other.Bits);

    public IEnumerable<Permission> Each()
    {
        foreach (var permission in Enum.GetValues<Permission>())
            if (Has(permission)) yield return permission;
    }
}

/// <summary>The names of permissions and what each role is granted.</summary>
public static class Permissions
{
    private static readonly ImmutableDictionary<string, Permission> ByName =
        Enum.GetValues<Permission>().ToImmutableDictionary(Name, StringComparer.Ordinal);

    /// <summary>Every permission.</summary>
    public static PermissionSet All { get; } = Of(Enum.GetValues<Permission>());

    private static PermissionSet Light { get; } = Of(
        Permission.TicketsRead, Permission.NotesRead, Permission.NotesWrite, Permission.CustomersRead, Permission.UsersRead, Permission.SettingsRead);

    private static PermissionSet Agents { get; } = Of(
        [.. Light.Each(), Permission.TicketsCreate, Permission.TicketsUpdate, Permission.TicketsAssign, Permission.TicketsEscalate,
            Permission.CommentsWrite, Permission.CustomersWrite]);

    private static PermissionSet Managers { get; } = Of(
        [.. Agents.Each(), Permission.TicketsDelete, Permission.CustomersDelete, Permission.CustomersImport, Permission.BillingApprove, Permission.EventsRead, Permission.ViewsManage, Permission.ReportsRead]);

    /// <summary>The permissions that a role has.</summary>
    public static PermissionSet Of(Role role) => role switch
    {
        Role.Admin => All,
        Role.Manager => Managers,
        Role.Agent => Agents,
        Role.LightAgent => Light,
    };

    /// <summary>A set of the given permissions.</summary>
    public static PermissionSet Of(params IEnumerable<Permission> permissions)
    {
        var set = PermissionSet.None;
        foreach (var permission in permissions) set = set.With(permission);
        return set;
    }

    /// <summary>The permission with a wire name such as <c>tickets:read</c>, or null.</summary>
    public static Permission? Find(string name) => ByName.TryGetValue(name, out var permission) ? permission : null;

    /// <summary>The wire name, part of the public contract.</summary>
    public static string Name(Permission permission) => permission switch
    {
        Permission.TicketsRead => "tickets:read",
        Permission.TicketsCreate => "tickets:create",
        Permission.TicketsUpdate => "tickets:update",
        Permission.TicketsAssign => "tickets:assign",
        Permission.TicketsEscalate => "tickets:escalate",
        Permission.TicketsDelete => "tickets:delete",
        Permission.CommentsWrite => "comments:write",
        Permission.NotesRead => "notes:read",
        Permission.NotesWrite => "notes:write",
        Permission.CustomersRead => "customers:read",
        Permission.CustomersWrite => "customers:write",
        Permission.CustomersDelete => "customers:delete",
        Permission.CustomersImport => "customers:import",
        Permission.CustomersErase => "customers:erase",
        Permission.UsersRead => "users:read",
        Permission.UsersManage => "users:manage",
        Permission.GroupsManage => "groups:manage",
        Permission.TokensManage => "tokens:manage",
        Permission.SettingsRead => "settings:read",
        Permission.SettingsManage => "settings:manage",
        Permission.AuditRead => "audit:read",
        Permission.EventsRead => "events:read",
        Permission.BillingApprove => "billing:approve",
        Permission.HealthRead => "health:read",
        Permission.ViewsManage => "views:manage",
        Permission.DeliveriesManage => "deliveries:manage",
        Permission.ReportsRead => "reports:read",
        Permission.WebhooksManage => "webhooks:manage",
        Permission.EventsReplay => "events:replay",
    };
}
