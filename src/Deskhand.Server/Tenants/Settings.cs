using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Deskhand.Tickets;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Tenants;

/// <summary>A tenant's settings as the API shows them.</summary>
internal sealed record SettingsResponse(
    string Slug, string Name, string Locale, string TimeZone, int PageLimit, ReferenceScheme ReferenceScheme, string Workflow, string? SearchLanguage, bool SlaMonitored, string? MailName, string? MailAddress,
    long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static SettingsResponse From(Tenant t, string workflow) =>
        new(t.Slug, t.Name, t.Locale, t.TimeZone, t.PageLimit, t.ReferenceScheme, workflow, t.SearchLanguage, t.SlaMonitored, t.MailName, t.MailAddress, t.Version, t.CreatedAt, t.UpdatedAt);
}

/// <summary>GET /settings: the tenant's own.</summary>
internal static class GetSettings
{
    public static async Task<Answer<SettingsResponse>> Handle(TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await session.Transact<SettingsResponse>(async () =>
        {
            var (tenant, workflow) = await Read(session, cancellationToken);
            return SettingsResponse.From(tenant, workflow);
        }, cancellationToken));

    public static async Task<(Tenant Tenant, string Workflow)> Read(TenantSession session, CancellationToken cancellationToken)
    {
        var tenant = await session.Db.Set<Tenant>().SingleAsync(cancellationToken);
        var workflow = await session.Query("SELECT key FROM workflows WHERE tenant_id = $1 AND is_default", r => r.GetString(0), cancellationToken, Rows.P(session.TenantId));
        return (tenant, workflow.SingleOrDefault() ?? ReadyWorkflows.Support.Key);
    }
}

/// <summary>PATCH /settings: those that are present change, the others stay. Every instance works by them at once.</summary>
internal static class ChangeSettings
{
    public static Task<Answer<SettingsResponse>> Handle(
        MergePatch<SettingsFields> body, HttpRequest request, Caller caller, TenantSession session, ChangeLog log, TimeProvider clock, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, ifMatch => session.Transact<SettingsResponse>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            var (before, workflow) = await GetSettings.Read(session, cancellationToken);
            if (ifMatch is { } version && version != before.Version) return Problem.Stale(version, before.Version);
            var standing = Fields(before, workflow);
            var asked = body.ApplyTo(standing);
            if (asked.Problem is { } unclear) return unclear;
            var fields = asked.Value.Normalised();
            var changes = FieldDiff.Between(standing, fields);
            if (changes.IsEmpty) return SettingsResponse.From(before, workflow);
            if (fields.Check() is { } invalid) return invalid;
            var now = Instants.Now(clock);
            if (fields.Workflow != workflow && await TakeWorkflow.Run(session, fields.Workflow, now, cancellationToken) is { } refused) return refused;

            var after = before with
            {
                Name = fields.Name,
                Locale = fields.Locale,
                TimeZone = fields.TimeZone,
                PageLimit = fields.PageLimit,
                ReferenceScheme = fields.ReferenceScheme,
                SearchLanguage = fields.SearchLanguage,
                SlaMonitored = fields.SlaMonitored,
                MailName = fields.MailName,
                MailAddress = fields.MailAddress,
                Version = before.Version + 1,
                UpdatedAt = now,
            };
            session.Db.Replace(before, after);
            await session.Db.SaveChangesAsync(cancellationToken);
            await log.Write(session, new Happened("settings", session.TenantId, now, caller.Actor, changes, []), cancellationToken);
            await Audit.Write(session, new AuditEntry("settings.updated", now, caller.Actor, "settings", session.TenantId,
                new { fields = changes.Select(c => c.Field) }, origin), cancellationToken);
            await Rulebooks.Changed(session, cancellationToken);
            if (fields.SlaMonitored != standing.SlaMonitored) await ClockRow.LookAgain(session, now, cancellationToken);
            // a caller carries the page limit
            if (fields.PageLimit != standing.PageLimit) await Callers.Changed(session, null, cancellationToken);
            return SettingsResponse.From(after, fields.Workflow);
        }, cancellationToken));

    private static SettingsFields Fields(Tenant t, string workflow) => new()
    {
        Name = t.Name,
        Locale = t.Locale,
        TimeZone = t.TimeZone,
        PageLimit = t.PageLimit,
        ReferenceScheme = t.ReferenceScheme,
        Workflow = workflow,
        SearchLanguage = t.SearchLanguage,
        SlaMonitored = t.SlaMonitored,
        MailName = t.MailName,
        MailAddress = t.MailAddress,
    };
}
