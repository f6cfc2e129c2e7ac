using System.Globalization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Tickets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>The indexer on a desk that runs none by itself.</summary>
public sealed class SearchIndexTests(SearchIndexTests.Still desk) : IClassFixture<SearchIndexTests.Still>
{
    public sealed class Still : Desk
    {
        protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_ROLES"] = "web" };
    }

    [Fact]
    public async Task Tickets_from_before_the_index_are_filled_in_by_batches_and_a_stop_in_the_middle_loses_none()
    {
        var tenant = await desk.NewTenant("filled");
        await Many(tenant.Id, 700);
        Assert.True(await Follow(tenant));
        Assert.Equal(300, await Indexed(tenant));
        // another process takes over where the first was stopped
        while (await Follow(tenant)) { }
        Assert.Equal(700, await Indexed(tenant));
        Assert.False(await Follow(tenant));

        await SearchIndex.Rebuild(desk.Database, tenant.Id, CancellationToken.None);
        await Scalar(tenant, "WITH gone AS (DELETE FROM ticket_search WHERE ticket_id IN (SELECT ticket_id FROM ticket_search LIMIT 100) RETURNING 1) SELECT count(*) FROM gone");
        while (await Follow(tenant)) { }
        Assert.Equal(700, await Indexed(tenant));
    }

    [Fact]
    public async Task Two_indexers_at_once_do_not_wait_for_each_other_and_lose_nothing()
    {
        var tenant = await desk.NewTenant("two");
        await Many(tenant.Id, 1200);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            for (var i = 0; i < 20; i++)
                if (!await Follow(tenant)) await Task.Delay(5);
        }));
        while (await Follow(tenant)) { }
        Assert.Equal(1200, await Indexed(tenant));
    }

    [Fact]
    public async Task However_many_events_tell_of_tickets_fifty_tickets_are_indexed_at_once()
    {
        var tenant = await desk.NewTenant("news");
        while (await Follow(tenant)) { }
        for (var i = 0; i < 52; i++)
        {
            var id = await tenant.Agent.NewTicket("Gearbox hums");
            (await tenant.Agent.Patch($"/tickets/{id}", new { priority = "high" })).Expect(200);
            (await tenant.Agent.Put($"/tickets/{id}/resolve")).Expect(200);
        }

        await desk.Database.AcrossTenants("SELECT position FROM sequence_events(1000)", r => r.GetInt64(0), CancellationToken.None);
        Assert.True(await Follow(tenant));
        Assert.Equal(50, await Indexed(tenant));
        Assert.False(await Follow(tenant));
        Assert.Equal(52, await Indexed(tenant));
        Assert.Equal("52", (await tenant.Agent.Get("/tickets?q=gearbox+priority:high+status:resolved")).Expect(200)["pagination.total"]);
    }

    [Fact]
    public async Task However_long_a_batch_took_the_next_one_begins_within_a_second()
    {
        var tenant = await desk.NewTenant("slow");
        await Many(tenant.Id, 1);
        await using var indexing = new SearchIndexing(desk.Database, new MinuteClock(), NullLogger.Instance);
        for (var i = 0; i < 2; i++)
        {
            indexing.Heard(tenant.Id.ToString());
            await indexing.Step(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(1, await Indexed(tenant));
    }

    [Fact]
    public async Task Texts_of_any_size_and_kind_are_indexed()
    {
        var tenant = await desk.NewTenant("hostile");
        var agent = tenant.Agent;
        var words = string.Join(' ', Enumerable.Range(0, 14_000).Select(i => "w" + i.ToString("x")));
        var ids = new List<Guid>
        {
            await agent.NewTicket("Long", new { description = words }),
            await agent.NewTicket("One word", new { description = new string('x', 90_000) }),
            await agent.NewTicket("Signs", new { description = string.Concat(Enumerable.Repeat("漢字😀 <a href='x'> &amp; \\ ' \" ", 2000)) }),
        };
        for (var i = 0; i < 6; i++)
        {
            (await agent.Post($"/tickets/{ids[0]}/comments", new { body = words.Replace("w", "c" + i, StringComparison.Ordinal)[..90_000] })).Expect(201);
            (await agent.Post($"/tickets/{ids[0]}/notes", new { body = words.Replace("w", "n" + i, StringComparison.Ordinal)[..90_000] })).Expect(201);
        }

        while (await Follow(tenant)) { }
        Assert.Equal(3, await Indexed(tenant));
    }

    /// <summary>Each way to the newest tickets is taken: words that are everywhere, often, seldom and rarely there, with conditions that the index knows and others.</summary>
    [Fact]
    public async Task The_newest_tickets_with_words_are_found_page_by_page_however_frequent_the_words_are()
    {
        var tenant = await desk.NewTenant("frequent");
        var (ofGroups, ofOwn) = (await desk.NewPerson(tenant, Role.Agent, TicketScope.Groups), await desk.NewPerson(tenant, Role.Agent, TicketScope.Assigned));
        var group = (await tenant.Admin.Post("/groups", new { name = "Field" })).Expect(201)["id"];
        (await tenant.Admin.Put($"/groups/{group}/members/{ofGroups.UserId}")).Expect(204);
        var (day, night) = ((await tenant.Admin.Post("/groups", new { name = "Day" })).Expect(201)["id"], (await tenant.Admin.Post("/groups", new { name = "Night" })).Expect(201)["id"]);
        await Many(tenant.Id, 3000);
        await Scalar(tenant, $"""
            WITH tagged AS (INSERT INTO ticket_tags (tenant_id, tag, ticket_id) SELECT tenant_id, 'vip', id FROM tickets WHERE number % 11 = 0 UNION ALL SELECT tenant_id, '50%_\off', id FROM tickets WHERE number >= 1000),
                changed AS (UPDATE tickets SET updated_at = now() - number / 100 * interval '100 hours',
                subject = 'everywhere' || CASE WHEN number % 3 = 0 THEN ' often' ELSE '' END || CASE WHEN number % 10 = 0 THEN ' seldom' ELSE '' END || CASE WHEN number % 500 = 0 THEN ' rare' ELSE '' END,
                status = CASE number % 4 WHEN 0 THEN 'open' WHEN 2 THEN 'solved' ELSE 'new' END, status_category = CASE number % 4 WHEN 0 THEN 'open' WHEN 2 THEN 'solved' ELSE 'new' END,
                priority = CASE WHEN number > 2950 THEN 4 WHEN number % 7 = 0 THEN 3 ELSE 2 END, tags = array_remove(ARRAY[CASE WHEN number % 11 = 0 THEN 'vip' END, CASE WHEN number >= 1000 THEN '50%_\off' END], NULL),
                group_id = CASE WHEN number % 9 = 0 THEN '{group}'::uuid WHEN number >= 1500 THEN CASE number % 2 WHEN 0 THEN '{day}'::uuid ELSE '{night}'::uuid END END,
                assignee_id = CASE WHEN number % 40 = 0 THEN '{ofGroups.UserId}'::uuid WHEN number % 30 = 1 THEN '{ofOwn.UserId}'::uuid WHEN number % 12 > 0 THEN '{tenant.Agent.UserId}'::uuid END RETURNING 1)
            SELECT count(*) FROM changed
            """);
        while (await Follow(tenant)) { }
        await using (var owner = Npgsql.NpgsqlDataSource.Create(desk.OwnerConnectionString))
        await using (var analyze = owner.CreateCommand("ANALYZE ticket_search, tickets"))
            await analyze.ExecuteNonQueryAsync();

        var now = DateTimeOffset.UtcNow;
        var often = new SearchPlan("'often'", 1000, 30, 3000, now.AddHours(-3000), []);
        var nothing = new BesideWords(3000, [], 3000, IsIndexed: true, IsListed: false, IsRecent: false, IsSlow: false);
        Assert.Equal(WordsWay.Weeks, NewestByWords.Choose(often, nothing, 21, now).Way);
        Assert.Equal(WordsWay.Look, NewestByWords.Choose(often with { Estimate = 3000 }, nothing, 21, now).Way);
        Assert.Equal(WordsWay.Gather, NewestByWords.Choose(often with { Estimate = 6 }, nothing, 21, now).Way);
        (string Word, int Every)[] words = [("everywhere", 1), ("often", 3), ("ofte*", 3), ("seldom", 10), ("rare", 500)];
        const string vip = "number % 11 = 0", none = "assignee_id IS NULL";
        var (seenByGroup, seenAsOwn) = ($"(number % 9 = 0 OR assignee_id = '{ofGroups.UserId}')", $"({none} OR assignee_id = '{ofOwn.UserId}')");
        (Person Who, string Condition, string Also)[] scoped =
        [
            (ofGroups, "", seenByGroup), (ofGroups, " is:unsolved", $"{seenByGroup} AND status <> 'solved'"), (ofGroups, " tag:vip", $"{seenByGroup} AND {vip}"), (ofGroups, " created>2000-01-01 assignee:none", $"{seenByGroup} AND {none}"),
            (ofOwn, "", seenAsOwn), (ofOwn, " is:unsolved", $"{seenAsOwn} AND status <> 'solved'"), (ofOwn, " assignee:me", $"assignee_id = '{ofOwn.UserId}'"), (ofOwn, " -tag:vip", $"{seenAsOwn} AND NOT {vip}"),
        ];
        (string Condition, string Also)[] open = [("", "true"), (" status:open", "status = 'open'"), (" is:unsolved", "status <> 'solved'"), (" is:unsolved priority:high", "status <> 'solved' AND number % 7 = 0 AND number <= 2950"),
            (" category:billing statusCategory:open", "status = 'open'"), (" priority:high", "number % 7 = 0 AND number <= 2950"),
            (" tag:vip", vip), (" tag:vip is:unsolved channel:api", $"{vip} AND status <> 'solved'"), (" assignee:none", none), (" assignee:none type:question", none), (" group:Field -is:unsolved", "number % 9 = 0 AND status = 'solved'"),
            (" created>2000-01-01", "true"), (" created>2000-01-01 tag:vip", vip), (" -tag:vip priority:urgent", $"NOT {vip} AND number > 2950")];
        var conditions = open.Select(c => (Who: tenant.Agent, c.Condition, c.Also)).Concat(scoped).ToList();
        async Task AllAreFound(bool isIndexed)
        {
            foreach (var (word, every) in words)
                foreach (var (who, condition, also) in conditions)
                {
                    // a hundred were changed at one instant, so a page begins and ends in the middle of them
                    var expected = (await desk.Scalar<string>(tenant.Id, $"""
                        SELECT coalesce(string_agg(reference, ' '), '') FROM (
                            SELECT reference FROM tickets WHERE deleted_at IS NULL AND number % {every} = 0 AND {also} ORDER BY updated_at DESC, id DESC LIMIT 70) n
                        """)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    var all = await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM tickets WHERE deleted_at IS NULL AND number % {every} = 0 AND {also}");
                    var (found, cursor) = (new List<string>(), "");
                    do
                    {
                        var page = (await who.Get($"/tickets?limit=20&q={Uri.EscapeDataString(word + condition)}{cursor}")).Expect(200);
                        if (isIndexed && found.Count == 0 && page["pagination.totalIsEstimate"] == "false") Assert.Equal(all.ToString(CultureInfo.InvariantCulture), page["pagination.total"]);
                        found.AddRange(page.At("data")!.AsArray().Select(t => t!["reference"]!.ToString()));
                        cursor = page["pagination.nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : "";
                    }
                    while (cursor.Length > 0 && found.Count < 70);
                    Assert.True(expected.SequenceEqual(found.Take(70)), $"{word}{condition} of {who.UserId}: {string.Join(' ', found)} instead of {string.Join(' ', expected)}");
                }
        }

        await EachWayNamesTheSame(tenant, ofOwn.UserId);
        await AllAreFound(isIndexed: true);

        // a view counts what its reader sees of what it names, however common its words are
        foreach (var (who, asked, also) in ((Person, string, string)[])[(tenant.Agent, "everywhere", "true"), (tenant.Agent, "everywhere tag:vip", vip), (tenant.Agent, "everywhere tag:vip created>2000-01-01", vip), (ofOwn, "everywhere", seenAsOwn), (ofOwn, "everywhere tag:vip", $"{seenAsOwn} AND {vip}")])
        {
            var view = (await who.Post("/views", new { name = $"{who.UserId} {asked}", conditions = asked })).Expect(201)["id"];
            var all = await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM tickets WHERE {also}");
            var counted = (await who.Get($"/views/counts?ids={view}")).Expect(200);
            Assert.Equal(($"{Math.Min(1000, all)}", all > 1000 ? "true" : "false"), (counted["data.0.count"], counted["data.0.isMore"]));
        }

        // and an estimate tells nobody how common a word is among tickets that he does not see
        Assert.InRange((await ofOwn.Get("/search?type=ticket&sort=relevance&limit=1&q=everywhere%20")).Expect(200).At("pagination.total")!.GetValue<int>(), 2, 1500);

        // half the tickets are of one of two groups, but none of the newest 1,499, which are not all looked at
        Assert.Equal(WordsWay.Look, NewestByWords.Choose(often with { Estimate = 3000 }, new BesideWords(1500, [new(1500, 2)], 1500, IsIndexed: true, IsListed: false, IsRecent: false, IsSlow: false), 2, now).Way);
        for (var i = 0; i < 2; i++) Assert.InRange((await tenant.Agent.Get("/tickets?limit=1&q=everywhere%20group:Day,Night")).Expect(200).At("data")![0]!["number"]!.GetValue<int>(), 1500, 1599);
        // what is ranked are the newest that fit the conditions too, though these be older than the newest with the words
        Assert.Equal(50, (await tenant.Agent.Get("/search?type=ticket&sort=relevance&limit=100&q=everywhere%20priority:urgent")).Expect(200).At("data")!.AsArray().Count);

        // the newest are solved and deleted by hundreds, and the index does not know it yet
        await Scalar(tenant, """
            WITH changed AS (UPDATE tickets SET status = CASE WHEN number < 700 THEN 'solved' ELSE status END, status_category = CASE WHEN number < 700 THEN 'solved' ELSE status_category END,
                deleted_at = CASE WHEN number >= 700 THEN now() END WHERE number < 900 RETURNING 1) SELECT count(*) FROM changed
            """);
        await AllAreFound(isIndexed: false);

        // how far back the first page reached is remembered, and no longer far enough
        await Scalar(tenant, """
            WITH gone AS (UPDATE tickets SET deleted_at = now() WHERE number < 1500 RETURNING id), forgotten AS (DELETE FROM ticket_search WHERE ticket_id IN (SELECT id FROM gone) RETURNING 1)
            SELECT count(*) FROM forgotten
            """);
        var left = (await tenant.Agent.Get("/tickets?limit=20&q=often")).Expect(200).At("data")!.AsArray().Select(t => t!["number"]!.GetValue<int>()).ToList();
        Assert.Equal(20, left.Count);
        Assert.All(left, number => Assert.InRange(number, 1500, 1600));

        // suggestions, of one word or of longer ones
        await Scalar(tenant, "WITH longer AS (UPDATE tickets SET subject = 'everywherever' WHERE number < 1600 AND deleted_at IS NULL RETURNING id) INSERT INTO search_queue (tenant_id, ticket_id) SELECT current_setting('app.tenant_id')::uuid, id FROM longer RETURNING 1::bigint");
        while (await Follow(tenant)) { }
        async Task<List<string>> Suggested(string typed) =>
            [.. (await tenant.Agent.Get($"/search/suggest?q={typed}")).Expect(200).At("tickets")!.AsArray().Select(t => t!["subject"]!.ToString()).Distinct(StringComparer.Ordinal)];
        foreach (var typed in (string[])["everywhere", "everywherev", "everywhe"]) Assert.Equal((typed, "everywherever"), (typed, Assert.Single(await Suggested(typed))));
    }

    /// <summary>Whatever way is chosen, it names the same tickets, in the order of the list.</summary>
    private async Task EachWayNamesTheSame(TestTenant tenant, Guid person)
    {
        var (everyWeek, assigned) = ($"ARRAY(SELECT search_week(now()) - n FROM generate_series(0, 30) n)", $"a:{person.ToString()[^12..]}\u001fa:none");
        (string[] Among, string Also)[] asked =
        [
            ([], "true"), (["u"], "status <> 'solved'"), (["s:open", "p:3"], "status = 'open' AND number % 7 = 0 AND number <= 2950"), (["#vip", "u", assigned], $"number % 11 = 0 AND status <> 'solved' AND (assignee_id IS NULL OR assignee_id = '{person}')"),
            ([assigned], $"(assignee_id IS NULL OR assignee_id = '{person}')"), (["k:nothing"], "false"), (["u", "k:nothing"], "false"), (["#vip", "u", "h:api", "t:question", "#50%_\\off"], "number % 11 = 0 AND status <> 'solved' AND number >= 1000"),
            (["u", "t:question", "#5_%off"], "false"),
        ];
        foreach (var (word, every) in new[] { ("everywhere", 1), ("often", 3), ("seldom", 10), ("rare", 500), ("never", 5000) })
            foreach (var (among, also) in asked)
            {
                var expected = await desk.Scalar<string>(tenant.Id, $"SELECT coalesce(string_agg(id::text, ' '), '') FROM (SELECT id FROM tickets WHERE number % {every} = 0 AND {also} ORDER BY updated_at DESC, id DESC LIMIT 70) n");
                var names = among.Length == 0 ? "NULL" : $"ARRAY[{string.Join(", ", among.Select(a => $"'{a}'"))}]";
                var ways = new List<string> { $"search_tickets('{word}', 70, {names})", $"search_tickets('{word}', 70, {names}, {everyWeek})" };
                ways.Add(among.Length == 0 ? $"walk_tickets('{word}', 70)" : $"search_tickets('{word}', 70, {names}, '{{}}')");
                // few weeks, in which two facets are crossed; together they are all
                ways.Add($"generate_series(0, 3) part, LATERAL search_tickets('{word}', 70, {names}, ARRAY(SELECT search_week(now()) - part * 8 - n FROM generate_series(0, 7) n))");
                foreach (var way in ways)
                    Assert.Equal((way, expected), (way, await desk.Scalar<string>(tenant.Id, $"SELECT coalesce(string_agg(n::text, ' '), '') FROM (SELECT n FROM {way} n LIMIT 70) n(n)")));
            }
    }

    [Fact]
    public void The_way_to_the_newest_is_the_cheapest()
    {
        var now = DateTimeOffset.UtcNow;
        var (medium, common) = (new SearchPlan("'m'", 10_000, 500, 1_000_000, now.AddDays(-7 * 160), []), new SearchPlan("'c'", 400_000, 500, 1_000_000, now.AddDays(-7 * 160), []));
        BesideWords Of(long tickets, bool isListed = false) => new(tickets, [new(tickets, 1)], tickets, IsIndexed: true, isListed, IsRecent: false, IsSlow: false);
        WordsWay Way(SearchPlan plan, BesideWords beside) => NewestByWords.Choose(plan, beside, 51, now).Way;
        Assert.Equal(WordsWay.Weeks, Way(medium, Of(1_000_000)));
        Assert.Equal(WordsWay.Weeks, Way(medium, Of(150_000)));
        Assert.Equal(WordsWay.Cross, Way(medium, Of(3_000)));
        Assert.Equal(WordsWay.Look, Way(common, Of(400_000, isListed: true)));
        Assert.Equal(WordsWay.Weeks, Way(common, Of(40_000)));
        Assert.Equal(WordsWay.Look, Way(common, Of(900_000)));
        Assert.Equal(WordsWay.Gather, Way(medium with { Estimate = 200 }, Of(900_000)));
        // what the statistics do not know may be in any number of tickets
        Assert.NotEqual(WordsWay.Weeks, Way(medium with { Estimate = 3000, Least = 3000 }, Of(150_000)));
        // but many such words together, as a beginning is, are found in the last weeks, and are not looked for in all tickets
        var all = new BesideWords(1_000_000, [], 1_000_000, IsIndexed: true, IsListed: true, IsRecent: false, IsSlow: false);
        Assert.Equal(WordsWay.Weeks, Way(medium with { Estimate = 22_000, Least = 22_000 }, all));
        Assert.Equal(WordsWay.Gather, Way(medium with { Estimate = 900, Least = 900 }, all));
    }

    [Fact]
    public async Task Who_it_was_given_to_finds_a_ticket_and_who_had_it_does_not()
    {
        var tenant = await desk.NewTenant("given");
        var (mine, theirs) = (tenant.Agent, await desk.NewPerson(tenant, Role.Agent, TicketScope.Assigned));
        var id = await mine.NewTicket("Gearbox hums", new { assigneeId = mine.UserId, tags = new[] { "noise" } });
        async Task<int> Found(Person who, string q) => (await who.Get($"/tickets?q={Uri.EscapeDataString(q)}")).Expect(200).At("data")!.AsArray().Count;
        while (await Follow(tenant)) { }
        Assert.Equal((1, 0, 1), (await Found(mine, "gearbox assignee:me"), await Found(theirs, "gearbox"), await Found(mine, "gearbox tag:noise")));

        (await mine.Put($"/tickets/{id}/assign", new { assigneeId = theirs.UserId })).Expect(200);
        // the index still knows it as another's, and shows it to nobody whose it is not
        Assert.Equal((0, 0), (await Found(mine, "gearbox assignee:me"), await Found(theirs, "gearbox")));
        await Again(tenant);
        Assert.Equal((0, 1, 1), (await Found(mine, "gearbox assignee:me"), await Found(theirs, "gearbox"), await Found(theirs, "gearbox assignee:me")));
    }

    /// <summary>More than are gathered for a list, of words that the statistics do not know yet.</summary>
    [Fact]
    public async Task What_is_counted_or_exported_by_words_is_everything_that_has_them()
    {
        var tenant = await desk.NewTenant("every");
        await Many(tenant.Id, SearchPlan.MostGathered + 50);
        await Scalar(tenant, "WITH asked AS (INSERT INTO search_queue (tenant_id, ticket_id) SELECT tenant_id, id FROM tickets ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM asked");
        while (await Follow(tenant)) { }

        Assert.Equal($"{SearchPlan.MostGathered + 50}", (await tenant.Agent.Get("/tickets/stats?q=old")).Expect(200)["total"]);
        // the one that was changed first is found beside what the index does not know
        await Scalar(tenant, "WITH first AS (UPDATE tickets SET updated_at = now() - interval '9 days', created_at = '2001-01-01' WHERE number = 77 RETURNING tenant_id, id) INSERT INTO search_queue (tenant_id, ticket_id) SELECT tenant_id, id FROM first RETURNING 1::bigint");
        while (await Follow(tenant)) { }
        Assert.Equal("OLD-77", (await tenant.Agent.Get($"/tickets?q={Uri.EscapeDataString("old created<2002-01-01")}")).Expect(200)["data.0.reference"]);
    }

    /// <summary>The second question for a list of some pages asks for its rows and its count together.</summary>
    [Fact]
    public async Task A_list_that_is_asked_for_again_is_counted_again()
    {
        var tenant = await desk.NewTenant("counted");
        await Many(tenant.Id, 1100);
        async Task<(string? Total, string? IsEstimate, int Rows)> Left(int most)
        {
            await Scalar(tenant, $"WITH changed AS (UPDATE tickets SET deleted_at = CASE WHEN number > {most} THEN now() END RETURNING 1) SELECT count(*) FROM changed");
            var page = (await tenant.Agent.Get("/tickets?statusCategory=new&limit=20")).Expect(200);
            return (page["pagination.total"], page["pagination.totalIsEstimate"], page.At("data")!.AsArray().Count);
        }

        Assert.Equal(("30", "false", 20), await Left(30));
        Assert.Equal(("31", "false", 20), await Left(31));
        Assert.Equal(("1000", "false", 20), await Left(1000));
        Assert.Equal("true", (await Left(1001)).IsEstimate);
        Assert.Equal(("5", "false", 5), await Left(5));
    }

    [Fact]
    public async Task What_is_solved_and_reopened_is_found_among_the_unsolved_again()
    {
        var tenant = await desk.NewTenant("reopened");
        var id = await tenant.Agent.NewTicket("Gearbox hums");
        async Task<int> Found(string q)
        {
            await Again(tenant);
            return (await tenant.Agent.Get($"/tickets?q={Uri.EscapeDataString(q)}")).Expect(200).At("data")!.AsArray().Count;
        }

        Assert.Equal(1, await Found("gearbox is:unsolved"));
        (await tenant.Agent.Put($"/tickets/{id}/resolve")).Expect(200);
        Assert.Equal((0, 1), (await Found("gearbox is:unsolved"), await Found("gearbox")));
        (await tenant.Agent.Put($"/tickets/{id}/status", new { status = "open" })).Expect(200);
        Assert.Equal(1, await Found("gearbox is:unsolved"));
    }

    [Theory]
    [InlineData("2000-01-03T00:00:00Z", 0)]
    [InlineData("2000-01-02T23:59:59Z", -1)]
    [InlineData("2026-11-21T23:59:59Z", 1402)]
    [InlineData("2026-11-23T00:00:00Z", 1403)]
    public async Task The_program_and_the_database_count_weeks_alike(string at, int week)
    {
        var instant = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture);
        Assert.Equal(week, NewestByWords.Week(instant));
        Assert.Equal(week, await desk.Scalar<int>(desk.Tenant.Id, "SELECT search_week($1)", Rows.P(instant)));
    }

    private Task<bool> Follow(TestTenant tenant) => SearchIndex.Follow(desk.Database, tenant.Id, TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    /// <summary>Indexes all tickets of a tenant, for a desk without a relay hears of no changes.</summary>
    private async Task Again(TestTenant tenant)
    {
        await Scalar(tenant, "WITH changed AS (INSERT INTO search_queue (tenant_id, ticket_id) SELECT tenant_id, id FROM tickets ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM changed");
        while (await Follow(tenant)) { }
    }

    private Task<long> Indexed(TestTenant tenant) => Scalar(tenant, "SELECT count(*) FROM ticket_search");

    private async Task<long> Scalar(TestTenant tenant, string sql)
    {
        await using var session = desk.Database.For(tenant.Id);
        return (await session.Query(sql, r => r.GetInt64(0), CancellationToken.None))[0];
    }

    private async Task Many(Guid tenantId, int count)
    {
        await using var session = desk.Database.For(tenantId);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute("""
                INSERT INTO tickets (tenant_id, id, number, reference, subject, description, status, status_category, priority, type, category, channel, version, sequence, created_at, updated_at)
                SELECT $1, gen_random_uuid(), n, 'OLD-' || n, 'Old ticket ' || n, '', 'new', 'new', 2, 'question', 'billing', 'api', 1, 1, now(), now() FROM generate_series(1, $2) n
                """, CancellationToken.None, Rows.P(tenantId), Rows.P(count));
            return default(Nothing);
        }, CancellationToken.None);
    }

    /// <summary>On which a minute passes between any two looks.</summary>
    private sealed class MinuteClock : TimeProvider
    {
        private long minutes;

        public override long GetTimestamp() => Interlocked.Increment(ref minutes) * 60 * TimestampFrequency;
    }
}
