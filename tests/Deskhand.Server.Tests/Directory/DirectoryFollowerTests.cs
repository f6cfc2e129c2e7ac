using System.Text;
using System.Text.Json;
using Deskhand.Server.Tests.Outbox;
using RabbitMQ.Client;

namespace Deskhand.Server.Tests.Directory;

/// <summary>A desk that follows an outside directory, which publishes as the broker's user guest.</summary>
public sealed class FollowingDesk(Uri broker, string exchange) : Desk
{
    public const string Outside = "6f1c2d7e";

    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal)
    {
        ["DESKHAND_RABBITMQ_URL"] = broker.ToString(),
        ["DESKHAND_RABBITMQ_EXCHANGE"] = exchange + ".ours",
        ["DESKHAND_DIRECTORY_EXCHANGE"] = exchange,
        ["DESKHAND_DIRECTORY_QUEUE"] = exchange + ".directory",
        ["DESKHAND_DIRECTORY_TENANTS"] = $"guest:{Outside}=acme",
    };
}

[Collection(BrokerCollection.Name)]
[Trait("Category", "Broker")]
public sealed class DirectoryFollowerTests(Broker broker) : IAsyncLifetime
{
    private readonly string exchange = $"test.{Guid.NewGuid():N}";
    private FollowingDesk desk = null!;
    private IConnection connection = null!;
    private IChannel channel = null!;

    public async Task InitializeAsync()
    {
        desk = new FollowingDesk(broker.Url, exchange);
        await desk.InitializeAsync();
        connection = await broker.Connect();
        channel = await Open();
        await Eventually.Holds(async () =>
        {
            try
            {
                // the last of the bindings: what is published before it has no queue to go to
                await Publish("user.deactivated", 1, new { id = "nobody", email = "nobody@here.example" });
                return true;
            }
            catch (RabbitMQ.Client.Exceptions.PublishException)
            {
                return false;
            }
            catch (RabbitMQ.Client.Exceptions.AlreadyClosedException)
            {
                // publishing to an exchange that is not there yet closes the channel
                channel = await Open();
                return false;
            }
        }, 60, "the desk follows");
    }

    private Task<IChannel> Open() => connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));

    public async Task DisposeAsync()
    {
        await desk.DisposeAsync();
        foreach (var queue in new[] { exchange + ".directory", exchange + ".directory.dead" }) await channel.QueueDeleteAsync(queue);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Customers_contacts_and_locations_follow_the_directory_with_history_and_events_of_their_own()
    {
        await Publish("customer.created", 1, new { id = "C7", name = "Acme", type = "business", email = "desk@acme.example", number = "X-1", parentId = (string?)null, memberSince = 1999 });
        await Publish("contact.created", 1, new { id = "P7", customerId = "C7", firstName = "Thandi", lastName = "Nkosi", email = "thandi@acme.example" });
        await Publish("location.created", 1, new { id = "L7", customerId = "C7", name = "Depot", type = "branch" });
        await Publish("customer.created", 1, new { id = "C8", name = "Below", parentId = "C7" });
        await Publish("customer.updated", 2, new { id = "C7", name = "Acme Group", email = (string?)null });
        await Done();

        var agent = desk.Tenant.Agent;
        var customer = (await agent.Get("/customers?externalId=C7")).Expect(200).At("data.0")!;
        Assert.Equal(("Acme Group", "business", null, "C-000001"), (customer["name"]!.ToString(), customer["type"]!.ToString(), customer["email"]?.ToString(), customer["number"]!.ToString()));
        Assert.Equal("Thandi", (await agent.Get($"/customers/{customer["id"]}/contacts")).Expect(200)["data.0.firstName"]);
        Assert.Equal("Depot", (await agent.Get($"/customers/{customer["id"]}/locations")).Expect(200)["data.0.name"]);
        Assert.Equal("Below", (await agent.Get($"/customers/{customer["id"]}/children")).Expect(200)["data.0.name"]);
        var history = (await agent.Get($"/customers/{customer["id"]}/history")).Expect(200);
        Assert.Equal(("system", "import"), (history["data.0.actor.kind"], history["data.0.via"]));
        Assert.Equal(5L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM events WHERE entity_type IN ('customer', 'contact', 'location')"));

        await Publish("location.deleted", 2, new { id = "L7" });
        await Publish("location.deleted", 2, new { id = "L9" });
        await Done();
        Assert.Equal("0", (await agent.Get($"/customers/{customer["id"]}/locations")).Expect(200)["pagination.total"]);
        Assert.Equal(0u, await channel.MessageCountAsync(exchange + ".directory.dead"));
    }

    [Fact]
    public async Task An_event_that_comes_twice_or_too_late_changes_nothing()
    {
        var first = await Publish("customer.created", 1, new { id = "C1", name = "One" });
        await Publish("customer.updated", 3, new { id = "C1", name = "Three" });
        await Publish("customer.updated", 2, new { id = "C1", name = "Two" });
        await Publish("customer.created", 1, new { id = "C1", name = "One" }, id: first);
        await Publish("customer.deleted", 2, new { id = "C2" });
        await Publish("customer.created", 1, new { id = "C2", name = "Gone already" });
        await Done();

        var found = (await desk.Tenant.Agent.Get("/customers")).Expect(200);
        Assert.Equal(("1", "Three", "2"), (found["pagination.total"], found["data.0.name"], found["data.0.version"]));
    }

    [Fact]
    public async Task Sec01_What_nobody_vouches_for_or_is_wrong_is_set_aside_and_touches_nobody()
    {
        // nobody says who published
        await Publish("customer.created", 1, new { id = "C1", name = "Forged" }, publisher: null);
        // a tenant that this publisher does not speak for: one of ours by its id, another name
        await Publish("customer.created", 1, new { id = "C1", name = "Forged" }, tenant: desk.Foreign.Id.ToString());
        await Publish("customer.created", 1, new { id = "C1", name = "Forged" }, tenant: "globex");
        // no event, no name, no customer
        await channel.BasicPublishAsync(exchange, "customer.created", mandatory: true, new BasicProperties { UserId = "guest" }, Encoding.UTF8.GetBytes("nonsense"));
        await Publish("customer.created", 1, new { id = "C1", email = "x@y.example" });
        await Publish("contact.created", 1, new { id = "P1", customerId = "C404", firstName = "Nobody's" });
        // what a person has to decide
        await Publish("customer.merged", 1, new { id = "C1", name = "Two in one" });
        await Publish("customer.created", 1, new { id = "C2", name = "Good" });
        await Done();

        await Eventually.Holds(async () => await channel.MessageCountAsync(exchange + ".directory.dead") == 7, 30, "what was refused lies apart");
        Assert.Equal("Good", (await desk.Tenant.Agent.Get("/customers")).Expect(200)["data.0.name"]);
        Assert.Equal("1", (await desk.Tenant.Agent.Get("/customers")).Expect(200)["pagination.total"]);
        Assert.Equal(0L, await desk.Scalar<long>(desk.Foreign.Id, "SELECT count(*) FROM customers"));
        // what was refused may come again, mended, under its id
        Assert.Equal(1L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM directory_inbox WHERE entity_id <> 'nobody'"));
        Assert.Equal("up", (await desk.Tenant.Admin.Get("/health")).Body!["components"]!["directory"]!["status"]!.ToString());
    }

    [Fact]
    public async Task Who_is_deactivated_there_is_shut_out_here_and_the_open_tickets_go_back_to_their_group()
    {
        var (admin, agent) = (desk.Tenant.Admin, desk.Tenant.Agent);
        var group = (await admin.Post("/groups", new { name = "Lines" })).Expect(201)["id"]!;
        (await admin.Put($"/groups/{group}/members/{agent.UserId}")).Expect(204);
        var ticket = await admin.NewTicket("Broken", new { groupId = group, assigneeId = agent.UserId });

        await Publish("user.deactivated", 5, new { id = "U1", email = agent.Email });
        await Publish("user.deactivated", 5, new { id = "U2", email = "nobody@here.example" });
        await Done();

        Assert.Equal(401, (await agent.Get("/tickets")).Status);
        await Eventually.Holds(async () => (await admin.Get($"/tickets/{ticket}")).Expect(200)["assigneeId"] is null, 60, "it is nobody's");
        Assert.Equal(group, (await admin.Get($"/tickets/{ticket}")).Expect(200)["groupId"]);
    }

    private async Task<string> Publish(string type, long sequence, object entity, string? id = null, string? publisher = "guest", string? tenant = null)
    {
        id ??= Guid.NewGuid().ToString();
        var envelope = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["eventId"] = id,
            ["eventType"] = type,
            ["eventVersion"] = "1.0",
            ["timestamp"] = "2026-11-20T09:30:00.000Z",
            ["tenantId"] = tenant ?? FollowingDesk.Outside,
            ["sequence"] = sequence,
            ["data"] = new Dictionary<string, object>(StringComparer.Ordinal) { [type.Split('.')[0]] = entity },
        };
        var properties = new BasicProperties { MessageId = id };
        if (publisher is not null) properties.UserId = publisher;
        await channel.BasicPublishAsync(exchange, type, mandatory: true, properties, JsonSerializer.SerializeToUtf8Bytes(envelope));
        return id;
    }

    /// <summary>Waits until everything published so far is taken: it is taken in order, so until what is published now is.</summary>
    private async Task Done()
    {
        var last = await Publish("customer.deleted", 1, new { id = "nobody" });
        await Eventually.Holds(async () => await desk.Scalar<long>(desk.Tenant.Id, $"SELECT count(*) FROM directory_inbox WHERE event_id = '{last}'") == 1, 60, "all are taken");
    }
}
