using System.Globalization;

namespace Deskhand.Bench.Driving;

/// <summary>Processor time of processes so far, from /proc (counted in hundredths of a second).</summary>
internal static class ProcessorTime
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    // proc(5), the line "cpu": user nice system (idle iowait) irq softirq
    private static readonly int[] BusyFields = [1, 2, 3, 6, 7];

    public static TimeSpan Of(int process) => Stat(process) is { } stat ? stat.Own * Tick : default;

    /// <summary>A process with its children, those that have ended included: PostgreSQL with its backends and writers.</summary>
    public static TimeSpan OfFamily(int parent)
    {
        if (Stat(parent) is not { } top) return default;
        var ticks = top.Own + top.EndedChildren;
        foreach (var folder in Folders.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(id) is { } stat && stat.Parent == parent)
                ticks += stat.Own;
        }
        return ticks * Tick;
    }

    /// <summary>What all processes of the machine took.</summary>
    public static TimeSpan OfMachine()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var busy = BusyFields.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture));
        return busy * Tick;
    }

    // proc(5): after the name in brackets come state, ppid, ..., utime (14), stime, cutime, cstime
    private static (int Parent, long Own, long EndedChildren)? Stat(int process)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{process}/stat");
        }
        catch (IOException)
        {
            return null;
        }
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return ((int)Number(1), Number(11) + Number(12), Number(13) + Number(14));

        long Number(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);
    }
}
