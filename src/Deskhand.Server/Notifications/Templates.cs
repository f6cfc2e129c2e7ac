using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Notifications;

/// <summary>What an administrator writes of a template: the body of PUT.</summary>
internal sealed record TemplateFields
{
    /// <summary>One line, with placeholders.</summary>
    public required string Subject { get; init; }

    /// <summary>The message as plain text, with placeholders.</summary>
    public required string Text { get; init; }

    /// <summary>The message as HTML, with placeholders; their values are escaped.</summary>
    public required string Html { get; init; }
}

/// <summary>A template as the API shows it: the tenant's own, or the ready one.</summary>
/// <param name="Id">Its kind and language, for example <c>ticket_created.en</c>.</param>
/// <param name="Kind">What it tells of.</param>
/// <param name="Locale">en or es.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The message as plain text.</param>
/// <param name="Html">The message as HTML.</param>
/// <param name="Placeholders">What it may name between double braces.</param>
/// <param name="IsReady">Whether it is the one that is shipped.</param>
/// <param name="Version">0 while it is the one that is shipped.</param>
internal sealed record TemplateResponse(
    string Id, NoticeKind Kind, string Locale, string Subject, string Text, string Html, IReadOnlyList<string> Placeholders, bool IsReady, long Version) : IVersioned;

/// <summary>The tenant's templates: its own rows over the ready ones.</summary>
internal static class TemplateDesk
{
    public static IEnumerable<(NoticeKind Kind, string Locale)> All => ReadyTemplates.Kinds.SelectMany(k => ReadyTemplates.Locales.Select(l => (k, l)));

    /// <summary>The kind and language that an id names, or null.</summary>
    public static (NoticeKind Kind, string Locale)? Parse(string id) =>
        id.Split('.') is [var kind, var locale] && Wire.Find<NoticeKind>(kind) is { } found && ReadyTemplates.Kinds.Contains(found) && ReadyTemplates.Locales.Contains(locale, StringComparer.Ordinal)
            ? (found, locale) : null;

    public static async Task<List<TemplateResponse>> Read(TenantSession session, CancellationToken cancellationToken, bool locked = false)
    {
        var own = (await session.Query($"SELECT kind, locale, subject, text, html, version FROM mail_templates WHERE tenant_id = $1{(locked ? " FOR UPDATE" : "")}",
            r => (Key: (r.GetString(0), r.GetString(1)), Template: new MailTemplate(r.GetString(2), r.GetString(3), r.GetString(4)), Version: r.GetInt64(5)), cancellationToken,
            Rows.P(session.TenantId))).ToDictionary(t => t.Key);
        return [.. All.Select(t => own.TryGetValue((Wire.Name(t.Kind), t.Locale), out var row) ? Shown(t.Kind, t.Locale, row.Template, row.Version) : Shown(t.Kind, t.Locale, ReadyTemplates.Of(t.Kind, t.Locale), 0))];
    }

    public static async Task<TemplateResponse?> Find(string id, TenantSession session, CancellationToken cancellationToken, bool locked = false) =>
        Parse(id) is null ? null : (await Read(session, cancellationToken, locked)).Find(t => t.Id == id);

    /// <summary>Changes of a tenant's templates take turns; each stands in the audit log.</summary>
    public static Task<Outcome<TemplateResponse>> Change(
        string id, long? ifMatch, string action, Func<TemplateResponse, Task<Problem?>> change, Caller caller, TenantSession session, RequestOrigin origin, TimeProvider clock, CancellationToken cancellationToken) =>
        session.Transact<TemplateResponse>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            if (await Find(id, session, cancellationToken, locked: true) is not { } before) return Problem.NotFound("template");
            if (ifMatch is { } version && version != before.Version) return Problem.Stale(version, before.Version);
            if (await change(before) is { } refused) return refused;
            await Audit.Write(session, new AuditEntry(action, Instants.Now(clock), caller.Actor, "template", null, new { template = id }, origin), cancellationToken);
            return (await Find(id, session, cancellationToken))!;
        }, cancellationToken);

    private static TemplateResponse Shown(NoticeKind kind, string locale, MailTemplate t, long version) =>
        new($"{Wire.Name(kind)}.{locale}", kind, locale, t.Subject, t.Text, t.Html, MailTemplate.Placeholders(kind), version == 0, version);
}

/// <summary>GET /templates: those in use, of every kind and language.</summary>
internal static class ListTemplates
{
    public static async Task<Answer<Page<TemplateResponse>>> Handle([AsParameters] PageQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(Definitions.Page(await TemplateDesk.Read(session, cancellationToken), t => t.Id, query, caller));
}

/// <summary>GET /templates/{id}: an id is kind and language, <c>ticket_created.en</c>.</summary>
internal static class GetTemplate
{
    public static async Task<Answer<TemplateResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<TemplateResponse>(await TemplateDesk.Find(id, session, cancellationToken) is { } template ? template : Problem.NotFound("template"));
}

/// <summary>PUT /templates/{id}: the tenant's own words in place of the ready ones. A placeholder that is not known is refused, and told which there are.</summary>
internal static class ReplaceTemplate
{
    public static Task<Answer<TemplateResponse>> Handle(
        string id, TemplateFields body, HttpRequest request, Caller caller, TenantSession session, RequestOrigin origin, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => TemplateDesk.Change(id, version, "template.updated", async before =>
        {
            if (new MailTemplate(body.Subject, body.Text, body.Html).Check(before.Kind) is { } invalid) return invalid;
            await session.Execute("""
                INSERT INTO mail_templates (tenant_id, kind, locale, subject, text, html, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
                ON CONFLICT (tenant_id, kind, locale) DO UPDATE SET subject = excluded.subject, text = excluded.text, html = excluded.html, version = mail_templates.version + 1, updated_at = excluded.updated_at
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(Wire.Name(before.Kind)), Rows.P(before.Locale), Rows.P(body.Subject), Rows.P(body.Text), Rows.P(body.Html), Rows.P(Instants.Now(clock)));
            return null;
        }, caller, session, origin, clock, cancellationToken));
}

/// <summary>DELETE /templates/{id}: back to the ready words.</summary>
internal static class ResetTemplate
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, TenantSession session, RequestOrigin origin, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(request, version => TemplateDesk.Change(id, version, "template.reset", async before =>
        {
            await session.Execute("DELETE FROM mail_templates WHERE tenant_id = $1 AND kind = $2 AND locale = $3", cancellationToken,
                Rows.P(session.TenantId), Rows.P(Wire.Name(before.Kind)), Rows.P(before.Locale));
            return null;
        }, caller, session, origin, clock, cancellationToken));
}

/// <summary>POST /templates/{id}/preview: the message as it would be, with made-up values. Without words of one's own the template in use is shown.</summary>
internal static class PreviewTemplate
{
    internal sealed record PreviewTemplateBody
    {
        public string? Subject { get; init; }

        public string? Text { get; init; }

        public string? Html { get; init; }
    }

    /// <summary>The message.</summary>
    internal sealed record PreviewResponse(string Subject, string Text, string Html);

    public static async Task<Answer<PreviewResponse>> Handle(string id, PreviewTemplateBody body, Caller caller, TenantSession session, DeskhandSettings settings, CancellationToken cancellationToken)
    {
        if (await TemplateDesk.Find(id, session, cancellationToken) is not { } present) return Answer.Ok<PreviewResponse>(Problem.NotFound("template"));
        var template = new MailTemplate(body.Subject ?? present.Subject, body.Text ?? present.Text, body.Html ?? present.Html);
        if (template.Check(present.Kind) is { } invalid) return Answer.Ok<PreviewResponse>(invalid);
        var site = settings.PublicUrl.AbsoluteUri.TrimEnd('/');
        var filled = template.Fill(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["desk.name"] = "Deskhand",
            ["recipient.name"] = "Thandi Nkosi",
            ["actor.name"] = caller.Name,
            ["ticket.reference"] = "TICKET-2026-000042",
            ["ticket.subject"] = "No internet at the <Sandton> office",
            ["ticket.status"] = "in_progress",
            ["ticket.priority"] = "high",
            ["ticket.url"] = $"{site}/tickets/42",
            ["comment.body"] = "A technician is on the way.\nHe brings a new router.",
            ["comment.author"] = caller.Name,
            ["survey.url"] = $"{site}/survey/example",
            ["link.url"] = $"{site}/invitation#example",
            ["message"] = "The line of this customer is down for the third time.",
        });
        return Answer.Ok<PreviewResponse>(new PreviewResponse(filled.Subject, filled.Text, filled.Html));
    }
}
