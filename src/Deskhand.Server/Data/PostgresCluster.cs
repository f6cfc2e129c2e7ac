using System.Diagnostics;
using System.Globalization;

namespace Deskhand.Data;

/// <summary>The cluster's files: made once, by one rename, and the way programs are run on them.</summary>
internal sealed class PostgresCluster(string dataFolder)
{
    /// <summary>A socket's address has room for 107 bytes and a closing zero (unix(7)).</summary>
    private const int LongestSocketPath = 100;

    private const string TemporaryFolderPrefix = "deskhand-";

    public string Folder { get; } = Path.Combine(dataFolder, "postgres");

    public string StartLog { get; } = Path.Combine(dataFolder, "postgres.log");

    /// <summary>Null when nothing was made yet.</summary>
    public int? MajorVersion =>
        File.Exists(Path.Combine(Folder, "PG_VERSION"))
            ? int.Parse(File.ReadAllText(Path.Combine(Folder, "PG_VERSION")).Trim(), CultureInfo.InvariantCulture)
            : Folders.Exists(Folder) ? throw new EmbeddedPostgresException($"{Folder} exists but is not a PostgreSQL cluster (it has no PG_VERSION). Move it away, or restore it from a backup.")
            : null;

    /// <summary>Makes the cluster in a folder beside its own, so that a start killed half-way leaves nothing that looks finished.</summary>
    public async Task CreateAsync(PostgresBinaries binaries, PostgresAccount? account, PostgresSecret secret, CancellationToken cancellationToken)
    {
        foreach (var abandoned in Folders.GetDirectories(dataFolder, "postgres.new-*"))
            Folders.Delete(abandoned, recursive: true);

        var unfinished = Path.Combine(dataFolder, "postgres.new-" + Guid.NewGuid().ToString("N"));
        PrivateFiles.CreateFolder(unfinished);
        account?.Own(unfinished);

        // initdb takes a password from a file only, and the file must be readable to the account it runs as.
        var passwordFolder = Folders.CreateTempSubdirectory(TemporaryFolderPrefix).FullName;
        try
        {
            var passwordFile = Path.Combine(passwordFolder, "password");
            await File.WriteAllTextAsync(passwordFile, secret.SuperuserPassword + "\n", cancellationToken);
            account?.Own(passwordFile);
            account?.Own(passwordFolder);

            // C.UTF-8 folds the case of every alphabet and sorts by code point: no index to rebuild when the C library changes.
            foreach (var locale in new[] { "C.UTF-8", "C" })
            {
                using var initdb = Launch(binaries, account, "initdb", unfinished,
                [
                    "--username=postgres", $"--pwfile={passwordFile}", "--auth-local=scram-sha-256", "--auth-host=scram-sha-256",
                    "--encoding=UTF8", $"--locale={locale}", "--data-checksums",
                ]);
                await WaitOrKillAsync(initdb, cancellationToken);
                if (initdb.ExitCode == 0)
                {
                    Folders.Move(unfinished, Folder);
                    return;
                }

                if (!LastLines().Contains("locale", StringComparison.Ordinal))
                    break;
            }

            throw new EmbeddedPostgresException($"A new database could not be made in {Folder} with {binaries.Folder}/initdb:\n{LastLines()}");
        }
        finally
        {
            Folders.Delete(passwordFolder, recursive: true);
            if (Folders.Exists(unfinished))
                Folders.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>
    /// Starts a program of PostgreSQL on <paramref name="folder"/> through a shell, which points its output at
    /// the start log: a pipe to this process would break, and with it the database, when this process is killed.
    /// </summary>
    public Process Launch(PostgresBinaries binaries, PostgresAccount? account, string program, string folder, IEnumerable<string> arguments)
    {
        var executable = Path.Combine(binaries.Folder, program);
        if (account is not null && !account.CanEnter(executable))
            throw new EmbeddedPostgresException($"{executable} cannot be reached by user number {account.UserId}, which runs the database because PostgreSQL refuses to run as root: a folder above it is closed. Open it (chmod o+x), or install PostgreSQL for the system.");

        // Below a folder that is closed to the account (/root), the shell opens the cluster while it is still root and
        // passes it on as an open descriptor, which needs no way through the folders above.
        var reachable = ReachableBy(account) ? folder : "/proc/self/fd/9";
        // A session of its own: Ctrl-C at the terminal goes to the server, which stops the database last.
        string[] command = ["setsid", .. account?.Prefix ?? [], executable, "-D", reachable, .. arguments];
        var start = new ProcessStartInfo("/bin/sh", ["-c", """log=$1; exec 9<"$2" </dev/null >"$log" 2>&1 || exit; shift 2; exec "$@" """, "sh", StartLog, folder, .. command])
        {
            WorkingDirectory = "/",
        };
        // The server's own environment holds passwords and keys: none of the database's business.
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path ?? "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    /// <summary>A private folder for the socket: in the data folder, or in /tmp where the path would be too long, closed, or hard to quote.</summary>
    public string MakeSocketFolder(PostgresAccount? account)
    {
        var folder = Path.Combine(dataFolder, "postgres.socket");
        var plain = folder.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-');
        if (plain && folder.Length + "/.s.PGSQL.5432".Length <= LongestSocketPath && ReachableBy(account))
            PrivateFiles.CreateFolder(folder);
        else
            folder = Folders.CreateTempSubdirectory(TemporaryFolderPrefix).FullName;
        account?.Own(folder);
        return folder;
    }

    /// <summary>The name may come from postmaster.pid, which the database's account can write: nothing but our own kind of folder is removed.</summary>
    public static void RemoveTemporarySocketFolder(string folder)
    {
        var ours = Path.GetFullPath(Path.Combine(Path.GetTempPath(), TemporaryFolderPrefix));
        if (folder.StartsWith(ours, StringComparison.Ordinal) && !folder[ours.Length..].Contains('/', StringComparison.Ordinal) && Folders.Exists(folder))
            Folders.Delete(folder, recursive: true);
    }

    /// <summary>The end of what the database last said, wherever it said it.</summary>
    public string LastLines(int count = 15)
    {
        var logs = Path.Combine(Folder, "log");
        var newest = Folders.Exists(logs) ? Folders.GetFiles(logs).MaxBy(File.GetLastWriteTimeUtc) : null;
        var lines = new[] { StartLog, newest }.OfType<string>().Where(File.Exists).OrderBy(File.GetLastWriteTimeUtc).SelectMany(File.ReadLines).TakeLast(count);
        return string.Join('\n', lines.Select(line => "    " + line));
    }

    private bool ReachableBy(PostgresAccount? account) => account is null || account.CanEnter(dataFolder);

    private static async Task WaitOrKillAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }
}
