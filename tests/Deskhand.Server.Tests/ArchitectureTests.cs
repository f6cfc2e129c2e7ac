using System.Text.RegularExpressions;
using Deskhand.Tickets;

namespace Deskhand.Server.Tests;

/// <summary>The directions that ARCHITECTURE.md lays down between the parts of the server.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Foundations = ["Data", "Http", "Outbox"];

    /// <summary>What each part may use beside the foundations. Operations puts everything together and is used by nothing.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new(StringComparer.Ordinal)
    {
        ["Pdf"] = [],
        ["Access"] = [],
        ["Jobs"] = ["Access"],
        ["Directory"] = ["Access", "Jobs"],
        ["Tickets"] = ["Access", "Jobs", "Directory", "Pdf"],
        ["Sla"] = ["Access", "Tickets"],
        ["Automation"] = ["Access", "Directory", "Tickets"],
        ["Tenants"] = ["Access", "Directory", "Tickets"],
        ["Notifications"] = ["Access", "Jobs", "Directory", "Tickets"],
        ["Realtime"] = ["Access", "Tickets"],
        ["Webhooks"] = ["Access", "Tickets"],
        ["Outbox"] = ["Access"],
    };

    [Fact]
    public void Each_part_of_the_server_uses_what_is_below_it_and_nothing_else()
    {
        var owners = typeof(TicketDesk).Assembly.GetTypes()
            .Where(t => !t.IsNested && t.Namespace?.StartsWith("Deskhand.", StringComparison.Ordinal) == true && Identifier().IsMatch(t.Name))
            .GroupBy(t => t.Name, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(t => t.Namespace!.Split('.')[1]).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        var read = 0;
        foreach (var (part, allowed) in MayUse)
        {
            foreach (var file in Folders.GetFiles(Repository.File("src/Deskhand.Server/" + part), "*.cs", SearchOption.AllDirectories))
            {
                read++;
                var text = File.ReadAllText(file);
                var used = Using().Matches(text).Select(m => m.Groups["part"].Value).Except([part, .. Foundations, .. allowed], StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
                foreach (var name in Identifier().Matches(Using().Replace(text, "")).Select(m => m.Value).Distinct(StringComparer.Ordinal))
                    if (owners.TryGetValue(name, out var of) && !of.Contains(part) && of.Overlaps(used)) wrong.Add($"{part} uses {string.Join('/', of)}.{name} ({Path.GetFileName(file)})");
            }
        }

        Assert.True(read > 150, $"only {read} files were read");
        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]+\b", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^using Deskhand\.(?<part>[A-Za-z]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Using();
}
