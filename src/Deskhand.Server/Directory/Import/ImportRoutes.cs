using System.Reflection;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;
using Microsoft.AspNetCore.Http.Metadata;

namespace Deskhand.Directory;

/// <summary>POST /customers/import: takes in a CSV file of customers, all of it or nothing; ?dryRun=true only tells what would become of it.</summary>
internal static class ImportCustomers
{
    public static Task<ImportAnswer> Handle(string? dryRun, string? separator, HttpRequest request, Caller caller, CustomerImport work, TenantSession session, JobDesk jobs, CancellationToken cancellationToken) =>
        ImportAnswer.Of(work, "customers.import", dryRun, separator, request, caller, session, jobs, cancellationToken);
}

/// <summary>POST /contacts/import: takes in a CSV file of contacts, all of it or nothing; ?dryRun=true only tells what would become of it.</summary>
internal static class ImportContacts
{
    public static Task<ImportAnswer> Handle(string? dryRun, string? separator, HttpRequest request, Caller caller, ContactImport work, TenantSession session, JobDesk jobs, CancellationToken cancellationToken) =>
        ImportAnswer.Of(work, "contacts.import", dryRun, separator, request, caller, session, jobs, cancellationToken);
}

/// <summary>POST /assets/import: takes in a CSV file of assets, all of it or nothing; ?dryRun=true only tells what would become of it.</summary>
internal static class ImportAssets
{
    public static Task<ImportAnswer> Handle(string? dryRun, string? separator, HttpRequest request, Caller caller, AssetImport work, TenantSession session, JobDesk jobs, CancellationToken cancellationToken) =>
        ImportAnswer.Of(work, "assets.import", dryRun, separator, request, caller, session, jobs, cancellationToken);
}

/// <summary>What is asked of an import job; the file is its payload.</summary>
internal sealed record ImportAsked(string? Separator);

/// <summary>200 with the report of a dry run, 202 with the job that takes the file in, or a problem.</summary>
internal sealed class ImportAnswer(Outcome<ImportReport>? report, Outcome<JobResponse>? job) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext) =>
        report is { } done ? Answer.Ok(done).ExecuteAsync(httpContext) : Answer.Accepted(job!.Value).ExecuteAsync(httpContext);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(ImportReport), ["application/json"]));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status202Accepted, typeof(JobResponse), ["application/json"]));
    }

    public static async Task<ImportAnswer> Of(
        ImportWork work, string kind, string? dryRun, string? separator, HttpRequest request, Caller caller, TenantSession session, JobDesk jobs, CancellationToken cancellationToken)
    {
        if (dryRun is not (null or "true" or "false")) return new(null, Problem.Malformed("dryRun", "This is true or false."));
        var received = await CsvFile.Receive(request, cancellationToken);
        if (received.Problem is { } refused) return new(null, refused);
        // a file that cannot be read at all is told at once
        var file = CsvFile.Read(received.Value, separator);
        if (file.Problem is { } unreadable) return new(null, unreadable);
        if (dryRun == "true") return new(await work.Run(session, file.Value, caller.Actor, isDryRun: true, _ => Task.FromResult<Problem?>(null), cancellationToken), null);
        return work.Check(file.Value) is { } wrong ? new(null, wrong) : new(null, await jobs.Start(kind, new ImportAsked(separator), caller, cancellationToken, received.Value));
    }
}

/// <summary>Takes a file in, as long work: one item, since all of it is one transaction. How far it is stands in the job's result until it has ended.</summary>
internal sealed class ImportJob<TWork>(TWork import, Database database, TimeProvider clock) : JobKind where TWork : ImportWork
{
    private static readonly TimeSpan TellsEvery = TimeSpan.FromMilliseconds(300);

    public override async Task<Outcome<int>> List(Job job, TenantSession session, CancellationToken cancellationToken) => await JobItems.Add(session, job.Id, [job.Id], cancellationToken);

    public override async Task<Outcome<ItemDone>> Do(Job job, JobItem item, TenantSession session, CancellationToken cancellationToken)
    {
        var file = CsvFile.Read(await JobDesk.Payload(job, session, cancellationToken), job.As<ImportAsked>().Separator);
        if (file.Problem is { } unreadable) return unreadable;
        if (!job.Caller.May(Permission.CustomersImport)) return Problem.Forbidden(Permissions.Name(Permission.CustomersImport));
        await using var beside = database.For(session.TenantId);
        var told = clock.GetTimestamp();
        var done = await import.Run(session, file.Value, job.Actor with { Via = Via.Import }, isDryRun: false, async lines =>
        {
            if (clock.GetElapsedTime(told) < TellsEvery) return null;
            told = clock.GetTimestamp();
            // beside the transaction of the work, which nobody sees before it ends
            var stop = await beside.Transact<bool>(async () => (await beside.Query(
                "UPDATE jobs SET result = $3 WHERE tenant_id = $1 AND id = $2 RETURNING cancel_requested_at IS NOT NULL", r => r.GetBoolean(0), cancellationToken,
                Rows.P(session.TenantId), Rows.P(job.Id), Rows.Json(JsonSerializer.Serialize(new { Lines = file.Value.Lines.Count, Written = lines }, JsonFormat.Options)))).Single(), cancellationToken);
            return stop.Value ? Problem.Conflict(JobItem.Stopped, "The import was stopped; nothing of the file was taken in.") : null;
        }, cancellationToken);
        return done.Problem is { } problem ? problem : new ItemDone(done.Value);
    }

    /// <summary>The report; an import that was refused tells why in its item and here.</summary>
    public override async Task<object?> Finish(Job job, TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query("SELECT outcome::text FROM job_items WHERE tenant_id = $1 AND job_id = $2", r => r.Text(0), cancellationToken, Rows.P(session.TenantId), Rows.P(job.Id)))
            .Select(o => o is null ? (object?)null : JsonElement.Parse(o)).SingleOrDefault();
}
