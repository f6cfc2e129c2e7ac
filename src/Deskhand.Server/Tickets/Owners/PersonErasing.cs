using System.Collections.Immutable;
using System.Text;
using Deskhand.Data;
using Deskhand.Directory;

namespace Deskhand.Tickets;

/// <summary>The regular expressions (of PostgreSQL) by which a person is known in text: addresses, telephone numbers however they are written, the full name.</summary>
internal static class PersonPatterns
{
    public static IEnumerable<string> Of(ContactFields fields)
    {
        var emails = fields.Identities.Where(i => i.Kind != IdentityKind.Phone).Select(i => i.Value).Append(fields.Email);
        foreach (var address in emails.OfType<string>().Where(a => a.Length >= 5)) yield return $"(?<![[:alnum:]._+-]){Literally(address)}(?![[:alnum:]-])";
        var phones = fields.Identities.Where(i => i.Kind != IdentityKind.Email).Select(i => i.Value).Concat([fields.PhoneOffice, fields.PhoneMobile, fields.PhoneDirect]);
        foreach (var number in phones.OfType<string>())
        {
            var digits = string.Concat(number.Where(char.IsAsciiDigit));
            // shorter ones are extensions, which many have
            if (digits.Length >= 7) yield return $"(?<![0-9])\\+?[0-9]{{0,4}}[ ()./-]*{string.Join("[ ()./-]*", digits[^Math.Min(9, digits.Length)..].AsEnumerable())}(?![0-9])";
        }

        var (first, last) = (fields.FirstName.Trim(), fields.LastName.Trim());
        if (first.Length == 0 || last.Length == 0) yield break;
        yield return $"\\m{Name(first)}\\s+{Name(last)}\\M";
        yield return $"\\m{Name(last)},?\\s+{Name(first)}\\M";
    }

    private static string Name(string name) => string.Join("\\s+", name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Literally));

    public static string Literally(string text)
    {
        var pattern = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c)) pattern.Append('\\');
            pattern.Append(c);
        }

        return pattern.ToString();
    }
}

/// <summary>Erases people in one place after the other, and counts.</summary>
internal sealed class PersonErasing(TenantSession session, Guid[] people, string[] patterns, Guid[] customers)
{
    private readonly SortedDictionary<string, long> places = new(StringComparer.Ordinal);
    private Guid[] tickets = [];

    public string[] Patterns { get; private set; } = patterns;

    /// <summary>What lies on the disk and goes when the transaction has committed.</summary>
    public List<string> Files { get; } = [];

    /// <summary>Erases everywhere; answers with how much in each place.</summary>
    /// <param name="contacts">The people as they were.</param>
    /// <param name="told">The one of whom an event tells.</param>
    /// <param name="now">The instant.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableSortedDictionary<string, long>> Everywhere(IReadOnlyList<Contact> contacts, Guid told, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await FindTickets(contacts, cancellationToken);
        await Count("contacts", """
            UPDATE contacts SET first_name = 'Erased', last_name = '', title = NULL, department = NULL, email = NULL, phone_office = NULL, phone_mobile = NULL, phone_direct = NULL,
                   identities = '[]', custom_fields = '{}', external_id = NULL, active = false, version = version + 1, sequence = sequence + CASE WHEN id = $4 THEN 1 ELSE 0 END, updated_at = $3
            WHERE tenant_id = $1 AND id = ANY ($2)
            """, cancellationToken, Rows.P(people), Rows.P(now), Rows.P(told));
        await EraseFiles(cancellationToken);
        if (Patterns.Length > 0)
        {
            // an external id names one ticket alone, so none is left in part: two would come out the same
            await Count("tickets", """
                UPDATE tickets SET subject = left(erase_words(subject, $3), 500), description = erase_words(description, $3), custom_fields = erase_json(custom_fields::text, $3)::jsonb,
                       escalation_reason = erase_words(escalation_reason, $3), external_id = CASE WHEN external_id ~* array_to_string($3, '|') THEN NULL ELSE external_id END, version = version + 1
                WHERE tenant_id = $1 AND id = ANY ($2)
                  AND (concat_ws(' ', subject, description, escalation_reason, external_id) ~* array_to_string($3, '|') OR erase_json(custom_fields::text, $3) <> custom_fields::text)
                """, cancellationToken, Rows.P(tickets), Rows.P(Patterns));
            await Count("comments", "UPDATE ticket_comments SET body = erase_words(body, $3) WHERE tenant_id = $1 AND ticket_id = ANY ($2) AND body ~* array_to_string($3, '|')",
                cancellationToken, Rows.P(tickets), Rows.P(Patterns));
            await session.Execute("UPDATE deliveries SET text = erase_words(text, $3) WHERE tenant_id = $1 AND ticket_id = ANY ($2) AND text ~* array_to_string($3, '|')",
                cancellationToken, Rows.P(session.TenantId), Rows.P(tickets), Rows.P(Patterns));
            await Count("notifications", "UPDATE notifications SET text = erase_words(text, $3) WHERE tenant_id = $1 AND ticket_id = ANY ($2) AND text ~* array_to_string($3, '|')",
                cancellationToken, Rows.P(tickets), Rows.P(Patterns));
            await Count("drafts", "UPDATE drafts SET body = erase_words(body, $2), ticket = erase_json(ticket::text, $2)::jsonb WHERE tenant_id = $1 AND (body ~* array_to_string($2, '|') OR erase_json(ticket::text, $2) <> ticket::text)",
                cancellationToken, Rows.P(Patterns));
            await Count("customers", """
                UPDATE customers SET details = erase_words(details, $3), custom_fields = erase_json(custom_fields::text, $3)::jsonb, version = version + 1
                WHERE tenant_id = $1 AND id = ANY ($2) AND (details ~* array_to_string($3, '|') OR erase_json(custom_fields::text, $3) <> custom_fields::text)
                """, cancellationToken, Rows.P(customers), Rows.P(Patterns));
            await Count("jobs", "UPDATE job_items SET outcome = erase_json(outcome::text, $2)::jsonb WHERE tenant_id = $1 AND outcome IS NOT NULL AND erase_json(outcome::text, $2) <> outcome::text",
                cancellationToken, Rows.P(Patterns));
            await Count("keptAnswers", """
                UPDATE idempotency_keys SET body = convert_to(erase_json(convert_from(body, 'UTF8'), $2), 'UTF8')
                WHERE tenant_id = $1 AND content_type LIKE 'application/%json%' AND erase_json(convert_from(body, 'UTF8'), $2) <> convert_from(body, 'UTF8')
                """, cancellationToken, Rows.P(Patterns));
        }

        await Count("keptContacts", """
            UPDATE idempotency_keys SET body = convert_to((convert_from(body, 'UTF8')::jsonb || '{"firstName":"Erased","lastName":"","title":null,"department":null,"email":null,"phoneOffice":null,
                   "phoneMobile":null,"phoneDirect":null,"identities":[],"customFields":{},"externalId":null}')::text, 'UTF8')
            WHERE tenant_id = $1 AND CASE WHEN content_type LIKE 'application/%json%' AND octet_length(body) > 2 THEN convert_from(body, 'UTF8')::jsonb ->> 'id' END = ANY ($2)
            """, cancellationToken, Rows.P(people.Select(p => p.ToString()).ToArray()));
        // who was written to, and what the mail server said of the address; what waits is not sent any more
        var suppressed = await session.Query("""
            DELETE FROM suppressions WHERE tenant_id = $1 AND address IN
                (SELECT to_key FROM deliveries WHERE tenant_id = $1 AND contact_id = ANY ($2))
            RETURNING id
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(people));
        places["suppressions"] = suppressed.Count;
        await Count("deliveries", """
            UPDATE deliveries SET to_address = 'erased', text = NULL, secret = NULL, last_error = NULL, state = CASE WHEN state IN ('queued', 'sending', 'parked') THEN 'suppressed' ELSE state END
            WHERE tenant_id = $1 AND contact_id = ANY ($2)
            """, cancellationToken, Rows.P(people));
        await Count("surveys", "UPDATE surveys SET comment = NULL WHERE tenant_id = $1 AND contact_id = ANY ($2) AND comment IS NOT NULL", cancellationToken, Rows.P(people));
        // what could be moved back is told no more
        await Count("merges", "DELETE FROM directory_moves WHERE tenant_id = $1 AND entity_type = 'contact' AND entity_id = ANY ($2)", cancellationToken, Rows.P(people));
        // the indexer, which takes rows of both tables in the other order, rests meanwhile
        await session.Execute("SELECT 1 FROM search_progress WHERE tenant_id = $1 FOR UPDATE", cancellationToken, Rows.P(session.TenantId));
        await Count("searchIndex", "DELETE FROM ticket_search WHERE tenant_id = $1 AND ticket_id = ANY ($2)", cancellationToken, Rows.P(tickets));
        var known = contacts.SelectMany(c => c.Fields.Identities.Select(i => i.Value).Concat([c.Fields.FirstName, c.Fields.LastName, c.Fields.Email, c.Fields.ExternalId]));
        places["searchWords"] = (await session.Query("SELECT forget_words(language::regconfig, $2) FROM search_progress WHERE tenant_id = $1", r => r.GetInt64(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(string.Join(' ', known)))).Sum();
        await session.Execute("INSERT INTO search_queue (tenant_id, ticket_id) SELECT $1, id FROM tickets WHERE tenant_id = $1 AND id = ANY ($2) AND deleted_at IS NULL ON CONFLICT DO NOTHING",
            cancellationToken, Rows.P(session.TenantId), Rows.P(tickets));
        Guid[] named = [.. tickets, .. customers, .. suppressed];
        foreach (var (place, n) in await session.Query("SELECT place, n FROM erase_from_records($1, $2, $3)", r => (r.GetString(0), r.GetInt64(1)), cancellationToken, Rows.P(people), Rows.P(named), Rows.P(Patterns)))
            places[place] = n;
        return places.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>The tickets of these people and of their customers, those they wrote in, and those in which the search finds an address of theirs.</summary>
    private async Task FindTickets(IReadOnlyList<Contact> contacts, CancellationToken cancellationToken)
    {
        var found = (await session.Query("""
            SELECT id FROM tickets WHERE tenant_id = $1 AND (contact_id = ANY ($2) OR customer_id = ANY ($3))
            UNION SELECT c.ticket_id FROM ticket_comments c WHERE c.tenant_id = $1 AND c.author_kind = 'contact' AND c.author_id = ANY ($2)
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(people), Rows.P(customers))).ToHashSet();
        foreach (var address in contacts.SelectMany(c => c.Fields.Identities.Select(i => i.Value).Append(c.Fields.Email)).OfType<string>())
            found.UnionWith(await session.Query("SELECT s FROM search_tickets(plainto_tsquery('pg_catalog.simple', search_fold($1)), 10000) s", r => r.GetGuid(0), cancellationToken, Rows.P(address)));
        tickets = [.. found.Order()];
    }

    private async Task Count(string place, string sql, CancellationToken cancellationToken, params Npgsql.NpgsqlParameter[] parameters) =>
        places[place] = await session.Execute(sql, cancellationToken, [Rows.P(session.TenantId), .. parameters]);

    /// <summary>What these people sent in. The names of the files stand in history too, and say as much as the files.</summary>
    private async Task EraseFiles(CancellationToken cancellationToken)
    {
        var files = await session.Query("""
            UPDATE attachments a SET deleted_at = coalesce(a.deleted_at, now()), name = 'erased', sha256 = '' FROM (
                SELECT id, name FROM attachments WHERE tenant_id = $1 AND created_by = ANY ($2) FOR UPDATE) before
            WHERE a.tenant_id = $1 AND a.id = before.id RETURNING a.storage_key, before.name
            """, r => (Key: r.GetString(0), Name: r.GetString(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(people));
        Files.AddRange(files.Select(f => f.Key));
        Patterns = [.. Patterns, .. files.Where(f => f.Name.Length >= 8).Select(f => PersonPatterns.Literally(f.Name)).Distinct(StringComparer.Ordinal).Take(200)];
        places["attachments"] = files.Count;
    }
}
