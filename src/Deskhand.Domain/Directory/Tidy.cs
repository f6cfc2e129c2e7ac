using System.Collections.Immutable;

namespace Deskhand.Directory;

/// <summary>Brings what people type into one form.</summary>
public static class Tidy
{
    /// <summary>So many that a person can survey them.</summary>
    public const int MostCustomFields = 100;

    /// <summary>Without blanks around it; nothing but blanks is nothing.</summary>
    public static string? Line(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>The domain in lower case. The part before the @ is kept: only its own host knows what it means (RFC 5321 §2.4).</summary>
    public static string? Email(string? address)
    {
        var line = Line(address);
        var at = line?.LastIndexOf('@') ?? -1;
        return at < 0 ? line : line![..at] + line[at..].ToLowerInvariant();
    }

    /// <summary>Lower case, without the @ that people put in front, each once.</summary>
    public static ImmutableArray<string> Domains(ImmutableArray<string> domains) =>
        domains.IsDefaultOrEmpty ? [] : [.. domains.Select(d => d?.Trim().TrimStart('@').ToLowerInvariant()!).Distinct(StringComparer.Ordinal)];
}
