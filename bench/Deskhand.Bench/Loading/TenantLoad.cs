using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Bench.Loading;

/// <summary>Copies a planned tenant into Deskhand's tables (binary COPY, one transaction), then gathers statistics. The tenant itself is the server's to make.</summary>
internal sealed class TenantLoad(NpgsqlConnection connection, Guid tenant, TenantPlan plan)
{
    private static readonly string[] Filled =
        ["users", "groups", "group_members", "customers", "contacts", "tickets", "ticket_tags", "ticket_comments", "history"];

    private readonly Draw draw = new(plan.Size.Seed + 1);

    public async Task Run()
    {
        var clock = Stopwatch.StartNew();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await Execute("SET LOCAL maintenance_work_mem = '1GB'");
            await Execute("SET LOCAL synchronous_commit = off");
            var tables = new BulkTables(connection, Filled);
            await tables.Open();
            await Agents();
            await Customers();
            Say(clock, "people");
            var tags = await Tickets();
            Say(clock, $"{plan.Tickets.Length} tickets");
            await Tags(tags);
            Say(clock, $"{tags.Count} tags");
            Say(clock, $"{await Comments()} comments");
            Say(clock, $"{await History()} history rows");
            await tables.Close();
            Say(clock, "indexes and foreign keys");
            await transaction.CommitAsync();
        }
        await Execute("ANALYZE");
        await Search();
        Say(clock, "search index");
        await Execute("VACUUM (ANALYZE)");
        await Execute("CHECKPOINT");
        Say(clock, "vacuum, statistics, checkpoint");
    }

    /// <summary>The search index as the server's indexer would make it, which goes on from here; its words are entered at the end, all at once.</summary>
    private async Task Search()
    {
        const int batch = 5000;
        await using var definition = new NpgsqlCommand("SELECT pg_get_indexdef('ticket_search_words'::regclass)", connection);
        var create = (string)(await definition.ExecuteScalarAsync())!;
        await Execute("DROP INDEX ticket_search_words");
        await Execute($"SELECT set_config('app.tenant_id', '{tenant}', false)");
        for (var from = 1; from <= plan.Tickets.Length; from += batch)
            await Execute(string.Create(CultureInfo.InvariantCulture,
                $"SELECT index_tickets(ARRAY(SELECT id FROM tickets WHERE tenant_id = '{tenant}' AND number BETWEEN {from} AND {from + batch - 1}), 'english')"));
        await Execute("SET maintenance_work_mem = '1GB'");
        await Execute(create);
        await Execute($"""
            INSERT INTO search_progress (tenant_id, position, language, updated_at)
            SELECT '{tenant}', coalesce(max(position), 0), 'english', now() FROM event_stream WHERE tenant_id = '{tenant}'
            ON CONFLICT (tenant_id) DO UPDATE SET position = excluded.position, language = excluded.language, filled_to = NULL, updated_at = excluded.updated_at
            """);
    }

    private static void Say(Stopwatch clock, string what) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {clock.Elapsed.TotalSeconds,6:0.0} s  {what}"));

    private async Task Execute(string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlBinaryImporter Copy(string table, string columns)
    {
        var copy = connection.BeginBinaryImport($"COPY {table} ({columns}) FROM STDIN (FORMAT binary)");
        copy.Timeout = TimeSpan.FromHours(1);
        return copy;
    }

    private async Task Agents()
    {
        await using (var rows = Copy("users", "tenant_id, id, email, name, role, created_at, updated_at"))
        {
            foreach (var (agent, i) in plan.Agents.Select((agent, i) => (agent, i)))
            {
                rows.StartRow();
                rows.Write(tenant);
                rows.Write(agent.Id);
                rows.Write($"agent{i}@bench.example");
                rows.Write($"{agent.First} {agent.Last}");
                rows.Write("agent");
                rows.Write(LoadSize.Start);
                rows.Write(LoadSize.Start);
            }
            await rows.CompleteAsync();
        }
        await using (var rows = Copy("groups", "tenant_id, id, name, created_at, updated_at"))
        {
            foreach (var (group, i) in plan.Groups.Select((group, i) => (group, i)))
            {
                rows.StartRow();
                rows.Write(tenant);
                rows.Write(group);
                rows.Write($"Queue {i + 1}");
                rows.Write(LoadSize.Start);
                rows.Write(LoadSize.Start);
            }
            await rows.CompleteAsync();
        }
        await using (var rows = Copy("group_members", "tenant_id, group_id, user_id, added_at"))
        {
            for (var i = 0; i < plan.Agents.Length; i++)
            {
                rows.StartRow();
                rows.Write(tenant);
                rows.Write(plan.Groups[i % plan.Groups.Length]);
                rows.Write(plan.Agents[i].Id);
                rows.Write(LoadSize.Start);
            }
            await rows.CompleteAsync();
        }
    }

    private async Task Customers()
    {
        await using (var rows = Copy("customers", "tenant_id, id, number, name, type, tier, email, domains, created_at, updated_at"))
        {
            for (var i = 0; i < plan.Customers.Length; i++)
            {
                rows.StartRow();
                rows.Write(tenant);
                rows.Write(plan.Customers[i]);
                rows.Write(string.Create(CultureInfo.InvariantCulture, $"B{i + 1:00000}"));
                rows.Write($"{plan.Prose.Word(draw)} {plan.Prose.Word(draw)} Ltd");
                rows.Write(draw.Chance(0.7) ? "business" : "residential");
                rows.Write(draw.One(TenantPlan.Tiers));
                rows.Write($"office@customer{i}.example");
                rows.Write(new[] { $"customer{i}.example" });
                rows.Write(LoadSize.Start);
                rows.Write(LoadSize.Start);
            }
            await rows.CompleteAsync();
        }
        await using (var rows = Copy("contacts", "tenant_id, id, customer_id, first_name, last_name, email, is_primary, created_at, updated_at"))
        {
            for (var i = 0; i < plan.Contacts.Length; i++)
            {
                rows.StartRow();
                rows.Write(tenant);
                rows.Write(plan.Contacts[i].Id);
                rows.Write(plan.Customers[i / 2]);
                rows.Write(plan.Contacts[i].First);
                rows.Write(plan.Contacts[i].Last);
                rows.Write($"contact{i}@customer{i / 2}.example");
                rows.Write(i % 2 == 0);
                rows.Write(LoadSize.Start);
                rows.Write(LoadSize.Start);
            }
            await rows.CompleteAsync();
        }
    }

    /// <summary>Writes the tickets and the counters that name the next ones; gives the tags to write.</summary>
    private async Task<List<(Guid Ticket, string Tag)>> Tickets()
    {
        var tags = new List<(Guid, string)>();
        var inYear = new SortedDictionary<int, int>();
        await using (var rows = Copy("tickets",
            "tenant_id, id, number, reference, subject, description, status, status_category, priority, type, category, tags, channel, "
            + "customer_id, contact_id, assignee_id, group_id, first_responded_at, solved_at, closed_at, version, sequence, created_at, updated_at"))
        {
            for (var i = 0; i < plan.Tickets.Length; i++)
            {
                ref readonly var ticket = ref plan.Tickets[i];
                var year = ticket.CreatedAt.Year;
                var n = inYear[year] = inYear.GetValueOrDefault(year) + 1;
                string[] ticketTags = draw.Chance(0.3) ? [draw.One(TenantPlan.Tags)] : [];
                foreach (var tag in ticketTags) tags.Add((ticket.Id, tag));
                rows.StartRow();
                rows.Write(tenant);
                rows.Write(ticket.Id);
                rows.Write(i + 1L);
                rows.Write(string.Create(CultureInfo.InvariantCulture, $"TICKET-{year}-{n:000000}"));
                rows.Write(Prose.Subject(draw));
                rows.Write(plan.Prose.Body(draw, 2 + draw.Below(8)));
                rows.Write(TenantPlan.Statuses[ticket.Status]);
                rows.Write(TenantPlan.StatusCategories[ticket.Status]);
                rows.Write((short)(ticket.Priority + 1));
                rows.Write(TenantPlan.Types[ticket.Type]);
                rows.Write(TenantPlan.Categories[ticket.Category]);
                rows.Write(ticketTags);
                rows.Write(TenantPlan.Channels[ticket.Channel]);
                rows.Write(plan.Customers[ticket.Customer]);
                rows.Write(plan.Contacts[ticket.Contact].Id);
                Write(rows, Agent(ticket.Assignee));
                rows.Write(plan.Groups[ticket.Group]);
                Write(rows, ticket.FirstRespondedAt);
                Write(rows, ticket.SolvedAt);
                Write(rows, ticket.ClosedAt);
                rows.Write(ticket.Comments + 1L);
                rows.Write(ticket.Comments + 1L);
                rows.Write(ticket.CreatedAt);
                rows.Write(ticket.UpdatedAt);
            }
            await rows.CompleteAsync();
        }
        await Count("number", plan.Tickets.Length);
        foreach (var (year, n) in inYear) await Count($"TICKET-{year}", n);
        return tags;
    }

    private async Task Count(string counter, long n)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO counters (tenant_id, name, n) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, name) DO UPDATE SET n = excluded.n", connection)
        {
            Parameters = { new() { Value = tenant }, new() { Value = counter }, new() { Value = n } },
        };
        await command.ExecuteNonQueryAsync();
    }

    private async Task Tags(List<(Guid Ticket, string Tag)> tags)
    {
        await using var rows = Copy("ticket_tags", "tenant_id, tag, ticket_id");
        foreach (var (ticket, tag) in tags)
        {
            rows.StartRow();
            rows.Write(tenant);
            rows.Write(tag);
            rows.Write(ticket);
        }
        await rows.CompleteAsync();
    }

    private async Task<int> Comments()
    {
        await using var rows = Copy("ticket_comments", "tenant_id, id, ticket_id, author_kind, author_id, visibility, format, body, via, created_at");
        var count = 0;
        foreach (var ticket in plan.Tickets)
        {
            var gap = (ticket.UpdatedAt - ticket.CreatedAt) / (ticket.Comments + 1);
            for (var n = 1; n <= ticket.Comments; n++)
            {
                var at = ticket.CreatedAt + (gap * n);
                var byAgent = n % 2 == 1 && ticket.Assignee >= 0;
                rows.StartRow();
                rows.Write(tenant);
                rows.Write(draw.Id(at));
                rows.Write(ticket.Id);
                rows.Write(byAgent ? "agent" : "contact");
                rows.Write(byAgent ? plan.Agents[ticket.Assignee].Id : plan.Contacts[ticket.Contact].Id);
                rows.Write(byAgent && draw.Chance(0.25) ? "internal" : "public");
                rows.Write("plain");
                rows.Write(plan.Prose.Body(draw, 1 + draw.Below(4)));
                rows.Write(byAgent ? "screen" : "mail");
                rows.Write(at);
                count++;
            }
        }
        await rows.CompleteAsync();
        return count;
    }

    /// <summary>The first status, the assignment, and each status that the ticket went through.</summary>
    private async Task<int> History()
    {
        await using var rows = Copy("history", "tenant_id, id, entity_type, entity_id, at, actor_kind, actor_id, via, field, from_value, to_value");
        var count = 0;
        foreach (var ticket in plan.Tickets)
        {
            Row(ticket, ticket.CreatedAt, -1, "status", null, "new");
            if (ticket.FirstRespondedAt is { } responded)
            {
                if (ticket.Assignee >= 0) Row(ticket, responded, ticket.Assignee, "assigneeId", null, $"{plan.Agents[ticket.Assignee].Id}");
                Row(ticket, responded, ticket.Assignee, "status", "new", "open");
            }
            if (ticket.SolvedAt is { } solved) Row(ticket, solved, ticket.Assignee, "status", "open", "resolved");
            if (ticket.ClosedAt is { } closed) Row(ticket, closed, -1, "status", "resolved", "closed");
        }
        await rows.CompleteAsync();
        return count;

        void Row(in TicketPlan ticket, DateTime at, sbyte agent, string field, string? from, string to)
        {
            rows.StartRow();
            rows.Write(tenant);
            rows.Write(draw.Id(at));
            rows.Write("ticket");
            rows.Write(ticket.Id);
            rows.Write(at);
            rows.Write(agent < 0 ? "system" : "agent");
            Write(rows, Agent(agent));
            rows.Write(agent < 0 ? "timer" : "screen");
            rows.Write(field);
            if (from is null) rows.WriteNull();
            else rows.Write($"\"{from}\"", NpgsqlDbType.Jsonb);
            rows.Write($"\"{to}\"", NpgsqlDbType.Jsonb);
            count++;
        }
    }

    private Guid? Agent(sbyte index) => index < 0 ? null : plan.Agents[index].Id;

    private static void Write<T>(NpgsqlBinaryImporter rows, T? value)
        where T : struct
    {
        if (value is { } present) rows.Write(present);
        else rows.WriteNull();
    }
}
