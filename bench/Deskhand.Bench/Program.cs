using System.CommandLine;
using System.Globalization;
using Deskhand.Bench;
using Deskhand.Bench.Loading;

var data = new Option<string>("--data") { Description = "DESKHAND_DATA of the running server", Required = true };

var tickets = new Option<int>("--tickets") { DefaultValueFactory = _ => 1_000_000 };
var comments = new Option<int?>("--comments") { Description = "five for each ticket unless given" };
var customers = new Option<int>("--customers") { DefaultValueFactory = _ => 20_000 };
var seed = new Option<ulong>("--seed") { DefaultValueFactory = _ => 20_261_031 };
var load = new Command("load", "Fills the desk's tenant with people, tickets, comments and history, unless it has tickets.") { data, tickets, comments, customers, seed };
load.SetAction(async (options, _) =>
{
    await using var desk = await Desk.Open(options.GetRequiredValue(data));
    var wanted = options.GetValue(tickets);
    if (await desk.Tickets() is > 0 and var found)
    {
        if (found == wanted) return 0;
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The desk has {found} tickets, not {wanted}: start afresh (./bench-run --fresh)."));
        return 1;
    }
    var size = new LoadSize(wanted, options.GetValue(comments) ?? (wanted * 5), options.GetValue(customers), Agents: 40, Groups: 6, options.GetValue(seed));
    await using var connection = await desk.Database.OpenConnectionAsync();
    await new TenantLoad(connection, desk.Tenant, new TenantPlan(size)).Run();
    return 0;
});

var run = new CompareCommand(data);
return await new RootCommand("Loads data, and compares Deskhand with the floor.") { load, run.Command, new BulkCommand(data).Command, new SweepCommand(data).Command, new RulesCommand().Command, new LiveCommand(data).Command, new OutageCommand().Command }.Parse(args).InvokeAsync();
