using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Deskhand.Access;

/// <summary>The holder's identity at an outside issuer of tokens.</summary>
/// <param name="Issuer">The <c>iss</c> claim.</param>
/// <param name="Subject">The <c>sub</c> claim.</param>
internal sealed record ExternalIdentity(string Issuer, string Subject);

/// <summary>What an administrator may write of a user: the body of PUT and PATCH.</summary>
internal record UserFields
{
    /// <summary>Signs in with it; unique in the tenant, whatever the case.</summary>
    public required string Email { get; init; }

    public required string Name { get; init; }

    public Role Role { get; init; } = Role.Agent;

    /// <summary>Which tickets the user sees.</summary>
    public TicketScope TicketScope { get; init; } = TicketScope.All;

    /// <summary>Language such as <c>en</c> or <c>es</c>; null = the tenant's.</summary>
    public string? Locale { get; init; }

    /// <summary>IANA name; null = the tenant's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Links the user with a token of an outside issuer.</summary>
    public ExternalIdentity? ExternalIdentity { get; init; }

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("email", Email, 254);
        errors.Email("email", Email);
        errors.Required("name", Name, 100);
        errors.Unless(Locale is null || UserRules.LocaleShape().IsMatch(Locale), "locale", "This is not a language such as en or es-MX.");
        errors.Unless(TimeZone is null || Tenants.TenantSettings.IsTimeZone(TimeZone), "timeZone", "This is not an IANA time zone such as Africa/Johannesburg.");
        if (ExternalIdentity is { } identity)
        {
            errors.Required("externalIdentity.issuer", identity.Issuer, 500);
            errors.Required("externalIdentity.subject", identity.Subject, 500);
        }

        return errors.ToProblem();
    }
}

internal static partial class UserRules
{
    [GeneratedRegex("^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}\\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    internal static partial Regex LocaleShape();
}

/// <summary>A user as it is stored.</summary>
internal sealed record User
{
    public required Guid Id { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required Role Role { get; init; }

    public required TicketScope TicketScope { get; init; }

    public string? Locale { get; init; }

    public string? TimeZone { get; init; }

    public string? ExternalIssuer { get; init; }

    public string? ExternalSubject { get; init; }

    public bool Active { get; init; } = true;

    public long Version { get; init; } = 1;

    /// <summary>Of the last event.</summary>
    public long Sequence { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    public UserFields Fields() => new()
    {
        Email = Email,
        Name = Name,
        Role = Role,
        TicketScope = TicketScope,
        Locale = Locale,
        TimeZone = TimeZone,
        ExternalIdentity = ExternalSubject is null ? null : new(ExternalIssuer!, ExternalSubject),
    };

    public User With(UserFields fields) => this with
    {
        Email = fields.Email.Trim(),
        Name = fields.Name.Trim(),
        Role = fields.Role,
        TicketScope = fields.TicketScope,
        Locale = fields.Locale,
        TimeZone = fields.TimeZone,
        ExternalIssuer = fields.ExternalIdentity?.Issuer,
        ExternalSubject = fields.ExternalIdentity?.Subject,
    };

    /// <summary>The fields that differ, as history and events tell them.</summary>
    public static ImmutableArray<FieldChange> Changes(User? before, User after)
    {
        var changes = ImmutableArray.CreateBuilder<FieldChange>();
        Compare("email", Json.Of(before?.Email), Json.Of(after.Email));
        Compare("name", Json.Of(before?.Name), Json.Of(after.Name));
        Compare("role", before is null ? null : Json.Of(Wire.Name(before.Role)), Json.Of(Wire.Name(after.Role)));
        Compare("ticketScope", before is null ? null : Json.Of(Wire.Name(before.TicketScope)), Json.Of(Wire.Name(after.TicketScope)));
        Compare("locale", Json.Of(before?.Locale), Json.Of(after.Locale));
        Compare("timeZone", Json.Of(before?.TimeZone), Json.Of(after.TimeZone));
        Compare("externalIdentity", Identity(before), Identity(after));
        Compare("active", before is null ? null : Json.Of(before.Active), Json.Of(after.Active));
        Compare("deletedAt", Json.Of(before?.DeletedAt), Json.Of(after.DeletedAt));
        return changes.ToImmutable();

        void Compare(string field, string? from, string? to)
        {
            if (!string.Equals(from, to, StringComparison.Ordinal)) changes.Add(new(field, from, to));
        }
    }

    private static string? Identity(User? user) => user?.ExternalSubject is null
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{{\"issuer\":{Json.Of(user.ExternalIssuer)},\"subject\":{Json.Of(user.ExternalSubject)}}}");
}
