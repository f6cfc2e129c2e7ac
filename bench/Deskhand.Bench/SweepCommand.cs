using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Deskhand.Bench.Comparing;
using Npgsql;

namespace Deskhand.Bench;

/// <summary><c>bench sweep</c>: how long after the instant at which many clocks are due at once the last of them was told; the bar is 10,000 within 5 seconds.</summary>
internal sealed class SweepCommand
{
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(15);
    private readonly Option<string> data;
    private readonly Option<int> due = new("--due") { Description = "clocks that are due at one instant", DefaultValueFactory = _ => 10_000 };

    public SweepCommand(Option<string> data)
    {
        this.data = data;
        Command = new Command("sweep", "Gives every loaded ticket that is not deleted a running clock, lets some be due at once, and measures the sweep of the running server.") { data, due };
        Command.SetAction((options, _) => Run(options));
    }

    public Command Command { get; }

    private async Task<int> Run(ParseResult options)
    {
        await using var desk = await Desk.Open(options.GetRequiredValue(data));
        var wanted = options.GetValue(due);
        var running = await Prepare(desk);
        var at = DateTime.UtcNow + Ahead;
        var found = await Execute(desk, """
            UPDATE ticket_sla s SET next_check_at = $2, clocks = jsonb_set(jsonb_set(s.clocks, '{turns,0,at}', began), '{clocks,0,startedAt}', began)
            FROM (SELECT t.id, to_jsonb($2 - 0.75 * (CASE t.priority WHEN 1 THEN interval '7 days' WHEN 2 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' ELSE interval '4 hours' END)) AS began
                  FROM tickets t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL ORDER BY t.id DESC LIMIT $3) n
            WHERE s.tenant_id = $1 AND s.ticket_id = n.id
            """, new NpgsqlParameter { Value = desk.Tenant }, new NpgsqlParameter { Value = at }, new NpgsqlParameter { Value = wanted });
        await Execute(desk, "VACUUM ANALYZE ticket_sla");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{running} clocks run, {found} of them are due at {at:HH:mm:ss.fff}"));
        if (at - DateTime.UtcNow is { Ticks: > 0 } rest) await Task.Delay(rest);
        while (await Left(desk, at) > 0)
        {
            if (DateTime.UtcNow - at > TimeSpan.FromMinutes(5)) throw new BenchFailed("The sweep did not get done. Does the server have the role clock?");
            await Task.Delay(20);
        }

        var took = DateTime.UtcNow - at;
        var told = await Count(desk, "SELECT count(*) FROM events WHERE tenant_id = $1 AND type = 'ticket.sla_warning' AND at >= $2", at);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sweep: all told {took.TotalSeconds:F2} s after they were due, {told} warnings"));
        return took < Bar && told == found ? 0 : 1;
    }

    /// <summary>Every ticket is open, and its resolution has just begun.</summary>
    private static async Task<long> Prepare(Desk desk)
    {
        var clock = Stopwatch.StartNew();
        var tenant = () => new NpgsqlParameter { Value = desk.Tenant };
        await Execute(desk, "UPDATE tickets SET status = 'open', status_category = 'open', solved_at = NULL, closed_at = NULL WHERE tenant_id = $1 AND status_category <> 'open' AND deleted_at IS NULL", tenant());
        await Execute(desk, "DELETE FROM ticket_sla WHERE tenant_id = $1", tenant());
        await Execute(desk, """
            INSERT INTO ticket_sla (tenant_id, ticket_id, policy_id, state, next_due_at, next_check_at, clocks)
            SELECT $1, t.id, p.id, 'ok', now() + interval '7 days', now() + interval '1 day', jsonb_build_object('policyId', p.id, 'state', 'ok',
                'turns', jsonb_build_array(jsonb_build_object('at', now(), 'run', 'running', 'status', 'open', 'byKind', 'system', 'via', 'import')),
                'clocks', jsonb_build_array(jsonb_build_object('metric', 'resolution', 'round', 0, 'startedAt', now(), 'targetMinutes', 240, 'fired', '[]'::jsonb)))
            FROM tickets t, (SELECT id FROM sla_policies WHERE tenant_id = $1 AND deleted_at IS NULL LIMIT 1) p WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
            """, tenant());
        await Execute(desk, "VACUUM (ANALYZE) tickets");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"clocks made in {clock.Elapsed.TotalSeconds:F1} s"));
        return await Count(desk, "SELECT count(*) FROM ticket_sla WHERE tenant_id = $1 AND next_check_at > $2", DateTime.UtcNow);
    }

    private static Task<long> Left(Desk desk, DateTime at) => Count(desk, "SELECT count(*) FROM (SELECT 1 FROM ticket_sla WHERE tenant_id = $1 AND next_check_at <= $2 LIMIT 1) s", at);

    private static async Task<long> Count(Desk desk, string sql, DateTime at)
    {
        await using var command = desk.Database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = desk.Tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = at });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<int> Execute(Desk desk, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = desk.Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return await command.ExecuteNonQueryAsync();
    }
}
