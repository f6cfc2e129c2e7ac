using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Deskhand.Bench.Driving;

/// <summary>
/// Drives a target with wrk: an epoll loop in C that takes a few microseconds a request, so that two cores are left to what is measured.
/// wrk adds the waits that a stall hides from a closed loop to its latencies (its correction of coordinated omission).
/// </summary>
internal static class Wrk
{
    private static readonly string[] Failures = ["connect", "read or write", "time-out", "status"];

    public static string? Version()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("wrk", "-v") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var line = process.StandardOutput.ReadLine();
            process.WaitForExit();
            return line?.Split(' ') is [var name, var version, ..] ? $"{name} {version}" : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    public static async Task<Stretch> Drive(Target target, string requestFile, int connections, TimeSpan time)
    {
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        var seconds = (int)Math.Ceiling(time.TotalSeconds);
        foreach (var argument in new[] { "-t", "1", "-c", $"{connections}", "-d", $"{seconds}s", "-s", Path.Combine(AppContext.BaseDirectory, "Driving", "wrk.lua") })
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in target.Headers.Append(new("Content-Type", "application/json")))
        {
            start.ArgumentList.Add("-H");
            start.ArgumentList.Add($"{name}: {value}");
        }
        start.ArgumentList.Add(target.Url.ToString());
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(requestFile);

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var result = output.Split('\n').FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk gave no result: {output}{await errors}");
        var numbers = result.Split(' ').Skip(1).Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var failures = Failures.Zip(numbers.Skip(4)).Where(pair => pair.Second > 0)
            .Select(pair => $"{pair.Second} {pair.First}").ToArray();
        return new Stretch(numbers[0], TimeSpan.FromMicroseconds(numbers[1]), TimeSpan.FromMicroseconds(numbers[2]), TimeSpan.FromMicroseconds(numbers[3]),
            failures.Length == 0 ? null : string.Join(", ", failures) + " errors");
    }
}
