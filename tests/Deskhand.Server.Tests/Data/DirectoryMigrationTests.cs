using Deskhand.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Deskhand.Server.Tests.Data;

public sealed class DirectoryMigrationTests
{
    [Fact]
    public async Task The_projects_that_were_words_of_assets_become_projects_and_words_again_on_the_way_back()
    {
        var settings = DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DESKHAND_DATABASE"] = await (await TestCluster.Shared).NewDatabase(),
        }).Build());
        await using var server = await ServerDatabase.Open(settings, NullLoggerFactory.Instance, CancellationToken.None);
        await server.AsOwner(m => m.Down(5, CancellationToken.None), NullLogger.Instance);
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var (tenant, slug) in new[] { (one, "one"), (two, "two") })
        {
            await Run(tenant, $"INSERT INTO tenants (tenant_id, slug, name, created_at, updated_at) VALUES ('{tenant}', '{slug}', '{slug}', now(), now())");
            await Run(tenant, $"""
                INSERT INTO assets (tenant_id, id, number, project, created_at, updated_at)
                SELECT '{tenant}', gen_random_uuid(), 'DR' || n, CASE WHEN n % 3 > 0 THEN 'Phase ' || n % 3 END, now(), now() FROM generate_series(1, 9) n
                """);
        }

        await server.AsOwner(m => m.Up(6, CancellationToken.None), NullLogger.Instance);
        const string Found = "SELECT string_agg(concat_ws(' ', a.number, p.number, p.name, a.project_name), ', ' ORDER BY a.number) FROM assets a LEFT JOIN projects p ON p.id = a.project_id WHERE a.number < 'DR4'";
        Assert.Equal("DR1 P-000001 Phase 1 Phase 1, DR2 P-000002 Phase 2 Phase 2, DR3", await Ask(two, Found));
        Assert.Equal("2", await Ask(one, "SELECT n::text FROM counters WHERE name = 'project'"));
        Assert.Equal("3", await Ask(one, "SELECT count(*)::text FROM search_directory('assets', 'phase 2')"));

        await server.AsOwner(m => m.Down(5, CancellationToken.None), NullLogger.Instance);
        Assert.Equal("Phase 1, Phase 2", await Ask(one, "SELECT string_agg(DISTINCT project, ', ' ORDER BY project) FROM assets"));
        Assert.Equal("3", await Ask(one, "SELECT count(*)::text FROM search_directory('assets', 'phase 2')"));

        async Task Run(Guid tenant, string sql)
        {
            await using var session = server.Database.For(tenant);
            await session.Transact<int>(async () => await session.Execute(sql, CancellationToken.None), CancellationToken.None);
        }

        async Task<string> Ask(Guid tenant, string sql)
        {
            await using var session = server.Database.For(tenant);
            return (await session.Query(sql, r => r.GetString(0), CancellationToken.None)).Single();
        }
    }
}
