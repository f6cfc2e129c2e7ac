-- What a ticket is, compared with the names that are asked for as one text where a condition has one name, as most have: a sixth of the time that the
-- function takes that reads names one by one, and a word in some thousand tickets is compared some hundred times.
-- cost: none

-- up

-- The newest matches after a place in the list, among all tickets or among those with a facet of each list of alternatives, of which fewest tickets fit the
-- first. The first is asked of the index too where weeks are given: in these, or in all when there are none of them; with few weeks, in which the words are
-- often, so is the second; the others are compared with what it finds. Planned once a connection, for the index of the words is the way, whatever they
-- are; a plan that knows neither words nor tenant could take the tenant's own order for it, or the whole table; a test for truth has no index.
CREATE OR REPLACE FUNCTION search_tickets(wanted tsquery, most int, among text[] DEFAULT NULL, weeks int[] DEFAULT NULL,
        until timestamptz DEFAULT 'infinity', before uuid DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff') RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        own tsquery := search_own(tenant, wanted);
        asked int := CASE WHEN weeks IS NULL THEN 0 WHEN cardinality(weeks) BETWEEN 1 AND 8 AND cardinality(among) > 1 THEN 2 ELSE 1 END;
        times text[] := CASE WHEN weeks = '{}' THEN '{""}' ELSE weeks::text[] END;
        keys text[] := ARRAY(SELECT search_key(tenant) || t || f FROM unnest(times) t, unnest(coalesce(string_to_array(among[1], E'\x1f'), '{""}')) f);
        also text[] := CASE WHEN asked = 2 THEN ARRAY(SELECT search_key(tenant) || t || f FROM unnest(times) t, unnest(string_to_array(among[2], E'\x1f')) f) END;
        others text[] := nullif(among[asked + 1:], '{}');
        -- of those with one name, a text that is looked for in the names of a ticket
        single text[] := CASE WHEN others IS NOT NULL THEN ARRAY(SELECT E'%\x1f' || regexp_replace(o, '([\\%_])', '\\\1', 'g') || E'\x1f%' FROM unnest(others) o WHERE o NOT LIKE E'%\x1f%') END;
        several text[] := nullif(CASE WHEN others IS NOT NULL THEN ARRAY(SELECT o FROM unnest(others) o WHERE o LIKE E'%\x1f%') END, '{}');
    BEGIN
        IF asked = 0 THEN
            RETURN QUERY SELECT found.ticket_id FROM (
                    SELECT s.ticket_id, s.updated_at, s.facets FROM ticket_search s WHERE (s.tenant_id = tenant) IS TRUE AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) AND (single IS NULL OR E'\x1f' || found.facets || E'\x1f' LIKE ALL (single)) AND (several IS NULL OR search_fits(found.facets, several))
                ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        ELSIF asked = 1 THEN
            RETURN QUERY SELECT found.ticket_id FROM (
                    SELECT s.ticket_id, s.updated_at, s.facets FROM ticket_search s
                    WHERE (s.tenant_id = tenant) IS TRUE AND search_weeks(s.tenant_id, s.updated_at, s.facets) && keys AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) AND (single IS NULL OR E'\x1f' || found.facets || E'\x1f' LIKE ALL (single)) AND (several IS NULL OR search_fits(found.facets, several))
                ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        ELSE
            RETURN QUERY SELECT found.ticket_id FROM (
                    SELECT s.ticket_id, s.updated_at, s.facets FROM ticket_search s
                    WHERE (s.tenant_id = tenant) IS TRUE AND search_weeks(s.tenant_id, s.updated_at, s.facets) && keys
                      AND search_weeks(s.tenant_id, s.updated_at, s.facets) && also AND s.document @@ own OFFSET 0) found
                WHERE (found.updated_at, found.ticket_id) < (until, before) AND (single IS NULL OR E'\x1f' || found.facets || E'\x1f' LIKE ALL (single)) AND (several IS NULL OR search_fits(found.facets, several))
                ORDER BY found.updated_at DESC, found.ticket_id DESC LIMIT most;
        END IF;
    END $$;

CALL isolate();

-- down

CREATE OR REPLACE FUNCTION search_tickets(wanted tsquery, most int, among text[] DEFAULT NULL, weeks int[] DEFAULT NULL,
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
