using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Notifications;

/// <summary>Something that a user is told in the desk.</summary>
/// <param name="Id">The notification.</param>
/// <param name="Kind">What it tells of.</param>
/// <param name="TicketId">The ticket; absent when the user may not read it any more.</param>
/// <param name="Reference">Its reference.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="CommentId">The comment it tells of; its words are read there.</param>
/// <param name="Actor">Who caused it.</param>
/// <param name="Text">What a rule or the desk says in its own words.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ReadAt">When it was read; null = not yet.</param>
internal sealed record NotificationResponse(
    Guid Id, NoticeKind Kind, Guid? TicketId, string? Reference, string? Subject, Guid? CommentId, NotificationActor Actor, string? Text, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt);

/// <summary>Who caused a notification.</summary>
internal sealed record NotificationActor(ActorKind Kind, Guid? Id, string? Name);

/// <summary>The parameters of GET /notifications.</summary>
internal sealed record NotificationQuery : PageQuery
{
    /// <summary><c>true</c>: those not read yet, <c>false</c>: the others.</summary>
    public string? Unread { get; init; }

    /// <summary>-createdAt (default) or createdAt.</summary>
    public string? Sort { get; init; }
}

/// <summary>GET /notifications: one's own, the latest first. Of a ticket that one may not read any more nothing is told.</summary>
internal static class ListNotifications
{
    private const string Columns = "n.id, n.kind, n.ticket_id, t.reference, t.subject, t.assignee_id, t.group_id, t.deleted_at IS NOT NULL, n.comment_id, n.actor_kind, n.actor_id, coalesce(u.name, nullif(ltrim(c.first_name || ' ' || c.last_name), '')), n.text, n.created_at, n.read_at";
    private const string From = """
        notifications n LEFT JOIN tickets t ON t.tenant_id = n.tenant_id AND t.id = n.ticket_id
        LEFT JOIN users u ON u.tenant_id = n.tenant_id AND u.id = n.actor_id AND n.actor_kind = 'agent'
        LEFT JOIN contacts c ON c.tenant_id = n.tenant_id AND c.id = n.actor_id AND n.actor_kind = 'contact'
        """;

    public static async Task<Answer<Page<NotificationResponse>>> Handle([AsParameters] NotificationQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<NotificationResponse>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("createdAt", "n.created_at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<NotificationResponse>>(wrongOrder);
        var list = new KeysetList(session, Columns, From, "n");
        list.Where($"n.user_id = {list.Value(Rows.P(caller.UserId))}");
        if (list.Flag("unread", "n.read_at IS NULL", query.Unread) is { } problem) return Answer.Ok<Page<NotificationResponse>>(problem);
        return Answer.Ok(await list.Read(page.Value, order.Value, r => Read(r, caller), cancellationToken));
    }

    private static NotificationResponse Read(NpgsqlDataReader r, Caller caller)
    {
        var isSeen = !r.IsDBNull(3) && !r.GetBoolean(7) && caller.May(Permission.TicketsRead) && TicketScopes.MayRead(caller, r.Id(5), r.Id(6));
        return new(
            r.GetGuid(0), Wire.Find<NoticeKind>(r.GetString(1))!.Value, isSeen ? r.Id(2) : null, isSeen ? r.Text(3) : null, isSeen ? r.Text(4) : null, isSeen ? r.Id(8) : null,
            new(Wire.Find<ActorKind>(r.GetString(9))!.Value, r.Id(10), r.Text(11)), r.Text(12), r.GetFieldValue<DateTimeOffset>(13), r.Instant(14));
    }
}

/// <summary>POST /notifications/read: some by id, or all that one has.</summary>
internal static class ReadNotifications
{
    internal sealed record ReadBody
    {
        /// <summary>At most 100.</summary>
        public ImmutableArray<Guid> Ids { get; init; } = [];

        /// <summary>In place of ids: everything up to now.</summary>
        public bool All { get; init; }
    }

    public static async Task<NoContent> Handle(ReadBody body, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        var ids = body.Ids.IsDefault ? [] : body.Ids.Distinct().ToArray();
        if (body.All == ids.Length > 0 || ids.Length > 100) return Answer.Done<Nothing>(Problem.Malformed("ids", "Give at most 100 ids, or all."));
        return Answer.Done(await session.Transact<Nothing>(async () =>
        {
            var now = Instants.Now(clock);
            if (body.All)
            {
                await session.Execute("UPDATE notifications SET read_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL", cancellationToken,
                    Rows.P(session.TenantId), Rows.P(caller.UserId), Rows.P(now));
                return default(Nothing);
            }

            var known = await session.Execute("UPDATE notifications SET read_at = coalesce(read_at, $4) WHERE tenant_id = $1 AND user_id = $2 AND id = ANY ($3)", cancellationToken,
                Rows.P(session.TenantId), Rows.P(caller.UserId), Rows.P(ids), Rows.P(now));
            return known == ids.Length ? default(Nothing) : Problem.NotFound("notification");
        }, cancellationToken));
    }
}

/// <summary>What a user hears of, and how.</summary>
/// <param name="Preferences">One for each kind that can be chosen.</param>
internal sealed record PreferencesResponse(IReadOnlyList<PreferenceBody> Preferences);

/// <summary>One choice.</summary>
internal sealed record PreferenceBody
{
    public required NoticeKind Kind { get; init; }

    /// <summary>By mail.</summary>
    public required bool Mail { get; init; }

    /// <summary>In the desk.</summary>
    public required bool InApp { get; init; }
}

/// <summary>GET /notifications/preferences: one's own.</summary>
internal static class GetPreferences
{
    public static async Task<Answer<PreferencesResponse>> Handle(Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<PreferencesResponse>(await Read(caller.UserId, session, cancellationToken));

    public static async Task<PreferencesResponse> Read(Guid userId, TenantSession session, CancellationToken cancellationToken)
    {
        var kept = await session.Query("SELECT kind || ' ' || mail || ' ' || in_app FROM notification_preferences WHERE tenant_id = $1 AND user_id = $2", r => r.GetString(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(userId));
        return new([.. Preferences.Kinds.Select(k => Preferences.Of(k, kept) is var c ? new PreferenceBody { Kind = k, Mail = c.Mail, InApp = c.InApp } : null!)]);
    }
}

/// <summary>PUT /notifications/preferences: what is not named goes back to the ready choice.</summary>
internal static class ReplacePreferences
{
    internal sealed record PreferencesBody
    {
        public required ImmutableArray<PreferenceBody> Preferences { get; init; }
    }

    public static async Task<Answer<PreferencesResponse>> Handle(PreferencesBody body, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (body.Preferences.IsDefault || body.Preferences.Any(p => p is null)) return Answer.Ok<PreferencesResponse>(Problem.Malformed("preferences", "This is a list of choices."));
        if (body.Preferences.DistinctBy(p => p.Kind).Count() != body.Preferences.Length) return Answer.Ok<PreferencesResponse>(Problem.Invalid("preferences", "A kind is named twice."));
        if (body.Preferences.Any(p => !Preferences.Kinds.Contains(p.Kind)))
            return Answer.Ok<PreferencesResponse>(Problem.Invalid("preferences", $"There is no choice about this kind; there is about: {string.Join(", ", Preferences.Kinds.Select(Wire.Name))}.") with { Allowed = [.. Preferences.Kinds.Select(Wire.Name)] });
        return Answer.Ok(await session.Transact<PreferencesResponse>(async () =>
        {
            await session.Execute("DELETE FROM notification_preferences WHERE tenant_id = $1 AND user_id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId));
            await session.Execute("""
                INSERT INTO notification_preferences (tenant_id, user_id, kind, mail, in_app) SELECT $1, $2, p.* FROM unnest($3, $4, $5) AS p
                ON CONFLICT (tenant_id, user_id, kind) DO UPDATE SET mail = excluded.mail, in_app = excluded.in_app
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId),
                Rows.P(body.Preferences.Select(p => Wire.Name(p.Kind)).ToArray()), Rows.P(body.Preferences.Select(p => p.Mail).ToArray()), Rows.P(body.Preferences.Select(p => p.InApp).ToArray()));
            return await GetPreferences.Read(caller.UserId, session, cancellationToken);
        }, cancellationToken));
    }
}
