using Deskhand.Tickets;

namespace Deskhand.Tenants;

/// <summary>A business that runs its desk here.</summary>
internal sealed record Tenant
{
    public required string Slug { get; init; }

    public required string Name { get; init; }

    public string Locale { get; init; } = "en";

    /// <summary>IANA name; years of references and days of reports are counted in it.</summary>
    public string TimeZone { get; init; } = "UTC";

    public int PageLimit { get; init; } = 50;

    public ReferenceScheme ReferenceScheme { get; init; } = ReferenceScheme.Yearly;

    /// <summary>A text search configuration of PostgreSQL; null: the language of the locale.</summary>
    public string? SearchLanguage { get; init; }

    /// <summary>Whether passing time is acted on; otherwise targets are kept and nobody is told.</summary>
    public bool SlaMonitored { get; init; } = true;

    /// <summary>The name that mails come from; null: the tenant's own.</summary>
    public string? MailName { get; init; }

    /// <summary>The address that mails come from; null: the installation's.</summary>
    public string? MailAddress { get; init; }

    public long Version { get; init; } = 1;

    public DateTimeOffset? SuspendedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
