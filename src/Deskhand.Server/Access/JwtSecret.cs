using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Deskhand.Access;

/// <summary>
/// The installation's one secret (DESKHAND_JWT_SECRET), from which a key for each purpose is derived (HKDF, RFC 5869), so that
/// a token signed with the raw secret is never taken for a session. Derivation alone does not stop an outside issuer who knows
/// the raw secret and reads this file; <see cref="Salted"/> does, with a value that the issuer does not have.
/// </summary>
internal sealed class JwtSecret
{
    public const string Variable = "DESKHAND_JWT_SECRET";
    public const int MinBytes = 32;

    private const string FileName = "jwt.secret";
    private const int GeneratedBytes = 48;
    private const int DerivedBytes = 32;

    private readonly byte[] _raw;
    private readonly byte[] _root;

    private JwtSecret(byte[] raw, Hs256Key? outsideKey, byte[] salt)
    {
        _raw = raw;
        _root = HKDF.Extract(HashAlgorithmName.SHA256, raw, salt);
        AccessTokenKey = new Hs256Key("desk-1", Derive("access-token"));
        OutsideKey = outsideKey;
    }

    private static JwtSecret From(string secret, bool configured)
    {
        var raw = Encoding.UTF8.GetBytes(secret);
        return new JwtSecret(raw, configured ? new Hs256Key(null, raw) : null, "deskhand"u8.ToArray());
    }

    /// <summary>Signs the desk's own access tokens.</summary>
    public Hs256Key AccessTokenKey { get; }

    /// <summary>The raw secret, for tokens of an outside issuer; null when it was generated here, for then nobody else has it.</summary>
    public Hs256Key? OutsideKey { get; }

    public byte[] SignedLinkKey => Derive("signed-link");

    public byte[] DataProtectionKey => Derive("data-protection");

    /// <summary>
    /// The same secret with other derived keys. The salt is random, at least 32 bytes, made once for the installation and the
    /// same on every instance (kept in the database); with it neither the secret nor the database alone gives a key away.
    /// </summary>
    public JwtSecret Salted(ReadOnlySpan<byte> salt)
    {
        if (salt.Length < MinBytes) throw new ArgumentException($"A salt has at least {MinBytes} bytes.", nameof(salt));
        return new JwtSecret(_raw, OutsideKey, salt.ToArray());
    }

    /// <summary>32 bytes that depend on the secret, the salt and the purpose only; a purpose never changes its name.</summary>
    public byte[] Derive(string purpose) => HKDF.Expand(HashAlgorithmName.SHA256, _root, DerivedBytes, Encoding.UTF8.GetBytes(purpose));

    /// <summary>Either a secret or why the server must not start, in words for the person who configured it.</summary>
    public static (JwtSecret? Secret, string? Refusal) Open(string? configured, string dataFolder)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            return JwtSecretPolicy.Refusal(configured) is { } refusal
                ? (null, $"{Variable} {refusal}")
                : (From(configured, configured: true), null);
        }

        var path = Path.Combine(dataFolder, FileName);
        try
        {
            var kept = ReadOrCreate(path);
            return JwtSecretPolicy.Refusal(kept) is { } refusal
                ? (null, $"{Variable} is not set, and the secret kept in {path} {refusal}")
                : (From(kept, configured: false), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, $"{Variable} is not set, and {path} cannot be read or written: {exception.Message}");
        }
    }

    private static string ReadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            // one at a time: a rename that must not replace is a look and a rename, and two could both look first
            using var turn = Alone(path + ".lock");
            if (!File.Exists(path)) Create(path);
        }


        // a restored backup may have lost the mode
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return File.ReadAllText(path).TrimEnd('\n');
    }

    private static FileStream Alone(string path)
    {
        Folders.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose };
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException) when (attempt < 500)
            {
                // the other server is writing 65 bytes
                Thread.Sleep(10);
            }
        }
    }

    // Complete before it has its name, and the first of two servers that start together wins: the other reads what it wrote.
    private static void Create(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Folders.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{FileName}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(draft, options))
            {
                file.Write(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(GeneratedBytes)) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // the other server was first
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
