using System.Globalization;
using System.Runtime.InteropServices;

namespace Deskhand.Data;

/// <summary>The main process of the private cluster, known by its postmaster.pid and by what /proc says of it.</summary>
internal sealed record Postmaster(int ProcessId, string SocketFolder)
{
    /// <summary>Fast shutdown: open transactions are rolled back, everything is written, no recovery at the next start.</summary>
    public const int FastShutdown = 2; // SIGINT

    /// <summary>Stops at once; the next start recovers from the log.</summary>
    public const int ImmediateShutdown = 3; // SIGQUIT

    public const int Kill = 9; // SIGKILL

    /// <summary>What a running or crashed postmaster left in the cluster's folder, true or not.</summary>
    public static Postmaster? Read(string clusterFolder)
    {
        try
        {
            // Lines: pid, data folder, start time, port, socket folder, … (src/include/utils/pidfile.h)
            var lines = File.ReadAllLines(PidFile(clusterFolder));
            return lines.Length > 4 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? new Postmaster(pid, lines[4]) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static string PidFile(string clusterFolder) => Path.Combine(clusterFolder, "postmaster.pid");

    public bool IsAlive => Alive(ProcessId);

    /// <summary>Whether the process is this cluster's and not a stranger that got the same number after a crash.</summary>
    public bool RunsCluster(string clusterName, string clusterFolder) =>
        Carries(clusterName) && !WorksElsewhere(clusterFolder);

    /// <summary>The same from the first moment on, before the process has gone to its folder.</summary>
    public bool Carries(string clusterName) => IsAlive && CommandLine(ProcessId).Contains(clusterName, StringComparison.Ordinal);

    public void Signal(int signal) => _ = Native.kill(ProcessId, signal);

    public static bool Alive(int processId)
    {
        try
        {
            // "4711 (postgres) S 1 …": a zombie that nobody has collected yet is dead for our purposes.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..] is not ['Z' or 'X', ..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Any process of the cluster, the postmaster's orphans included: they carry the cluster's name in their title.</summary>
    public static bool AnyProcessOf(string clusterName) =>
        Folders.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Any(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && pid != Environment.ProcessId && new Postmaster(pid, "").Carries(clusterName));

    private static string CommandLine(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>A copy of a data folder has the name of the original; a postmaster works in its own folder, where the system lets us see that.</summary>
    private bool WorksElsewhere(string clusterFolder) =>
        new FileInfo($"/proc/{ProcessId}/cwd").LinkTarget is { } folder
        && !string.Equals(folder, PhysicalPath(clusterFolder), StringComparison.Ordinal);

    private static string PhysicalPath(string folder)
    {
        var resolved = "/";
        foreach (var part in folder.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            resolved = Path.Combine(resolved, part);
            resolved = new DirectoryInfo(resolved).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? resolved;
        }

        return resolved;
    }

    private static class Native
    {
        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int kill(int pid, int sig);
    }
}
