using Deskhand.Access;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Operations;

/// <summary>One opened installation: its settings, its data folder, its secret and its database, for the server or for one command.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly DataFolder? claim;

    private Installation(DeskhandSettings settings, DataFolder? claim, JwtSecret secret, ServerDatabase database, ILoggerFactory loggers)
    {
        this.claim = claim;
        Settings = settings;
        Secret = secret;
        Database = database;
        Loggers = loggers;
    }

    public DeskhandSettings Settings { get; }

    public JwtSecret Secret { get; }

    public ServerDatabase Database { get; }

    public ILoggerFactory Loggers { get; }

    /// <summary>Opens the installation for a server: alone on its data folder when the database is its own.</summary>
    public static Task<Installation> OpenForServer(DeskhandSettings settings, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        Open(settings, loggers, besideServer: false, cancellationToken);

    /// <summary>Opens the installation for a command, beside a running server if there is one.</summary>
    public static Task<Installation> OpenForCommand(DeskhandSettings settings, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        Open(settings, loggers, besideServer: true, cancellationToken);

    /// <summary>Brings the schema up to date.</summary>
    /// <exception cref="MigrationException">The database does not fit this program.</exception>
    public Task<int> Migrate(CancellationToken cancellationToken) =>
        Database.AsOwner(m => m.Up(null, cancellationToken), Loggers.CreateLogger("Deskhand.Data"));

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        claim?.Dispose();
    }

    private static async Task<Installation> Open(DeskhandSettings settings, ILoggerFactory loggers, bool besideServer, CancellationToken cancellationToken)
    {
        DataFolder? claim = null;
        var attached = false;
        try
        {
            if (settings.Database is null)
            {
                try
                {
                    claim = DataFolder.Claim(settings.DataFolder);
                }
                catch (DataFolderException) when (besideServer)
                {
                    attached = true;
                }
            }
            else
            {
                Folders.CreateDirectory(settings.DataFolder);
            }

            var (secret, refusal) = JwtSecret.Open(settings.JwtSecret, settings.DataFolder);
            if (secret is null) throw new SettingsException(refusal!);
            return new Installation(settings, claim, secret, await ServerDatabase.Open(settings, loggers, cancellationToken, attached), loggers);
        }
        catch
        {
            claim?.Dispose();
            throw;
        }
    }
}

/// <summary>Failures whose message is meant for the operator, and needs no stack trace.</summary>
internal static class OperatorErrors
{
    public static bool IsPlain(Exception e) =>
        e is SettingsException or DataFolderException or EmbeddedPostgresException or MigrationException or NpgsqlException or IOException;

    public static string Explain(Exception e) => e switch
    {
        PostgresException p => $"The database refused: {p.MessageText}",
        NpgsqlException n => $"The database cannot be reached: {n.InnerException?.Message ?? n.Message}. Check DESKHAND_DATABASE, and that the server is up.",
        IOException { InnerException: { } inner } io when io.Message.Contains("bind", StringComparison.Ordinal) =>
            $"{io.Message.TrimEnd('.')} ({inner.Message}). Another program uses the port; choose one with DESKHAND_PORT.",
        _ => e.Message,
    };
}
