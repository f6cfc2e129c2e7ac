using System.Text.RegularExpressions;

namespace Deskhand.Tenants;

/// <summary>What a tenant may set about itself.</summary>
internal static partial class TenantSettings
{
    /// <summary>The languages the desk speaks.</summary>
    public static readonly string[] Locales = ["en", "es"];

    /// <summary>The languages whose forms of words search knows: the text search configurations that every PostgreSQL since 15 brings along.</summary>
    public static readonly string[] SearchLanguages =
    [
        "simple", "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hindi", "hungarian", "indonesian", "irish",
        "italian", "lithuanian", "nepali", "norwegian", "portuguese", "romanian", "russian", "serbian", "spanish", "swedish", "tamil", "turkish", "yiddish",
    ];

    public static void CheckZoneAndLocale(string timeZone, string locale, FieldErrors errors)
    {
        errors.Unless(IsTimeZone(timeZone), "timeZone", "This is not an IANA time zone such as Africa/Johannesburg.");
        errors.Unless(Locales.Contains(locale, StringComparer.Ordinal), "locale", $"There is no such language; there are: {string.Join(", ", Locales)}.");
    }

    /// <summary>A time zone of the IANA database. The look-up reads a file of that name, so only what looks like one gets there: ../../../dev/zero has no end.</summary>
    public static bool IsTimeZone(string name) => ZoneShape().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ZoneShape();
}
