using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Sla;

/// <summary>A calendar as the API shows it.</summary>
internal sealed record CalendarResponse(
    Guid Id, string Name, string TimeZone, bool AlwaysOpen, ImmutableArray<WeekHours> Hours, ImmutableArray<Holiday> Holidays, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static CalendarResponse From(SlaEntry<CalendarFields> e) =>
        new(e.Id, e.Fields.Name, e.Fields.TimeZone, e.Fields.AlwaysOpen, e.Fields.Hours, e.Fields.Holidays, e.Version, e.CreatedAt, e.UpdatedAt);
}

/// <summary>What is particular to calendars: one that a policy counts by or a rule looks at stays.</summary>
internal sealed class CalendarKind() : SlaKind<CalendarFields>("sla_calendar", "sla_calendars")
{
    public static CalendarKind One { get; } = new();

    public override string NameOf(CalendarFields fields) => fields.Name;

    public override async Task<Problem?> Refuse(TenantSession session, Guid id, CalendarFields? after, Rulebook rulebook, CancellationToken cancellationToken)
    {
        if (after is not null) return null;
        var used = await session.Query("SELECT fields ->> 'name' FROM sla_policies WHERE tenant_id = $1 AND calendar_id = $2 AND deleted_at IS NULL ORDER BY 1 LIMIT 5", r => r.GetString(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(id));
        if (used.Count > 0) return Problem.Conflict("calendar_in_use", $"Policies count by this calendar: {string.Join(", ", used)}.");
        var asked = await session.Query("SELECT name FROM rules WHERE tenant_id = $1 AND strpos(conditions::text, $2) > 0 AND deleted_at IS NULL ORDER BY 1 LIMIT 5", r => r.GetString(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(id.ToString()));
        return asked.Count == 0 ? null : Problem.Conflict("calendar_in_use", $"Rules look at the hours of this calendar: {string.Join(", ", asked)}.");
    }
}

/// <summary>GET /sla/calendars: by name.</summary>
internal static class ListCalendars
{
    public static async Task<Answer<Page<CalendarResponse>>> Handle([AsParameters] PageQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var rows = (await SlaDesk.All(CalendarKind.One, session, cancellationToken)).OrderBy(c => c.Fields.Name, StringComparer.OrdinalIgnoreCase).ThenBy(c => c.Id).ToList();
        return Answer.Ok(Definitions.Page(rows, c => c.Id.ToString(), query, caller).Select(CalendarResponse.From));
    }
}

/// <summary>GET /sla/calendars/{id}</summary>
internal static class GetCalendar
{
    public static async Task<Answer<CalendarResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<CalendarResponse>(await SlaDesk.Entry(CalendarKind.One, id, session, cancellationToken) is { } entry ? CalendarResponse.From(entry) : Problem.NotFound(CalendarKind.One.Name));
}

/// <summary>POST /sla/calendars</summary>
internal static class CreateCalendar
{
    public static async Task<Created<CalendarResponse>> Handle(CalendarFields body, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var made = await desk.Create(CalendarKind.One, caller.Actor, body, origin, cancellationToken);
        return Answer.Created<CalendarResponse>(made.Problem is { } problem ? problem : CalendarResponse.From(made.Value), c => $"/api/v1/sla/calendars/{c.Id}");
    }
}

/// <summary>PUT /sla/calendars/{id}: the editable fields become these; clocks that run count by them from their beginning.</summary>
internal static class ReplaceCalendar
{
    public static Task<Answer<CalendarResponse>> Handle(string id, CalendarFields body, HttpRequest request, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Change(id, request, caller, desk, _ => body, origin, cancellationToken);

    public static Task<Answer<CalendarResponse>> Change(
        string id, HttpRequest request, Caller caller, SlaDesk desk, Func<CalendarFields, Outcome<CalendarFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(CalendarKind.One, caller.Actor, id, version, edit, origin, cancellationToken), CalendarResponse.From);
}

/// <summary>PATCH /sla/calendars/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchCalendar
{
    public static Task<Answer<CalendarResponse>> Handle(string id, MergePatch<CalendarFields> body, HttpRequest request, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        ReplaceCalendar.Change(id, request, caller, desk, body.ApplyTo, origin, cancellationToken);
}

/// <summary>DELETE /sla/calendars/{id}: only while no policy counts by it and no rule looks at its hours. Time that was counted by it stays as it was.</summary>
internal static class DeleteCalendar
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(CalendarKind.One, caller.Actor, id, version, origin, cancellationToken));
}
