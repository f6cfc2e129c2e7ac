using System.Diagnostics;
using System.Globalization;
using Deskhand.Bench.Driving;

namespace Deskhand.Bench.Comparing;

/// <summary>How long and how often: warm-up and measured stretch, turns of floor and Deskhand.</summary>
internal sealed record Pace(int Connections, TimeSpan WarmUp, TimeSpan Measured, int Rounds);

/// <summary>One target's measured stretch with the processor time that it and PostgreSQL took meanwhile.</summary>
internal sealed record Turn(Stretch Stretch, TimeSpan Server, TimeSpan Database, TimeSpan Client, TimeSpan Machine)
{
    /// <summary>The share of the machine that something else took: another build, another test.</summary>
    public double Foreign => Math.Max(0, (Machine - Server - Database - Client) / (Stretch.Took * Environment.ProcessorCount));

    public double ClientMicroseconds => Client.TotalMicroseconds / Math.Max(1, Stretch.Requests);

    public double ServerMicroseconds => Server.TotalMicroseconds / Math.Max(1, Stretch.Requests);

    public double DatabaseMicroseconds => Database.TotalMicroseconds / Math.Max(1, Stretch.Requests);
}

/// <summary>Deskhand's figures are absent when only the floor is measured.</summary>
internal sealed record Result(Scenario Scenario, Figures Floor, Figures? Deskhand)
{
    public double? Ratio => Deskhand?.PerSecond / Floor.PerSecond;

    /// <summary>The floor's processor time a request through Deskhand's: what the ratio would be if nothing else ran and nothing waited.</summary>
    public double? ProcessorRatio => Floor.Microseconds / Deskhand?.Microseconds;

    public bool? Met => Deskhand is not null && Scenario.Bar is { } bar ? Ratio >= bar.Share && (bar.P99 is not { } limit || Deskhand.P99 < limit) : null;
}

/// <summary>Medians over the turns of one target.</summary>
internal sealed record Figures(double PerSecond, TimeSpan P50, TimeSpan P99, double ServerMicroseconds, double DatabaseMicroseconds)
{
    public double Microseconds => ServerMicroseconds + DatabaseMicroseconds;

    public static Figures Median(IReadOnlyCollection<Turn> turns) => new(
        Of(turns, turn => turn.Stretch.PerSecond),
        TimeSpan.FromMicroseconds(Of(turns, turn => turn.Stretch.P50.TotalMicroseconds)),
        TimeSpan.FromMicroseconds(Of(turns, turn => turn.Stretch.P99.TotalMicroseconds)),
        Of(turns, turn => turn.ServerMicroseconds),
        Of(turns, turn => turn.DatabaseMicroseconds));

    private static double Of(IReadOnlyCollection<Turn> turns, Func<Turn, double> figure)
    {
        var sorted = turns.Select(figure).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Takes turns, floor then Deskhand, so that a drift of the machine meets both alike.</summary>
internal sealed class Comparison(Target floor, Target? deskhand, SignIn signIn, int postmaster, Pace pace, string folder, bool useWrk)
{
    /// <summary>Before the first turn of each work: the runtime compiles what is new to it, in the background and twice over, for most of a minute on two busy processors.</summary>
    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(45);

    /// <summary>The longest wait for what a turn left behind: some ten thousand tickets that have yet to be found by search.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(3);

    private readonly List<double> foreign = [];

    /// <summary>What a reader of the figures should know.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>The largest share of the machine that other processes took in a turn.</summary>
    public double Foreign => foreign.DefaultIfEmpty().Max();

    public async Task<Result> Run(Scenario scenario)
    {
        var floorTurns = new List<Turn>();
        var deskhandTurns = new List<Turn>();
        Console.WriteLine($"  {scenario.Name}");
        for (var round = 0; round < pace.Rounds; round++)
        {
            floorTurns.Add(await Take(floor, scenario, scenario.Floor, round == 0));
            if (deskhand is not null) deskhandTurns.Add(await Take(deskhand, scenario, scenario.Deskhand, round == 0));
        }
        var result = new Result(scenario, Figures.Median(floorTurns), deskhand is null ? null : Figures.Median(deskhandTurns));
        if (deskhand is not null) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    ratio {result.Ratio:0.00}, of processor time {result.ProcessorRatio:0.00}"));
        return result;
    }

    private async Task<Turn> Take(Target target, Scenario scenario, IReadOnlyList<Request> requests, bool first)
    {
        var file = Path.Combine(folder, "requests.tsv");
        await File.WriteAllLinesAsync(file, requests.Select(request => $"{request.Method}\t{request.Path}\t{request.Body}"));
        await Settle(scenario);
        if (target == deskhand) await (scenario.As ?? signIn).Renew(target);
        // where no share of the floor is asked for, it does what it did before, as a measure of the machine
        var compiles = first && (target == deskhand || scenario.Bar is not { Share: 0 });
        Check(target, scenario, requests, await Drive(target, requests, file, compiles ? Compiling : pace.WarmUp));
        var before = Now(target);
        var stretch = await Drive(target, requests, file, pace.Measured);
        Check(target, scenario, requests, stretch);
        var after = Now(target);
        var turn = new Turn(stretch, after.Server - before.Server, after.Database - before.Database, after.Client - before.Client, after.Machine - before.Machine);
        foreign.Add(turn.Foreign);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"    {target.Name,-9} {stretch.PerSecond,8:0}/s  p50 {stretch.P50.TotalMilliseconds,6:0.00} ms  p99 {stretch.P99.TotalMilliseconds,6:0.00} ms  CPU µs: server {turn.ServerMicroseconds,4:0} database {turn.DatabaseMicroseconds,4:0} client {turn.ClientMicroseconds,3:0}; others {turn.Foreign:0 %}"));
        return turn;
    }

    private (TimeSpan Server, TimeSpan Database, TimeSpan Client, TimeSpan Machine) Now(Target target) => (
        ProcessorTime.Of(target.Process), ProcessorTime.OfFamily(postmaster),
        // the floor is a child of ours too
        ProcessorTime.OfFamily(Environment.ProcessId) - ProcessorTime.Of(floor.Process), ProcessorTime.OfMachine());

    private async Task<Stretch> Drive(Target target, IReadOnlyList<Request> requests, string file, TimeSpan time) => useWrk
        ? await Wrk.Drive(target, file, pace.Connections, time)
        : ClosedLoop.Drive(target, requests, pace.Connections, time);

    private static void Check(Target target, Scenario scenario, IReadOnlyList<Request> requests, Stretch stretch)
    {
        if (stretch.Errors is not { } errors) return;
        throw new BenchFailed($"{scenario.Name}: {target.Name} gave {errors} in {stretch.Requests} requests. {Probe.FirstRefusal(target, requests)}");
    }

    /// <summary>Waits until what the last turn left behind (relay, search, checkpoint, vacuum) is done: less than a twentieth of a core for half a second.</summary>
    private async Task Settle(Scenario scenario)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            var before = Busy();
            await Task.Delay(500);
            if (Busy() - before < TimeSpan.FromMilliseconds(30)) return;
            if (limit.Elapsed < Settling) continue;
            Remarks.Add($"{scenario.Name}: the machine was not idle {Settling.TotalMinutes:0} minutes after the turn before; measured all the same");
            return;
        }

        TimeSpan Busy() => ProcessorTime.Of(floor.Process) + (deskhand is null ? default : ProcessorTime.Of(deskhand.Process)) + ProcessorTime.OfFamily(postmaster);
    }
}

/// <summary>The run is worth nothing: an answer was not a 2xx, or the answers do not match.</summary>
internal sealed class BenchFailed(string message) : Exception(message);
