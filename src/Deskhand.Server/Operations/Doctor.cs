using System.Net.Sockets;
using Deskhand.Access;
using Deskhand.Outbox;
using Deskhand.Tickets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Deskhand.Operations;

/// <summary><c>deskhand doctor</c>: checks what a desk stands on, one line each, and says what to do about what is wrong.</summary>
internal static class Doctor
{
    /// <summary>Bytes below which the disk counts as nearly full.</summary>
    private const long LittleSpace = 1L << 30;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>0 when all is well, 1 when something is wrong.</returns>
    public static async Task<int> Run(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var wrong = 0;
        DeskhandSettings settings;
        try
        {
            settings = DeskhandSettings.Load(configuration);
            Good("settings", "every DESKHAND_ setting can be used");
        }
        catch (SettingsException e)
        {
            Bad("settings", e.Message);
            return 1;
        }

        Disk();
        Secret();
        await Database_();
        await Broker();
        await Kafka();
        await Mail_();
        await Scanner();
        await Keys();
        Console.WriteLine(wrong == 0 ? "All is well." : $"{wrong} thing(s) to mend.");
        return wrong == 0 ? 0 : 1;

        void Good(string part, string words) => Console.WriteLine($"  ok     {part,-10} {words}");

        void Bad(string part, string words)
        {
            wrong++;
            Console.WriteLine($"  WRONG  {part,-10} {words}");
        }

        void Disk()
        {
            var folder = settings.DataFolder;
            while (!Folders.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
            var free = new DriveInfo(folder).AvailableFreeSpace;
            if (free < LittleSpace) Bad("disk", $"{free >> 20} MB are free where {settings.DataFolder} is; make room before the database stops.");
            else Good("disk", $"{free >> 30} GB are free for {settings.DataFolder}");
        }

        void Secret()
        {
            if (settings.JwtSecret is not null) Good("secret", "DESKHAND_JWT_SECRET is set");
            else if (settings.Database is null) Good("secret", "kept in the data folder");
            else Bad("secret", "With a database of your own set DESKHAND_JWT_SECRET (openssl rand -base64 48), the same for every instance; else each signs its own tokens.");
        }

        async Task Database_()
        {
            try
            {
                using var loggers = Logs.ForCommand();
                await using var installation = await Installation.OpenForCommand(settings, loggers, cancellationToken);
                Good("database", installation.Database.IsEmbedded ? "the embedded PostgreSQL answers" : "answers");
                var missing = (await installation.Database.AsOwner(m => m.Status(cancellationToken), loggers.CreateLogger("doctor"))).Where(s => s.AppliedAt is null || s.Changed).ToList();
                if (missing.Count > 0) Bad("schema", $"{missing.Count} step(s) are missing or differ: deskhand migrate status, then deskhand migrate up.");
                else Good("schema", "up to date");
                await Isolation(installation);
            }
            catch (Exception e) when (OperatorErrors.IsPlain(e))
            {
                Bad("database", OperatorErrors.Explain(e));
            }
        }

        async Task Isolation(Installation installation)
        {
            var role = (await installation.Database.Database.AcrossTenants("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user", r => r.GetBoolean(0), cancellationToken))[0];
            var open = await installation.Database.Database.AcrossTenants("""
                SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
                """, r => r.GetString(0), cancellationToken);
            if (role) Bad("isolation", "The application role is a superuser or bypasses row level security. Take that from it: ALTER ROLE … NOSUPERUSER NOBYPASSRLS.");
            else if (open.Count > 0) Bad("isolation", $"Row level security is not forced on: {string.Join(", ", open)}.");
            else Good("isolation", "row level security is forced on every table, and the application role is bound by it");
        }

        async Task Broker()
        {
            if (settings.RabbitMqUrl is null)
            {
                Good("rabbitmq", "not configured (DESKHAND_RABBITMQ_URL)");
                return;
            }

            try
            {
                var factory = new ConnectionFactory { Uri = settings.RabbitMqUrl, RequestedConnectionTimeout = Patience };
                await using var connection = await factory.CreateConnectionAsync(cancellationToken);
                Good("rabbitmq", $"answers at {settings.RabbitMqUrl.Host}:{settings.RabbitMqUrl.Port}");
            }
            catch (Exception e) when (e is BrokerUnreachableException or SocketException or OperationInterruptedException)
            {
                Bad("rabbitmq", $"{settings.RabbitMqUrl.Host}:{settings.RabbitMqUrl.Port} does not take us: {e.InnerException?.Message ?? e.Message}. Events wait in the outbox meanwhile.");
            }
        }

        async Task Kafka()
        {
            if (settings.KafkaBootstrap is null)
            {
                Good("kafka", "not configured (DESKHAND_KAFKA_BOOTSTRAP)");
                return;
            }

            try
            {
                using var loggers = Logs.ForCommand();
                await using var sink = new KafkaSink(settings, loggers.CreateLogger<KafkaSink>());
                await sink.Connect(cancellationToken);
                Good("kafka", $"answers at {settings.KafkaBootstrap}");
            }
            catch (SinkUnavailableException e)
            {
                Bad("kafka", $"{e.Message} Events wait in the outbox meanwhile.");
            }
        }

        async Task Scanner()
        {
            if (settings.Clamd is null)
            {
                Good("scanner", "not configured (DESKHAND_CLAMD): files are not looked at");
                return;
            }

            using var loggers = Logs.ForCommand();
            var place = $"{settings.Clamd.Host}:{settings.Clamd.Port}";
            if (await new VirusScanner(settings, loggers.CreateLogger<VirusScanner>()).Trouble(Patience, cancellationToken) is { } trouble) Bad("scanner", $"{place}: {trouble}");
            else Good("scanner", $"answers at {place}");
        }

        async Task Mail_()
        {
            if (settings.Smtp is not { } server)
            {
                Good("mail", "not configured (DESKHAND_SMTP_URL): no mail is sent");
                return;
            }

            try
            {
                await using var connection = await Mail.SmtpConnection.Open(server, settings.PublicUrl.IdnHost, null, cancellationToken);
                Good("mail", $"{server} takes us, from {settings.MailFrom}");
            }
            catch (Mail.SmtpException e)
            {
                Bad("mail", $"{server} does not take us: {e.Message} Mail waits meanwhile.");
            }
        }

        async Task Keys()
        {
            if (settings.JwksUrl is null) return;
            using var keys = new RemoteKeySet(settings.JwksUrl, TimeProvider.System);
            var found = await keys.KeysAsync(cancellationToken);
            if (found.Count > 0) Good("issuer", $"{found.Count} key(s) at DESKHAND_JWKS_URL");
            else Bad("issuer", $"no keys at DESKHAND_JWKS_URL: {keys.Health.LastFailure}");
        }
    }
}
