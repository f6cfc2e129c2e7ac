using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Deskhand.Server.Tests.Realtime;

/// <summary>Two instances of one database, and a listener that is lost.</summary>
public sealed class HubInstancesTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Clients_of_two_instances_hear_the_same_and_see_each_other_at_a_ticket()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        await using var other = await SecondInstance.Start(desk, "web");
        await using var here = await HubClient.Open(agent);
        await using var there = await HubClient.Open(manager, at: other.Address);
        var start = there.Position;

        var ticket = await agent.NewTicket();
        await here.Hears(t => t.Id == ticket.ToString());
        await there.Hears(t => t.Id == ticket.ToString());
        await here.Call("Look", ticket);
        await there.Call("Look", ticket);
        await here.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}");
        await there.Call("Type", ticket, true);
        await here.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}*");
        here.Abort();
        await there.Sees(ticket, $"{manager.UserId}");

        // any instance goes on where another one ended
        await using var moved = await HubClient.Open(agent, start, at: other.Address);
        await moved.Hears(t => t.Id == ticket.ToString());
    }

    [Fact]
    public async Task Sec07_rights_that_one_instance_takes_away_are_gone_on_the_other()
    {
        var person = await desk.NewPerson(desk.Tenant, Deskhand.Access.Role.Agent);
        await using var other = await SecondInstance.Start(desk, "web");
        await using var there = await HubClient.Open(person, at: other.Address);

        (await desk.Tenant.Admin.Post($"/users/{person.UserId}/deactivate")).Expect(200);

        await there.Hears(t => t.Name == "stream:ended");
        await there.Ends();
    }

    [Fact]
    public async Task A_lost_listener_loses_nobody_anything()
    {
        var agent = desk.Tenant.Agent;
        var ticket = await agent.NewTicket();
        await using var client = await HubClient.Open(agent);
        await using var other = await HubClient.Open(desk.Tenant.Manager);
        await client.Call("Look", ticket);
        await client.Sees(ticket, $"{agent.UserId}");
        var listener = desk.Services.GetRequiredService<DatabaseListener>();

        List<Guid> made = [];
        for (var i = 0; i < 5; i++)
        {
            await Terminate("application_name = 'deskhand-listener'");
            await Eventually.Holds(() => Task.FromResult(!listener.IsListening), what: "the loss is noticed");
            made.Add(await agent.NewTicket());
            await Eventually.Holds(() => Task.FromResult(listener.IsListening), what: "listening again");
            made.Add(await agent.NewTicket());
        }

        await other.Call("Look", ticket);
        foreach (var id in made) await client.Hears(t => t.Id == id.ToString() && t.Name == "ticket:created");
        await client.Sees(ticket, $"{agent.UserId}", $"{desk.Tenant.Manager.UserId}");
        // of the first it may hear too: a place in the stream is given after the commit
        var heard = client.Heard.Where(t => t.Name == "ticket:created" && t.Id != ticket.ToString()).Select(t => t.Id).ToList();
        Assert.Equal(made.Select(m => m.ToString()), heard);
        Assert.False(client.Ended);
    }

    [Fact]
    public async Task While_the_database_is_away_clients_stay_and_afterwards_they_hear_everything()
    {
        var agent = desk.Tenant.Agent;
        var before = await agent.NewTicket();
        await using var client = await HubClient.Open(agent);
        var name = new NpgsqlConnectionStringBuilder(desk.OwnerConnectionString).Database;
        await Run(desk.OwnerConnectionString, $"ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS false");
        try
        {
            await Eventually.Holds(async () =>
            {
                await Terminate("true");
                return (await agent.Get($"/tickets/{before}")).Status == 503;
            }, what: "the database is away");
        }
        finally
        {
            await Run(desk.OwnerConnectionString, $"ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS true");
        }

        Assert.False(client.Ended);
        await Eventually.Holds(async () => (await agent.Get($"/tickets/{before}")).Status == 200, what: "the database is back");
        var after = await agent.NewTicket();
        await client.Hears(t => t.Id == after.ToString() && t.Name == "ticket:created");
        Assert.False(client.Ended);
    }

    /// <summary>Ends connections of the server, as the role that it works as.</summary>
    private Task Terminate(string which) => Run(desk.Database.ConnectionString,
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new NpgsqlConnectionStringBuilder(desk.OwnerConnectionString).Database}' AND usename = current_user AND {which}");

    /// <summary>Runs something beside the desk's database.</summary>
    private static async Task Run(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
