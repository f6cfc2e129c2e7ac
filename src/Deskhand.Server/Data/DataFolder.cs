using System.Globalization;

namespace Deskhand.Data;

/// <summary>
/// The folder everything local lives in (DESKHAND_DATA), held by one process at a time: two servers that stop each
/// other's embedded database would both lose. The lock is the kernel's (flock), so a killed process cannot leave it behind.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Creates the folder if need be and takes it.</summary>
    /// <exception cref="DataFolderException">Another process holds it, or it cannot be written to.</exception>
    public static DataFolder Claim(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var lockPath = System.IO.Path.Combine(path, "deskhand.lock");
        try
        {
            Create(path);
            // FileShare.None is flock(LOCK_EX) on Unix; the descriptor is close-on-exec, so postgres does not inherit it.
            var held = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            File.WriteAllText(HolderPath(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new DataFolder(path, held);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DataFolderException($"The data folder {path} cannot be written to by this user. Change its owner, or set DESKHAND_DATA to another folder.", e);
        }
        catch (IOException e) when (File.Exists(lockPath))
        {
            throw new DataFolderException($"The data folder {path} is in use by process {HolderOf(path)}. Stop that one first, or set DESKHAND_DATA to another folder.", e);
        }
        catch (IOException e)
        {
            throw new DataFolderException($"The data folder {path} cannot be created: {e.Message}", e);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static void Create(string path)
    {
        if (Folders.Exists(path))
            return;
        // As root the database runs under another account, which has to pass through but has nothing to list here.
        var others = Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None;
        PrivateFiles.CreateFolder(path, others);
    }

    // Beside the lock, not in it: .NET takes a lock for reading too, which the holder's excludes.
    private static string HolderPath(string path) => System.IO.Path.Combine(path, "deskhand.pid");

    private static string HolderOf(string path)
    {
        try
        {
            return File.ReadAllText(HolderPath(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "(unknown)";
        }
    }
}

/// <summary>The data folder cannot be used; the message says why and what to do.</summary>
internal sealed class DataFolderException(string message, Exception inner) : Exception(message, inner);
