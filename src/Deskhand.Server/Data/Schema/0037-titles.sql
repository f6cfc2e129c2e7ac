-- Search by relevance: a document knows which of its words stand in the titles of a ticket, which are its reference, subject, names and tags.
-- cost: every ticket is indexed anew in the background, some 20 minutes for a million; meanwhile relevance knows the titles of some

-- up

-- Each word of the titles once more, marked: no word of a text begins so.
CREATE FUNCTION search_titles(titles tsvector) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN replace(' ' || titles::text, ' ''', ' ''^')::tsvector;

-- The same words in titles.
CREATE FUNCTION search_titles(wanted tsquery) RETURNS tsquery
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(wanted::text, '''((?:[^'']|'''')*)''', '''^\1''', 'g')::tsquery;

-- As before, and the titles once more.
CREATE OR REPLACE FUNCTION search_document(language regconfig, reference text, number bigint, external_id text, subject text, tags text[], names text, said text, noted text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
    DECLARE
        titles tsvector := setweight(to_tsvector('pg_catalog.simple', search_fold(concat_ws(' ', reference, translate(reference, '-', ' '), number, external_id, subject))) || to_tsvector(language, subject), 'A')
            || setweight(to_tsvector('pg_catalog.simple', search_fold(concat_ws(' ', array_to_string(tags, ' '), names))), 'B');
    BEGIN
        RETURN titles
            || setweight(to_tsvector('pg_catalog.simple', search_fold(coalesce(said, ''))) || to_tsvector(language, coalesce(said, '')), 'C')
            || setweight(to_tsvector('pg_catalog.simple', search_fold(coalesce(noted, ''))) || to_tsvector(language, coalesce(noted, '')), 'D')
            || search_titles(titles);
    END $$;

-- As before, but what is marked is on no list.
CREATE OR REPLACE FUNCTION index_tickets(ids uuid[], language regconfig) RETURNS void
    LANGUAGE sql
    AS $$
    DELETE FROM ticket_search s
    WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.ticket_id = ANY (ids)
      AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id AND t.deleted_at IS NULL);
    INSERT INTO ticket_search (tenant_id, ticket_id, updated_at, facets, document)
    SELECT t.tenant_id, t.id, t.updated_at, search_facets(t.status, t.status_category, t.priority, t.type, t.channel, t.category, t.group_id, t.assignee_id, t.tags),
           search_own(t.tenant_id, search_document(language, t.reference, t.number, t.external_id, t.subject, t.tags, concat_ws(' ', c.name, c.number, k.first_name, k.last_name, k.email),
                           concat_ws(' ', left(t.description, 20000), left(texts.said, 40000)), left(texts.noted, 20000)))
    FROM tickets t
    LEFT JOIN customers c ON c.tenant_id = t.tenant_id AND c.id = t.customer_id AND c.deleted_at IS NULL
    LEFT JOIN contacts k ON k.tenant_id = t.tenant_id AND k.id = t.contact_id AND k.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT string_agg(n.body, ' ') FILTER (WHERE n.visibility = 'public') AS said, string_agg(n.body, ' ') FILTER (WHERE n.visibility <> 'public') AS noted
        FROM (SELECT m.visibility, left(m.body, 20000) AS body FROM ticket_comments m
              WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id AND m.deleted_at IS NULL ORDER BY m.created_at DESC, m.id DESC LIMIT 200) n) texts
    WHERE t.tenant_id = current_setting('app.tenant_id')::uuid AND t.id = ANY (ids) AND t.deleted_at IS NULL
    ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET updated_at = excluded.updated_at, facets = excluded.facets, document = excluded.document;
    -- most are there already, which is looked up one by one: a list of all the tenant's words is not to be read through
    INSERT INTO search_words (tenant_id, word)
    SELECT n.tenant_id, n.word FROM (
        SELECT DISTINCT s.tenant_id, search_listed(substr(w, 4)) FROM ticket_search s, unnest(tsvector_to_array(s.document)) w
        WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.ticket_id = ANY (ids) AND substr(w, 4) ~ '^[^0-9^]') n (tenant_id, word)
    WHERE (SELECT true FROM search_words k WHERE k.tenant_id = n.tenant_id AND k.word = n.word) IS NULL
    ON CONFLICT DO NOTHING
    $$;

-- of all tenants, as the owner
ALTER TABLE search_progress NO FORCE ROW LEVEL SECURITY;
UPDATE search_progress SET filled_to = '00000000-0000-0000-0000-000000000000';
ALTER TABLE search_progress FORCE ROW LEVEL SECURITY;

-- down

CREATE OR REPLACE FUNCTION index_tickets(ids uuid[], language regconfig) RETURNS void
    LANGUAGE sql
    AS $$
    DELETE FROM ticket_search s
    WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.ticket_id = ANY (ids)
      AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id AND t.deleted_at IS NULL);
    INSERT INTO ticket_search (tenant_id, ticket_id, updated_at, facets, document)
    SELECT t.tenant_id, t.id, t.updated_at, search_facets(t.status, t.status_category, t.priority, t.type, t.channel, t.category, t.group_id, t.assignee_id, t.tags),
           search_own(t.tenant_id, search_document(language, t.reference, t.number, t.external_id, t.subject, t.tags, concat_ws(' ', c.name, c.number, k.first_name, k.last_name, k.email),
                           concat_ws(' ', left(t.description, 20000), left(texts.said, 40000)), left(texts.noted, 20000)))
    FROM tickets t
    LEFT JOIN customers c ON c.tenant_id = t.tenant_id AND c.id = t.customer_id AND c.deleted_at IS NULL
    LEFT JOIN contacts k ON k.tenant_id = t.tenant_id AND k.id = t.contact_id AND k.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT string_agg(n.body, ' ') FILTER (WHERE n.visibility = 'public') AS said, string_agg(n.body, ' ') FILTER (WHERE n.visibility <> 'public') AS noted
        FROM (SELECT m.visibility, left(m.body, 20000) AS body FROM ticket_comments m
              WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id AND m.deleted_at IS NULL ORDER BY m.created_at DESC, m.id DESC LIMIT 200) n) texts
    WHERE t.tenant_id = current_setting('app.tenant_id')::uuid AND t.id = ANY (ids) AND t.deleted_at IS NULL
    ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET updated_at = excluded.updated_at, facets = excluded.facets, document = excluded.document;
    -- most are there already, which is looked up one by one: a list of all the tenant's words is not to be read through
    INSERT INTO search_words (tenant_id, word)
    SELECT n.tenant_id, n.word FROM (
        SELECT DISTINCT s.tenant_id, search_listed(substr(w, 4)) FROM ticket_search s, unnest(tsvector_to_array(s.document)) w
        WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.ticket_id = ANY (ids) AND substr(w, 4) ~ '^[^0-9]') n (tenant_id, word)
    WHERE (SELECT true FROM search_words k WHERE k.tenant_id = n.tenant_id AND k.word = n.word) IS NULL
    ON CONFLICT DO NOTHING
    $$;

CREATE OR REPLACE FUNCTION search_document(language regconfig, reference text, number bigint, external_id text, subject text, tags text[], names text, said text, noted text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$BEGIN RETURN (
        setweight(to_tsvector('pg_catalog.simple', search_fold(concat_ws(' ', reference, translate(reference, '-', ' '), number, external_id, subject))) || to_tsvector(language, subject), 'A')
        || setweight(to_tsvector('pg_catalog.simple', search_fold(concat_ws(' ', array_to_string(tags, ' '), names))), 'B')
        || setweight(to_tsvector('pg_catalog.simple', search_fold(coalesce(said, ''))) || to_tsvector(language, coalesce(said, '')), 'C')
        || setweight(to_tsvector('pg_catalog.simple', search_fold(coalesce(noted, ''))) || to_tsvector(language, coalesce(noted, '')), 'D')); END$$;

DROP FUNCTION search_titles(tsquery);
DROP FUNCTION search_titles(tsvector);

-- marked words are in the index no longer once all is indexed anew
ALTER TABLE search_progress NO FORCE ROW LEVEL SECURITY;
UPDATE search_progress SET filled_to = '00000000-0000-0000-0000-000000000000';
ALTER TABLE search_progress FORCE ROW LEVEL SECURITY;
