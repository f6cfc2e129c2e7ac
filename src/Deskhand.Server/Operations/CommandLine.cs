using System.CommandLine;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Tenants;
using Deskhand.Tickets;

namespace Deskhand.Operations;

/// <summary>The program's verbs: the server itself, and what an operator does beside it.</summary>
internal static class CommandLine
{
    public static RootCommand Build() => new("Deskhand: service desk, CRM and work billing in one server.")
    {
        Serve(), Migrate(), Tenant(), User(), Token(), Demo(), Outbox(), SearchCommand.Make(), DoctorCommand(),
    };

    private static Command Serve()
    {
        var empty = new Option<bool>("--empty") { Description = "On an empty database: a tenant and an administrator, but no demonstration data." };
        var command = new Command("serve", "Starts the server (what no command at all does too).") { empty };
        command.SetAction((parsed, cancellationToken) => Plainly(() => ServeCommand.Run(Settings(), parsed.GetValue(empty), cancellationToken)));
        return command;
    }

    private static Command Migrate()
    {
        var to = new Option<int?>("--to") { Description = "The version to stop at." };
        var up = new Command("up", "Applies the steps of the schema that are missing.") { to };
        up.SetAction((parsed, ct) => InInstallation(async i =>
        {
            var applied = await i.Database.AsOwner(m => m.Up(parsed.GetValue(to), ct), i.Loggers.CreateLogger("Deskhand.Data"));
            Console.WriteLine(applied == 0 ? "The schema is up to date." : $"Applied {applied} step(s).");
            return 0;
        }, ct, migrate: false));

        var target = new Option<int>("--to") { Description = "The version to go back to; 0 takes everything away.", Required = true };
        var yes = new Option<bool>("--yes") { Description = "Confirms that data of the steps taken back is lost." };
        var down = new Command("down", "Takes back the steps of the schema above a version.") { target, yes };
        down.SetAction((parsed, ct) => InInstallation(async i =>
        {
            if (!parsed.GetValue(yes)) return Fail("Taking steps back deletes what they hold. Make a backup, then say --yes.");
            var taken = await i.Database.AsOwner(m => m.Down(parsed.GetValue(target), ct), i.Loggers.CreateLogger("Deskhand.Data"));
            Console.WriteLine($"Took back {taken} step(s).");
            return 0;
        }, ct, migrate: false));

        var status = new Command("status", "Shows each step, what it is expected to cost, and when it was applied.");
        status.SetAction((_, ct) => InInstallation(async i =>
        {
            foreach (var state in await i.Database.AsOwner(m => m.Status(ct), i.Loggers.CreateLogger("Deskhand.Data")))
                Console.WriteLine($"{state.Migration.Version:D4} {state.Migration.Name,-24} {(state.AppliedAt is { } at ? $"applied {at:u}" : "missing"),-32} {(state.Changed ? "DIFFERS from this program; " : "")}cost: {state.Migration.Cost}");
            return 0;
        }, ct, migrate: false));
        return new Command("migrate", "The schema of the database.") { up, down, status };
    }

    private static Command Tenant()
    {
        var slug = new Argument<string>("slug") { Description = "Short name: lower-case letters, digits, hyphens." };
        var name = new Option<string?>("--name") { Description = "What people read; the slug when not given." };
        var workflow = new Option<string>("--workflow") { Description = "support, classic, psa or field.", DefaultValueFactory = _ => "support" };
        var scheme = new Option<string>("--references") { Description = "yearly or by_channel.", DefaultValueFactory = _ => "yearly" };
        var zone = new Option<string>("--time-zone") { Description = "IANA name.", DefaultValueFactory = _ => "UTC" };
        var locale = new Option<string>("--locale") { Description = "en or es.", DefaultValueFactory = _ => "en" };
        var create = new Command("create", "Makes a tenant.") { slug, name, workflow, scheme, zone, locale };
        create.SetAction((parsed, ct) => InInstallation(async i =>
        {
            if (Wire.Find<ReferenceScheme>(parsed.GetValue(scheme)!) is not { } references) return Fail("--references is yearly or by_channel.");
            var made = await CreateTenant.Run(i.Database.Database, new NewTenant(
                parsed.GetValue(slug)!, parsed.GetValue(name) ?? parsed.GetValue(slug)!, parsed.GetValue(workflow)!, references, parsed.GetValue(zone)!, parsed.GetValue(locale)!),
                DateTimeOffset.UtcNow, ct);
            return Print(made, id => $"Made tenant {parsed.GetValue(slug)} ({id}).\nGive it an administrator: deskhand user create {parsed.GetValue(slug)} <e-mail> --role admin");
        }, ct));

        var list = new Command("list", "Lists the tenants.");
        list.SetAction((_, ct) => InInstallation(async i =>
        {
            foreach (var line in await i.Database.Database.AcrossTenants("SELECT tenant_id, slug, name, suspended_at FROM list_tenants()",
                r => $"{r.GetGuid(0)}  {r.GetString(1),-24} {r.GetString(2)}{(r.IsDBNull(3) ? "" : "  (suspended)")}", ct))
                Console.WriteLine(line);
            return 0;
        }, ct));
        return new Command("tenant", "The businesses that run their desk in this installation.")
        {
            create, list,
            Suspend("suspend", "Shuts a tenant's desk: all its people and programs are out at once, and its data stay.", suspend: true),
            Suspend("resume", "Opens a tenant's desk again.", suspend: false),
        };
    }

    private static Command Suspend(string name, string description, bool suspend)
    {
        var slug = new Argument<string>("slug") { Description = "Slug of the tenant." };
        var command = new Command(name, description) { slug };
        command.SetAction((parsed, ct) => InInstallation(async i =>
        {
            if (await TenantId(i, parsed.GetValue(slug)!, ct) is not { } tenantId) return Fail($"There is no tenant {parsed.GetValue(slug)}.");
            await using var session = i.Database.Database.For(tenantId);
            var done = await SuspendTenant.Run(session, suspend, Actor.System(Via.CommandLine), Log(i), TimeProvider.System.Now(), ct);
            return Print(done, changed => $"{parsed.GetValue(slug)} is {(changed ? "" : "already ")}{(suspend ? "suspended" : "open")}.");
        }, ct));
        return command;
    }

    private static Command User()
    {
        var tenant = new Argument<string>("tenant") { Description = "Slug of the tenant." };
        var email = new Argument<string>("email");
        var name = new Option<string?>("--name") { Description = "What people read; the address when not given." };
        var role = new Option<string>("--role") { Description = "admin, manager, agent or light_agent.", DefaultValueFactory = _ => "agent" };
        var password = new Option<string?>("--password") { Description = "At least 10 characters; made and printed when not given." };
        var create = new Command("create", "Makes a user.") { tenant, email, name, role, password };
        create.SetAction((parsed, ct) => InInstallation(async i =>
        {
            if (Wire.Find<Role>(parsed.GetValue(role)!) is not { } asked) return Fail($"--role is one of: {string.Join(", ", Wire.All<Role>())}.");
            if (await TenantId(i, parsed.GetValue(tenant)!, ct) is not { } tenantId) return Fail($"There is no tenant {parsed.GetValue(tenant)}.");
            var secret = parsed.GetValue(password) ?? FirstTenant.NewPassword();
            await using var session = i.Database.Database.For(tenantId);
            var fields = new UserFields { Email = parsed.GetValue(email)!, Name = parsed.GetValue(name) ?? parsed.GetValue(email)!, Role = asked };
            var made = await new UserAccounts(Log(i), new Passwords(), TimeProvider.System).Create(session, Actor.System(Via.CommandLine), fields, secret, null, ct);
            return Print(made, user => $"Made {Wire.Name(asked)} {user.Email} ({user.Id})." + (parsed.GetValue(password) is null ? $"\nPassword: {secret}" : ""));
        }, ct));
        return new Command("user", "The people who work in a desk.") { create };
    }

    private static Command Token()
    {
        var tenant = new Argument<string>("tenant") { Description = "Slug of the tenant." };
        var email = new Argument<string>("email") { Description = "Address of the user it acts as." };
        var name = new Option<string>("--name") { Description = "What it is for.", DefaultValueFactory = _ => "command line" };
        var scopes = new Option<string[]>("--scope") { Description = "A permission, for example tickets:read; several are given by repeating it. All of the user's when not given.", AllowMultipleArgumentsPerToken = true };
        var days = new Option<int?>("--days") { Description = "Days until it expires; never when not given." };
        var create = new Command("create", "Makes an API token and prints it, once.") { tenant, email, name, scopes, days };
        create.SetAction((parsed, ct) => InInstallation(async i =>
        {
            if (await TenantId(i, parsed.GetValue(tenant)!, ct) is not { } tenantId) return Fail($"There is no tenant {parsed.GetValue(tenant)}.");
            await using var session = i.Database.Database.For(tenantId);
            var users = await session.Query("SELECT id, role FROM users WHERE tenant_id = $1 AND lower(email) = lower($2) AND active AND deleted_at IS NULL",
                r => (Id: r.GetGuid(0), Role: Wire.Find<Role>(r.GetString(1))!.Value), ct, Rows.P(tenantId), Rows.P(parsed.GetValue(email)!));
            if (users.Count == 0) return Fail($"There is no active user {parsed.GetValue(email)} in {parsed.GetValue(tenant)}.");
            var asked = parsed.GetValue(scopes) is { Length: > 0 } some ? [.. some] : Me.Names(Permissions.Of(users[0].Role));
            var now = DateTimeOffset.UtcNow;
            var made = await ApiTokens.Create(session, Actor.System(Via.CommandLine), users[0].Id,
                new NewApiToken { Name = parsed.GetValue(name)!, Scopes = asked, ExpiresAt = parsed.GetValue(days) is { } count ? now.AddDays(count) : null }, now, null, ct);
            return Print(made, token => token.Token);
        }, ct));
        return new Command("token", "Credentials for programs.") { create };
    }

    private static Command Demo()
    {
        var tenant = new Argument<string>("tenant") { Description = "Slug of the tenant that receives it.", DefaultValueFactory = _ => FirstTenant.Slug };
        var command = new Command("demo", "Fills a tenant with demonstration data.") { tenant };
        command.SetAction((parsed, ct) => InInstallation(async i =>
        {
            if (await TenantId(i, parsed.GetValue(tenant)!, ct) is not { } tenantId) return Fail($"There is no tenant {parsed.GetValue(tenant)}.");
            await using var app = DeskServer.Build(i.Settings, i.Secret, i.Database, []);
            await using var session = i.Database.Database.For(tenantId);
            return Print(await session.Transact(() => DemoData.Fill(session, app.Services, ct), ct), words => words);
        }, ct));
        return command;
    }

    private static Command Outbox()
    {
        var status = new Command("status", "Shows for each sink how many events wait, how many are parked, and since when.");
        status.SetAction((_, ct) => InInstallation(async i =>
        {
            foreach (var line in await i.Database.Database.AcrossTenants("SELECT sink, waiting, parked, oldest FROM waiting_deliveries() ORDER BY sink",
                r => $"{r.GetString(0),-12} {r.GetInt64(1),8} waiting {r.GetInt64(2),8} parked{(r.IsDBNull(3) ? "" : $"   oldest {r.GetFieldValue<DateTimeOffset>(3):u}")}", ct))
                Console.WriteLine(line);
            return 0;
        }, ct));

        var sink = new Argument<string>("sink") { Description = "Its name, as status shows it." };
        var retry = new Command("retry", "Lets the events that were given up for a sink go again.") { sink };
        retry.SetAction((parsed, ct) => InInstallation(async i =>
        {
            var freed = await i.Database.Database.AcrossTenants("SELECT retry_parked_deliveries($1)", r => r.GetInt64(0), ct, Rows.P(parsed.GetValue(sink)!));
            Console.WriteLine($"{freed[0]} may go again; a running server takes them within seconds.");
            return 0;
        }, ct));
        return new Command("outbox", "Events on their way out.") { status, retry };
    }

    private static Command DoctorCommand()
    {
        var command = new Command("doctor", "Checks settings, disk, database, isolation and brokers, and says what to do.");
        command.SetAction((_, ct) => Doctor.Run(Configuration(), ct));
        return command;
    }

    /// <summary>Environment first, then <c>appsettings.json</c> of the working folder, then that beside the program.</summary>
    internal static IConfigurationRoot Configuration() => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .Build();

    private static DeskhandSettings Settings() => DeskhandSettings.Load(Configuration());

    internal static Task<int> InInstallation(Func<Installation, Task<int>> work, CancellationToken cancellationToken, bool migrate = true) => Plainly(async () =>
    {
        var settings = Settings();
        using var loggers = Logs.ForCommand();
        await using var installation = await Installation.OpenForCommand(settings, loggers, cancellationToken);
        if (migrate) await installation.Migrate(cancellationToken);
        return await work(installation);
    });

    /// <summary>What an operator can mend is said in one sentence; everything else is a bug and shows itself whole.</summary>
    private static async Task<int> Plainly(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (OperatorErrors.IsPlain(e))
        {
            return Fail(OperatorErrors.Explain(e));
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    private static ChangeLog Log(Installation installation) => new(new OutboxSinks(installation.Settings), new OutboxSignal());

    internal static async Task<Guid?> TenantId(Installation installation, string slug, CancellationToken cancellationToken)
    {
        var found = await installation.Database.Database.AcrossTenants("SELECT tenant_id FROM list_tenants() WHERE slug = $1", r => r.GetGuid(0), cancellationToken, Rows.P(slug));
        return found.Count == 1 ? found[0] : null;
    }

    private static int Print<T>(Outcome<T> outcome, Func<T, string> line)
    {
        if (outcome.Problem is not { } problem)
        {
            Console.WriteLine(line(outcome.Value));
            return 0;
        }

        return Fail(problem.Errors.IsEmpty ? problem.Message : string.Join('\n', problem.Errors.Select(e => $"{e.Key}: {string.Join(' ', e.Value)}")));
    }

    internal static int Fail(string message)
    {
        Console.Error.WriteLine("deskhand: " + message);
        return 1;
    }
}
