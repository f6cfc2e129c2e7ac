using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Notifications;

/// <summary>A survey as its recipient sees it.</summary>
/// <param name="Reference">The request it is about.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Desk">Who asks.</param>
internal sealed record SurveyResponse(string Reference, string Subject, string Desk);

/// <summary>A survey by its link. One that is forged, unknown, answered or too old answers alike (security case 36).</summary>
internal static class SurveyAt
{
    private static readonly Problem Unknown = Problem.NotFound("survey");

    public static async Task<Outcome<T>> Open<T>(
        string token, Database database, MailAddresses addresses, TimeProvider clock, Func<TenantSession, OpenSurvey, DateTimeOffset, Task<Outcome<T>>> use, CancellationToken cancellationToken)
    {
        if (addresses.ReadSurvey(token) is not var (tenantId, id)) return Unknown;
        await using var session = database.For(tenantId);
        return await session.Transact(async () =>
        {
            var now = Instants.Now(clock);
            return await Find(session, "id", id, now, cancellationToken) is { } found ? await use(session, found, now) : Unknown;
        }, cancellationToken);
    }

    /// <summary>The survey about a ticket while it can be answered, locked; null = there is none.</summary>
    public static Task<OpenSurvey?> OfTicket(TenantSession session, Guid ticketId, DateTimeOffset now, CancellationToken cancellationToken) => Find(session, "ticket_id", ticketId, now, cancellationToken);

    /// <summary>Writes the answer down, with history and event.</summary>
    public static async Task Rate(TenantSession session, OpenSurvey survey, SurveyScore score, string? comment, DateTimeOffset now, ChangeLog log, CancellationToken cancellationToken)
    {
        await session.Execute("UPDATE surveys SET score = $3, comment = $4, rated_at = $5 WHERE tenant_id = $1 AND id = $2", cancellationToken,
            Rows.P(session.TenantId), Rows.P(survey.Id), Rows.P(Wire.Name(score)), Rows.P(comment), Rows.P(now));
        var rating = new AnswerSurvey.Rating(survey.Id, survey.TicketId, survey.ContactId, survey.AssigneeId, survey.GroupId, score, now);
        var draft = new EventDraft("satisfaction.rated", "satisfaction", survey.Id, 1, now, [("satisfaction", rating)], []);
        var by = new Actor(ActorKind.Contact, survey.ContactId, PermissionSet.None, Via.Mail);
        await log.Write(session, new Happened("ticket", survey.TicketId, now, by, [new FieldChange("satisfaction", null, Json.Of(Wire.Name(score)))], [draft]), cancellationToken);
    }

    private static async Task<OpenSurvey?> Find(TenantSession session, string by, Guid id, DateTimeOffset now, CancellationToken cancellationToken) => (await session.Query($"""
        SELECT s.id, s.ticket_id, s.contact_id, s.assignee_id, s.group_id, t.reference, t.subject, n.name
        FROM surveys s JOIN tickets t ON t.tenant_id = s.tenant_id AND t.id = s.ticket_id JOIN tenants n ON n.tenant_id = s.tenant_id
        WHERE s.tenant_id = $1 AND s.{by} = $2 AND s.rated_at IS NULL AND s.expires_at > $3 AND t.deleted_at IS NULL AND n.suspended_at IS NULL
        FOR UPDATE OF s
        """, r => new OpenSurvey(r.GetGuid(0), r.GetGuid(1), r.GetGuid(2), r.Id(3), r.Id(4), r.GetString(5), r.GetString(6), r.GetString(7)), cancellationToken,
        Rows.P(session.TenantId), Rows.P(id), Rows.P(now))).SingleOrDefault();
}

/// <summary>A survey that can be answered.</summary>
internal sealed record OpenSurvey(Guid Id, Guid TicketId, Guid ContactId, Guid? AssigneeId, Guid? GroupId, string Reference, string Subject, string Desk);

/// <summary>GET /surveys/{token}: what is asked about. Looking at it answers nothing, since mail programs open links by themselves.</summary>
internal static class GetSurvey
{
    public static async Task<Answer<SurveyResponse>> Handle(string token, Database database, MailAddresses addresses, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(await SurveyAt.Open<SurveyResponse>(token, database, addresses, clock,
            (_, survey, _) => Task.FromResult<Outcome<SurveyResponse>>(new SurveyResponse(survey.Reference, survey.Subject, survey.Desk)), cancellationToken));
}

/// <summary>POST /surveys/{token}: the answer, once.</summary>
internal static class AnswerSurvey
{
    private const int CommentLength = 2000;

    internal sealed record SurveyBody
    {
        public required SurveyScore Score { get; init; }

        /// <summary>In the customer's own words.</summary>
        public string? Comment { get; init; }
    }

    /// <summary>An answer as the event tells it; the words are in the report only.</summary>
    internal sealed record Rating(Guid Id, Guid TicketId, Guid ContactId, Guid? AssigneeId, Guid? GroupId, SurveyScore Score, DateTimeOffset RatedAt);

    public static async Task<NoContent> Handle(string token, SurveyBody body, Database database, MailAddresses addresses, ChangeLog log, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Text("comment", body.Comment, CommentLength);
        if (errors.ToProblem() is { } invalid) return Answer.Done<Nothing>(invalid);
        return Answer.Done(await SurveyAt.Open<Nothing>(token, database, addresses, clock, async (session, survey, now) =>
        {
            var comment = string.IsNullOrWhiteSpace(body.Comment) ? null : body.Comment.Trim();
            await SurveyAt.Rate(session, survey, body.Score, comment, now, log, cancellationToken);
            return default(Nothing);
        }, cancellationToken));
    }
}

/// <summary>How content customers were, of one agent, group or day.</summary>
/// <param name="Id">The agent or group; null = nobody, or a day.</param>
/// <param name="Name">Its name; the day as 2026-11-20.</param>
/// <param name="Sent">Surveys sent.</param>
/// <param name="Good">Answered good.</param>
/// <param name="Bad">Answered bad.</param>
/// <param name="Share">Good ones among the answered, 0 to 1; null without answers.</param>
internal sealed record SatisfactionRow(Guid? Id, string? Name, long Sent, long Good, long Bad, double? Share);

/// <summary>The report.</summary>
/// <param name="From">Surveys sent from this instant on.</param>
/// <param name="To">Surveys sent before this instant.</param>
/// <param name="By">agent, group or day.</param>
/// <param name="Total">All together.</param>
/// <param name="Data">The most surveys first; days in their order.</param>
internal sealed record SatisfactionReport(DateTimeOffset From, DateTimeOffset To, string By, SatisfactionRow Total, IReadOnlyList<SatisfactionRow> Data);

/// <summary>GET /reports/satisfaction: by agent, group or day of the tenant, of surveys sent in a time (the last 30 days when not said).</summary>
internal static class ReportSatisfaction
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30), Longest = TimeSpan.FromDays(400);

    public static async Task<Answer<SatisfactionReport>> Handle(string? by, string? from, string? to, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (by is not (null or "agent" or "group" or "day"))
            return Answer.Ok<SatisfactionReport>(Problem.Malformed("by", "This is agent, group or day.") with { Allowed = ["agent", "group", "day"] });
        if (Read("from", from, out var start) is { } wrongFrom) return Answer.Ok<SatisfactionReport>(wrongFrom);
        if (Read("to", to, out var end) is { } wrongTo) return Answer.Ok<SatisfactionReport>(wrongTo);
        var until = end ?? Instants.Now(clock).AddSeconds(1);
        var since = start ?? until - Usual;
        if (since >= until || until - since > Longest) return Answer.Ok<SatisfactionReport>(Problem.Malformed("from", $"The time ends after it begins, and is at most {Longest.TotalDays:0} days long."));
        var (key, name, join, order) = by switch
        {
            "group" => ("s.group_id", "g.name", "LEFT JOIN groups g ON g.tenant_id = s.tenant_id AND g.id = s.group_id", "3 DESC, 2"),
            "day" => ("NULL::uuid", "to_char(s.created_at AT TIME ZONE (SELECT time_zone FROM tenants WHERE tenant_id = $1), 'YYYY-MM-DD')", "", "2"),
            _ => ("s.assignee_id", "u.name", "LEFT JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.assignee_id", "3 DESC, 2"),
        };
        var rows = await session.Query($"""
            SELECT {key}, {name}, count(*), count(*) FILTER (WHERE s.score = 'good'), count(*) FILTER (WHERE s.score = 'bad')
            FROM surveys s {join} WHERE s.tenant_id = $1 AND s.created_at >= $2 AND s.created_at < $3 GROUP BY 1, 2 ORDER BY {order} LIMIT 1000
            """, r => Row(r.Id(0), r.Text(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4)), cancellationToken, Rows.P(session.TenantId), Rows.P(since), Rows.P(until));
        return Answer.Ok<SatisfactionReport>(new SatisfactionReport(since, until, by ?? "agent", Row(null, null, rows.Sum(r => r.Sent), rows.Sum(r => r.Good), rows.Sum(r => r.Bad)), rows));
    }

    private static SatisfactionRow Row(Guid? id, string? name, long sent, long good, long bad) => new(id, name, sent, good, bad, good + bad == 0 ? null : Math.Round((double)good / (good + bad), 4));

    private static Problem? Read(string name, string? text, out DateTimeOffset? instant)
    {
        instant = text is null ? null : Instants.Parse(text);
        return text is not null && instant is null ? Problem.Malformed(name, "This is an instant such as 2026-11-20T09:30:00Z.") : null;
    }
}
