-- Search: each tenant has words of its own in the index, so that what one looks for costs nothing for what others have.
-- cost: writes the search index anew, about a minute for each 250,000 tickets; tickets cannot be searched or indexed meanwhile, all else goes on

-- up

-- What stands before every word of a tenant. The index held the tenant beside the words, and looked each match up among all tickets of the tenant,
-- which cost ten times what the words did. Two tenants with the same key share lists of matches and nothing else: a row has its tenant.
CREATE FUNCTION search_key(tenant uuid) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT left(encode(decode(md5(tenant::text), 'hex'), 'base64'), 3) $$;

-- A document in the tenant's own words. No word holds a space, so a quote after a space begins one.
CREATE FUNCTION search_own(tenant uuid, document tsvector) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT replace(' ' || document::text, ' ''', ' ''' || search_key(tenant))::tsvector $$;

-- What is looked for, in the tenant's own words.
CREATE FUNCTION search_own(tenant uuid, wanted tsquery) RETURNS tsquery
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT regexp_replace(wanted::text, '''((?:[^'']|'''')*)''', '''' || search_key(tenant) || '\1''', 'g')::tsquery $$;

-- The week that a tenant's ticket was changed in.
CREATE FUNCTION search_week(tenant uuid, at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT search_key(tenant) || search_week(at) $$;

CREATE TABLE ticket_search_by_tenant (
    tenant_id  uuid NOT NULL,
    ticket_id  uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    document   tsvector NOT NULL
);
-- of all tenants at once, as the owner
ALTER TABLE ticket_search NO FORCE ROW LEVEL SECURITY;
INSERT INTO ticket_search_by_tenant (tenant_id, ticket_id, updated_at, document)
SELECT tenant_id, ticket_id, updated_at, search_own(tenant_id, document) FROM ticket_search ORDER BY tenant_id, updated_at;
DROP TABLE ticket_search;
ALTER TABLE ticket_search_by_tenant RENAME TO ticket_search;
ALTER TABLE ticket_search ADD PRIMARY KEY (tenant_id, ticket_id);
-- tickets_of_weeks, search_tickets; entries gather in a short list first, because entering them one by one costs three times as much
CREATE INDEX ticket_search_words ON ticket_search USING gin (search_week(tenant_id, updated_at), document) WITH (gin_pending_list_limit = 256);
-- newest_tickets: for words that are nearly everywhere, walked until enough are found
CREATE INDEX ticket_search_recent ON ticket_search (tenant_id, updated_at, ticket_id);
ALTER TABLE ticket_search ALTER COLUMN document SET STATISTICS 500;
ANALYZE ticket_search;

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

CREATE OR REPLACE FUNCTION search_tickets(wanted tsquery, most int) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 1000
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    BEGIN
        RETURN QUERY EXECUTE 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 ORDER BY updated_at DESC, ticket_id DESC LIMIT $3'
            USING tenant, search_own(tenant, wanted), most;
    END $$;

-- The newest matches after a place in the list. A test for truth has no index, so the walk is one whatever the planner thinks.
DROP FUNCTION newest_tickets(tsquery, timestamptz, int, boolean);
CREATE FUNCTION newest_tickets(wanted tsquery, until timestamptz, before uuid, most int, walk boolean) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    BEGIN
        RETURN QUERY EXECUTE CASE WHEN walk
            THEN 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND (document @@ $2) IS TRUE AND (updated_at, ticket_id) < ($3, $4) ORDER BY updated_at DESC, ticket_id DESC LIMIT $5'
            ELSE 'SELECT ticket_id FROM (SELECT ticket_id, updated_at FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 OFFSET 0) found
                WHERE (updated_at, ticket_id) < ($3, $4) ORDER BY updated_at DESC, ticket_id DESC LIMIT $5' END
            USING tenant, search_own(tenant, wanted), until, before, most;
    END $$;

CREATE OR REPLACE FUNCTION rank_tickets(wanted tsquery, most int) RETURNS TABLE (ticket_id uuid, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    BEGIN
        RETURN QUERY EXECUTE 'SELECT n.ticket_id, ts_rank(''{0.1, 0.2, 0.5, 1}'', n.document, $2, 1) FROM (
                SELECT s.ticket_id, s.document FROM ticket_search s WHERE s.tenant_id = $1 AND s.document @@ $2 ORDER BY s.updated_at DESC, s.ticket_id DESC LIMIT $3) n
                ORDER BY 2 DESC, 1 DESC'
            USING tenant, search_own(tenant, wanted), most;
    END $$;

-- The newest matches that were changed in these weeks, after a place in the list.
DROP FUNCTION tickets_of_weeks(tsquery, int[]);
CREATE FUNCTION tickets_of_weeks(wanted tsquery, weeks int[], until timestamptz, before uuid, most int) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    BEGIN
        RETURN QUERY EXECUTE 'SELECT ticket_id FROM (
                SELECT ticket_id, updated_at FROM ticket_search WHERE tenant_id = $1 AND search_week(tenant_id, updated_at) = ANY ($3) AND document @@ $2 OFFSET 0) found
                WHERE (updated_at, ticket_id) < ($4, $5) ORDER BY updated_at DESC, ticket_id DESC LIMIT $6'
            USING tenant, search_own(tenant, wanted), ARRAY(SELECT search_key(tenant) || w FROM unnest(weeks) w), until, before, most;
    END $$;

-- About how many match, and, with nothing wanted, about how many there are: as the planner guesses from its statistics.
CREATE OR REPLACE FUNCTION estimate_tickets(wanted tsquery) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        plan json;
    BEGIN
        -- a word of the tenant's is no other's, so it says by itself whose it is
        EXECUTE 'EXPLAIN (FORMAT JSON) SELECT 1 FROM ticket_search WHERE '
            || CASE WHEN wanted IS NULL THEN format('tenant_id = %L', tenant) ELSE format('document @@ %L::tsquery', search_own(tenant, wanted)::text) END INTO plan;
        RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8::bigint;
    END $$;

CREATE POLICY system ON ticket_search TO {system} USING (true);
GRANT SELECT ON ticket_search TO {system};

CALL isolate();

-- down

CREATE TABLE ticket_search_by_week (
    tenant_id  uuid NOT NULL,
    ticket_id  uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    document   tsvector NOT NULL
);
-- of all tenants at once, as the owner
ALTER TABLE ticket_search NO FORCE ROW LEVEL SECURITY;
INSERT INTO ticket_search_by_week (tenant_id, ticket_id, updated_at, document)
SELECT tenant_id, ticket_id, updated_at, replace(' ' || document::text, ' ''' || search_key(tenant_id), ' ''')::tsvector FROM ticket_search ORDER BY tenant_id, updated_at;
DROP TABLE ticket_search;
ALTER TABLE ticket_search_by_week RENAME TO ticket_search;
ALTER TABLE ticket_search ADD PRIMARY KEY (tenant_id, ticket_id);
CREATE INDEX ticket_search_words ON ticket_search USING gin (tenant_id, search_week(updated_at), document) WITH (gin_pending_list_limit = 256);
-- newest_tickets: for words that are nearly everywhere, walked until enough are found
CREATE INDEX ticket_search_recent ON ticket_search (tenant_id, updated_at, ticket_id);
ALTER TABLE ticket_search ALTER COLUMN document SET STATISTICS 500;
ANALYZE ticket_search;
CREATE OR REPLACE FUNCTION index_tickets(ids uuid[], language regconfig) RETURNS void
    LANGUAGE sql
    AS $$
    DELETE FROM ticket_search s
    WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.ticket_id = ANY (ids)
      AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id AND t.deleted_at IS NULL);
    INSERT INTO ticket_search (tenant_id, ticket_id, updated_at, document)
    SELECT t.tenant_id, t.id, t.updated_at,
           search_document(language, t.reference, t.number, t.external_id, t.subject, t.tags, concat_ws(' ', c.name, c.number, k.first_name, k.last_name, k.email),
                           concat_ws(' ', left(t.description, 20000), left(texts.said, 40000)), left(texts.noted, 20000))
           || search_facets(t.status, t.status_category)
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
CREATE OR REPLACE FUNCTION search_tickets(wanted tsquery, most int) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 1000
    AS $$
    BEGIN
        RETURN QUERY EXECUTE 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 ORDER BY updated_at DESC, ticket_id DESC LIMIT $3'
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, wanted, most;
    END $$;
DROP FUNCTION newest_tickets(tsquery, timestamptz, uuid, int, boolean);
CREATE FUNCTION newest_tickets(wanted tsquery, until timestamptz, most int, walk boolean) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    BEGIN
        RETURN QUERY EXECUTE CASE WHEN walk
            THEN 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 AND updated_at <= $3 ORDER BY updated_at DESC, ticket_id DESC LIMIT $4'
            ELSE 'SELECT ticket_id FROM (SELECT ticket_id, updated_at FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 OFFSET 0) found WHERE updated_at <= $3 ORDER BY updated_at DESC, ticket_id DESC LIMIT $4' END
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, wanted, until, most;
    END $$;
CREATE OR REPLACE FUNCTION rank_tickets(wanted tsquery, most int) RETURNS TABLE (ticket_id uuid, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    BEGIN
        RETURN QUERY EXECUTE 'SELECT n.ticket_id, ts_rank(''{0.1, 0.2, 0.5, 1}'', n.document, $2, 1) FROM (
                SELECT s.ticket_id, s.document FROM ticket_search s WHERE s.tenant_id = $1 AND s.document @@ $2 ORDER BY s.updated_at DESC, s.ticket_id DESC LIMIT $3) n
                ORDER BY 2 DESC, 1 DESC'
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, wanted, most;
    END $$;
DROP FUNCTION tickets_of_weeks(tsquery, int[], timestamptz, uuid, int);
CREATE FUNCTION tickets_of_weeks(wanted tsquery, weeks int[]) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    BEGIN
        RETURN QUERY EXECUTE 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND search_week(updated_at) = ANY ($3) AND document @@ $2'
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, wanted, weeks;
    END $$;
CREATE OR REPLACE FUNCTION estimate_tickets(wanted tsquery) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public
    AS $$
    DECLARE
        plan json;
    BEGIN
        EXECUTE format('EXPLAIN (FORMAT JSON) SELECT 1 FROM ticket_search WHERE tenant_id = %L', nullif(current_setting('app.tenant_id', true), ''))
            || CASE WHEN wanted IS NULL THEN '' ELSE format(' AND document @@ %L::tsquery', wanted::text) END INTO plan;
        RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8::bigint;
    END $$;
DROP FUNCTION search_week(uuid, timestamptz), search_own(uuid, tsvector), search_own(uuid, tsquery), search_key;

CREATE POLICY system ON ticket_search TO {system} USING (true);
GRANT SELECT ON ticket_search TO {system};

CALL isolate();
