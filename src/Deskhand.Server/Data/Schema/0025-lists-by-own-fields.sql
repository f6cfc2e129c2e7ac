-- Lists by values of a desk's own fields, and by subcategory: what few tickets or none have is found without a look at all of them.
-- cost: half a minute for a million tickets with values in own fields, hardly anything without; tickets cannot be written meanwhile

-- up

-- What a tenant's ticket has in its own fields, as the index holds it: below the tenant, so that no tenant's values stand beside another's;
-- the values without their case, and the names of the fields that have one.
CREATE FUNCTION field_values(tenant uuid, fields jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN jsonb_set(jsonb_set('{}', ARRAY[tenant::text], lower(fields::text)::jsonb), ARRAY[tenant::text || ' has'], jsonb_path_query_array(fields, '$.keyvalue().key'));

-- tickets_of_fields; entries gather in a short list first, as those of words do
CREATE INDEX list_tickets_of_fields ON tickets USING gin (field_values(tenant_id, custom_fields) jsonb_path_ops) WITH (gin_pending_list_limit = 256)
    WHERE custom_fields <> '{}';

-- ListTickets
CREATE INDEX list_tickets_of_subcategory ON tickets (tenant_id, subcategory, updated_at, id) WHERE subcategory IS NOT NULL AND deleted_at IS NULL;

-- The tickets that fit each of some conditions, or null when they are more than so many. A condition is a list of which one must hold: {"field": …} for
-- what the field may be, or "field" for any value at all. All that fit are among them, and perhaps others: case is not looked at.
-- SECURITY DEFINER because the operators of jsonb get no index under row level security; only the index is to be asked, whatever the planner thinks.
CREATE FUNCTION tickets_of_fields(conditions jsonb, most int) RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET enable_seqscan = off SET enable_indexscan = off
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        wanted jsonpath;
        found uuid[];
    BEGIN
        IF tenant IS NULL THEN RETURN '{}'; END IF;
        wanted := (SELECT string_agg('(' || (
                SELECT string_agg(CASE WHEN jsonb_typeof(one) = 'string' THEN format('$.%s == %s', to_jsonb(tenant::text || ' has'), one)
                    ELSE (SELECT format('$.%s.%s == %s', to_jsonb(tenant::text), to_jsonb(f.key), lower(f.value::text)) FROM jsonb_each(one) f) END, ' || ')
                FROM jsonb_array_elements(either) one) || ')', ' && ')
            FROM jsonb_array_elements(conditions) either)::jsonpath;
        -- a test for truth has no index
        EXECUTE 'SELECT array_agg(id) FROM (
                SELECT id FROM tickets WHERE custom_fields <> ''{}'' AND field_values(tenant_id, custom_fields) @@ $2 AND (tenant_id = $1) IS TRUE LIMIT $3 + 1) few'
            INTO found USING tenant, wanted, most;
        RETURN CASE WHEN cardinality(found) > most THEN NULL ELSE coalesce(found, '{}') END;
    END $$;

CALL isolate();

-- down

DROP FUNCTION tickets_of_fields;
DROP INDEX list_tickets_of_fields, list_tickets_of_subcategory;
DROP FUNCTION field_values;
