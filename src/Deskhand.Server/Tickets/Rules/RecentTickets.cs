using System.Collections.Immutable;
using Deskhand.Automation;
using Deskhand.Data;

namespace Deskhand.Tickets;

/// <summary>
/// The newest tickets of a tenant, among which rules look for a common cause. Every new ticket asks for them, so they are read about once a second and
/// added to meanwhile: tickets made one after the other see each other at once, those made at the same moment or by another process within the second.
/// </summary>
internal sealed class RecentTickets(Memory memory)
{
    /// <summary>How many are looked at, and how many of them may be found.</summary>
    private const int Most = 100, MostFound = 50;

    private const int MostTenants = 1000;

    /// <summary>How long what other processes make may be unknown here.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    /// <summary>Those that fit a question, newest first.</summary>
    /// <param name="session">The tenant.</param>
    /// <param name="asked">Which.</param>
    /// <param name="remembers">False where the session has written what nobody else may see yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<ImmutableArray<RecentTicket>> Of(TenantSession session, Question.Recent asked, bool remembers, CancellationToken cancellationToken)
    {
        if (!remembers) return Fitting(await Read(session, cancellationToken), asked);
        var key = new NewestOf(session.TenantId);
        if (!memory.TryFind(key, out Newest? newest)) memory.Keep(key, newest = new Newest(await Read(session, cancellationToken)), KeptFor, MostTenants);
        return Fitting(newest.Tickets, asked);
    }

    /// <summary>Those that fit a question, as they are now.</summary>
    public static async Task<ImmutableArray<RecentTicket>> Read(TenantSession session, Question.Recent asked, CancellationToken cancellationToken) =>
        Fitting(await Read(session, cancellationToken), asked);

    /// <summary>A ticket was made or changed, and that is committed.</summary>
    public void Saved(Guid tenantId, Ticket? before, Ticket after)
    {
        var key = new NewestOf(tenantId);
        if (!memory.TryFind(key, out Newest? newest)) return;
        if (before is null) newest.Add(Row.Of(after));
        else if (Row.Of(before) != Row.Of(after) || (before.DeletedAt, before.MergedIntoId) != (after.DeletedAt, after.MergedIntoId)) memory.Forget(key);
    }

    private static ImmutableArray<RecentTicket> Fitting(ImmutableArray<Row> tickets, Question.Recent asked) =>
        [.. tickets.Where(t => t.Id != asked.TicketId && t.CreatedAt >= asked.Since && ((asked.CustomerId is { } customer && t.CustomerId == customer) || t.Category == asked.Category))
                   .Take(MostFound).Select(t => new RecentTicket(t.Reference, t.Subject, t.CustomerId))];

    private static async Task<ImmutableArray<Row>> Read(TenantSession session, CancellationToken cancellationToken) => [.. await session.Query($"""
        SELECT t.id, t.reference, t.subject, t.customer_id, t.category, t.created_at FROM tickets t
        WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.merged_into_id IS NULL ORDER BY t.created_at DESC, t.id DESC LIMIT {Most}
        """, r => new Row(r.GetGuid(0), r.GetString(1), r.GetString(2), r.Id(3), r.GetString(4), r.GetFieldValue<DateTimeOffset>(5)), cancellationToken, Rows.P(session.TenantId))];

    private sealed record NewestOf(Guid TenantId);

    private sealed record Row(Guid Id, string Reference, string Subject, Guid? CustomerId, string Category, DateTimeOffset CreatedAt)
    {
        public static Row Of(Ticket t) => new(t.Id, t.Reference, t.Fields.Subject, t.Fields.CustomerId, t.Fields.Category, t.CreatedAt);
    }

    private sealed class Newest(ImmutableArray<Row> tickets)
    {
        private ImmutableArray<Row> tickets = tickets;

        public ImmutableArray<Row> Tickets => tickets;

        public void Add(Row ticket) => ImmutableInterlocked.Update(ref tickets, static (all, one) => [one, .. all.Take(Most - 1)], ticket);
    }
}
