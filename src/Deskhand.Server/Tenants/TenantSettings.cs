namespace Deskhand.Tenants;

/// <summary>What a tenant may set about itself.</summary>
internal static class TenantSettings
{
    /// <summary>The languages the desk speaks.</summary>
    public static readonly string[] Locales = ["en", "es"];

    public static void CheckZoneAndLocale(string timeZone, string locale, FieldErrors errors)
    {
        errors.Unless(timeZone.Length <= 100 && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _), "timeZone", "This is not an IANA time zone such as Africa/Johannesburg.");
        errors.Unless(Locales.Contains(locale, StringComparer.Ordinal), "locale", $"There is no such language; there are: {string.Join(", ", Locales)}.");
    }
}
