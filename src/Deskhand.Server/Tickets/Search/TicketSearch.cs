using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>A query that is understood: every value is one of the tenant's, every name is known to mean somebody.</summary>
/// <param name="Query">What was asked.</param>
/// <param name="Conditions">Its clauses.</param>
/// <param name="Named">Whom the named conditions mean, in their order.</param>
/// <param name="Words">Its text to the index, or null when it has none.</param>
/// <param name="Among">The few tickets that can fit at all (<see cref="FieldMatches"/>); null when nothing is known of them.</param>
internal sealed record SearchAsked(SearchQuery Query, ImmutableArray<SearchCondition> Conditions, ImmutableArray<NamedIds> Named, SearchPlan? Words, Guid[]? Among);

/// <summary>Whom a name means.</summary>
/// <param name="Ids">All that bear it.</param>
/// <param name="OrNone">Whether nobody fits too.</param>
internal sealed record NamedIds(ImmutableArray<Guid> Ids, bool OrNone);

/// <summary>Understands queries about tickets: by the tenant's rules, its people and customers, and its index.</summary>
internal sealed class TicketSearch(TenantSession session, Rulebooks rulebooks, SearchPlans plans, FieldMatches matches, TimeProvider clock)
{
    /// <summary>A name that means more than these is no condition.</summary>
    private const int MostNamed = 100;

    /// <summary>Reads and understands a query.</summary>
    public async Task<Outcome<SearchAsked>> Read(string text, Caller caller, CancellationToken cancellationToken)
    {
        var parsed = SearchQuery.Parse(text);
        return parsed.Problem is { } problem ? problem : await Read(parsed.Value, caller, cancellationToken);
    }

    /// <summary>Understands a query; what means nothing here is a problem with its position.</summary>
    public async Task<Outcome<SearchAsked>> Read(SearchQuery query, Caller caller, CancellationToken cancellationToken)
    {
        var rulebook = await rulebooks.Of(session, cancellationToken);
        var read = new SearchReading(rulebook, clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(rulebook.TimeZone)).Read(query);
        if (read.Problem is { } unknown) return unknown;
        var named = ImmutableArray.CreateBuilder<NamedIds>();
        foreach (var condition in read.Value.OfType<NamedCondition>())
        {
            var found = await Find(condition, caller, cancellationToken);
            if (found.Problem is { } nobody) return nobody;
            named.Add(found.Value);
        }

        return new SearchAsked(query, read.Value, named.ToImmutable(),
            await plans.Of(session, query, caller.May(Permission.NotesRead), cancellationToken), await matches.Of(session, read.Value, cancellationToken));
    }

    /// <summary>What was asked in two parts for a search by relevance; null when nothing can stand in titles.</summary>
    public async ValueTask<TitlePlans?> ByTitles(SearchAsked asked, Caller caller, CancellationToken cancellationToken) =>
        asked.Words is { Query: not null } plan ? await plans.ByTitles(session, asked.Query, plan, caller.May(Permission.NotesRead), cancellationToken) : null;

    private async Task<Outcome<NamedIds>> Find(NamedCondition condition, Caller caller, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        var none = false;
        foreach (var name in condition.Names)
        {
            if (string.Equals(name.Text, "none", StringComparison.OrdinalIgnoreCase)) none = true;
            else if (condition.Field == SearchField.Assignee && string.Equals(name.Text, "me", StringComparison.OrdinalIgnoreCase)) ids.Add(caller.UserId);
            else if (Guid.TryParseExact(name.Text, "D", out var id)) ids.Add(id);
            else
            {
                var found = await ByName(condition.Field, name, caller, cancellationToken);
                if (found.Problem is { } nobody) return nobody;
                ids.AddRange(found.Value);
            }
        }

        return new NamedIds([.. ids.Distinct()], none);
    }

    private async Task<Outcome<List<Guid>>> ByName(SearchField field, SearchValue name, Caller caller, CancellationToken cancellationToken)
    {
        var what = SearchFields.Name(field, null);
        var isPerson = field is SearchField.Assignee or SearchField.Group;
        // who may not read names learns none by asking for them
        if (!caller.May(isPerson ? Permission.UsersRead : Permission.CustomersRead))
            return SearchQuery.Wrong(name.Position, $"You may not look for names here: {what} takes an id or none{(field == SearchField.Assignee ? " or me" : "")}.");
        var found = isPerson ? await People(field, name.Text, cancellationToken) : await Directory(field, name.Text, cancellationToken);
        return found.Count switch
        {
            0 => SearchQuery.Wrong(name.Position, $"There is no {what} with this name.", isPerson ? await Names(field, cancellationToken) : []),
            > MostNamed => SearchQuery.Wrong(name.Position, $"More than {MostNamed} have this name; write more of it."),
            _ => found,
        };
    }

    /// <summary>By address, by the whole name, or by a part of it: the first that fits anybody.</summary>
    private Task<List<Guid>> People(SearchField field, string name, CancellationToken cancellationToken) => session.Query(field == SearchField.Group
        ? """
          WITH fit AS (SELECT id, lower(name) = lower($2) AS whole FROM groups WHERE tenant_id = $1 AND deleted_at IS NULL AND strpos(lower(name), lower($2)) > 0)
          SELECT id FROM fit WHERE whole OR NOT EXISTS (SELECT 1 FROM fit WHERE whole) LIMIT 101
          """
        : """
          WITH fit AS (SELECT id, lower($2) IN (lower(name), lower(email)) AS whole FROM users WHERE tenant_id = $1 AND deleted_at IS NULL AND (strpos(lower(name), lower($2)) > 0 OR lower(email) = lower($2)))
          SELECT id FROM fit WHERE whole OR NOT EXISTS (SELECT 1 FROM fit WHERE whole) LIMIT 101
          """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(name.Trim()));

    private async Task<List<Guid>> Directory(SearchField field, string name, CancellationToken cancellationToken)
    {
        var table = field == SearchField.Customer ? "customers" : "contacts";
        var whole = await session.Query($"SELECT id FROM {table} WHERE tenant_id = $1 AND deleted_at IS NULL AND {(field == SearchField.Customer ? "name_key" : "email_key")} = lower($2) LIMIT 101",
            r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(name.Trim()));
        return whole.Count > 0 ? whole : await session.Query("SELECT id FROM search_directory($1, $2, 101) id", r => r.GetGuid(0), cancellationToken, Rows.P(table), Rows.P(name.Trim()));
    }

    private Task<List<string>> Names(SearchField field, CancellationToken cancellationToken) => session.Query(
        $"SELECT name FROM {(field == SearchField.Group ? "groups" : "users")} WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY name LIMIT 50", r => r.GetString(0), cancellationToken, Rows.P(session.TenantId));
}
