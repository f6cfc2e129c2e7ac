using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Security;

/// <summary>Generated from the route table: a new route is covered the day it is born.</summary>
public sealed class RouteTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public void Every_route_says_what_it_needs() =>
        Assert.All(Routes(), route => Assert.NotNull(route.Endpoint.Metadata.GetMetadata<Needs>()));

    [Fact]
    public async Task Without_credentials_only_the_public_routes_answer()
    {
        using var stranger = desk.Client();
        foreach (var route in Routes().Where(r => r.Needs.SignedIn))
        {
            using var request = new HttpRequestMessage(new HttpMethod(route.Verb), route.Fill(_ => Guid.NewGuid().ToString()));
            using var response = await stranger.SendAsync(request);
            Assert.True(response.StatusCode == System.Net.HttpStatusCode.Unauthorized, $"{route}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task Each_role_meets_403_where_it_lacks_the_permission_and_never_500()
    {
        var tenant = await desk.NewTenant("roles");
        foreach (var (role, person) in new[] { (Role.Admin, tenant.Admin), (Role.Manager, tenant.Manager), (Role.Agent, tenant.Agent), (Role.LightAgent, tenant.LightAgent) })
        {
            foreach (var route in Routes().Where(r => r.Needs.SignedIn && !r.Streams && !r.EndsTheSession))
            {
                // an id that is nobody's: what is allowed answers 404 or 4xx, what is not allowed 403 before anything is looked up
                var reply = await person.Send(new HttpMethod(route.Verb), route.Fill(_ => Guid.NewGuid().ToString()), route.Body());
                var may = route.Needs.Permission is not { } permission || Permissions.Of(role).Has(permission);
                Assert.True(reply.Status < 500, $"{role} {route}: {reply.Text}");
                Assert.True(may || reply.Status == 403, $"{role} {route} answered {reply.Status} without {route.Needs}");
                if (may && route.Needs.Permission is not null) Assert.True(reply.Status != 403 || reply["code"] is "forbidden" or "session_required", $"{role} {route}: {reply.Text}");
            }
        }
    }

    [Fact]
    public async Task Sec01_An_id_of_another_tenant_in_a_path_answers_404_and_touches_nothing()
    {
        var ids = await Ids(desk.Foreign);
        var before = await Fingerprint(desk.Foreign.Id);
        var tried = 0;
        foreach (var route in Routes().Where(r => r.Needs.SignedIn && r.Parameters.Count > 0))
        {
            var reply = await desk.Tenant.Admin.Send(new HttpMethod(route.Verb), route.Fill(name => ids.For(route, name)), route.Body());
            Assert.True(reply.Status == 404 || (route.MayRefuseFirst && reply.Status is 409 or 403), $"{route} answered {reply.Status}: {reply.Text}");
            tried++;
        }

        Assert.True(tried > 20, $"only {tried} routes have an id");
        Assert.Equal(before, await Fingerprint(desk.Foreign.Id));
    }

    [Fact]
    public async Task Sec01_Sec02_An_id_of_another_tenant_in_a_body_is_as_unknown_as_one_that_does_not_exist()
    {
        var (own, foreign) = (await Ids(desk.Tenant), await Ids(desk.Foreign));
        var before = await Fingerprint(desk.Foreign.Id);
        var tried = 0;
        foreach (var route in Routes().Where(r => r.Needs.SignedIn && r.BodyType is not null))
        {
            foreach (var member in route.BodyType!.GetProperties().Where(p => IsId(p.PropertyType) && p.CanWrite))
            {
                var name = JsonNamingPolicy.CamelCase.ConvertName(member.Name);
                var entity = name.Replace("Ids", "", StringComparison.Ordinal).Replace("Id", "", StringComparison.Ordinal);
                var body = JsonNode.Parse(route.Body() ?? "{}")!.AsObject();
                foreach (var other in body.Select(p => p.Key).Where(k => k.EndsWith("Id", StringComparison.Ordinal)).ToList()) body.Remove(other);
                foreach (var other in route.RequiredIds.Where(n => n != name)) body[other] = own.Of(other.Replace("Id", "", StringComparison.Ordinal));
                // the ids of the tickets themselves
                if (name == "ids") entity = "ticket";
                JsonNode value = foreign.Of(entity);
                body[name] = name.EndsWith("ids", StringComparison.OrdinalIgnoreCase) ? new JsonArray(value) : value;

                var reply = await desk.Tenant.Admin.Send(new HttpMethod(route.Verb), route.Fill(p => own.For(route, p)), body.ToJsonString());
                // where each is answered by itself, each answer is that
                Assert.True(reply.Status == 404 || (reply.Status == 200 && reply["results.0.problem.code"] == "not_found"), $"{route} with a foreign {name} answered {reply.Status}: {reply.Text}");
                tried++;
            }
        }

        Assert.True(tried > 10, $"only {tried} members hold an id");
        Assert.Equal(before, await Fingerprint(desk.Foreign.Id));
    }

    [Fact]
    public async Task Sec01_An_id_of_another_tenant_as_a_filter_finds_nothing()
    {
        var foreign = await Ids(desk.Foreign);
        foreach (var route in Routes().Where(r => r.Needs.SignedIn && r.Verb == "GET" && r.Parameters.Count == 0 && !r.Streams))
        {
            foreach (var name in route.QueryNames.Where(n => foreign.Knows(n)))
            {
                var reply = await desk.Tenant.Admin.Get($"{route.Path}?{name}={foreign.Of(name.Replace("Id", "", StringComparison.Ordinal))}");
                Assert.True(reply.Status is 404 || (reply.Status == 200 && (reply.At("data") is JsonArray { Count: 0 } || reply["total"] == "0" || IsEmptyTable(route, reply))), $"{route}?{name}= answered {reply.Status}: {reply.Text}");
            }
        }
    }

    [Fact]
    public async Task Sec03_The_tenant_header_may_repeat_the_tokens_tenant_and_nothing_else()
    {
        Assert.Equal(200, (await desk.Tenant.Agent.Send(HttpMethod.Get, "/tickets", null, ("X-Tenant-Id", desk.Tenant.Id.ToString()))).Status);
        Assert.Equal("wrong_tenant", (await desk.Tenant.Agent.Send(HttpMethod.Get, "/tickets", null, ("X-Tenant-Id", desk.Foreign.Id.ToString()))).Expect(403)["code"]);
        Assert.Equal(403, (await desk.Tenant.Agent.Send(HttpMethod.Get, "/tickets", null, ("X-Tenant-Id", "junk"))).Status);
    }

    [Fact]
    public async Task Sec09_Members_that_are_not_the_clients_to_write_are_refused_on_every_route_that_takes_a_body()
    {
        var own = await Ids(desk.Tenant);
        foreach (var route in Routes().Where(r => r.Needs.SignedIn && r.BodyType is not null))
        {
            foreach (var member in new[] { "tenantId", "createdAt", "createdBy", "version", "isAdmin", "rateSnapshot" })
            {
                var body = JsonNode.Parse(route.Body() ?? "{}")!.AsObject();
                body[member] = "x";
                var reply = await desk.Tenant.Admin.Send(new HttpMethod(route.Verb), route.Fill(p => own.For(route, p)), body.ToJsonString());
                Assert.True(reply.Status is 400 or 403 or 409 or 404 && (reply.Status != 404 || route.Parameters.Count > 0), $"{route} with {member} answered {reply.Status}: {reply.Text}");
                if (reply.Status == 400) Assert.Contains(member, reply.Text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Unknown_parameters_answer_400_on_every_route_and_name_those_that_exist()
    {
        foreach (var route in Routes().Where(r => r.Needs.SignedIn && !r.EndsTheSession))
        {
            var reply = await desk.Tenant.Admin.Send(new HttpMethod(route.Verb), route.Fill(_ => Guid.NewGuid().ToString()) + "?noSuchParameter=1", route.Body());
            Assert.True(reply.Status == 400 && reply["code"] == "unknown_parameter", $"{route} answered {reply.Status}: {reply.Text}");
        }
    }

    /// <summary>A file with nothing but its first line.</summary>
    private static bool IsEmptyTable(ApiRoute route, Reply reply) => route.Path.EndsWith(".csv", StringComparison.Ordinal) && reply.Text.Count(c => c == '\n') == 1;

    private static bool IsId(Type type) => type == typeof(Guid) || type == typeof(Guid?) || type == typeof(System.Collections.Immutable.ImmutableArray<Guid>);

    private List<ApiRoute> Routes() =>
    [
        .. desk.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(verb => new ApiRoute(verb, e))),
    ];

    /// <summary>One of everything in a tenant.</summary>
    private async Task<TenantIds> Ids(TestTenant tenant)
    {
        var admin = tenant.Admin;
        var name = Guid.NewGuid().ToString("N");
        var customer = (await admin.Post("/customers", new { name })).Expect(201)["id"]!;
        var ids = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["customer"] = customer,
            ["parent"] = customer,
            ["organization"] = customer,
            ["contact"] = (await admin.Post($"/customers/{customer}/contacts", new { firstName = "Ann" })).Expect(201)["id"]!,
            ["location"] = (await admin.Post($"/customers/{customer}/locations", new { name = "Here" })).Expect(201)["id"]!,
            ["asset"] = (await admin.Post("/assets", new { number = name, customerId = customer })).Expect(201)["id"]!,
            ["project"] = (await admin.Post("/projects", new { name })).Expect(201)["id"]!,
            ["group"] = (await admin.Post("/groups", new { name })).Expect(201)["id"]!,
            ["user"] = tenant.Agent.UserId.ToString(),
            ["agent"] = tenant.Agent.UserId.ToString(),
            ["assignee"] = tenant.Agent.UserId.ToString(),
            ["ticket"] = (await admin.NewTicket("Another's", new { customerId = customer, tags = new[] { name } })).ToString(),
            // tags are addressed by name
            ["name"] = name,
            ["categorie"] = (await admin.Get("/categories")).Expect(200)["data.0.id"]!,
            ["custom-field"] = (await admin.Post("/custom-fields", new { key = "f" + name, label = "F", type = "text" })).Expect(201)["id"]!,
            ["api-token"] = (await admin.Post("/api-tokens", new { name, scopes = new[] { "tickets:read" } })).Expect(201)["id"]!,
            ["session"] = await desk.Scalar<Guid>(tenant.Id, "SELECT id FROM sessions LIMIT 1") is var session ? session.ToString() : "",
            ["workflow"] = await desk.Scalar<Guid>(tenant.Id, "SELECT id FROM workflows LIMIT 1") is var workflow ? workflow.ToString() : "",
        };
        ids["comment"] = (await admin.Post($"/tickets/{ids["ticket"]}/comments", new { body = "Hello" })).Expect(201)["id"]!;
        ids["view"] = (await admin.Post("/views", new { name, conditions = "is:unsolved" })).Expect(201)["id"]!;
        ids["trigger"] = (await admin.Get("/triggers")).Expect(200)["data.0.id"]!;
        ids["automation"] = (await admin.Get("/automations")).Expect(200)["data.0.id"]!;
        ids["macro"] = (await admin.Post("/macros", new { name, reply = "Hello" })).Expect(201)["id"]!;
        ids["draft"] = (await admin.Post("/drafts", new { body = "Hel" })).Expect(201)["id"]!;
        ids["calendar"] = (await admin.Post("/sla/calendars", new { name, timeZone = "UTC", alwaysOpen = true })).Expect(201)["id"]!;
        ids["policie"] = (await admin.Post("/sla/policies", new { name, none = true, conditions = new { categories = new[] { "other" } } })).Expect(201)["id"]!;
        ids["source"] = ids["problem"] = ids["ticket"];
        ids["job"] = (await admin.Put("/tickets/update_many", new { ids = new[] { ids["ticket"] }, set = new { priority = "low" } })).Expect(200)["jobId"]!;
        ids["attachment"] = await Upload(admin, ids["ticket"]);
        // off, so that nothing of it moves by itself
        ids["webhook"] = (await admin.Post("/webhooks", new { url = "https://hooks.example.com/in", enabled = false })).Expect(201)["id"]!;
        ids["attempt"] = (await NewAttempt(tenant, ids["webhook"])).ToString();
        // the singular of deliveries, as the routes' test makes it
        ids["deliverie"] = (await NewDelivery(tenant)).ToString();
        ids["suppression"] = (await NewSuppression(tenant)).ToString();
        return new TenantIds(ids);
    }

    private async Task<Guid> NewAttempt(TestTenant tenant, string webhook)
    {
        await using var session = desk.Database.For(tenant.Id);
        return (await session.Transact<Guid>(async () => (await session.Query("""
            INSERT INTO webhook_attempts (tenant_id, id, webhook_id, delivery_id, number, at, duration_ms, url)
            VALUES ($1, gen_random_uuid(), $2, (SELECT id FROM events WHERE tenant_id = $1 AND entity_id = $2 LIMIT 1), 1, now(), 1, 'https://hooks.example.com/in') RETURNING id
            """, r => r.GetGuid(0), CancellationToken.None, Rows.P(tenant.Id), Rows.P(Guid.Parse(webhook))))[0], CancellationToken.None)).Value;
    }

    private async Task<Guid> NewDelivery(TestTenant tenant)
    {
        await using var session = desk.Database.For(tenant.Id);
        return (await session.Transact<Guid>(async () => (await session.Query("""
            INSERT INTO deliveries (tenant_id, id, kind, user_id, to_address, actor_kind, state, next_attempt_at, created_at)
            VALUES ($1, gen_random_uuid(), 'message', $2, 'agent@example.com', 'system', 'parked', now(), now()) RETURNING id
            """, r => r.GetGuid(0), CancellationToken.None, Rows.P(tenant.Id), Rows.P(tenant.Agent.UserId)))[0], CancellationToken.None)).Value;
    }

    private async Task<Guid> NewSuppression(TestTenant tenant)
    {
        await using var session = desk.Database.For(tenant.Id);
        return (await session.Transact<Guid>(async () => (await session.Query("""
            INSERT INTO suppressions (tenant_id, id, address, bounces, last_error, last_bounced_at, suppressed_at)
            VALUES ($1, gen_random_uuid(), gen_random_uuid() || '@example.com', 3, '550 5.1.1', now(), now()) RETURNING id
            """, r => r.GetGuid(0), CancellationToken.None, Rows.P(tenant.Id)))[0], CancellationToken.None)).Value;
    }

    private static async Task<string> Upload(Person person, string ticket)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent("words"u8.ToArray()), "file", "words.txt" } };
        using var response = await person.Client.PostAsync(new Uri($"/api/v1/tickets/{ticket}/attachments", UriKind.Relative), form);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]!.ToString();
    }

    /// <summary>Everything a tenant has, as one value; what a visit of its own people moves is left out.</summary>
    private async Task<string> Fingerprint(Guid tenantId)
    {
        var tables = await desk.Database.AcrossTenants("SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1", r => r.GetString(0), CancellationToken.None);
        var prints = new List<string>();
        // what work in the background writes by itself is left out
        foreach (var table in tables.Except(["sessions", "event_deliveries", "event_stream", "ticket_search", "search_progress", "search_queue", "search_words", "ticket_sla", "rule_progress"], StringComparer.Ordinal))
            prints.Add(table + " " + await desk.Scalar<string>(tenantId, $"SELECT coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '-') FROM {table} t"));
        return string.Join('\n', prints);
    }
}

/// <summary>The ids of one of everything, by the words of the API.</summary>
internal sealed class TenantIds(Dictionary<string, string> ids)
{
    public string Of(string entity) => ids.TryGetValue(entity, out var id) ? id : Guid.NewGuid().ToString();

    public bool Knows(string queryName) => ids.ContainsKey(queryName.Replace("Id", "", StringComparison.Ordinal));

    /// <summary>/tickets/{id} means a ticket, /groups/{id}/members/{userId} a group and a user.</summary>
    public string For(ApiRoute route, string parameter) => parameter == "id" ? Of(route.Resource) : Of(parameter.Replace("Id", "", StringComparison.Ordinal));
}

/// <summary>A route as the tests see it.</summary>
internal sealed record ApiRoute(string Verb, RouteEndpoint Endpoint)
{
    public string Path => Endpoint.RoutePattern.RawText!;

    public Needs Needs => Endpoint.Metadata.GetMetadata<Needs>() ?? throw new InvalidOperationException($"{this} does not say what it needs.");

    public IReadOnlyList<string> Parameters => [.. Endpoint.RoutePattern.Parameters.Select(p => p.Name)];

    public bool Streams => Path.EndsWith("/stream", StringComparison.Ordinal);

    public bool EndsTheSession => Path.Contains("/auth/", StringComparison.Ordinal);

    /// <summary>Deleting or changing oneself may be refused before the id is looked at.</summary>
    public bool MayRefuseFirst => Path.Contains("/api-tokens", StringComparison.Ordinal);

    /// <summary>The singular of the last collection before the id: /api/v1/tickets/{id}/notes is about a ticket.</summary>
    public string Resource => Path.Split('/').TakeWhile(s => !s.StartsWith("{id", StringComparison.Ordinal)).Last().TrimEnd('s');

    public Type? BodyType => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is { RequestType: { } type } && type != typeof(IFormFile) && type != typeof(IFormCollection) && !type.IsAssignableTo(typeof(Stream)) ? type : null;

    /// <summary>The ids without which the body cannot be read.</summary>
    public IEnumerable<string> RequiredIds => BodyType!.GetProperties().Where(p => p.PropertyType == typeof(Guid) && p.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null)
        .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name));

    public IReadOnlyList<string> QueryNames => QueryGuard.Names(Endpoint);

    public string Fill(Func<string, string> value) =>
        Parameters.Aggregate(Path, (path, name) => path.Replace("{" + name + "}", value(name), StringComparison.Ordinal).Replace("{" + name + ":guid}", value(name), StringComparison.Ordinal));

    /// <summary>A body that the route would take, without ids but for those it cannot be read without, which are nobody's.</summary>
    public string? Body()
    {
        if (Verb is "GET" or "DELETE") return null;
        if (BodyType is null) return "{}";
        var example = (ApiExamples.Of(BodyType) ?? Made(BodyType)).AsObject();
        foreach (var id in example.Select(p => p.Key).Where(k => k.EndsWith("Id", StringComparison.Ordinal)).Except(RequiredIds, StringComparer.Ordinal).ToList()) example.Remove(id);
        return example.ToJsonString();
    }

    /// <summary>The required members of a type, with values of the right kind.</summary>
    private static JsonObject Made(Type type)
    {
        var body = new JsonObject();
        foreach (var member in type.GetProperties().Where(p => p.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null
            || type.GetConstructors().Any(c => c.GetParameters().Any(q => q.Name == p.Name && !q.HasDefaultValue))))
        {
            var kind = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
            body[JsonNamingPolicy.CamelCase.ConvertName(member.Name)] =
                kind == typeof(string) ? (member.Name is "Email" ? $"{Guid.NewGuid():N}@example.com" : member.Name is "Key" ? "k" + Guid.NewGuid().ToString("N") : "Some words")
                : kind == typeof(bool) ? true
                : kind == typeof(int) ? 1
                : kind == typeof(Guid) ? Guid.NewGuid().ToString()
                : kind.IsEnum ? ((System.Collections.Immutable.ImmutableArray<string>)typeof(Wire).GetMethod(nameof(Wire.All))!.MakeGenericMethod(kind).Invoke(null, null)!)[0]
                : kind == typeof(System.Collections.Immutable.ImmutableArray<string>) || kind == typeof(string[]) ? new JsonArray("tickets:read")
                : null;
        }

        return body;
    }

    public override string ToString() => $"{Verb} {Path}";
}
