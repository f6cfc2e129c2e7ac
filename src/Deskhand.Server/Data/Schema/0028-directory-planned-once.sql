-- Searching the directory: planned once a connection for each of its parts, and not at every key that is struck.
-- cost: none

-- up

-- search_directory. Planning took most of such a search, because each part has a dozen indexes, and there is nothing to decide: names that begin with
-- what was typed are a range of the index by name, words are asked of theirs. Keys are compared byte by byte, so what begins with a text lies between
-- it and it with the last of all characters behind. The parts are searched only through search_directory, whose rights they have then.
DO $$
DECLARE
    part record;
BEGIN
    FOR part IN SELECT * FROM (VALUES ('customers', 'name_key'), ('contacts', 'name_key'), ('locations', 'name_key'), ('assets', 'number_key'), ('projects', 'name_key')) p (kind, key)
    LOOP
        EXECUTE format($create$
            CREATE FUNCTION %1$s(typed text) RETURNS SETOF uuid
                LANGUAGE plpgsql STABLE SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 100
                AS $body$
                DECLARE
                    tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
                    wanted tsquery := search_prefixes(typed);
                    first text COLLATE "C" := lower(ltrim(typed));
                    last text COLLATE "C" := first || chr(1114111);
                BEGIN
                    RETURN QUERY SELECT found.id FROM (
                            (SELECT d.id FROM %2$I d WHERE d.tenant_id = tenant AND d.deleted_at IS NULL AND d.%3$I >= first AND d.%3$I < last ORDER BY d.%3$I, d.id LIMIT 1001)
                            UNION ALL
                            (SELECT d.id FROM %2$I d WHERE d.tenant_id = tenant AND d.deleted_at IS NULL AND d.words @@ wanted AND NOT (d.%3$I >= first AND d.%3$I < last) LIMIT 1001)) found
                        LIMIT 1001;
                END $body$ $create$, 'search_' || part.kind, part.kind, part.key);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION search_directory(kind text, typed text) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    BEGIN
        CASE kind
            WHEN 'customers' THEN RETURN QUERY SELECT search_customers(typed);
            WHEN 'contacts' THEN RETURN QUERY SELECT search_contacts(typed);
            WHEN 'locations' THEN RETURN QUERY SELECT search_locations(typed);
            WHEN 'assets' THEN RETURN QUERY SELECT search_assets(typed);
            WHEN 'projects' THEN RETURN QUERY SELECT search_projects(typed);
            ELSE RAISE 'There is no such part of the directory: %', kind;
        END CASE;
    END $$;

CALL isolate();

-- down

CREATE OR REPLACE FUNCTION search_directory(kind text, typed text) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    DECLARE
        name text := CASE kind WHEN 'assets' THEN 'number_key' ELSE 'name_key' END;
    BEGIN
        IF kind NOT IN ('customers', 'contacts', 'locations', 'assets', 'projects') THEN RAISE 'There is no such part of the directory: %', kind; END IF;
        RETURN QUERY EXECUTE format($q$
            SELECT id FROM (
                (SELECT id FROM %1$I WHERE tenant_id = $1 AND deleted_at IS NULL AND %2$I LIKE $3 ORDER BY %2$I, id LIMIT 1001)
                UNION ALL
                (SELECT id FROM %1$I WHERE tenant_id = $1 AND deleted_at IS NULL AND words @@ $2 AND %2$I NOT LIKE $3 LIMIT 1001)) found
            LIMIT 1001 $q$, kind, name)
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, search_prefixes(typed),
                  regexp_replace(lower(ltrim(typed)), '([\\%_])', '\\\1', 'g') || '%';
    END $$;

DROP FUNCTION search_customers, search_contacts, search_locations, search_assets, search_projects;

CALL isolate();
