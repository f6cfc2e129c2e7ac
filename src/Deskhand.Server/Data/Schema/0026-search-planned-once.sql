-- Searching words: the three ways into the index are planned once a connection, and not at every question.
-- cost: none

-- up

-- search_tickets, newest_tickets, tickets_of_weeks. Planning took a quarter of a search, and there is nothing to decide: the index of the words is the
-- way, whatever they are. A plan that knows neither words nor tenant could take the tenant's own order for it, or the whole table; a test for truth has
-- no index. Only the walk is planned at each question, because there the limit decides.
CREATE OR REPLACE FUNCTION search_tickets(wanted tsquery, most int) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 1000
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        own tsquery := search_own(tenant, wanted);
    BEGIN
        RETURN QUERY SELECT found.ticket_id FROM (SELECT s.ticket_id, s.updated_at FROM ticket_search s WHERE (s.tenant_id = tenant) IS TRUE AND s.document @@ own OFFSET 0) found
            ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
    END $$;

CREATE OR REPLACE FUNCTION newest_tickets(wanted tsquery, until timestamptz, before uuid, most int, walk boolean) RETURNS SETOF uuid
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

CREATE OR REPLACE FUNCTION tickets_of_weeks(wanted tsquery, weeks int[], until timestamptz, before uuid, most int) RETURNS SETOF uuid
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

-- down

CREATE OR REPLACE FUNCTION search_tickets(wanted tsquery, most int) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 1000
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    BEGIN
        RETURN QUERY EXECUTE 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 ORDER BY updated_at DESC, ticket_id DESC LIMIT $3'
            USING tenant, search_own(tenant, wanted), most;
    END $$;

CREATE OR REPLACE FUNCTION newest_tickets(wanted tsquery, until timestamptz, before uuid, most int, walk boolean) RETURNS SETOF uuid
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

CREATE OR REPLACE FUNCTION tickets_of_weeks(wanted tsquery, weeks int[], until timestamptz, before uuid, most int) RETURNS SETOF uuid
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
