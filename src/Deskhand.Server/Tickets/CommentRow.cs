using Deskhand.Data;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>A comment in its table.</summary>
internal static class CommentRow
{
    public const string Columns = """
        c.id, c.author_kind, c.author_id, c.visibility, c.format, c.body, c.via, c.created_at, c.edited_at, c.deleted_at,
        ARRAY(SELECT a.id FROM attachments a WHERE a.tenant_id = c.tenant_id AND a.comment_id = c.id AND a.deleted_at IS NULL ORDER BY a.created_at, a.id)
        """;

    public static Comment Read(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        AuthorKind = Wire.Find<ActorKind>(r.GetString(1))!.Value,
        AuthorId = r.Id(2),
        Visibility = Wire.Find<Visibility>(r.GetString(3))!.Value,
        Format = Wire.Find<BodyFormat>(r.GetString(4))!.Value,
        Body = r.GetString(5),
        Via = Wire.Find<Via>(r.GetString(6))!.Value,
        CreatedAt = r.GetFieldValue<DateTimeOffset>(7),
        EditedAt = r.Instant(8),
        DeletedAt = r.Instant(9),
        AttachmentIds = [.. r.GetFieldValue<Guid[]>(10)],
    };

    /// <summary>Writes a comment, new or changed, and takes its uploads to the ticket.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Save(Guid tenantId, Ticket ticket, Comment comment)
    {
        yield return TenantSession.Batched("""
            INSERT INTO ticket_comments (tenant_id, id, ticket_id, author_kind, author_id, visibility, format, body, via, created_at, edited_at, deleted_at, ticket_version)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (tenant_id, id) DO UPDATE SET format = excluded.format, body = excluded.body, edited_at = excluded.edited_at, deleted_at = excluded.deleted_at
            """,
            Rows.P(tenantId),
            Rows.P((Guid?)comment.Id),
            Rows.P((Guid?)ticket.Id),
            Rows.P(Wire.Name(comment.AuthorKind)),
            Rows.P(comment.AuthorId),
            Rows.P(Wire.Name(comment.Visibility)),
            Rows.P(Wire.Name(comment.Format)),
            Rows.P(comment.Body),
            Rows.P(Wire.Name(comment.Via)),
            Rows.P((DateTimeOffset?)comment.CreatedAt),
            Rows.P(comment.EditedAt),
            Rows.P(comment.DeletedAt),
            Rows.P(ticket.Version));
        if (!comment.AttachmentIds.IsEmpty)
            yield return TenantSession.Batched("UPDATE attachments SET ticket_id = $2, comment_id = $3 WHERE tenant_id = $1 AND id = ANY ($4) AND comment_id IS NULL",
                Rows.P(tenantId), Rows.P((Guid?)ticket.Id), Rows.P((Guid?)comment.Id), Rows.P(comment.AttachmentIds.ToArray()));
    }
}
