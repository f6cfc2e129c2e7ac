using System.Collections.Immutable;
using System.Reflection;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Deskhand.Tickets;

/// <summary>GET /tickets/{id}/export.pdf: one ticket on paper, as its customer may see it (<c>include=public</c>) or with the notes (<c>include=full</c>, needs <c>notes:read</c>).</summary>
internal static class PrintTicket
{
    private const int MostComments = 2000;
    private static readonly ImmutableArray<string> Inclusions = ["public", "full"];

    public static async Task<PdfAnswer> Handle(
        string id, string? include, Caller caller, TenantSession session, Rulebooks rulebooks, TimeProvider clock, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (include is not null && !Inclusions.Contains(include, StringComparer.Ordinal)) return new(Problem.Malformed("include", "This is public or full.") with { Allowed = Inclusions });
        if (include == "full" && !caller.May(Permission.NotesRead)) return new(Problem.Forbidden(Permissions.Name(Permission.NotesRead)));
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return new(Problem.NotFound("ticket"));
        var rulebook = await rulebooks.Of(session, cancellationToken);
        var now = Instants.Now(clock);
        var paper = await Paper(ticket, include == "full", rulebook, now, session, cancellationToken);
        await session.Transact<Nothing>(async () =>
        {
            await Audit.Write(session, new AuditEntry("ticket.exported", now, caller.Actor, "ticket", ticket.Id, new { include = include ?? "public" }, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken);
        // the number: a reference may hold what somebody typed as the number of an asset
        return new(($"ticket-{ticket.Number}.pdf", paper));
    }

    private static async Task<TicketPaper> Paper(Ticket t, bool isFull, Rulebook rulebook, DateTimeOffset now, TenantSession session, CancellationToken cancellationToken)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(rulebook.TimeZone);
        var names = (await session.Query("""
            SELECT (SELECT name FROM customers WHERE tenant_id = $1 AND id = $2), (SELECT concat_ws(' ', first_name, nullif(last_name, '')) FROM contacts WHERE tenant_id = $1 AND id = $3),
                   (SELECT name FROM users WHERE tenant_id = $1 AND id = $4), (SELECT name FROM groups WHERE tenant_id = $1 AND id = $5), (SELECT name FROM tenants WHERE tenant_id = $1)
            """, r => new[] { r.Text(0), r.Text(1), r.Text(2), r.Text(3), r.Text(4) }, cancellationToken,
            Rows.P(session.TenantId), Rows.P(t.Fields.CustomerId), Rows.P(t.Fields.ContactId), Rows.P(t.Fields.AssigneeId), Rows.P(t.Fields.GroupId)))[0];
        var comments = await session.Query($"""
            SELECT {CommentRow.Columns}, coalesce(u.name, concat_ws(' ', co.first_name, nullif(co.last_name, '')), ''),
                   ARRAY(SELECT a.name FROM attachments a WHERE a.tenant_id = c.tenant_id AND a.comment_id = c.id AND a.deleted_at IS NULL ORDER BY a.created_at, a.id)
            FROM ticket_comments c
            LEFT JOIN users u ON c.author_kind = 'agent' AND u.tenant_id = c.tenant_id AND u.id = c.author_id
            LEFT JOIN contacts co ON c.author_kind = 'contact' AND co.tenant_id = c.tenant_id AND co.id = c.author_id
            WHERE c.tenant_id = $1 AND c.ticket_id = $2 AND c.deleted_at IS NULL{(isFull ? "" : " AND c.visibility = 'public'")}
            ORDER BY c.created_at, c.id LIMIT {MostComments + 1}
            """, r => (Comment: CommentRow.Read(r), Author: r.GetString(r.FieldCount - 2), Files: r.GetFieldValue<string[]>(r.FieldCount - 1)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(t.Id));
        (string, string?)[] facts =
        [
            ("Status", rulebook.Workflow.Find(t.Status)?.Name ?? t.Status), ("Priority", Wire.Name(t.Fields.Priority)), ("Type", Wire.Name(t.Fields.Type)),
            ("Category", rulebook.Categories.FirstOrDefault(c => c.Key == t.Fields.Category)?.Name ?? t.Fields.Category), ("Customer", names[0]), ("Contact", names[1]),
            ("Assignee", isFull ? names[2] : null), ("Group", isFull ? names[3] : null), ("Tags", isFull ? string.Join(", ", t.Fields.Tags) : null),
            ("Created", PaperEntry.Time(t.CreatedAt, zone)), ("Due", t.Fields.DueAt is { } due ? PaperEntry.Time(due, zone) : null),
            ("Solved", t.SolvedAt is { } solved ? PaperEntry.Time(solved, zone) : null), ("Closed", t.ClosedAt is { } closed ? PaperEntry.Time(closed, zone) : null),
        ];
        return new(
            $"{t.Reference}  {t.Fields.Subject}",
            $"{names[4]} · {(isFull ? "with internal notes, not for customers" : "public conversation")} · {PaperEntry.Time(now, zone)}",
            [.. facts.Where(f => !string.IsNullOrEmpty(f.Item2)).Select(f => (f.Item1, f.Item2!))],
            [
                .. t.Fields.Description.Length == 0 ? Array.Empty<PaperEntry>() : [new PaperEntry("Description", false, t.Fields.Description, [])],
                .. comments.Take(MostComments).Select(c => new PaperEntry(
                    $"{(c.Author.Length > 0 ? c.Author : Wire.Name(c.Comment.AuthorKind))} · {PaperEntry.Time(c.Comment.CreatedAt, zone)}", c.Comment.Visibility == Visibility.Internal, Plain(c.Comment), c.Files)),
            ],
            comments.Count > MostComments ? $"Only the first {MostComments} entries of the conversation are printed." : null);
    }

    /// <summary>The words of a comment. Of HTML the text alone: nothing of it is loaded or run.</summary>
    private static string Plain(Comment comment)
    {
        if (comment.Format != BodyFormat.Html) return comment.Body;
        using var document = new HtmlParser().ParseDocument(comment.Body);
        foreach (var hidden in document.QuerySelectorAll("script, style, template, noscript, head").ToList()) hidden.Remove();
        foreach (var block in document.QuerySelectorAll("p, div, br, li, tr, h1, h2, h3, h4, h5, h6, blockquote, pre").ToList()) block.After(document.CreateTextNode("\n"));
        return document.Body?.TextContent.Trim() ?? "";
    }
}

/// <summary>200 with a PDF file as a download, or a problem.</summary>
internal sealed class PdfAnswer(Outcome<(string FileName, TicketPaper Paper)> outcome) : IResult, IEndpointMetadataProvider
{
    private const string ContentType = "application/pdf";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (outcome.Problem is { } problem)
        {
            await problem.Write(httpContext);
            return;
        }

        var file = PaperSetter.Set(outcome.Value.Paper);
        var response = httpContext.Response;
        response.ContentType = ContentType;
        response.ContentLength = file.Length;
        response.Headers.ContentDisposition = $"attachment; filename=\"{outcome.Value.FileName}\"";
        response.Headers.XContentTypeOptions = "nosniff";
        await response.Body.WriteAsync(file, httpContext.RequestAborted);
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(byte[]), [ContentType]));
}
