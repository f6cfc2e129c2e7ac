using System.Globalization;
using System.Text;

namespace Deskhand.Bench.Comparing;

/// <summary>The Markdown page of a run.</summary>
internal static class Report
{
    public static string Write(IReadOnlyList<(string What, string Value)> machine, string command, Pace pace, IReadOnlyList<Result> results, IReadOnlyList<string> remarks)
    {
        var page = new StringBuilder();
        page.AppendLine("# Benchmarks").AppendLine()
            .AppendLine("Deskhand next to the floor: the smallest ASP.NET Core + Npgsql program that sends the same bytes from the same tables without sign-in,")
            .AppendLine("tenant isolation or rules (`bench/Deskhand.Floor`). Client, server and database share one machine. Both are driven in turns, floor first;")
            .AppendLine("figures are medians of the turns, processor time is server + PostgreSQL per request. Absolute figures drift with the machine: read the ratio, and where other")
            .AppendLine("processes took part of the machine the CPU ratio (the floor's processor time a request through Deskhand's), which they disturb least.").AppendLine()
            .AppendLine("| | |").AppendLine("|---|---|");
        foreach (var (what, value) in machine) page.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {value} |");
        page.AppendLine(CultureInfo.InvariantCulture, $"| pace | {pace.Connections} connections, {pace.WarmUp.TotalSeconds:0} s warm-up, {pace.Measured.TotalSeconds:0} s measured, {pace.Rounds} rounds |")
            .AppendLine(CultureInfo.InvariantCulture, $"| command | `{command}` |").AppendLine();
        page.Append(Table(results));
        if (remarks.Count > 0)
        {
            page.AppendLine().AppendLine("Remarks:").AppendLine();
            foreach (var remark in remarks) page.AppendLine(CultureInfo.InvariantCulture, $"- {remark}");
        }
        return page.ToString();
    }

    /// <summary>What stands below on the page of an earlier run: the browser is measured by a script of its own (web/workspace/e2e/speed.ts), which writes it there.</summary>
    public static string Browser(string page) => page.IndexOf("\n## In the browser", StringComparison.Ordinal) is var at and >= 0 ? page[at..] : "";

    public static string Table(IReadOnlyList<Result> results)
    {
        var table = new StringBuilder()
            .AppendLine("| work | floor /s | p50 ms | p99 ms | CPU µs | Deskhand /s | p50 ms | p99 ms | CPU µs | ratio | CPU ratio | bar | met |")
            .AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|---|");
        foreach (var result in results)
        {
            var bar = result.Scenario.Bar is not { } set ? "–"
                : set is { Share: 0, P99: { } alone } ? string.Create(CultureInfo.InvariantCulture, $"p99 < {alone.TotalMilliseconds:0} ms")
                : set.P99 is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{set.Share:0.0}, p99 < {limit.TotalMilliseconds:0} ms")
                : string.Create(CultureInfo.InvariantCulture, $"{set.Share:0.0}");
            var met = result.Met switch { true => "yes", false => "**no**", null => "–" };
            table.AppendLine(CultureInfo.InvariantCulture, $"| {result.Scenario.Name} | {Cells(result.Floor)} | {(result.Deskhand is { } deskhand ? Cells(deskhand) : "– | – | – | –")} | {Share(result.Ratio)} | {Share(result.ProcessorRatio)} | {bar} | {met} |");
        }
        return table.ToString();
    }

    private static string Share(double? share) => share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:0.00}") : "–";

    private static string Cells(Figures figures) => string.Create(CultureInfo.InvariantCulture,
        $"{figures.PerSecond:N0} | {figures.P50.TotalMilliseconds:0.00} | {figures.P99.TotalMilliseconds:0.0} | {figures.ServerMicroseconds:0} + {figures.DatabaseMicroseconds:0}");
}
