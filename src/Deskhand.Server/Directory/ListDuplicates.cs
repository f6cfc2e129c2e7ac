using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>Two entries that may be the same.</summary>
/// <param name="Reason">email, phone or name: what they have in common.</param>
/// <param name="First">The older one.</param>
/// <param name="Second">The other one.</param>
internal sealed record DuplicateResponse(string Reason, NamedEntry First, NamedEntry Second);

/// <summary>GET /customers/duplicates: those with the same e-mail address, telephone number, or name and mail domain.</summary>
internal static class ListCustomerDuplicates
{
    public static async Task<Answer<Page<DuplicateResponse>>> Handle(string[]? reason, string? limit, string? cursor, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await Duplicates.Read("customers", "number, name", reason, limit, cursor, caller, session, cancellationToken));
}

/// <summary>GET /contacts/duplicates: those with the same e-mail address or telephone number, or of the same name at one customer.</summary>
internal static class ListContactDuplicates
{
    public static async Task<Answer<Page<DuplicateResponse>>> Handle(string[]? reason, string? limit, string? cursor, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await Duplicates.Read("contacts", "NULL::text, btrim(first_name || ' ' || last_name)", reason, limit, cursor, caller, session, cancellationToken));
}

/// <summary>
/// Pairs by a key that several rows have: the oldest of them with each of the others, so that a group of a hundred is ninety-nine pairs and not
/// five thousand. The keys come in order out of an index that holds nothing else.
/// </summary>
internal static class Duplicates
{
    private static readonly ImmutableArray<string> Reasons = ["email", "phone", "name"];

    public static async Task<Outcome<Page<DuplicateResponse>>> Read(
        string table, string words, string[]? reasons, string? limit, string? cursor, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = PageRequest.Read(null, limit, null, null, cursor, caller.PageLimit);
        if (page.Problem is { } wrongPage) return wrongPage;
        if (reasons?.FirstOrDefault(r => !Reasons.Contains(r, StringComparer.Ordinal)) is not null)
            return Problem.Malformed("reason", $"There is no such value; there are: {string.Join(", ", Reasons)}.") with { Allowed = Reasons };
        var (from, key, after) = ("", "", Guid.Empty);
        if (page.Value.Cursor is { } place)
        {
            var read = Cursors.Read(place, table, 3);
            if (read.Problem is { } stale) return stale;
            if (read.Value[0] is not { } reason || !Reasons.Contains(reason, StringComparer.Ordinal) || read.Value[1] is not { } last || last.Contains('\0', StringComparison.Ordinal) || !Guid.TryParseExact(read.Value[2], "D", out after))
                return Problem.Malformed("cursor", "This is not a cursor of this list.");
            (from, key) = (reason, last);
        }

        var pairs = new List<(string Reason, string Key, Guid First, Guid Second)>();
        foreach (var reason in Reasons.Where(r => reasons is null or [] || reasons.Contains(r, StringComparer.Ordinal)).Where(r => from.Length == 0 || Reasons.IndexOf(r) >= Reasons.IndexOf(from)))
        {
            if (pairs.Count > page.Value.Limit) break;
            var column = reason switch { "email" => "email_key COLLATE \"C\"", "phone" => "phone_key", _ => "same_name_key" };
            var isHere = reason == from;
            pairs.AddRange(await session.Query($"""
                SELECT s.key, s.first, c.id FROM (
                    SELECT {column} AS key, (array_agg(id ORDER BY id))[1] AS first FROM {table}
                    WHERE tenant_id = $1 AND {column.Split(' ')[0]} IS NOT NULL AND deleted_at IS NULL AND {column} >= $2
                    GROUP BY {column} HAVING count(*) > 1 ORDER BY 1 LIMIT {page.Value.Limit + 1}) s
                JOIN {table} c ON c.tenant_id = $1 AND c.{column} = s.key AND c.id <> s.first AND c.{column.Split(' ')[0]} IS NOT NULL AND c.deleted_at IS NULL
                WHERE (s.key, c.id) > ($2, $3) ORDER BY s.key, c.id LIMIT {page.Value.Limit + 1}
                """, r => (reason, r.GetString(0), r.GetGuid(1), r.GetGuid(2)), cancellationToken,
                Rows.P(session.TenantId), Rows.P(isHere ? key : ""), Rows.P(isHere ? after : Guid.Empty)));
        }

        var more = pairs.Count > page.Value.Limit;
        if (more) pairs.RemoveRange(page.Value.Limit, pairs.Count - page.Value.Limit);
        Guid[] ids = [.. pairs.SelectMany(p => new[] { p.First, p.Second }).Distinct()];
        var entries = (await session.Query($"SELECT id, {words} FROM {table} WHERE tenant_id = $1 AND id = ANY ($2)", r => new NamedEntry(r.GetGuid(0), r.Text(1), r.GetString(2)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(ids))).ToDictionary(e => e.Id);
        var shown = pairs.Where(p => entries.ContainsKey(p.First) && entries.ContainsKey(p.Second)).Select(p => new DuplicateResponse(p.Reason, entries[p.First], entries[p.Second])).ToList();
        return new Page<DuplicateResponse>(shown, new(null, page.Value.Limit, null, false, more ? Cursors.Write(table, pairs[^1].Reason, pairs[^1].Key, pairs[^1].Second.ToString()) : null, more));
    }
}
