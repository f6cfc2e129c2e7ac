-- Searching words under a condition of any kind: the index knows tickets week by week by everything that one chooses from a list, as it knew the
-- unsolved ones, and by who may see them.
-- cost: writes the index of the words anew, about a minute for each 250,000 tickets; tickets cannot be searched or indexed meanwhile, all else goes on

-- up

-- What a ticket is, one name for each thing that lists are narrowed by (SearchFacets in the program writes the same names). People and groups are known
-- by the end of their ids: two that share it cost a little time, for what the index names is looked at again.
CREATE FUNCTION search_facets(status text, status_category text, priority smallint, type text, channel text, category text, group_id uuid, assignee_id uuid, tags text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN concat_ws(E'\x1f', CASE WHEN status_category NOT IN ('solved', 'closed') THEN 'u' END, 's:' || status, 'c:' || status_category, 'p:' || priority, 't:' || type, 'h:' || channel,
        'k:' || category, 'g:' || coalesce(right(group_id::text, 12), 'none'), 'a:' || coalesce(right(assignee_id::text, 12), 'none'), CASE WHEN cardinality(tags) > 0 THEN '#' || array_to_string(tags, E'\x1f#') END);

-- What a ticket is gathered by: the week it was changed in, the same week once more for each of its facets, and these without a week.
CREATE FUNCTION search_weeks(tenant uuid, at timestamptz, facets text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        key text := search_key(tenant);
        week text := key || search_week(at);
    BEGIN
        RETURN string_to_array(concat_ws(E'\x1f', week, week || replace(facets, E'\x1f', E'\x1f' || week), key || replace(facets, E'\x1f', E'\x1f' || key)), E'\x1f');
    END $$;

-- Whether a ticket has one of each list of alternatives.
CREATE FUNCTION search_fits(facets text, among text[]) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        own text[] := string_to_array(facets, E'\x1f');
        alternatives text;
    BEGIN
        FOREACH alternatives IN ARRAY among LOOP
            IF NOT own && string_to_array(alternatives, E'\x1f') THEN RETURN false; END IF;
        END LOOP;
        RETURN true;
    END $$;

DROP INDEX ticket_search_words;
DROP INDEX ticket_search_recent;
ALTER TABLE ticket_search ADD COLUMN facets text NOT NULL DEFAULT '';
-- of all tenants at once, as the role that sees them
GRANT UPDATE (facets) ON ticket_search TO {system};
SET LOCAL ROLE {system};
UPDATE ticket_search s SET facets = search_facets(t.status, t.status_category, t.priority, t.type, t.channel, t.category, t.group_id, t.assignee_id, t.tags)
FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id;
RESET ROLE;
REVOKE UPDATE (facets) ON ticket_search FROM {system};
ALTER TABLE ticket_search DROP COLUMN unsolved;
-- walk_tickets: for words that are nearly everywhere, walked until enough are found
CREATE INDEX ticket_search_recent ON ticket_search (tenant_id, updated_at, ticket_id);
-- search_tickets; entries gather in a short list first, because entering them one by one costs three times as much
CREATE INDEX ticket_search_words ON ticket_search USING gin (search_weeks(tenant_id, updated_at, facets), document) WITH (gin_pending_list_limit = 256);
ANALYZE ticket_search;

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
    ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET updated_at = excluded.updated_at, facets = excluded.facets, document = excluded.document
    $$;

DROP FUNCTION search_tickets(tsquery, int, boolean, int[], timestamptz, uuid);
DROP FUNCTION search_weeks(uuid, timestamptz, boolean);
DROP FUNCTION search_facets(text, text);

-- The newest matches after a place in the list, among all tickets or among those with a facet of each list of alternatives, of which fewest tickets fit the
-- first. The first is asked of the index too where weeks are given: in these, or in all when there are none of them; with few weeks, in which the words are
-- often, so is the second; the others are compared with what it finds. Planned once a connection, for the index of the words is the way, whatever they
-- are; a plan that knows neither words nor tenant could take the tenant's own order for it, or the whole table; a test for truth has no index.
CREATE FUNCTION search_tickets(wanted tsquery, most int, among text[] DEFAULT NULL, weeks int[] DEFAULT NULL,
        until timestamptz DEFAULT 'infinity', before uuid DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff') RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        own tsquery := search_own(tenant, wanted);
        asked int := CASE WHEN weeks IS NULL THEN 0 WHEN cardinality(weeks) BETWEEN 1 AND 8 AND cardinality(among) > 1 THEN 2 ELSE 1 END;
        times text[] := CASE WHEN weeks = '{}' THEN '{""}' ELSE weeks::text[] END;
        keys text[] := ARRAY(SELECT search_key(tenant) || t || f FROM unnest(times) t, unnest(coalesce(string_to_array(among[1], E'\x1f'), '{""}')) f);
        also text[] := ARRAY(SELECT search_key(tenant) || t || f FROM unnest(times) t, unnest(string_to_array(among[asked], E'\x1f')) f);
        others text[] := nullif(among[asked + 1:], '{}');
    BEGIN
        IF asked = 0 THEN
            RETURN QUERY SELECT found.ticket_id FROM (
                    SELECT s.ticket_id, s.updated_at, s.facets FROM ticket_search s WHERE (s.tenant_id = tenant) IS TRUE AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) AND (others IS NULL OR search_fits(found.facets, others))
                ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        ELSIF asked = 1 THEN
            RETURN QUERY SELECT found.ticket_id FROM (
                    SELECT s.ticket_id, s.updated_at, s.facets FROM ticket_search s
                    WHERE (s.tenant_id = tenant) IS TRUE AND search_weeks(s.tenant_id, s.updated_at, s.facets) && keys AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) AND (others IS NULL OR search_fits(found.facets, others))
                ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        ELSE
            RETURN QUERY SELECT found.ticket_id FROM (
                    SELECT s.ticket_id, s.updated_at, s.facets FROM ticket_search s
                    WHERE (s.tenant_id = tenant) IS TRUE AND search_weeks(s.tenant_id, s.updated_at, s.facets) && keys
                      AND search_weeks(s.tenant_id, s.updated_at, s.facets) && also AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) AND (others IS NULL OR search_fits(found.facets, others))
                ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        END IF;
    END $$;

CALL isolate();

-- down

DROP FUNCTION search_tickets(tsquery, int, text[], int[], timestamptz, uuid);
DROP FUNCTION search_fits;

CREATE FUNCTION search_facets(status text, status_category text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT array_to_tsvector(ARRAY['=status:' || status, '=category:' || status_category]) $$;

CREATE FUNCTION search_weeks(tenant uuid, at timestamptz, unsolved boolean) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN unsolved THEN ARRAY[search_week(tenant, at), search_key(tenant) || 'u' || search_week(at), search_key(tenant) || 'u'] ELSE ARRAY[search_week(tenant, at)] END;

DROP INDEX ticket_search_words;
ALTER TABLE ticket_search ADD COLUMN unsolved boolean NOT NULL DEFAULT false;
ALTER TABLE ticket_search NO FORCE ROW LEVEL SECURITY;
UPDATE ticket_search SET unsolved = true WHERE starts_with(facets, E'u\x1f');
ALTER TABLE ticket_search FORCE ROW LEVEL SECURITY;
ALTER TABLE ticket_search DROP COLUMN facets;
CREATE INDEX ticket_search_words ON ticket_search USING gin (search_weeks(tenant_id, updated_at, unsolved), document) WITH (gin_pending_list_limit = 256);
ANALYZE ticket_search;
-- the words that stood for a status are missing in what was indexed since: all of it again, in the background
ALTER TABLE search_progress NO FORCE ROW LEVEL SECURITY;
UPDATE search_progress SET filled_to = '00000000-0000-0000-0000-000000000000';
ALTER TABLE search_progress FORCE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION index_tickets(ids uuid[], language regconfig) RETURNS void
    LANGUAGE sql
    AS $$
    DELETE FROM ticket_search s
    WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.ticket_id = ANY (ids)
      AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id AND t.deleted_at IS NULL);
    INSERT INTO ticket_search (tenant_id, ticket_id, updated_at, unsolved, document)
    SELECT t.tenant_id, t.id, t.updated_at, t.status_category NOT IN ('solved', 'closed'),
           search_own(t.tenant_id, search_document(language, t.reference, t.number, t.external_id, t.subject, t.tags, concat_ws(' ', c.name, c.number, k.first_name, k.last_name, k.email),
                           concat_ws(' ', left(t.description, 20000), left(texts.said, 40000)), left(texts.noted, 20000))
           || search_facets(t.status, t.status_category))
    FROM tickets t
    LEFT JOIN customers c ON c.tenant_id = t.tenant_id AND c.id = t.customer_id AND c.deleted_at IS NULL
    LEFT JOIN contacts k ON k.tenant_id = t.tenant_id AND k.id = t.contact_id AND k.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT string_agg(n.body, ' ') FILTER (WHERE n.visibility = 'public') AS said, string_agg(n.body, ' ') FILTER (WHERE n.visibility <> 'public') AS noted
        FROM (SELECT m.visibility, left(m.body, 20000) AS body FROM ticket_comments m
              WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id AND m.deleted_at IS NULL ORDER BY m.created_at DESC, m.id DESC LIMIT 200) n) texts
    WHERE t.tenant_id = current_setting('app.tenant_id')::uuid AND t.id = ANY (ids) AND t.deleted_at IS NULL
    ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET updated_at = excluded.updated_at, unsolved = excluded.unsolved, document = excluded.document
    $$;

CREATE FUNCTION search_tickets(wanted tsquery, most int, only_unsolved boolean DEFAULT false, weeks int[] DEFAULT NULL,
        until timestamptz DEFAULT 'infinity', before uuid DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff') RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        own tsquery := search_own(tenant, wanted);
        mark text := search_key(tenant) || CASE WHEN only_unsolved THEN 'u' ELSE '' END;
        keys text[] := CASE WHEN weeks IS NOT NULL THEN ARRAY(SELECT mark || w FROM unnest(weeks) w) WHEN only_unsolved THEN ARRAY[mark] END;
    BEGIN
        IF keys IS NULL THEN
            RETURN QUERY SELECT found.ticket_id FROM (SELECT s.ticket_id, s.updated_at FROM ticket_search s WHERE (s.tenant_id = tenant) IS TRUE AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        ELSE
            RETURN QUERY SELECT found.ticket_id FROM (
                    SELECT s.ticket_id, s.updated_at FROM ticket_search s
                    WHERE (s.tenant_id = tenant) IS TRUE AND search_weeks(s.tenant_id, s.updated_at, s.unsolved) && keys AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        END IF;
    END $$;

DROP FUNCTION search_weeks(uuid, timestamptz, text);
DROP FUNCTION search_facets(text, text, smallint, text, text, text, uuid, uuid, text[]);

CALL isolate();
