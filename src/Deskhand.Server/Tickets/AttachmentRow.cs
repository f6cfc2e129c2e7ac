using Deskhand.Access;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>A file in its table. It has no ticket until the upload becomes part of one, and no comment when it was put to the ticket itself.</summary>
internal sealed record Attachment(
    Guid Id, Guid? TicketId, Guid? CommentId, string Name, long Size, string ContentType, byte[] Sha256, string StorageKey, DateTimeOffset CreatedAt)
{
    public string Hash => Convert.ToHexStringLower(Sha256);
}

/// <summary>The rows of files, and who may see them.</summary>
internal static class AttachmentRow
{
    private const string Columns = "a.id, a.ticket_id, a.comment_id, a.name, a.size, a.content_type, a.sha256, a.storage_key, a.created_at";

    /// <summary>The file with an id, if the caller may see it: an upload of the caller's own, or a file of a ticket in scope that hangs on no comment, or on one the caller may read.</summary>
    public static async Task<Attachment?> Find(Guid id, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), Rows.P(id), Rows.P(caller.UserId), Rows.P(caller.May(Permission.NotesRead)) };
        var scope = TicketScopes.Where(caller, parameters) ?? "true";
        var found = await session.Query($"""
            SELECT {Columns} FROM attachments a
            LEFT JOIN tickets t ON t.tenant_id = a.tenant_id AND t.id = a.ticket_id AND t.deleted_at IS NULL
            LEFT JOIN ticket_comments c ON c.tenant_id = a.tenant_id AND c.id = a.comment_id
            WHERE a.tenant_id = $1 AND a.id = $2 AND a.deleted_at IS NULL
              AND CASE WHEN a.ticket_id IS NULL THEN a.created_by = $3
                       ELSE t.id IS NOT NULL AND {scope} AND (a.comment_id IS NULL OR (c.deleted_at IS NULL AND (c.visibility = 'public' OR $4))) END
            """, Read, cancellationToken, [.. parameters]);
        return found.SingleOrDefault();
    }

    /// <summary>A page of a ticket's files, oldest first.</summary>
    public static Task<List<Attachment>> Of(
        Guid ticketId, (DateTimeOffset At, Guid Id)? after, int skip, int most, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var place = after is null ? "" : "AND (a.created_at, a.id) > ($4, $5)";
        NpgsqlParameter[] parameters = [Rows.P(session.TenantId), Rows.P(ticketId), Rows.P(caller.May(Permission.NotesRead))];
        return session.Query($"SELECT {Columns} {OfTicket} {place} ORDER BY a.created_at, a.id OFFSET {skip} LIMIT {most}", Read, cancellationToken,
            after is { } last ? [.. parameters, Rows.P(last.At), Rows.P(last.Id)] : parameters);
    }

    public static async Task<long> CountOf(Guid ticketId, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT count(*) {OfTicket}", r => r.GetInt64(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(ticketId), Rows.P(caller.May(Permission.NotesRead))))[0];

    /// <summary>Writes the row of a file that has come in, inside a transaction.</summary>
    public static async Task<Attachment> Insert(ReceivedFile file, Guid? ticketId, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var row = new Attachment(file.Id, ticketId, null, file.Name, file.File.Size, file.File.ContentType, file.File.Sha256, AttachmentStore.KeyOf(session.TenantId, file.Id), file.At);
        await session.Execute("""
            INSERT INTO attachments (tenant_id, id, ticket_id, name, size, content_type, sha256, storage_key, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(ticketId), Rows.P(row.Name), Rows.P(row.Size), Rows.P(row.ContentType), Rows.P(row.Sha256),
            Rows.P(row.StorageKey), Rows.P(caller.UserId), Rows.P(row.CreatedAt));
        return row;
    }

    /// <summary>Takes a file out of sight, inside a transaction; false when it has been already, or has been claimed by a ticket meanwhile.</summary>
    public static async Task<bool> Delete(Attachment file, DateTimeOffset now, TenantSession session, CancellationToken cancellationToken) =>
        await session.Execute("UPDATE attachments SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL AND ticket_id IS NOT DISTINCT FROM $4", cancellationToken,
            Rows.P(session.TenantId), Rows.P(file.Id), Rows.P(now), Rows.P(file.TicketId)) == 1;

    private const string OfTicket = """
        FROM attachments a LEFT JOIN ticket_comments c ON c.tenant_id = a.tenant_id AND c.id = a.comment_id
        WHERE a.tenant_id = $1 AND a.ticket_id = $2 AND a.deleted_at IS NULL
          AND (a.comment_id IS NULL OR (c.deleted_at IS NULL AND (c.visibility = 'public' OR $3)))
        """;

    private static Attachment Read(NpgsqlDataReader r) =>
        new(r.GetGuid(0), r.Id(1), r.Id(2), r.GetString(3), r.GetInt64(4), r.GetString(5), r.GetFieldValue<byte[]>(6), r.GetString(7), r.GetFieldValue<DateTimeOffset>(8));
}
