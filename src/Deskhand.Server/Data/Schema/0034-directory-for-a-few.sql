-- Searching the directory for a few: who asks for five is not given a thousand.
-- cost: none

-- up

-- search_directory. Beside tickets and while typing, five customers and five contacts are shown; a thousand with the words were gathered for them.
DROP FUNCTION search_directory, search_customers, search_contacts, search_locations, search_assets, search_projects;

DO $$
DECLARE
    part record;
BEGIN
    FOR part IN SELECT * FROM (VALUES ('customers', 'name_key'), ('contacts', 'name_key'), ('locations', 'name_key'), ('assets', 'number_key'), ('projects', 'name_key')) p (kind, key)
    LOOP
        EXECUTE format($create$
            CREATE FUNCTION %1$s(typed text, most int) RETURNS SETOF uuid
                LANGUAGE plpgsql STABLE SET search_path = public SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 100
                AS $body$
                DECLARE
                    tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
                    wanted tsquery := search_prefixes(typed);
                    first text COLLATE "C" := lower(ltrim(typed));
                    last text COLLATE "C" := first || chr(1114111);
                BEGIN
                    RETURN QUERY SELECT found.id FROM (
                            (SELECT d.id FROM %2$I d WHERE d.tenant_id = tenant AND d.deleted_at IS NULL AND d.%3$I >= first AND d.%3$I < last ORDER BY d.%3$I, d.id LIMIT most)
                            UNION ALL
                            (SELECT d.id FROM %2$I d WHERE d.tenant_id = tenant AND d.deleted_at IS NULL AND d.words @@ wanted AND NOT (d.%3$I >= first AND d.%3$I < last) LIMIT most)) found
                        LIMIT most;
                END $body$ $create$, 'search_' || part.kind, part.kind, part.key);
    END LOOP;
END $$;

CREATE FUNCTION search_directory(kind text, typed text, most int DEFAULT 1001) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    BEGIN
        CASE kind
            WHEN 'customers' THEN RETURN QUERY SELECT search_customers(typed, most);
            WHEN 'contacts' THEN RETURN QUERY SELECT search_contacts(typed, most);
            WHEN 'locations' THEN RETURN QUERY SELECT search_locations(typed, most);
            WHEN 'assets' THEN RETURN QUERY SELECT search_assets(typed, most);
            WHEN 'projects' THEN RETURN QUERY SELECT search_projects(typed, most);
            ELSE RAISE 'There is no such part of the directory: %', kind;
        END CASE;
    END $$;

CALL isolate();

-- down

DROP FUNCTION search_directory, search_customers, search_contacts, search_locations, search_assets, search_projects;

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

CREATE FUNCTION search_directory(kind text, typed text) RETURNS SETOF uuid
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
