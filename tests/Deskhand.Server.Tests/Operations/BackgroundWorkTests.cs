using System.Collections.Concurrent;
using System.Net.Http.Json;
using Deskhand.Access;
using Deskhand.Outbox;
using Deskhand.Server.Tests.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Deskhand.Server.Tests.Operations;

/// <summary>Work beside the requests whose database answers nonsense: what no list of expected exceptions names.</summary>
public sealed class BackgroundWorkTests(BackgroundWorkTests.LoggedDesk desk) : IClassFixture<BackgroundWorkTests.LoggedDesk>
{
    [Theory]
    [InlineData("clocks", "next_clock", "")]
    [InlineData("departures", "departed_assignees", "most int")]
    [InlineData("automations", "list_tenants", "")]
    [InlineData("housekeeping", "list_tenants", "")]
    [InlineData("mailWatch", "tenants_with_late_mail", "before timestamptz")]
    public async Task A_step_that_fails_is_logged_seen_in_health_and_tried_again(string name, string function, string parameters)
    {
        var work = desk.Services.GetServices<IHostedService>().OfType<WorkHost>().Single(h => h.Work.Name == name).Work;
        await Eventually.Holds(async () => await Status() == "up", 20);
        await using (var owner = NpgsqlDataSource.Create(desk.OwnerConnectionString))
        {
            // the right names with the wrong types: an InvalidCastException
            await Run(owner, $"""
                ALTER FUNCTION {function} RENAME TO {function}_kept;
                CREATE FUNCTION {function}({parameters}) RETURNS TABLE (tenant_id text, at text, ticket_id text, n text) LANGUAGE sql AS $$ SELECT 'w', 'x', 'y', 'z' $$
                """);
            try
            {
                await Eventually.Holds(async () => await Status() == "degraded", 20);
                // health may tell it a moment before the log
                await Eventually.Holds(() => Task.FromResult(desk.Errors.Any(e => e.Message.StartsWith(name + " is held up", StringComparison.Ordinal) && e.Exception is InvalidCastException)), 20);
            }
            finally
            {
                await Run(owner, $"DROP FUNCTION {function}; ALTER FUNCTION {function}_kept RENAME TO {function}");
            }
        }

        await Eventually.Holds(async () => await Status() == "up", 20);

        async Task<string?> Status()
        {
            // as a change or a minute would
            work.Wake.Call();
            return (await desk.Tenant.Admin.Get("/health")).Expect(200)[$"components.{name}.status"];
        }
    }

    [Theory]
    [InlineData("claim_job", "by uuid, at timestamptz, until timestamptz", "tenant_id text, id text", "No jobs can be taken")]
    [InlineData("find_sign_in", "address text, in_tenant text", "tenant_id text, user_id text", "A request for another password was lost")]
    public async Task What_others_ask_for_in_the_background_ends_nothing_but_itself(string function, string parameters, string columns, string message)
    {
        await using var owner = NpgsqlDataSource.Create(desk.OwnerConnectionString);
        await Run(owner, $"""
            ALTER FUNCTION {function} RENAME TO {function}_kept;
            CREATE FUNCTION {function}({parameters}) RETURNS TABLE ({columns}) LANGUAGE sql AS $$ SELECT 'x', 'y' $$
            """);
        try
        {
            using var stranger = desk.Client();
            using var asked = await stranger.PostAsJsonAsync("/api/v1/auth/password/forgot", new { email = desk.Tenant.Agent.Email });
            Assert.Equal(202, (int)asked.StatusCode);
            await Eventually.Holds(() => Task.FromResult(desk.Errors.Any(e => e.Message.StartsWith(message, StringComparison.Ordinal) && e.Exception is InvalidCastException)), 20);
        }
        finally
        {
            await Run(owner, $"DROP FUNCTION {function}; ALTER FUNCTION {function}_kept RENAME TO {function}");
        }

        // all goes on
        var job = (await desk.Tenant.Admin.Put("/tickets/update_many", new { ids = new[] { await desk.Tenant.Agent.NewTicket() }, set = new { priority = "low" } })).Expect(200)["jobId"];
        Assert.Equal("succeeded", (await desk.Tenant.Admin.JobEnded(job))["state"]);
        var person = await desk.NewPerson(desk.Tenant, Role.Agent);
        using var other = desk.Client();
        using var again = await other.PostAsJsonAsync("/api/v1/auth/password/forgot", new { email = person.Email });
        await Eventually.Holds(async () => (await desk.Tenant.Admin.Get("/deliveries?to=" + person.Email)).Expect(200)["pagination.total"] == "1", 20);
    }

    private static async Task Run(NpgsqlDataSource owner, string sql)
    {
        await using var command = owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public sealed class LoggedDesk : Notifications.MailDesk
    {
        private readonly HeardLog<LoggedDesk> log = new(LogLevel.Error);

        internal ConcurrentQueue<(string Message, Exception? Exception)> Errors => log.Heard;

        protected override void Add(IServiceCollection services)
        {
            base.Add(services);
            services.AddSingleton<ILoggerProvider>(new Collecting(log));
        }
    }

    private sealed class Collecting(ILogger log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void Dispose()
        {
        }
    }
}
