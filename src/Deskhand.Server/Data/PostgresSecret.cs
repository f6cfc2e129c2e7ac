using System.Security.Cryptography;
using System.Text;

namespace Deskhand.Data;

/// <summary>
/// The generated passwords of the private cluster, in a file beside it that only the server's user can read, and the
/// name the cluster's processes carry. Written before the cluster exists: a cluster without its passwords is of no use.
/// </summary>
internal sealed record PostgresSecret(string SuperuserPassword, string OwnerPassword)
{
    /// <summary>Tells the processes of this cluster from any other's in the process list; says nothing about the passwords.</summary>
    public string ClusterName { get; } =
        "deskhand-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes("cluster name " + SuperuserPassword)))[..12];

    public static PostgresSecret LoadOrCreate(string dataFolder, bool clusterExists)
    {
        var path = Path.Combine(dataFolder, "postgres.secret");
        if (File.Exists(path))
        {
            return File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var superuser, var owner]
                ? new PostgresSecret(superuser, owner)
                : throw new EmbeddedPostgresException($"{path} is damaged: it should hold two lines. Restore it from a backup.");
        }

        if (clusterExists)
            throw new EmbeddedPostgresException($"{path} is missing, so the database in {dataFolder}/postgres cannot be opened. Restore the file from a backup.");

        var secret = new PostgresSecret(RandomNumberGenerator.GetHexString(48, lowercase: true), RandomNumberGenerator.GetHexString(48, lowercase: true));
        secret.Save(path);
        return secret;
    }

    private void Save(string path)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var file = PrivateFiles.CreateFile(unfinished))
        {
            file.Write(Encoding.ASCII.GetBytes($"{SuperuserPassword}\n{OwnerPassword}\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path);
    }
}
