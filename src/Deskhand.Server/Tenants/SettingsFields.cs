using Deskhand.Directory;
using Deskhand.Tickets;

namespace Deskhand.Tenants;

/// <summary>What a tenant may set about itself: the body of PATCH /settings.</summary>
internal sealed record SettingsFields : IFields<SettingsFields>
{
    /// <summary>What people read.</summary>
    public required string Name { get; init; }

    /// <summary>en or es.</summary>
    public required string Locale { get; init; }

    /// <summary>IANA name; years of references and days of reports are counted in it.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Rows a page where a caller does not say, 1 to 100.</summary>
    public required int PageLimit { get; init; }

    /// <summary>How tickets are named from now on; those there are keep their names.</summary>
    public required ReferenceScheme ReferenceScheme { get; init; }

    /// <summary>The key of a workflow; another one only if it knows the status of every ticket there is.</summary>
    public required string Workflow { get; init; }

    /// <summary>The language whose forms of a word search knows, for example spanish; <c>simple</c> knows none. Null: the language of the locale. A change has all tickets indexed anew, in the background.</summary>
    public string? SearchLanguage { get; init; }

    /// <summary>Whether SLA clocks warn, escalate and breach. False: targets and times are kept, and nobody is told.</summary>
    public bool SlaMonitored { get; init; } = true;

    /// <summary>The name that mails come from. Null: the tenant's own.</summary>
    public string? MailName { get; init; }

    /// <summary>The address that mails come from and answers go to; its server must take them in. Null: the installation's.</summary>
    public string? MailAddress { get; init; }

    public SettingsFields Normalised() => this with { Name = Name.Trim() };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("name", Json.Of(Name)), ("locale", Json.Of(Locale)), ("timeZone", Json.Of(TimeZone)), ("pageLimit", Json.Of(PageLimit)),
        ("referenceScheme", Json.Of(Wire.Name(ReferenceScheme))), ("workflow", Json.Of(Workflow)), ("searchLanguage", Json.Of(SearchLanguage)), ("slaMonitored", Json.Of(SlaMonitored)),
        ("mailName", Json.Of(MailName)), ("mailAddress", Json.Of(MailAddress)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 200);
        TenantSettings.CheckZoneAndLocale(TimeZone, Locale, errors);
        errors.Unless(PageLimit is >= 1 and <= 100, "pageLimit", "This is a whole number from 1 to 100.");
        errors.Unless(SearchLanguage is null || TenantSettings.SearchLanguages.Contains(SearchLanguage, StringComparer.Ordinal), "searchLanguage",
            $"There is no such language; there are: {string.Join(", ", TenantSettings.SearchLanguages)}.");
        errors.Optional("mailName", MailName, 100);
        errors.Email("mailAddress", MailAddress);
        return errors.ToProblem();
    }
}
