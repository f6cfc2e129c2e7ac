using System.CommandLine;
using System.Globalization;
using Deskhand.Bench.Comparing;
using Deskhand.Bench.Driving;

namespace Deskhand.Bench;

/// <summary><c>bench run</c>: starts the floor on the desk's database and takes turns. Without Deskhand's address only the floor is measured.</summary>
internal sealed class CompareCommand
{
    private readonly Option<string> data;
    private readonly Option<string> floorProgram = new("--floor") { Description = "the floor's program", Required = true };
    private readonly Option<int> floorPort = new("--floor-port") { DefaultValueFactory = _ => 5731 };
    private readonly Option<string?> deskhandUrl = new("--deskhand") { Description = "its address" };
    private readonly Option<int> deskhandProcess = new("--deskhand-process");
    private readonly Option<string> email = new("--email") { DefaultValueFactory = _ => "admin@example.com" };
    private readonly Option<string> password = new("--password") { DefaultValueFactory = _ => "" };
    private readonly Option<string?> token = new("--token") { Description = "bearer token to send instead of signing in" };
    private readonly Option<int> connections = new("--connections") { DefaultValueFactory = _ => 20 };
    private readonly Option<int> seconds = new("--seconds") { Description = "measured in each turn", DefaultValueFactory = _ => 5 };
    private readonly Option<int> warmUp = new("--warm-up") { Description = "seconds before each turn", DefaultValueFactory = _ => 2 };
    private readonly Option<int> rounds = new("--rounds") { DefaultValueFactory = _ => 3 };
    private readonly Option<string?> only = new("--only") { Description = "of health, get, list, create, comment; separated by commas" };
    private readonly Option<bool> ownClient = new("--own-client") { Description = "the built-in client instead of wrk" };
    private readonly Option<string?> output = new("--output") { Description = "Markdown file to write" };
    private readonly Option<string?> commit = new("--commit");
    private readonly Option<string> typed = new("--typed") { Description = "the command to show in the report", DefaultValueFactory = _ => "./bench-run" };

    public CompareCommand(Option<string> data)
    {
        this.data = data;
        Command = new Command("run", "Compares Deskhand with the floor.")
        {
            data, floorProgram, floorPort, deskhandUrl, deskhandProcess, email, password, token, connections, seconds, warmUp, rounds, only, ownClient, output, commit, typed,
        };
        Command.SetAction((options, _) => Run(options));
    }

    public Command Command { get; }

    private async Task<int> Run(ParseResult options)
    {
        var useWrk = !options.GetValue(ownClient) && Wrk.Version() is not null;
        var pace = new Pace(options.GetValue(connections), TimeSpan.FromSeconds(options.GetValue(warmUp)), TimeSpan.FromSeconds(options.GetValue(seconds)), options.GetValue(rounds));
        var groups = options.GetValue(only)?.Split(',', StringSplitOptions.TrimEntries);
        var deskhand = options.GetValue(deskhandUrl) is { } url ? new Target("Deskhand", new Uri(url), options.GetValue(deskhandProcess)) : null;
        var signIn = new SignIn(options.GetRequiredValue(email), options.GetRequiredValue(password), options.GetValue(token));

        var folder = Folders.CreateTempSubdirectory("deskhand-bench-").FullName;
        try
        {
            await using var desk = await Desk.Open(options.GetRequiredValue(data));
            await desk.Tidy();
            using var floor = await Floor.Start(options.GetRequiredValue(floorProgram), options.GetValue(floorPort), desk.ConnectionString, desk.Tenant, await desk.SomeAgent());
            if (deskhand is not null) await signIn.Renew(deskhand);
            var scenarios = await new Scenarios(desk.Database, desk.Tenant, deskhand, signIn).All(group => groups?.Contains(group, StringComparer.Ordinal) ?? true);
            var remarks = await Differences(scenarios, floor.Target, deskhand);
            var comparison = new Comparison(floor.Target, deskhand, signIn, desk.Postmaster, pace, folder, useWrk);
            var results = new List<Result>();
            foreach (var scenario in scenarios) results.Add(await comparison.Run(scenario));
            remarks.AddRange(comparison.Remarks);
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"other processes took at most {100 * comparison.Foreign:0} % of the machine in a turn"));

            Console.WriteLine();
            Console.Write(Report.Table(results));
            foreach (var remark in remarks) Console.WriteLine($"- {remark}");
            if (options.GetValue(output) is { } file)
            {
                var machine = await Machine.Describe(desk, options.GetValue(commit), useWrk);
                await File.WriteAllTextAsync(file, Report.Write(machine, options.GetRequiredValue(typed), pace, results, remarks) + Report.Browser(File.Exists(file) ? await File.ReadAllTextAsync(file) : ""));
            }
            return results.Any(result => result.Met == false) ? 2 : 0;
        }
        catch (BenchFailed failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        finally
        {
            Folders.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<string>> Differences(IReadOnlyList<Scenario> scenarios, Target floor, Target? deskhand)
    {
        var remarks = new List<string>();
        if (deskhand is null) return remarks;
        foreach (var scenario in scenarios)
        {
            if (scenario.Bar is null || scenario.Bar.Share == 0) continue;
            if (await Probe.Difference(scenario, floor, deskhand) is not { } difference) continue;
            remarks.Add($"{scenario.Name} is not the same work: {difference}");
            Console.WriteLine($"  {remarks[^1]}");
        }
        return remarks;
    }
}
