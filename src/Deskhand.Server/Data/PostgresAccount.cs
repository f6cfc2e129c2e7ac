using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Deskhand.Data;

/// <summary>
/// Who runs the database. PostgreSQL refuses to run as root, so a root server hands the cluster to an unprivileged
/// account; any other server runs it as itself.
/// </summary>
internal sealed record PostgresAccount(uint UserId, uint GroupId)
{
    private static readonly string[] PreferredNames = ["postgres", "nobody"];

    /// <summary>Null when the database runs as the server itself.</summary>
    public static PostgresAccount? Choose()
    {
        if (!Environment.IsPrivilegedProcess)
            return null;
        var accounts = File.ReadAllLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        foreach (var name in PreferredNames)
        {
            if (accounts.Find(fields => string.Equals(fields[0], name, StringComparison.Ordinal)) is { } fields)
                return new PostgresAccount(uint.Parse(fields[2], CultureInfo.InvariantCulture), uint.Parse(fields[3], CultureInfo.InvariantCulture));
        }

        throw new EmbeddedPostgresException(
            "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody. Start Deskhand as another user, or set DESKHAND_DATABASE.");
    }

    /// <summary>The account that an existing cluster belongs to, so that a user "postgres" installed later does not lock out "nobody".</summary>
    /// <exception cref="EmbeddedPostgresException">It belongs to someone this process cannot act as.</exception>
    public static PostgresAccount? OwnerOf(string clusterFolder)
    {
        var owner = Run("stat", ["-c", "%u %g", clusterFolder]).Output.Split(' ', '\n');
        var account = new PostgresAccount(uint.Parse(owner[0], CultureInfo.InvariantCulture), uint.Parse(owner[1], CultureInfo.InvariantCulture));
        if (!Environment.IsPrivilegedProcess)
        {
            return account.UserId == Native.geteuid()
                ? null
                : throw new EmbeddedPostgresException($"The database in {clusterFolder} belongs to user number {account.UserId}, and this process is user number {Native.geteuid()}. Start Deskhand as that user or as root.");
        }

        if (account.UserId != 0)
            return account;
        // Copied back by root from a backup: initdb never makes a cluster that root owns.
        var chosen = Choose()!;
        Run("chown", ["-R", $"{chosen.UserId}:{chosen.GroupId}", clusterFolder]);
        return chosen;
    }

    public void Own(string path)
    {
        if (Native.lchown(path, UserId, GroupId) != 0)
            throw new EmbeddedPostgresException($"The owner of {path} could not be changed to user number {UserId}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Whether every folder above lets the account through (and the last one in).</summary>
    public bool CanEnter(string path) => Run(Prefix[0], [.. Prefix[1..], "test", "-x", path]).ExitCode == 0;

    /// <summary>The words before a command that make it run as this account, without root's groups (setpriv is in util-linux, beside mount).</summary>
    public string[] Prefix => ["setpriv", $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", "--"];

    private static (int ExitCode, string Output) Run(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static class Native
    {
        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern uint geteuid();

        [DllImport("libc", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
    }
}
