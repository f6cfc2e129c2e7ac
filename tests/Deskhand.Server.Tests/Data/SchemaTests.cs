using Deskhand.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Deskhand.Server.Tests.Data;

public sealed class SchemaTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Every_mapped_property_has_its_column_with_the_same_nullability()
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        var model = await session.Read(db => Task.FromResult(db.Model), CancellationToken.None);
        foreach (var entity in model.GetEntityTypes().Where(e => e.GetTableName() is not null))
        {
            var table = entity.GetTableName()!;
            var columns = (await session.Query("SELECT column_name::text, is_nullable = 'YES' FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1",
                r => (Name: r.GetString(0), Nullable: r.GetBoolean(1)), CancellationToken.None, Rows.P(table))).ToDictionary(c => c.Name, c => c.Nullable, StringComparer.Ordinal);
            Assert.NotEmpty(columns);
            foreach (var property in Properties(entity))
            {
                var column = property.GetColumnName();
                Assert.True(columns.ContainsKey(column), $"{table} has no column {column}");
                Assert.True(columns[column] == property.IsNullable, $"{table}.{column} is {(columns[column] ? "" : "not ")}nullable in the schema and differs in the model");
            }
        }
    }

    [Fact]
    public async Task A_ticket_with_every_field_set_comes_back_as_it_went_in()
    {
        var agent = desk.Tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Whole" })).Expect(201)["id"];
        var contact = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Ann" })).Expect(201)["id"];
        var location = (await agent.Post($"/customers/{customer}/locations", new { name = "Here" })).Expect(201)["id"];
        var project = (await agent.Post("/projects", new { name = "Here" })).Expect(201)["id"];
        var asset = (await agent.Post("/assets", new { number = "DR77", customerId = customer, projectId = project })).Expect(201)["id"];
        var made = (await agent.Post("/tickets", new
        {
            subject = "Whole",
            description = "Two\nlines",
            priority = "high",
            type = "task",
            category = "billing",
            tags = new[] { "b", "a" },
            channel = "phone",
            customerId = customer,
            contactId = contact,
            locationId = location,
            assetId = asset,
            assigneeId = agent.UserId,
            externalId = "E-1",
            dueAt = "2027-02-03T04:05:06.789Z",
        })).Expect(201);
        (await agent.Put($"/tickets/{made["id"]}/escalate", new { reason = "Look", level = 2 })).Expect(200);
        var after = (await agent.Put($"/tickets/{made["id"]}/resolve", new { })).Expect(200);

        Assert.Equal(after.Text, (await agent.Get($"/tickets/{made["id"]}")).Expect(200).Text);
        foreach (var member in after.Body!.AsObject().Where(m => m.Key is not ("problemId" or "mergedIntoId" or "subcategory" or "groupId" or "firstRespondedAt" or "closedAt")))
            Assert.True(member.Value is not null, $"{member.Key} was lost");
    }

    private static IEnumerable<IProperty> Properties(IEntityType entity) =>
        entity.GetProperties().Concat(entity.GetComplexProperties().SelectMany(Inner));

    private static IEnumerable<IProperty> Inner(IComplexProperty complex) =>
        complex.ComplexType.GetProperties().Concat(complex.ComplexType.GetComplexProperties().SelectMany(Inner));
}
