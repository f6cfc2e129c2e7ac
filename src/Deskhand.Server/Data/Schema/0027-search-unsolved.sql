-- Searching words among unsolved tickets: the index knows them by their weeks, so that old answers to the words are not even looked at.
-- cost: writes the index of the words anew, about a minute for each 250,000 tickets; tickets cannot be searched or indexed meanwhile, all else goes on

-- up

ALTER TABLE ticket_search ADD COLUMN unsolved boolean NOT NULL DEFAULT false;

-- What a ticket is gathered by: the week it was changed in and, while it is unsolved, the same among the unsolved ones, and that it is one at all.
CREATE FUNCTION search_weeks(tenant uuid, at timestamptz, unsolved boolean) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN unsolved THEN ARRAY[search_week(tenant, at), search_key(tenant) || 'u' || search_week(at), search_key(tenant) || 'u'] ELSE ARRAY[search_week(tenant, at)] END;

DROP INDEX ticket_search_words;
-- of all tenants at once, as the owner
ALTER TABLE ticket_search NO FORCE ROW LEVEL SECURITY;
UPDATE ticket_search SET unsolved = true WHERE NOT document @@ search_own(tenant_id, '''=category:solved'' | ''=category:closed'''::tsquery);
ALTER TABLE ticket_search FORCE ROW LEVEL SECURITY;
-- search_tickets; entries gather in a short list first, because entering them one by one costs three times as much
CREATE INDEX ticket_search_words ON ticket_search USING gin (search_weeks(tenant_id, updated_at, unsolved), document) WITH (gin_pending_list_limit = 256);
ANALYZE ticket_search;

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

DROP FUNCTION search_tickets(tsquery, int);
DROP FUNCTION newest_tickets(tsquery, timestamptz, uuid, int, boolean);
DROP FUNCTION tickets_of_weeks(tsquery, int[], timestamptz, uuid, int);

-- The newest matches after a place in the list: all, those of the unsolved, those that were changed in some weeks. Planned once a connection, for the
-- index of the words is the way, whatever they are; a plan that knows neither words nor tenant could take the tenant's own order for it, or the whole
-- table; a test for truth has no index.
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

-- The newest matches after a place in the list, for words that are nearly everywhere: tickets are looked at in their order until enough match. A test
-- for truth has no index, so the walk is one whatever the planner thinks, and it is planned each time, because the limit decides.
CREATE FUNCTION walk_tickets(wanted tsquery, most int, until timestamptz DEFAULT 'infinity', before uuid DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff') RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    BEGIN
        RETURN QUERY EXECUTE 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND (document @@ $2) IS TRUE AND (updated_at, ticket_id) < ($3, $4) ORDER BY updated_at DESC, ticket_id DESC LIMIT $5'
            USING tenant, search_own(tenant, wanted), until, before, most;
    END $$;

CALL isolate();

-- down

DROP FUNCTION search_tickets(tsquery, int, boolean, int[], timestamptz, uuid);
DROP FUNCTION walk_tickets(tsquery, int, timestamptz, uuid);

CREATE FUNCTION search_tickets(wanted tsquery, most int) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 1000
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        own tsquery := search_own(tenant, wanted);
    BEGIN
        RETURN QUERY SELECT found.ticket_id FROM (SELECT s.ticket_id, s.updated_at FROM ticket_search s WHERE (s.tenant_id = tenant) IS TRUE AND s.document @@ own OFFSET 0) found
            ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
    END $$;

CREATE FUNCTION newest_tickets(wanted tsquery, until timestamptz, before uuid, most int, walk boolean) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        own tsquery := search_own(tenant, wanted);
    BEGIN
        IF walk THEN
            RETURN QUERY EXECUTE 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND (document @@ $2) IS TRUE AND (updated_at, ticket_id) < ($3, $4) ORDER BY updated_at DESC, ticket_id DESC LIMIT $5'
                USING tenant, own, until, before, most;
        ELSE
            RETURN QUERY SELECT found.ticket_id FROM (SELECT s.ticket_id, s.updated_at FROM ticket_search s WHERE (s.tenant_id = tenant) IS TRUE AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        END IF;
    END $$;

CREATE FUNCTION tickets_of_weeks(wanted tsquery, weeks int[], until timestamptz, before uuid, most int) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        own tsquery := search_own(tenant, wanted);
        keys text[] := ARRAY(SELECT search_key(tenant) || w FROM unnest(weeks) w);
    BEGIN
        RETURN QUERY SELECT found.ticket_id FROM (
                SELECT s.ticket_id, s.updated_at FROM ticket_search s WHERE (s.tenant_id = tenant) IS TRUE AND search_week(s.tenant_id, s.updated_at) = ANY (keys) AND s.document @@ own OFFSET 0) found
            WHERE (found.updated_at, found.ticket_id) < (until, before) ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
    END $$;

CREATE OR REPLACE FUNCTION index_tickets(ids uuid[], language regconfig) RETURNS void
    LANGUAGE sql
    AS $$
    DELETE FROM ticket_search s
    WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.ticket_id = ANY (ids)
      AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id AND t.deleted_at IS NULL);
    INSERT INTO ticket_search (tenant_id, ticket_id, updated_at, document)
    SELECT t.tenant_id, t.id, t.updated_at,
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
    ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET updated_at = excluded.updated_at, document = excluded.document
    $$;

DROP INDEX ticket_search_words;
CREATE INDEX ticket_search_words ON ticket_search USING gin (search_week(tenant_id, updated_at), document) WITH (gin_pending_list_limit = 256);
DROP FUNCTION search_weeks(uuid, timestamptz, boolean);
ALTER TABLE ticket_search DROP COLUMN unsolved;

CALL isolate();
