namespace Deskhand.Data;

/// <summary>Files and folders that are closed to others from the moment they exist, not from a chmod later.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    public static void CreateFolder(string path, UnixFileMode others = UnixFileMode.None)
    {
        if (OperatingSystem.IsWindows())
            Folders.CreateDirectory(path);
        else
            Folders.CreateDirectory(path, OwnFolder | others);
    }

    /// <exception cref="IOException">It exists already, as a link too: nobody can slip a file of theirs under the name.</exception>
    public static FileStream CreateFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnFile;
        return new FileStream(path, options);
    }
}
