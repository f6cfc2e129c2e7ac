using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Operations;

/// <summary>The real program after a first start as <c>./run</c> makes it: with demonstration data.</summary>
public sealed class DemonstrationServer : IAsyncLifetime
{
    public string Folder { get; } = Folders.CreateTempSubdirectory("deskhand-test-").FullName;

    internal ServerProcess Process { get; private set; } = null!;

    public async Task InitializeAsync() => Process = await ServerProcess.Start(Folder, ["serve"]);

    public async Task DisposeAsync()
    {
        await Process.DisposeAsync();
        Folders.Delete(Folder, recursive: true);
    }
}

/// <summary>What the pages tell people to paste works.</summary>
[Collection(ServerCollection.Name)]
public sealed partial class PagesTests(DemonstrationServer server) : IClassFixture<DemonstrationServer>
{
    /// <summary>Stands before the commands of a page: each curl must be answered as its comment says, and with success where there is none.</summary>
    private const string Before = """
        set -uo pipefail
        curl() {
            local body status expected=$ANSWERS
            body=$(mktemp -p .) && status=$(command curl -o "$body" -w '%{http_code}' "$@")
            cat "$body"
            case $status in
                $expected) ;;
                *) echo "line $LINE: answered $status instead of $expected: curl $* : $(cat "$body")" >> failures ;;
            esac
        }

        """;

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/guide/api.md")]
    [InlineData("docs/guide/directory.md")]
    [InlineData("docs/guide/people.md")]
    public async Task Every_command_of_the_page_works_when_it_is_pasted(string page)
    {
        var folder = Folders.CreateDirectory(Path.Combine(server.Folder, Path.GetFileNameWithoutExtension(page))).FullName;
        var script = Path.Combine(folder, "page.sh");
        var commands = Script(await File.ReadAllLinesAsync(Repository.File(page)));
        Assert.True(Curl().Count(commands) >= 5, $"{page} has hardly any command in its bash blocks");
        await File.WriteAllTextAsync(script, Before + commands);

        var start = new ProcessStartInfo("bash", [script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var bash = Process.Start(start)!;
        var (output, errors) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        await bash.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));

        var failures = Path.Combine(folder, "failures");
        Assert.False(File.Exists(failures), File.Exists(failures) ? await File.ReadAllTextAsync(failures) : "");
        Assert.Equal("", await errors);
        Assert.Equal(0, bash.ExitCode);
        Assert.NotEqual("", await output);
    }

    [Theory]
    [InlineData("docs/guide/api.md")]
    [InlineData("docs/guide/directory.md")]
    [InlineData("docs/guide/people.md")]
    public void Every_link_and_command_of_the_page_leads_to_something(string page)
    {
        var text = File.ReadAllText(Repository.File(page));
        var here = Path.GetDirectoryName(Repository.File(page))!;
        var named = Link().Matches(text).Select(m => Path.Combine(here, m.Groups["to"].Value)).Concat(Program().Matches(text).Select(m => Repository.File(m.Groups["to"].Value)));
        Assert.DoesNotContain(named, n => !Path.Exists(n));
    }

    [Fact]
    public void The_page_of_roles_grants_what_they_are_granted()
    {
        var lines = File.ReadAllLines(Repository.File("docs/guide/people.md"));
        var roles = lines.Single(l => l.StartsWith("| permission |", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries)[3..^1].Select(r => Wire.Find<Role>(r.Trim('`'))!.Value).ToList();
        var rows = lines.Where(l => Permission().IsMatch(l)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.Equal(Enum.GetValues<Role>().Order(), roles.Order());
        foreach (var (role, column) in roles.Select((r, i) => (r, 3 + i)))
            Assert.Equal(Permissions.Of(role).Each().Select(Permissions.Name).Order(StringComparer.Ordinal), rows.Where(r => r[column] == "✓").Select(r => r[1].Trim('`')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_first_start_shows_four_months_of_a_desk_whose_times_make_sense()
    {
        using var admin = await server.Process.SignIn();
        var (tickets, cursor) = (new List<JsonNode>(), "");
        do
        {
            var page = JsonNode.Parse(await admin.GetStringAsync("/api/v1/tickets?limit=100&sort=createdAt&createdBefore=" + Instant(server.Process.StartedAt) + cursor))!;
            tickets.AddRange(page["data"]!.AsArray().Select(t => t!));
            cursor = page["pagination"]!["nextCursor"]?.ToString() is { } next ? "&cursor=" + next : "";
        }
        while (cursor.Length > 0);

        Assert.InRange(tickets.Count, 300, 400);
        Assert.Equal(["closed", "in_progress", "new", "open", "pending_customer", "resolved", "waiting_internal"], tickets.Select(t => t["status"]!.ToString()).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(1, tickets.Count), tickets.Select(t => t["number"]!.GetValue<int>()));
        Assert.Equal(tickets.Select(t => t["id"]!.ToString()).Order(StringComparer.Ordinal), tickets.Select(t => t["id"]!.ToString()));
        foreach (var ticket in tickets)
        {
            var (created, updated) = (At(ticket, "createdAt")!.Value, At(ticket, "updatedAt")!.Value);
            Assert.InRange(updated, created, DateTimeOffset.UtcNow);
            foreach (var name in (string[])["firstRespondedAt", "solvedAt", "closedAt", "escalatedAt"])
                if (At(ticket, name) is { } at) Assert.InRange(at, created, name == "escalatedAt" ? DateTimeOffset.UtcNow : updated);
        }

        Assert.InRange((server.Process.StartedAt - At(tickets[0], "createdAt")!.Value).TotalDays, 100, 130);

        // its five thousand events follow
        var until = DateTimeOffset.UtcNow.AddSeconds(60);
        while (await Waiting(admin) is > 0 and var waiting)
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"{waiting} events still wait");
            await Task.Delay(200);
        }
    }

    [Fact]
    public async Task A_second_demonstration_is_refused_and_one_for_another_workflow_keeps_to_it()
    {
        Assert.Equal(0, (await ServerProcess.Run(server.Folder, ["tenant", "create", "field", "--workflow", "field", "--references", "by_channel"])).ExitCode);
        var made = await ServerProcess.Run(server.Folder, ["demo", "field"]);
        Assert.True(made.ExitCode == 0, made.Output);
        Assert.Contains("Made 45 customers", made.Output, StringComparison.Ordinal);

        var again = await ServerProcess.Run(server.Folder, ["demo", "field"]);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("has customers already", again.Output, StringComparison.Ordinal);
    }

    private static async Task<int> Waiting(HttpClient admin) =>
        JsonNode.Parse(await admin.GetStringAsync("/health"))!["components"]!["events.stream"]!["waiting"]!.GetValue<int>();

    /// <summary>The bash blocks of a page, each line with what its commands shall be answered.</summary>
    private string Script(string[] lines)
    {
        var script = new StringBuilder();
        var (inside, continued, quote) = (false, false, ' ');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                inside = lines[i] == "```bash";
                continue;
            }

            if (!inside) continue;
            var line = lines[i].StartsWith("DESK=", StringComparison.Ordinal) ? $"DESK={server.Process.Address.ToString().TrimEnd('/')}/api/v1"
                : lines[i].StartsWith("PASSWORD=", StringComparison.Ordinal) ? $"PASSWORD='{ServerProcess.Password}'"
                : lines[i];
            if (!continued) script.Append(CultureInfo.InvariantCulture, $"LINE={i + 1} ANSWERS='{(Answers().Match(line) is { Success: true } a ? a.Groups["status"].Value : "2??")}'\n");
            script.Append(line).Append('\n');
            quote = QuoteAfter(line, quote);
            continued = quote != ' ' || line.EndsWith('\\');
        }

        return script.ToString();
    }

    /// <summary>The quotation mark that is open at the end of a line; a blank when none is.</summary>
    private static char QuoteAfter(string line, char open)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && open != '\'') i++;
            else if (line[i] == '#' && open == ' ') break;
            else if (line[i] is '"' or '\'') open = open == ' ' ? line[i] : open == line[i] ? ' ' : open;
        }

        return open;
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static DateTimeOffset? At(JsonNode ticket, string name) => ticket[name]?.GetValue<DateTimeOffset>();

    [GeneratedRegex(@"\bcurl\b", RegexOptions.NonBacktracking)]
    private static partial Regex Curl();

    [GeneratedRegex(@"# answers (?<status>\d\d\d)", RegexOptions.NonBacktracking)]
    private static partial Regex Answers();

    [GeneratedRegex(@"\]\((?<to>[^):#]+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Link();

    [GeneratedRegex(@"^\| `[a-z]+:[a-z]+` \|", RegexOptions.NonBacktracking)]
    private static partial Regex Permission();

    [GeneratedRegex(@"^\./(?<to>[a-z-]+)", RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Program();
}
