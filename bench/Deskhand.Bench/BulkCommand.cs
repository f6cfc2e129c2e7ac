using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Deskhand.Bench.Comparing;
using Deskhand.Bench.Driving;
using Npgsql;

namespace Deskhand.Bench;

/// <summary><c>bench bulk</c>: how long a bulk change over a filter and its undoing take; the bar is 10,000 tickets in 30 seconds.</summary>
internal sealed class BulkCommand
{
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(30);
    private readonly Option<string> data;
    private readonly Option<string> url = new("--deskhand") { Description = "its address", Required = true };
    private readonly Option<string> email = new("--email") { DefaultValueFactory = _ => "admin@example.com" };
    private readonly Option<string> password = new("--password") { Required = true };
    private readonly Option<int> tickets = new("--tickets") { DefaultValueFactory = _ => 10_000 };

    public BulkCommand(Option<string> data)
    {
        this.data = data;
        Command = new Command("bulk", "Measures a bulk change and its undoing.") { data, url, email, password, tickets };
        Command.SetAction((options, _) => Run(options));
    }

    public Command Command { get; }

    private async Task<int> Run(ParseResult options)
    {
        await using var desk = await Desk.Open(options.GetRequiredValue(data));
        var target = new Target("Deskhand", new Uri(options.GetRequiredValue(url)), 0);
        await new SignIn(options.GetValue(email)!, options.GetRequiredValue(password), null).Renew(target);
        var after = await CreatedBeforeTheNewest(desk, options.GetValue(tickets));
        var body = $$"""{"filter":{"statusCategory":["new","open","pending","on_hold","solved"],"createdAfter":"{{after:yyyy-MM-ddTHH:mm:ss.ffffffZ}}"},"addTags":["bench-{{Stopwatch.GetTimestamp()}}"]}""";
        var (change, id) = await Time(target, new Request("PUT", "/api/v1/tickets/update_many", body), "bulk change");
        var (undo, _) = await Time(target, Request.Post($"/api/v1/jobs/{id}/undo", "{}"), "its undoing");
        return change < Bar && undo < Bar ? 0 : 1;
    }

    private static async Task<(TimeSpan Took, string Id)> Time(Target target, Request asked, string what)
    {
        var begun = Stopwatch.GetTimestamp();
        var job = await Ask(target, asked, 202);
        var id = job.GetProperty("id").GetString()!;
        while (job.GetProperty("finishedAt").ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(50);
            job = await Ask(target, Request.Get("/api/v1/jobs/" + id), 200);
        }

        var took = Stopwatch.GetElapsedTime(begun);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {job.GetProperty("state")}, {job.GetProperty("done")} tickets, {job.GetProperty("failed")} failed, {took.TotalSeconds:F1} s"));
        return (took, id);
    }

    private static async Task<JsonElement> Ask(Target target, Request request, int expected)
    {
        var (status, body) = await Probe.Ask(target, request);
        return status == expected ? JsonElement.Parse(body) : throw new BenchFailed($"{request.Method} {request.Path} -> {status} {System.Text.Encoding.UTF8.GetString(body)}");
    }

    /// <summary>Closed tickets stay as they are, so only others count.</summary>
    private static async Task<DateTime> CreatedBeforeTheNewest(Desk desk, int tickets)
    {
        await using var command = desk.Database.CreateCommand("SELECT created_at FROM tickets WHERE tenant_id = $1 AND deleted_at IS NULL AND status_category <> 'closed' ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1");
        command.Parameters.Add(new NpgsqlParameter { Value = desk.Tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = tickets });
        return await command.ExecuteScalarAsync() is DateTime at ? at : throw new BenchFailed($"The desk has no {tickets} tickets that are not closed: load it first.");
    }
}
