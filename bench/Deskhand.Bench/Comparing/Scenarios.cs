using System.Globalization;
using System.Text.Json;
using Deskhand.Bench.Driving;
using Deskhand.Bench.Loading;
using Npgsql;

namespace Deskhand.Bench.Comparing;

/// <summary>What is measured. Ids, filters and page starts are taken from the loaded tenant.</summary>
internal sealed class Scenarios(NpgsqlDataSource database, Guid tenant, Target? deskhand, SignIn signIn)
{
    private const int PageSize = 50;
    private const int DeepPage = 1000;
    // several in turn, so that remembering one place is not all that is measured
    private const int DeepPages = 11;
    private const int FirstDeepPage = DeepPage - DeepPages + 1;
    private const string Desk = "/api/v1/tickets";

    private readonly Draw draw = new(7);

    public async Task<IReadOnlyList<Scenario>> All(Func<string, bool> wanted)
    {
        var all = new List<Scenario>();
        if (wanted("get")) all.Add(Pair("get by id", await Ids("true", 50_000), id => $"/{id}"));
        if (wanted("list"))
        {
            await Lists(all, "open", "status", "status", ["open"]);
            await Lists(all, "of an assignee", "assignee", "assignee_id", await Busiest("assignee_id", 40));
            await Lists(all, "of a customer", "customerId", "customer_id", await Busiest("customer_id", 500));
            await Lists(all, "open, newest created", "status", "status", ["open"], "-createdAt");
        }
        if (wanted("search"))
        {
            var words = await Words();
            foreach (var (name, some) in words)
            {
                all.Add(Search($"search {name} word", some, ""));
                all.Add(Search($"search {name} word, open ones", some, " statusCategory:open"));
                // tickets with the places, customers and contacts; the word is the beginning of one
                all.Add(Search($"search everything, {name} word", some, "", "/api/v1/search"));
                all.Add(Search($"search everything by relevance, {name} word", some, "", "/api/v1/search", "&sort=relevance"));
            }
            foreach (var (seen, scope) in new[] { ("those of one's group", "groups"), ("one's own and unassigned", "assigned") })
            {
                var agent = await Agent(scope);
                foreach (var (name, some) in words) all.Add(Search($"search {name} word, {seen}", some, "") with { As = agent });
            }
            all.Add(await Views());
        }
        if (wanted("create")) all.Add(await Create());
        if (wanted("comment")) all.Add(await Comment());
        // last, because the runtime shapes what all requests share after those that it saw first: behind a minute of these, gets were a twentieth slower
        if (wanted("health")) all.Add(new("health", [Request.Get("/health")], [Request.Get("/health/live")], Bar: null));
        return all;
    }

    private static Scenario Pair(string name, IReadOnlyList<string> ids, Func<string, string> path) => new(
        name, [.. ids.Select(id => Request.Get($"/tickets{path(id)}"))], [.. ids.Select(id => Request.Get($"{Desk}{path(id)}"))], Bar.Read);

    /// <summary>The first page for each value; for the first value also deep pages in turn, by number and by cursor.</summary>
    private async Task Lists(List<Scenario> all, string name, string parameter, string column, IReadOnlyList<string> values, string? sort = null)
    {
        var order = sort is null ? "" : $"&sort={sort}";
        var first = Pair($"list {name}", values, value => $"?{parameter}={value}{order}");
        all.Add(first);
        var starts = await RowsBefore(column, values[0], sort is null ? "updated_at" : "created_at");
        if (starts.Count < DeepPages)
        {
            Console.WriteLine($"  list {name}: fewer than {DeepPage} pages, the deep ones are left out");
            return;
        }
        Request[] floor = [.. starts.Select(start => Request.Get($"{first.Floor[0].Path}&after={start}"))];
        var page = first.Deskhand[0].Path;
        all.Add(new($"list {name}, page {DeepPage}", floor, [.. Enumerable.Range(FirstDeepPage, DeepPages).Select(number => Request.Get($"{page}&page={number}"))], Bar.Read));
        all.Add(new($"list {name}, page {DeepPage} by cursor", floor, [.. (await Cursors(page)).Select(cursor => Request.Get($"{page}&cursor={cursor}"))], Bar.Read));
    }

    /// <summary>The cursors of the deep pages.</summary>
    private async Task<IReadOnlyList<string>> Cursors(string page)
    {
        var cursors = new List<string>();
        var path = $"{page}&page={FirstDeepPage - 1}";
        while (deskhand is not null && cursors.Count < DeepPages)
        {
            var (status, body) = await Probe.Ask(deskhand, Request.Get(path));
            if (status != 200) throw new BenchFailed($"Deskhand: {path} -> {status}");
            using var json = JsonDocument.Parse(body);
            cursors.Add(Uri.EscapeDataString(json.RootElement.GetProperty("pagination").GetProperty("nextCursor").GetString()!));
            path = $"{page}&cursor={cursors[^1]}";
        }
        return cursors;
    }

    /// <summary>
    /// The newest fifty with a word. The floor has no search: it lists the newest of its tickets, as a measure of the machine, and no share of
    /// it is asked for, only the time.
    /// </summary>
    private static Scenario Search(string name, IReadOnlyList<string> words, string conditions, string path = Desk, string order = "") => new(
        name, [Request.Get("/tickets?status=open")], [.. words.Select(word => Request.Get($"{path}?q={Uri.EscapeDataString(word + conditions)}{order}"))], Bar.Search);

    /// <summary>An agent who sees a part of the tickets: those of the first group, or the own ones (none) and those of nobody.</summary>
    private async Task<SignIn?> Agent(string scope)
    {
        if (deskhand is null || signIn.Token is not null) return null;
        var agent = signIn with { Email = $"sees-{scope}@bench.example" };
        if ((await Texts("SELECT id::text FROM users WHERE tenant_id = $1 AND email = 'sees-{0}@bench.example'".Replace("{0}", scope, StringComparison.Ordinal))).Count > 0) return agent;
        var user = await Ask(201, Request.Post("/api/v1/users", JsonSerializer.Serialize(new { email = agent.Email, name = $"Sees {scope}", role = "agent", ticketScope = scope })), "id");
        var group = (await Texts("SELECT id::text FROM groups WHERE tenant_id = $1 ORDER BY id LIMIT 1"))[0];
        await Ask(204, new Request("PUT", $"/api/v1/groups/{group}/members/{user}"));
        var link = await Ask(200, new Request("POST", $"/api/v1/users/{user}/reset-link"), "link");
        await Ask(204, Request.Post("/api/v1/auth/password/reset", JsonSerializer.Serialize(new { token = link.Split('#')[1], password = agent.Password })));
        return agent;

        async Task<string> Ask(int expected, Request request, string? member = null)
        {
            var (status, body) = await Probe.Ask(deskhand, request);
            if (status != expected) throw new BenchFailed($"{request.Method} {request.Path} was answered with {status}: {System.Text.Encoding.UTF8.GetString(body)}");
            if (member is null) return "";
            using var answer = JsonDocument.Parse(body);
            return answer.RootElement.GetProperty(member).GetString()!;
        }
    }

    /// <summary>The counts of thirty views: the ready ones, and such as people make.</summary>
    private async Task<Scenario> Views()
    {
        if (deskhand is not null)
        {
            var (_, body) = await Probe.Ask(deskhand, Request.Get("/api/v1/views?limit=100"));
            using var present = JsonDocument.Parse(body);
            var count = present.RootElement.GetProperty("data").GetArrayLength();
            var customer = (await Busiest("customer_id", 1))[0];
            var person = (await Busiest("assignee_id", 1))[0];
            var word = (await Words()).Single(w => w.Name == "medium").Words[0];
            string[] conditions =
            [
                "statusCategory:open priority:urgent", "statusCategory:open priority:high", "statusCategory:new", "statusCategory:pending", "statusCategory:on_hold",
                "is:unsolved assignee:none", "is:unsolved assignee:me", $"is:unsolved assignee:{person}", "is:unsolved channel:email", "is:unsolved channel:web",
                "is:unsolved type:incident", "is:unsolved type:problem", "is:unsolved created>30days", "is:unsolved updated>7days", "is:overdue", "is:escalated",
                $"customer:{customer}", $"customer:{customer} is:unsolved", "created<7days", "created<1day", "solved<7days", "closed<7days", "is:unsolved -assignee:none priority:low",
                $"{word} is:unsolved", $"{word}",
            ];
            foreach (var (condition, n) in conditions.Select((c, n) => (c, n)).Skip(Math.Max(0, count - 5)))
            {
                var (status, answer) = await Probe.Ask(deskhand, Request.Post("/api/v1/views", JsonSerializer.Serialize(new { name = $"Bench {n}", conditions = condition, visibility = "personal" })));
                if (status != 201) throw new BenchFailed($"A view of {condition} was answered with {status}: {System.Text.Encoding.UTF8.GetString(answer)}");
            }
        }

        return new("search in views: counts of thirty", [Request.Get("/tickets?status=open")], [Request.Get("/api/v1/views/counts")], Bar.Search);
    }

    /// <summary>Words, without the key of the tenant before them, by how many tickets have them: under 200, about a hundredth to a twentieth, and more than a third.</summary>
    private async Task<(string Name, IReadOnlyList<string> Words)[]> Words()
    {
        const string sample = """
            SELECT substr(word, 4) FROM ts_stat('SELECT document FROM ticket_search TABLESAMPLE SYSTEM (2) REPEATABLE (1)') s, (SELECT count(*)::float8 AS n FROM ticket_search TABLESAMPLE SYSTEM (2) REPEATABLE (1)) a
            WHERE substr(word, 4) ~ '^[a-z]{4,}$' AND $1::uuid IS NOT NULL AND s.ndoc / a.n BETWEEN {0} ORDER BY md5(word) LIMIT {1}
            """;
        async Task<IReadOnlyList<string>> Between(string shares, int most) =>
            await Texts(sample.Replace("{0}", shares, StringComparison.Ordinal).Replace("{1}", most.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        return [("rare", await Between("0 AND 0.0002", 500)), ("medium", await Between("0.002 AND 0.05", 100)), ("common", await Between("0.3 AND 1", 20))];
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

    /// <summary>The last rows of the pages before the deep ones, as the floor's keyset starts.</summary>
    private async Task<IReadOnlyList<string>> RowsBefore(string column, string value, string order)
    {
        await using var command = database.CreateCommand(
            $"SELECT {order}, id FROM tickets WHERE tenant_id = $1 AND {column}::text = $2 AND deleted_at IS NULL ORDER BY {order} DESC, id DESC OFFSET {(PageSize * (FirstDeepPage - 1)) - 1} LIMIT {(PageSize * DeepPages) + 1}");
        command.CommandTimeout = 120;
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = value });
        await using var row = await command.ExecuteReaderAsync();
        var starts = new List<string>();
        var rows = 0;
        for (; await row.ReadAsync(); rows++)
        {
            if (rows % PageSize == 0) starts.Add(string.Create(CultureInfo.InvariantCulture, $"{row.GetDateTime(0).Ticks}_{row.GetGuid(1)}"));
        }
        return rows > PageSize * DeepPages ? starts[..DeepPages] : [];
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
