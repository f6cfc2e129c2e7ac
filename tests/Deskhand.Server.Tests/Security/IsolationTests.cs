using Deskhand.Data;
using Npgsql;

namespace Deskhand.Server.Tests.Security;

/// <summary>What the database itself guarantees, whatever the program does.</summary>
public sealed class IsolationTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Sec04_Without_a_tenant_the_application_role_sees_no_row_of_any_table()
    {
        await desk.Tenant.Agent.NewTicket();
        foreach (var table in await Tables())
            Assert.Equal(0, await Naked($"SELECT count(*) FROM {table}"));
    }

    [Fact]
    public async Task Sec04_With_a_tenant_set_a_query_without_a_predicate_sees_only_its_rows()
    {
        await desk.Tenant.Agent.NewTicket();
        await desk.Foreign.Agent.NewTicket();
        foreach (var table in await Tables())
        {
            await using var session = desk.Database.For(desk.Tenant.Id);
            var foreign = await session.Query($"SELECT count(*) FROM {table} WHERE tenant_id <> $1", r => r.GetInt64(0), CancellationToken.None, Rows.P(desk.Tenant.Id));
            Assert.Equal(0, foreign[0]);
        }
    }

    [Fact]
    public async Task Sec04_A_row_of_another_tenant_cannot_be_written()
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => session.Transact<Nothing>(async () =>
        {
            await session.Execute("INSERT INTO counters (tenant_id, name, n) VALUES ($1, 'stolen', 1)", CancellationToken.None, Rows.P(desk.Foreign.Id));
            return default(Nothing);
        }, CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Sec04_A_connection_carries_no_tenant_back_to_the_pool_even_after_a_failure()
    {
        for (var i = 0; i < 50; i++)
        {
            await using var session = desk.Database.For(desk.Tenant.Id);
            await Assert.ThrowsAsync<PostgresException>(() => session.Transact<Nothing>(async () =>
            {
                await session.Execute("SELECT 1 / 0", CancellationToken.None);
                return default(Nothing);
            }, CancellationToken.None));
            Assert.Equal(0, await Naked("SELECT count(*) FROM users"));
        }
    }

    [Fact]
    public async Task Sec04_The_application_role_owns_nothing_and_cannot_pass_row_level_security()
    {
        Assert.Equal(0, await Naked("SELECT count(*) FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"));
        Assert.Equal(0, await Naked("SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"));
        Assert.Equal(0, await Naked("SELECT count(*) FROM pg_auth_members WHERE member = (SELECT oid FROM pg_roles WHERE rolname = current_user)"));
    }

    [Fact]
    public async Task Sec04_Every_table_forces_row_level_security()
    {
        Assert.Equal(0, await Naked("""
            SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
            """));
        Assert.True((await Tables()).Count > 20);
    }

    [Fact]
    public async Task No_key_and_no_foreign_key_leaves_the_tenant_out()
    {
        var without = await List("""
            SELECT con.conrelid::regclass || ' ' || con.conname FROM pg_constraint con
            WHERE con.connamespace = 'public'::regnamespace AND con.contype IN ('p', 'u', 'f')
              AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = con.conrelid AND a.attnum = con.conkey[1] AND a.attname = 'tenant_id')
            UNION ALL
            SELECT i.indrelid::regclass || ' ' || i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND c.relkind IN ('r', 'p')
              AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = 'tenant_id')
            """);
        // the short name of a tenant is what tells tenants apart
        Assert.All(without, name => Assert.Equal("tenants tenants_slug_key", name));
    }

    [Fact]
    public async Task Each_function_that_looks_across_tenants_is_listed_in_the_architecture()
    {
        var page = await File.ReadAllTextAsync(Repository.File("ARCHITECTURE.md"));
        var functions = await List("SELECT DISTINCT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef");
        Assert.NotEmpty(functions);
        Assert.All(functions, name => Assert.Contains(name, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task History_events_and_audit_entries_can_only_be_added()
    {
        var id = await desk.Tenant.Agent.NewTicket();
        foreach (var statement in new[] { "UPDATE history SET reason = 'forged'", "DELETE FROM history", "UPDATE events SET body = '{}'", "DELETE FROM events", "UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", $"DELETE FROM tickets WHERE id = '{id}'" })
        {
            await using var session = desk.Database.For(desk.Tenant.Id);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => session.Transact<Nothing>(async () =>
            {
                await session.Execute(statement, CancellationToken.None);
                return default(Nothing);
            }, CancellationToken.None));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    private Task<List<string>> Tables() => List("SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1");

    private async Task<long> Naked(string sql) => (await desk.Database.AcrossTenants(sql, r => r.GetInt64(0), CancellationToken.None))[0];

    private Task<List<string>> List(string sql) => desk.Database.AcrossTenants(sql, r => r.GetString(0), CancellationToken.None);
}
