using System.Globalization;
using System.Text.Json;
using Deskhand.Bench.Driving;
using Deskhand.Bench.Loading;
using Npgsql;

namespace Deskhand.Bench.Comparing;

/// <summary>What is measured. Ids, filters and page starts are taken from the loaded tenant.</summary>
internal sealed class Scenarios(NpgsqlDataSource database, Guid tenant, Target? deskhand)
{
    private const int PageSize = 50;
    private const int DeepPage = 1000;
    private const string Desk = "/api/v1/tickets";

    private readonly Draw draw = new(7);

    public async Task<IReadOnlyList<Scenario>> All(Func<string, bool> wanted)
    {
        var all = new List<Scenario>();
        if (wanted("health")) all.Add(new("health", [Request.Get("/health")], [Request.Get("/health/live")], Bar: null));
        if (wanted("get")) all.Add(Pair("get by id", await Ids("true", 50_000), id => $"/{id}"));
        if (wanted("list"))
        {
            await Lists(all, "open", "status", "status", ["open"]);
            await Lists(all, "of an assignee", "assignee", "assignee_id", await Busiest("assignee_id", 40));
            await Lists(all, "of a customer", "customerId", "customer_id", await Busiest("customer_id", 500));
            await Lists(all, "open, newest created", "status", "status", ["open"], "-createdAt");
        }
        if (wanted("create")) all.Add(await Create());
        if (wanted("comment")) all.Add(await Comment());
        return all;
    }

    private static Scenario Pair(string name, IReadOnlyList<string> ids, Func<string, string> path) => new(
        name, [.. ids.Select(id => Request.Get($"/tickets{path(id)}"))], [.. ids.Select(id => Request.Get($"{Desk}{path(id)}"))], Bar.Read);

    /// <summary>The first page for each value, and the thousandth of the first value by number and by cursor.</summary>
    private async Task Lists(List<Scenario> all, string name, string parameter, string column, IReadOnlyList<string> values, string? sort = null)
    {
        var order = sort is null ? "" : $"&sort={sort}";
        var first = Pair($"list {name}", values, value => $"?{parameter}={value}{order}");
        all.Add(first);
        if (await RowBefore(column, values[0], sort is null ? "updated_at" : "created_at") is not { } start)
        {
            Console.WriteLine($"  list {name}: fewer than {DeepPage} pages, the deep ones are left out");
            return;
        }
        Request[] floor = [Request.Get($"{first.Floor[0].Path}&after={start}")];
        all.Add(new($"list {name}, page {DeepPage}", floor, [Request.Get($"{first.Deskhand[0].Path}&page={DeepPage}")], Bar.Read));
        all.Add(new($"list {name}, page {DeepPage} by cursor", floor, [Request.Get($"{first.Deskhand[0].Path}&cursor={await Cursor(first.Deskhand[0])}")], Bar.Read));
    }

    private async Task<string> Cursor(Request first)
    {
        if (deskhand is null) return "";
        var before = Request.Get($"{first.Path}&page={DeepPage - 1}");
        var (status, body) = await Probe.Ask(deskhand, before);
        if (status != 200) throw new BenchFailed($"Deskhand: {before} -> {status}");
        using var json = JsonDocument.Parse(body);
        return Uri.EscapeDataString(json.RootElement.GetProperty("pagination").GetProperty("nextCursor").GetString()!);
    }

    private async Task<Scenario> Create()
    {
        var customers = await Busiest("customer_id", 500);
        var prose = new Prose(draw);
        var bodies = Enumerable.Range(0, 20_000).Select(_ =>
            $$"""{"subject":"{{Prose.Subject(draw)}}","description":"{{prose.Body(draw, 2 + draw.Below(8))}}","priority":"{{draw.One(TenantPlan.Priorities)}}","customerId":"{{draw.One(customers)}}"}""").ToArray();
        return new("create", [.. bodies.Select(body => Request.Post("/tickets", body))], [.. bodies.Select(body => Request.Post(Desk, body))], Bar.Write);
    }

    private async Task<Scenario> Comment()
    {
        var ids = await Ids("status_category = 'open'", 50_000);
        var prose = new Prose(draw);
        var posts = ids.Select(id => (Id: id, Body: $$"""{"body":"{{prose.Body(draw, 1 + draw.Below(4))}}","visibility":"{{(draw.Chance(0.25) ? "internal" : "public")}}"}""")).ToArray();
        return new("comment", [.. posts.Select(post => Request.Post($"/tickets/{post.Id}/comments", post.Body))],
            [.. posts.Select(post => Request.Post($"{Desk}/{post.Id}/comments", post.Body))], Bar.Write);
    }

    private Task<IReadOnlyList<string>> Ids(string condition, int count) =>
        Texts($"SELECT id::text FROM tickets WHERE tenant_id = $1 AND {condition} ORDER BY md5(id::text) LIMIT {count}");

    /// <summary>The most frequent values first.</summary>
    private Task<IReadOnlyList<string>> Busiest(string column, int count) =>
        Texts($"SELECT {column}::text FROM tickets WHERE tenant_id = $1 AND {column} IS NOT NULL GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {count}");

    /// <summary>The last row of the page before the deep one, as the floor's keyset start.</summary>
    private async Task<string?> RowBefore(string column, string value, string order)
    {
        await using var command = database.CreateCommand(
            $"SELECT {order}, id FROM tickets WHERE tenant_id = $1 AND {column}::text = $2 AND deleted_at IS NULL ORDER BY {order} DESC, id DESC OFFSET {(PageSize * (DeepPage - 1)) - 1} LIMIT {PageSize + 1}");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = value });
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync()) return null;
        var start = string.Create(CultureInfo.InvariantCulture, $"{row.GetDateTime(0).Ticks}_{row.GetGuid(1)}");
        var rows = 1;
        while (await row.ReadAsync()) rows++;
        return rows > PageSize ? start : null;
    }

    private async Task<IReadOnlyList<string>> Texts(string query)
    {
        await using var command = database.CreateCommand(query);
        command.CommandTimeout = 120;
        command.Parameters.Add(new() { Value = tenant });
        await using var row = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await row.ReadAsync()) values.Add(row.GetString(0));
        return values;
    }
}
