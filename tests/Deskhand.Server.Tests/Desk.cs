using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Operations;
using Deskhand.Tenants;
using Deskhand.Tickets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Deskhand.Server.Tests;

/// <summary>A desk for one test class: a database of its own, and the server in this process on a free port, spoken to over HTTP.</summary>
public class Desk : IAsyncLifetime
{
    private readonly string folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
    private WebApplication? app;
    private ServerDatabase? database;

    /// <summary>Settings beside the ordinary ones; a derived fixture overrides it.</summary>
    protected virtual Dictionary<string, string?> Settings => new(StringComparer.Ordinal);

    /// <summary>What a derived fixture adds to the server.</summary>
    protected virtual void Add(IServiceCollection services)
    {
    }

    internal IServiceProvider Services => app!.Services;

    internal Database Database => database!.Database;

    internal string OwnerConnectionString => database!.OwnerConnectionString;

    /// <summary>Where the server answers.</summary>
    public Uri Address { get; private set; } = null!;

    public string DataFolder => folder;

    /// <summary>A tenant with one person of each role.</summary>
    internal TestTenant Tenant { get; private set; } = null!;

    /// <summary>Another tenant, whose rows nobody of <see cref="Tenant"/> may ever see.</summary>
    internal TestTenant Foreign { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var settings = Settings;
        settings["DESKHAND_DATA"] = folder;
        settings["DESKHAND_DATABASE"] = await (await TestCluster.Shared).NewDatabase();
        settings["DESKHAND_PORT"] = "0";
        settings.TryAdd("DESKHAND_RATE_LIMIT", "10000000");
        var loaded = DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var (secret, refusal) = JwtSecret.Open(loaded.JwtSecret, folder);
        database = await ServerDatabase.Open(loaded, NullLoggerFactory.Instance, CancellationToken.None);
        app = DeskServer.Build(loaded, secret ?? throw new InvalidOperationException(refusal), database, [], builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            Add(builder.Services);
        });
        await app.StartAsync();
        await app.Services.GetRequiredService<DatabaseListener>().Ready.WaitAsync(TimeSpan.FromSeconds(30));
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Tenant = await NewTenant("acme");
        Foreign = await NewTenant("globex");
    }

    public async Task DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
        Folders.Delete(folder, recursive: true);
    }

    /// <summary>A new tenant with one person of each role.</summary>
    internal async Task<TestTenant> NewTenant(string slug, string workflow = "support", ReferenceScheme scheme = ReferenceScheme.Yearly)
    {
        var made = await CreateTenant.Run(Database, new NewTenant(slug, slug, workflow, scheme), DateTimeOffset.UtcNow, CancellationToken.None);
        var tenant = new TestTenant { Id = made.Value, Slug = slug };
        tenant.Admin = await NewPerson(tenant, Role.Admin);
        tenant.Manager = await NewPerson(tenant, Role.Manager);
        tenant.Agent = await NewPerson(tenant, Role.Agent);
        tenant.LightAgent = await NewPerson(tenant, Role.LightAgent);
        return tenant;
    }

    /// <summary>A new person, signed in.</summary>
    internal async Task<Person> NewPerson(TestTenant tenant, Role role, TicketScope scope = TicketScope.All)
    {
        var now = DateTimeOffset.UtcNow;
        var (user, sessionId) = (Ids.New(now), Ids.New(now));
        var email = $"{Wire.Name(role)}-{user:N}@{tenant.Slug}.example";
        await using var session = Database.For(tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute("INSERT INTO users (tenant_id, id, email, name, role, ticket_scope, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                CancellationToken.None, Rows.P(tenant.Id), Rows.P(user), Rows.P(email), Rows.P($"{role} of {tenant.Slug}"), Rows.P(Wire.Name(role)), Rows.P(Wire.Name(scope)), Rows.P(now));
            await session.Execute("INSERT INTO credentials (tenant_id, user_id) VALUES ($1, $2)", CancellationToken.None, Rows.P(tenant.Id), Rows.P(user));
            await session.Execute("INSERT INTO sessions (tenant_id, id, user_id, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)",
                CancellationToken.None, Rows.P(tenant.Id), Rows.P(sessionId), Rows.P(user), Rows.P(now), Rows.P(now.AddDays(1)));
            return default(Nothing);
        }, CancellationToken.None);
        var token = Services.GetRequiredService<BearerTokens>().Sign(tenant.Id, user, sessionId, email, role);
        return new Person(this, user, email, token);
    }

    /// <summary>A client that is not signed in, or that carries a token.</summary>
    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>One value out of the database, asked as the superuser-like owner would not be able to: inside a tenant.</summary>
    internal async Task<T> Scalar<T>(Guid tenantId, string sql, params NpgsqlParameter[] parameters)
    {
        await using var session = Database.For(tenantId);
        return (await session.Query(sql, r => r.GetFieldValue<T>(0), CancellationToken.None, parameters)).Single();
    }
}

/// <summary>A tenant of a test.</summary>
internal sealed class TestTenant
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public Person Admin { get; set; } = null!;

    public Person Manager { get; set; } = null!;

    public Person Agent { get; set; } = null!;

    public Person LightAgent { get; set; } = null!;

    public IEnumerable<Person> Everybody => [Admin, Manager, Agent, LightAgent];
}

/// <summary>An answer of the API with its body read.</summary>
internal sealed record Reply(int Status, JsonNode? Body, HttpResponseHeaders Headers, string Text)
{
    /// <summary>The member of the body at a path such as <c>data.0.id</c>, as text.</summary>
    public string? this[string path] => At(path)?.ToString();

    public JsonNode? At(string path)
    {
        var node = Body;
        foreach (var step in path.Split('.')) node = int.TryParse(step, out var index) ? node?[index] : node?[step];
        return node;
    }

    /// <summary>This reply, when its status is the expected one; otherwise the test fails showing the body.</summary>
    public Reply Expect(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Text}");
        return this;
    }
}

/// <summary>Somebody signed in.</summary>
internal sealed class Person(Desk desk, Guid userId, string email, string token)
{
    private readonly HttpClient client = desk.Client(token);

    public Guid UserId { get; } = userId;

    public string Email { get; } = email;

    public string Token { get; } = token;

    public HttpClient Client => client;

    public Task<Reply> Get(string path) => Send(HttpMethod.Get, path);

    public Task<Reply> Post(string path, object? body = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Post, path, body, headers);

    public Task<Reply> Put(string path, object? body = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Put, path, body, headers);

    public Task<Reply> Patch(string path, object? body = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Patch, path, body, headers);

    public Task<Reply> Delete(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Delete, path, null, headers);

    /// <summary>Sends an object as JSON, or a string as it is. Paths begin behind /api/v1 unless they say otherwise.</summary>
    public async Task<Reply> Send(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/health", StringComparison.Ordinal) ? path : "/api/v1" + path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true && text.Length > 0;
        return new Reply((int)response.StatusCode, isJson ? JsonNode.Parse(text) : null, response.Headers, text);
    }

    /// <summary>The job with an id, when it has ended; fails when that takes too long.</summary>
    public async Task<Reply> JobEnded(string? id, int withinSeconds = 60)
    {
        var deadline = DateTime.UtcNow.AddSeconds(withinSeconds);
        while (true)
        {
            var job = (await Get($"/jobs/{id}")).Expect(200);
            if (job["state"] is "succeeded" or "failed" or "cancelled") return job;
            Assert.True(DateTime.UtcNow < deadline, $"the job did not end: {job.Text}");
            await Task.Delay(50);
        }
    }

    /// <summary>A new ticket's id.</summary>
    public async Task<Guid> NewTicket(string subject = "It does not work", object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        body["subject"] = subject;
        return (await Post("/tickets", body)).Expect(201).Body!["id"]!.GetValue<Guid>();
    }
}
