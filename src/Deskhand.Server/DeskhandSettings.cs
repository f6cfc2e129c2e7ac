using System.Collections.Immutable;
using System.Globalization;
using Npgsql;

namespace Deskhand;

/// <summary>A setting has a value that cannot be used. The message names the setting and says what was expected.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>What part of the work this process does; every part by default.</summary>
[Flags]
internal enum ServerRoles
{
    None = 0,

    /// <summary>Answers HTTP.</summary>
    Web = 1,

    /// <summary>Delivers events.</summary>
    Relay = 2,

    /// <summary>Watches passing time.</summary>
    Clock = 4,

    /// <summary>Takes in messages.</summary>
    Intake = 8,

    /// <summary>Sends messages.</summary>
    Send = 16,

    All = Web | Relay | Clock | Intake | Send,
}

/// <summary>An outside directory to follow.</summary>
/// <param name="Exchange">Where it publishes.</param>
/// <param name="Queue">Our queue.</param>
/// <param name="Tenants">Who may speak for which tenant.</param>
internal sealed record DirectoryFeed(string Exchange, string Queue, ImmutableArray<DirectoryTenant> Tenants)
{
    /// <summary>The queue of what could not be taken over.</summary>
    public string DeadQueue => Queue + ".dead";
}

/// <summary>What one user of the broker says of one tenant of the directory is meant for one tenant here.</summary>
/// <param name="Publisher">The user of the broker.</param>
/// <param name="OutsideTenant">The <c>tenantId</c> of its events.</param>
/// <param name="Slug">The tenant here.</param>
internal sealed record DirectoryTenant(string Publisher, string OutsideTenant, string Slug);

/// <summary>The configuration of a process: environment variables <c>DESKHAND_*</c>, or the same names in <c>appsettings.json</c>. Explained in docs/guide/configuration.md.</summary>
internal sealed record DeskhandSettings
{
    /// <summary>TCP port, 0 = any free one.</summary>
    public int Port { get; init; } = 5080;

    /// <summary>Address to listen on.</summary>
    public string Bind { get; init; } = "127.0.0.1";

    /// <summary>Absolute path of the folder that holds the embedded database, attachments and generated secrets.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Connection string of a PostgreSQL server of the operator's own; null = embedded.</summary>
    public string? Database { get; init; }

    /// <summary>Folder of PostgreSQL's programs for the embedded cluster; null = found.</summary>
    public string? PostgresBinaries { get; init; }

    /// <summary>The address people reach the desk at; the only base of links in mails and answers.</summary>
    public required Uri PublicUrl { get; init; }

    public string AdminEmail { get; init; } = "admin@example.com";

    /// <summary>Null = one is made and printed once.</summary>
    public string? AdminPassword { get; init; }

    /// <summary>Null = one is made and kept in the data folder; several instances need the same one.</summary>
    public string? JwtSecret { get; init; }

    public string? JwtIssuer { get; init; }

    public string JwtAudience { get; init; } = "deskhand";

    public Uri? JwksUrl { get; init; }

    public Uri? RabbitMqUrl { get; init; }

    public string RabbitMqExchange { get; init; } = "psa.events";

    /// <summary>The outside directory; null = none is followed.</summary>
    public DirectoryFeed? Directory { get; init; }

    /// <summary>Kafka's brokers to begin with, host:port by commas; null = no events go to Kafka.</summary>
    public string? KafkaBootstrap { get; init; }

    /// <summary>What the names of all topics begin with.</summary>
    public string KafkaTopicPrefix { get; init; } = "";

    /// <summary>Further properties of Kafka's client, as librdkafka names them: encryption, user and password.</summary>
    public ImmutableArray<KeyValuePair<string, string>> KafkaProperties { get; init; } = [];

    /// <summary>The server that takes our mail; null = no mail is sent.</summary>
    public Mail.SmtpServer? Smtp { get; init; }

    /// <summary>The address that mail comes from where a tenant has none of its own.</summary>
    public string MailFrom { get; init; } = "desk@localhost.localdomain";

    /// <summary>For development: webhooks may go over http, and to machines that only this one can reach.</summary>
    public bool AllowsPrivateWebhooks { get; init; }

    /// <summary>How long events can be read and delivered again.</summary>
    public TimeSpan EventsKeptFor { get; init; } = TimeSpan.FromDays(730);

    public ServerRoles Roles { get; init; } = ServerRoles.All;

    /// <summary>Origins of browsers' pages that may call the API; none by default.</summary>
    public ImmutableArray<string> CorsOrigins { get; init; } = [];

    /// <summary>Addresses of the proxies in front, whose word about a client's address is taken; none by default.</summary>
    public ImmutableArray<System.Net.IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Folder of the attachments, shared by all instances.</summary>
    public required string AttachmentFolder { get; init; }

    /// <summary>Requests a minute for one caller; class of the route: reads get five times as many.</summary>
    public int RateLimit { get; init; } = 1200;

    /// <summary>Where ClamAV's daemon listens, which is asked about each file that comes in; null = nobody is asked.</summary>
    public System.Net.DnsEndPoint? Clamd { get; init; }

    /// <summary>Bytes of one upload.</summary>
    public long MaxUpload { get; init; } = 50L * 1024 * 1024;

    /// <summary>Reads and checks the whole configuration.</summary>
    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static DeskhandSettings Load(IConfiguration configuration)
    {
        var port = Number("DESKHAND_PORT", 5080, 0, 65535);
        var bind = Text("DESKHAND_BIND") ?? "127.0.0.1";
        if (!System.Net.IPAddress.TryParse(bind, out _)) throw Wrong("DESKHAND_BIND", bind, "an IP address such as 127.0.0.1, or 0.0.0.0 for every interface");
        var folder = Path.GetFullPath(Text("DESKHAND_DATA") ?? "data");
        if (File.Exists(folder)) throw Wrong("DESKHAND_DATA", folder, "a folder; there is a file of that name");
        var issuer = Text("DESKHAND_JWT_ISSUER");
        var jwks = Address("DESKHAND_JWKS_URL", "https", "http");
        if (jwks is not null && issuer is null) throw new SettingsException("DESKHAND_JWKS_URL is set, so DESKHAND_JWT_ISSUER must name the issuer (the iss claim) whose keys these are.");
        if (jwks is { Scheme: "http", IsLoopback: false }) throw Wrong("DESKHAND_JWKS_URL", jwks.ToString(), "an https:// address (http:// only on this machine)");
        var email = Text("DESKHAND_ADMIN_EMAIL") ?? "admin@example.com";
        var errors = new FieldErrors();
        errors.Email("email", email);
        if (errors.ToProblem() is not null) throw Wrong("DESKHAND_ADMIN_EMAIL", email, "an e-mail address");
        var secret = Text("DESKHAND_JWT_SECRET");
        if (secret is not null && Access.JwtSecretPolicy.Refusal(secret) is { } refusal) throw new SettingsException($"DESKHAND_JWT_SECRET {refusal}");
        var smtp = Text("DESKHAND_SMTP_URL") is { } mail
            ? Mail.SmtpServer.Parse(mail) ?? throw Wrong("DESKHAND_SMTP_URL", Redact(mail), "smtp://user:password@host:587?starttls=required (or offered, never) or smtps://user:password@host:465; a password needs encryption")
            : null;
        var mailFrom = Text("DESKHAND_MAIL_FROM");
        if (mailFrom is not null && AddressProblem(mailFrom)) throw Wrong("DESKHAND_MAIL_FROM", mailFrom, "an e-mail address such as support@example.com");
        if (smtp is not null && mailFrom is null) throw new SettingsException("DESKHAND_SMTP_URL is set, so DESKHAND_MAIL_FROM must say which address mail comes from.");
        var rabbit = Address("DESKHAND_RABBITMQ_URL", "amqp", "amqps");
        var exchange = Text("DESKHAND_RABBITMQ_EXCHANGE") ?? "psa.events";
        return new DeskhandSettings
        {
            Port = port,
            Bind = bind,
            DataFolder = folder,
            Database = ConnectionString("DESKHAND_DATABASE"),
            PostgresBinaries = Text("DESKHAND_POSTGRES_BIN"),
            PublicUrl = Address("DESKHAND_PUBLIC_URL", "https", "http") ?? new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"),
            AdminEmail = email,
            AdminPassword = Text("DESKHAND_ADMIN_PASSWORD"),
            JwtSecret = secret,
            JwtIssuer = issuer,
            JwtAudience = Text("DESKHAND_JWT_AUDIENCE") ?? "deskhand",
            JwksUrl = jwks,
            RabbitMqUrl = rabbit,
            RabbitMqExchange = exchange,
            Directory = Text("DESKHAND_DIRECTORY_EXCHANGE") is { } outside ? Follow(outside) : null,
            KafkaBootstrap = Brokers(Text("DESKHAND_KAFKA_BOOTSTRAP")),
            KafkaTopicPrefix = TopicPrefix(Text("DESKHAND_KAFKA_TOPIC_PREFIX") ?? ""),
            KafkaProperties = Text("DESKHAND_KAFKA_CONFIG") is { } file ? Properties("DESKHAND_KAFKA_CONFIG", file) : [],
            Smtp = smtp,
            MailFrom = mailFrom ?? "desk@localhost.localdomain",
            AllowsPrivateWebhooks = Flag("DESKHAND_WEBHOOKS_PRIVATE"),
            EventsKeptFor = TimeSpan.FromDays(Number("DESKHAND_EVENTS_KEPT_DAYS", 730, 31, 36_500)),
            Roles = ParseRoles(Text("DESKHAND_ROLES")),
            CorsOrigins = [.. (Text("DESKHAND_CORS_ORIGINS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Origin)],
            TrustedProxies = [.. (Text("DESKHAND_TRUSTED_PROXIES") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Network)],
            AttachmentFolder = Path.GetFullPath(Text("DESKHAND_ATTACHMENTS") ?? Path.Combine(folder, "attachments")),
            RateLimit = Number("DESKHAND_RATE_LIMIT", 1200, 1, 10_000_000),
            MaxUpload = Number("DESKHAND_MAX_UPLOAD_MB", 50, 1, 10_000) * 1024L * 1024,
            Clamd = Text("DESKHAND_CLAMD") is { } clamd ? Listener("DESKHAND_CLAMD", clamd) : null,
        };

        static System.Net.DnsEndPoint Listener(string name, string text) =>
            text.LastIndexOf(':') is > 0 and var colon && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var listens) && listens > 0
                ? new(text[..colon].Trim('[', ']'), listens)
                : throw Wrong(name, text, "host:port, such as 127.0.0.1:3310");

        DirectoryFeed Follow(string outside)
        {
            if (rabbit is null) throw new SettingsException("DESKHAND_DIRECTORY_EXCHANGE is set, so DESKHAND_RABBITMQ_URL must say which broker it is on.");
            if (outside == exchange) throw Wrong("DESKHAND_DIRECTORY_EXCHANGE", outside, "another exchange than DESKHAND_RABBITMQ_EXCHANGE, to which this desk publishes itself");
            if (Text("DESKHAND_DIRECTORY_TENANTS") is not { } tenants) throw new SettingsException("DESKHAND_DIRECTORY_EXCHANGE is set, so DESKHAND_DIRECTORY_TENANTS must say who may speak for which tenant: publisher:outside-tenant=slug, separated by commas.");
            return new(outside, Text("DESKHAND_DIRECTORY_QUEUE") ?? "deskhand.directory", [.. tenants.Split(',', StringSplitOptions.TrimEntries).Select(OutsideTenant)]);
        }

        static DirectoryTenant OutsideTenant(string text) =>
            text.LastIndexOf('=') is > 0 and var equals && text[..equals].Split(':', 2) is [{ Length: > 0 } publisher, { Length: > 0 } outside] && text[(equals + 1)..] is { Length: > 0 } slug
                ? new(publisher, outside, slug)
                : throw Wrong("DESKHAND_DIRECTORY_TENANTS", text, "publisher:outside-tenant=slug, separated by commas");

        static bool AddressProblem(string address)
        {
            var errors = new FieldErrors();
            errors.Email("address", address);
            return errors.ToProblem() is not null;
        }

        string? Text(string name) => string.IsNullOrWhiteSpace(configuration[name]) ? null : configuration[name]!.Trim();

        int Number(string name, int otherwise, int least, int most) =>
            Text(name) is not { } text ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw Wrong(name, text, $"a whole number from {least} to {most}");

        bool Flag(string name) => Text(name) switch
        {
            null or "false" => false,
            "true" => true,
            { } other => throw Wrong(name, other, "true or false"),
        };

        Uri? Address(string name, params string[] schemes) =>
            Text(name) is not { } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme, StringComparer.Ordinal) ? uri
            : throw Wrong(name, Redact(text), $"an address that starts with {string.Join(":// or ", schemes)}://");

        string? ConnectionString(string name)
        {
            if (Text(name) is not { } text) return null;
            try
            {
                var parsed = new NpgsqlConnectionStringBuilder(text);
                if (string.IsNullOrEmpty(parsed.Host) || string.IsNullOrEmpty(parsed.Database)) throw new ArgumentException("host or database is missing");
                // By default Npgsql asks for encryption by Kerberos first, and where its library is not installed each process says so on the console.
                if (!parsed.ShouldSerialize("GSS Encryption Mode")) parsed.GssEncryptionMode = GssEncryptionMode.Disable;
                return parsed.ConnectionString;
            }
            catch (ArgumentException)
            {
                // the value may hold a password: it is not repeated
                throw new SettingsException($"{name} is not a usable connection string; expected: Host=…;Port=5432;Database=…;Username=…;Password=…");
            }
        }

        static System.Net.IPNetwork Network(string text) =>
            System.Net.IPNetwork.TryParse(text, out var network) ? network
            : System.Net.IPAddress.TryParse(text, out var address) ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw Wrong("DESKHAND_TRUSTED_PROXIES", text, "addresses or networks such as 10.0.0.0/8, separated by commas");

        static string Origin(string text) =>
            Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.AbsolutePath == "/" && !text.Contains('*', StringComparison.Ordinal)
                ? uri.GetLeftPart(UriPartial.Authority)
                : throw Wrong("DESKHAND_CORS_ORIGINS", text, "origins such as https://desk.example.com, separated by commas; a wildcard is not accepted");
    }

    private static ServerRoles ParseRoles(string? text)
    {
        if (text is null) return ServerRoles.All;
        var roles = ServerRoles.None;
        foreach (var name in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            roles |= name switch
            {
                "all" => ServerRoles.All,
                "web" => ServerRoles.Web,
                "relay" => ServerRoles.Relay,
                "clock" => ServerRoles.Clock,
                "intake" => ServerRoles.Intake,
                "send" => ServerRoles.Send,
                _ => throw Wrong("DESKHAND_ROLES", name, "a list out of web, relay, clock, intake, send (or all)"),
            };
        return roles;
    }

    private static string? Brokers(string? text)
    {
        if (text is null) return null;
        var brokers = text.Split(',', StringSplitOptions.TrimEntries);
        return brokers.All(b => Uri.TryCreate("kafka://" + b, UriKind.Absolute, out var uri) && uri is { Host.Length: > 0, Port: > 0, PathAndQuery: "/" or "", UserInfo: "" })
            ? string.Join(',', brokers)
            : throw Wrong("DESKHAND_KAFKA_BOOTSTRAP", Redact(text), "host:port of one or more brokers, separated by commas");
    }

    /// <summary>Kafka's own rule for names: letters, digits, dots, underscores and hyphens, 249 in all.</summary>
    private static string TopicPrefix(string text) =>
        text.Length <= 200 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? text
            : throw Wrong("DESKHAND_KAFKA_TOPIC_PREFIX", text, "at most 200 letters, digits, dots, underscores and hyphens");

    /// <summary>A file of lines <c>name=value</c>; empty lines and those that begin with # say nothing.</summary>
    private static ImmutableArray<KeyValuePair<string, string>> Properties(string setting, string file)
    {
        // what the order of events and the end of a delivery depend on
        string[] ours = ["bootstrap.servers", "enable.idempotence", "acks", "request.required.acks", "request.timeout.ms", "message.timeout.ms", "delivery.timeout.ms"];
        if (!File.Exists(file)) throw Wrong(setting, file, "a file that this process can read");
        var properties = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (number, line) in File.ReadLines(file).Index().Select(l => (l.Index + 1, l.Item.Trim())).Where(l => l.Item2 is not ("" or ['#', ..])))
        {
            // the value may be a password: it is not repeated
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, var value]) throw new SettingsException($"{setting}: line {number} of {file} is not of the form name=value.");
            if (ours.Contains(name, StringComparer.Ordinal)) throw new SettingsException($"{setting}: {name} in line {number} of {file} is set by Deskhand itself; take the line out.");
            properties.Add(new(name, value));
        }

        return properties.ToImmutable();
    }

    private static SettingsException Wrong(string name, string value, string expected) => new($"{name} is \"{value}\"; expected: {expected}.");

    private static string Redact(string text) => text.Contains('@', StringComparison.Ordinal) ? "…@" + text.Split('@')[^1] : text;
}
