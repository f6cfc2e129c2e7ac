using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Notifications;
using Deskhand.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Tickets;

/// <summary>
/// Writes down who is told of a change, in its transaction: a row in the desk for users, a mail for users and the requester. Everything that decides
/// (preferences, who may read the ticket, caps) is asked in one statement, and only when there is somebody to tell.
/// </summary>
internal static class TicketNotices
{
    /// <summary>Acknowledgements to one address in an hour: more are a flood or a loop (security cases 14, 15).</summary>
    public const int MostAcknowledgements = 5;

    /// <summary>Mails of any kind to one requester in an hour.</summary>
    public const int MostMails = 60;

    /// <summary>How long a survey can be answered.</summary>
    private static readonly TimeSpan SurveyLife = TimeSpan.FromDays(30);

    private sealed record Person(Guid Id, string Email, Role Role, TicketScope Scope, Guid[] Groups, string[] Choices);

    private sealed record Contact(Guid Id, string Email, long Acknowledged, long Mailed, bool HasSurvey);

    /// <summary>What tells of some changes, each of another ticket; those who may be meant by any of them are looked up once.</summary>
    public static async Task<IReadOnlyList<NpgsqlBatchCommand>> Statements(TenantSession session, MailQueue mail, IReadOnlyList<TicketDecision> decisions, Actor by, CancellationToken cancellationToken)
    {
        var forDesk = decisions.SelectMany(d => d.Notices.Where(n => IsForSomebody(n, d.After)).Select(n => (Notice: n, Ticket: d.After))).ToList();
        var people = forDesk.Count == 0 ? [] : await People(session, forDesk, cancellationToken);
        var commands = new List<NpgsqlBatchCommand>();
        foreach (var decision in decisions) commands.AddRange(await Statements(session, mail, decision, people, by, cancellationToken));
        return commands;
    }

    private static async Task<IReadOnlyList<NpgsqlBatchCommand>> Statements(TenantSession session, MailQueue mail, TicketDecision decision, List<Person> people, Actor by, CancellationToken cancellationToken)
    {
        var ticket = decision.After;
        var now = decision.At ?? ticket.UpdatedAt;
        var commands = new List<NpgsqlBatchCommand>();
        var mails = new List<OutgoingMail>();
        // each hears once, by the notice that means him most
        foreach (var (person, notice) in decision.Notices.SelectMany(n => people.Where(p => IsMeant(p, n, ticket)).Select(p => (Person: p, Notice: n))).DistinctBy(t => (t.Person.Id, t.Notice.Kind, t.Notice.CommentId)))
        {
            if (by.Kind == ActorKind.Agent && person.Id == by.Id) continue;
            if (!TicketScopes.MayRead(person.Scope, person.Id, person.Groups, ticket.Fields.AssigneeId, ticket.Fields.GroupId)) continue;
            var choice = Preferences.Of(notice.Kind, person.Choices);
            if (choice.InApp) commands.Add(InApp(session.TenantId, person.Id, notice, ticket.Id, by, now));
            if (choice.Mail) mails.Add(About(notice, ticket, person.Email) with { UserId = person.Id });
        }

        if (mail.IsOn && decision.Notices.Any(n => n.To == NoticeTo.Requester && !n.IsOfNote) && await Requester(session, ticket, now, cancellationToken) is { } contact)
            foreach (var notice in decision.Notices.Where(n => n.To == NoticeTo.Requester && !n.IsOfNote).DistinctBy(n => (n.Kind, n.CommentId)))
            {
                var message = About(notice, ticket, contact.Email) with { ContactId = contact.Id, Suppressed = TooMany(notice, contact) };
                if (notice.Kind == NoticeKind.SatisfactionSurvey)
                {
                    if (contact.HasSurvey) continue;
                    message = message with { SurveyId = Ids.New(now) };
                    commands.Add(Survey(session.TenantId, message.SurveyId.Value, ticket, contact.Id, now));
                }

                mails.Add(message);
            }

        return [.. commands, .. mail.Add(session, mails, by, now)];
    }

    /// <summary>A row in the desk for one user.</summary>
    public static NpgsqlBatchCommand InApp(Guid tenantId, Guid userId, Notice notice, Guid? ticketId, Actor by, DateTimeOffset now) => TenantSession.Batched("""
        INSERT INTO notifications (tenant_id, id, user_id, kind, ticket_id, comment_id, actor_kind, actor_id, text, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        Rows.P(tenantId), Rows.P(Ids.New(now)), Rows.P(userId), Rows.P(Wire.Name(notice.Kind)), Rows.P(ticketId), Rows.P(notice.CommentId), Rows.P(Wire.Name(by.Kind)), Rows.P(by.Id),
        Rows.P(notice.Text), Rows.P(now));

    private static OutgoingMail About(Notice notice, Ticket ticket, string address) => new(notice.Kind, address)
    {
        TicketId = ticket.Id,
        CommentId = notice.CommentId,
        IsOfNote = notice.IsOfNote,
        HidesWords = notice.HidesWords,
        Text = notice.Text,
    };

    /// <summary>Whether there can be anybody in the desk to tell, so that nobody is looked for in vain.</summary>
    private static bool IsForSomebody(Notice notice, Ticket ticket) => notice.To switch
    {
        NoticeTo.Assignee => (ticket.Fields.AssigneeId ?? ticket.Fields.GroupId) is not null,
        NoticeTo.Followers => !ticket.FollowerIds.IsEmpty,
        NoticeTo.Group => ticket.Fields.GroupId is not null,
        NoticeTo.Managers or NoticeTo.User => true,
        NoticeTo.Requester => false,
    };

    private static bool IsMeant(Person person, Notice notice, Ticket ticket) => notice.To switch
    {
        NoticeTo.User => person.Id == notice.UserId,
        NoticeTo.Assignee => ticket.Fields.AssigneeId is { } assignee ? person.Id == assignee : ticket.Fields.GroupId is { } queue && person.Groups.Contains(queue),
        NoticeTo.Followers => ticket.FollowerIds.Contains(person.Id),
        NoticeTo.Group => ticket.Fields.GroupId is { } group && person.Groups.Contains(group),
        NoticeTo.Managers => person.Role is Role.Admin or Role.Manager,
        NoticeTo.Requester => false,
    };

    private static string? TooMany(Notice notice, Contact contact) =>
        notice.Kind == NoticeKind.TicketCreated && contact.Acknowledged >= MostAcknowledgements ? $"More than {MostAcknowledgements} acknowledgements to this address in an hour."
        : contact.Mailed >= MostMails ? $"More than {MostMails} messages to this address in an hour."
        : null;

    private static Task<List<Person>> People(TenantSession session, IReadOnlyList<(Notice Notice, Ticket Ticket)> notices, CancellationToken cancellationToken)
    {
        var ids = notices.SelectMany(n => (Guid?[])[n.Notice.UserId, n.Ticket.Fields.AssigneeId]).OfType<Guid>().Concat(notices.SelectMany(n => n.Ticket.FollowerIds)).Distinct().ToArray();
        var groups = notices.Where(n => n.Notice.To == NoticeTo.Group || (n.Notice.To == NoticeTo.Assignee && n.Ticket.Fields.AssigneeId is null))
            .Select(n => n.Ticket.Fields.GroupId).OfType<Guid>().Distinct().ToArray();
        return session.Query("""
            SELECT u.id, u.email, u.role, u.ticket_scope, ARRAY(SELECT g.group_id FROM group_members g WHERE g.tenant_id = u.tenant_id AND g.user_id = u.id),
                   ARRAY(SELECT p.kind || ' ' || p.mail || ' ' || p.in_app FROM notification_preferences p WHERE p.tenant_id = u.tenant_id AND p.user_id = u.id)
            FROM users u WHERE u.tenant_id = $1 AND u.active AND u.deleted_at IS NULL
              AND (u.id = ANY ($2) OR ($3 AND u.role IN ('admin', 'manager')) OR u.id IN (SELECT m.user_id FROM group_members m WHERE m.tenant_id = $1 AND m.group_id = ANY ($4)))
            """, r => new Person(r.GetGuid(0), r.GetString(1), Wire.Find<Role>(r.GetString(2))!.Value, Wire.Find<TicketScope>(r.GetString(3))!.Value, r.GetFieldValue<Guid[]>(4), r.GetFieldValue<string[]>(5)),
            cancellationToken, Rows.P(session.TenantId), Rows.P(ids), Rows.P(notices.Any(n => n.Notice.To == NoticeTo.Managers)), Rows.P(groups));
    }

    private static async Task<Contact?> Requester(TenantSession session, Ticket ticket, DateTimeOffset now, CancellationToken cancellationToken) => (await session.Query("""
        SELECT c.id, c.email,
               (SELECT count(*) FROM deliveries d WHERE d.tenant_id = $1 AND d.to_key = lower(c.email) AND d.created_at > $4 AND d.kind = 'ticket_created' AND d.state <> 'suppressed'),
               (SELECT count(*) FROM deliveries d WHERE d.tenant_id = $1 AND d.to_key = lower(c.email) AND d.created_at > $4 AND d.state <> 'suppressed'),
               EXISTS (SELECT 1 FROM surveys s WHERE s.tenant_id = $1 AND s.ticket_id = $3)
        FROM contacts c WHERE c.tenant_id = $1 AND c.id = $2 AND c.deleted_at IS NULL AND c.active AND c.email IS NOT NULL
        """, r => new Contact(r.GetGuid(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetBoolean(4)), cancellationToken,
        Rows.P(session.TenantId), Rows.P(ticket.Fields.ContactId), Rows.P((Guid?)ticket.Id), Rows.P(now.AddHours(-1), NpgsqlDbType.TimestampTz))).SingleOrDefault();

    private static NpgsqlBatchCommand Survey(Guid tenantId, Guid id, Ticket ticket, Guid contactId, DateTimeOffset now) => TenantSession.Batched("""
        INSERT INTO surveys (tenant_id, id, ticket_id, contact_id, assignee_id, group_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        Rows.P(tenantId), Rows.P(id), Rows.P(ticket.Id), Rows.P(contactId), Rows.P(ticket.Fields.AssigneeId), Rows.P(ticket.Fields.GroupId), Rows.P(now), Rows.P(now + SurveyLife));
}
