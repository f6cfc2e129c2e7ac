using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Jobs;

namespace Deskhand.Tickets;

/// <summary>The body of POST /customers/{id}/unmerge and /contacts/{id}/unmerge.</summary>
internal sealed record UnmergeRecordsBody
{
    /// <summary>Which merge; without it the latest that stands.</summary>
    public Guid? MergeId { get; init; }
}

/// <summary>POST /customers/{id}/merge: others become part of this one, with contacts, locations, assets, projects, customers below and tickets.</summary>
internal static class MergeCustomers
{
    public static async Task<Answer<MergeResponse>> Handle(string id, MergeRecordsBody body, Caller caller, DirectoryMerges merges, CancellationToken cancellationToken) =>
        Answer.Ok(await merges.Merge(MergedCustomers.One, id, body, caller, cancellationToken));
}

/// <summary>POST /contacts/{id}/merge: others become part of this one, with their tickets and addresses.</summary>
internal static class MergeContacts
{
    public static async Task<Answer<MergeResponse>> Handle(string id, MergeRecordsBody body, Caller caller, DirectoryMerges merges, CancellationToken cancellationToken) =>
        Answer.Ok(await merges.Merge(MergedContacts.One, id, body, caller, cancellationToken));
}

/// <summary>POST /customers/{id}/unmerge: within 30 days everything that a merge moved goes back, but for what was changed since.</summary>
internal static class UnmergeCustomers
{
    public static async Task<Answer<MergeResponse>> Handle(string id, UnmergeRecordsBody body, Caller caller, DirectoryMerges merges, CancellationToken cancellationToken) =>
        Answer.Ok(await merges.Undo(MergedCustomers.One, id, body.MergeId, caller, cancellationToken));
}

/// <summary>POST /contacts/{id}/unmerge: within 30 days everything that a merge moved goes back, but for what was changed since.</summary>
internal static class UnmergeContacts
{
    public static async Task<Answer<MergeResponse>> Handle(string id, UnmergeRecordsBody body, Caller caller, DirectoryMerges merges, CancellationToken cancellationToken) =>
        Answer.Ok(await merges.Undo(MergedContacts.One, id, body.MergeId, caller, cancellationToken));
}

/// <summary>The job <c>directory.move_tickets</c>: the tickets of merged customers or contacts follow, or go back.</summary>
internal sealed class MoveTicketsJob(DirectoryMerges merges) : JobKind
{
    public const string Name = "directory.move_tickets";

    public override Task<Outcome<int>> List(Job job, TenantSession session, CancellationToken cancellationToken) => Listed(job, session, cancellationToken);

    public override async Task<Outcome<ItemDone>> Do(Job job, JobItem item, TenantSession session, CancellationToken cancellationToken)
    {
        var asked = job.As<Asked>();
        var moved = await merges.MoveTicket(asked.MergeId, item.TargetId!.Value, asked.IsBack, job.Actor, cancellationToken);
        return moved.Problem is { } problem ? problem : new ItemDone(Skipped: !moved.Value);
    }

    private static async Task<Outcome<int>> Listed(Job job, TenantSession session, CancellationToken cancellationToken) =>
        await JobItems.Add(session, job.Id, "SELECT entity_id FROM directory_moves WHERE tenant_id = $1 AND merge_id = $3 AND entity_type = 'ticket' ORDER BY entity_id", cancellationToken,
            Rows.P(job.As<Asked>().MergeId));

    /// <summary>What is asked.</summary>
    /// <param name="MergeId">The merge.</param>
    /// <param name="IsBack">Whether they go back.</param>
    internal sealed record Asked(Guid MergeId, bool IsBack);
}
