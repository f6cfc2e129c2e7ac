using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Deskhand.Data;

namespace Deskhand.Tickets;

/// <summary>
/// The files behind attachments, below the folder of that setting: <c>{tenant}/{aa}/{id}</c>, where aa spreads them over 256 folders.
/// No part of a path comes from outside. A file under its own name is whole; one that is still coming in ends in <c>.part</c>.
/// </summary>
internal sealed class AttachmentStore(DeskhandSettings settings)
{
    private const string Unfinished = ".part";
    private readonly string root = settings.AttachmentFolder;

    /// <summary>Where a file lies below the root. The last digits of an id are random; the first are its time.</summary>
    public static string KeyOf(Guid tenantId, Guid id)
    {
        var name = id.ToString("N");
        return $"{tenantId:N}/{name[^2..]}/{name}";
    }

    public string PathOf(string key) => Path.Combine(root, key);

    /// <summary>A place for a file that comes in now.</summary>
    public IncomingFile Receive(Guid tenantId, Guid id)
    {
        var path = PathOf(KeyOf(tenantId, id));
        PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
        return new IncomingFile(path, path + Unfinished);
    }

    public void Remove(string key) => File.Delete(PathOf(key));

    /// <summary>A tenant's files last written before an instant, folder by folder: an id, or null for what never became whole.</summary>
    public IEnumerable<List<(Guid? Id, string Path)>> WrittenBefore(Guid tenantId, DateTimeOffset instant)
    {
        var own = Path.Combine(root, tenantId.ToString("N"));
        if (!Folders.Exists(own)) yield break;
        foreach (var folder in Folders.EnumerateDirectories(own))
        {
            var old = new List<(Guid?, string)>();
            foreach (var path in Folders.EnumerateFiles(folder))
            {
                if (File.GetLastWriteTimeUtc(path) >= instant.UtcDateTime) continue;
                if (path.EndsWith(Unfinished, StringComparison.Ordinal)) old.Add((null, path));
                else if (Guid.TryParseExact(Path.GetFileName(path), "N", out var id)) old.Add((id, path));
            }

            if (old.Count > 0) yield return old;
        }
    }
}

/// <summary>A file on its way in. It gets its name only when all of it is on the disk; what was not kept goes with this object.</summary>
internal sealed class IncomingFile(string path, string unfinished) : IAsyncDisposable
{
    private readonly FileStream file = PrivateFiles.CreateFile(unfinished);

    public long Size { get; private set; }

    /// <summary>By its content, see <see cref="FileType"/>.</summary>
    public string ContentType { get; private set; } = FileType.Unknown;

    public byte[] Sha256 { get; private set; } = [];

    /// <summary>Takes in all of a stream, piece by piece; false when it is longer than allowed.</summary>
    public async Task<bool> Fill(Stream content, long most, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        var head = new byte[FileType.HeadLength];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            int read;
            while ((read = await Read(content, buffer, cancellationToken)) > 0)
            {
                if (Size < head.Length) buffer.AsSpan(0, (int)Math.Min(read, head.Length - Size)).CopyTo(head.AsSpan((int)Size));
                Size += read;
                if (Size > most) return false;
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Sha256 = hash.GetHashAndReset();
        ContentType = FileType.Of(head.AsSpan(0, (int)Math.Min(Size, head.Length)));
        return true;
    }

    /// <summary>What has come in, to be read once more.</summary>
    public async Task<Stream> Again(CancellationToken cancellationToken)
    {
        await file.FlushAsync(cancellationToken);
        return new FileStream(unfinished, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    }

    /// <summary>Gives the file its name: on the disk first, then the name, then the name on the disk. So neither a crash nor a power cut leaves half a file under it.</summary>
    public async Task Keep()
    {
        file.Flush(flushToDisk: true);
        await file.DisposeAsync();
        File.Move(unfinished, path);
        Native.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Takes a kept file away again.</summary>
    public void Discard() => File.Delete(path);

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync();
        File.Delete(unfinished);
    }

    /// <summary>What cannot be read is the sender's fault (a form that breaks off), what cannot be written is ours.</summary>
    private static async ValueTask<int> Read(Stream content, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form breaks off.", e);
        }
    }

    private static class Native
    {
        private const int ReadOnlyFolder = 0x10000;

        /// <summary>.NET opens no folders, and a rename lasts only once its folder is written (fsync(2)).</summary>
        public static void SyncFolder(string folder)
        {
            if (!OperatingSystem.IsLinux()) return;
            var descriptor = open(folder, ReadOnlyFolder);
            if (descriptor < 0) return;
            _ = fsync(descriptor);
            _ = close(descriptor);
        }

        [DllImport("libc", BestFitMapping = false, ThrowOnUnmappableChar = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int open([MarshalAs(UnmanagedType.LPStr)] string path, int flags);

        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int fsync(int descriptor);

        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int close(int descriptor);
    }
}
