-- Search: the newest matches are found week by week, and those of a status, without a look at every match.
-- cost: writes the search index anew, about a minute for each 250,000 tickets; tickets cannot be searched or indexed meanwhile, all else goes on

-- up

-- The week that something was changed in, counted from Monday, 3 January 2000 (UTC).
CREATE FUNCTION search_week(at timestamptz) RETURNS int
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT floor(((at AT TIME ZONE 'UTC')::date - DATE '2000-01-03') / 7.0)::int $$;

-- What a list is often narrowed to, as words that nobody can write: a word of a text never begins with "=".
CREATE FUNCTION search_facets(status text, status_category text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT array_to_tsvector(ARRAY['=status:' || status, '=category:' || status_category]) $$;

CREATE TABLE ticket_search_by_week (
    tenant_id  uuid NOT NULL,
    ticket_id  uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    document   tsvector NOT NULL
);
-- of all tenants at once, as the owner
ALTER TABLE ticket_search NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tickets NO FORCE ROW LEVEL SECURITY;
INSERT INTO ticket_search_by_week (tenant_id, ticket_id, updated_at, document)
SELECT s.tenant_id, s.ticket_id, s.updated_at, s.document || search_facets(t.status, t.status_category)
FROM ticket_search s JOIN tickets t ON t.tenant_id = s.tenant_id AND t.id = s.ticket_id
ORDER BY s.tenant_id, s.updated_at;
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;
DROP TABLE ticket_search;
ALTER TABLE ticket_search_by_week RENAME TO ticket_search;
ALTER TABLE ticket_search ADD PRIMARY KEY (tenant_id, ticket_id);
-- tickets_of_weeks, search_tickets; entries gather in a short list first, because entering them one by one costs three times as much
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

-- As before, but what a language leaves as it is, is looked for once.
CREATE OR REPLACE FUNCTION search_query(language regconfig, texts text[], kinds text[], negated boolean[], notes boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
    DECLARE
        folded text;
        pieces text[];
        part tsquery;
        stem tsquery;
        whole tsquery;
    BEGIN
        FOR i IN 1 .. coalesce(cardinality(texts), 0) LOOP
            folded := search_fold(texts[i]);
            IF kinds[i] = 'phrase' THEN
                part := phraseto_tsquery('pg_catalog.simple', folded);
            ELSIF kinds[i] = 'word' THEN
                part := plainto_tsquery('pg_catalog.simple', folded);
                stem := plainto_tsquery(language, texts[i]);
                -- the same twice would be looked for twice, and count twice in estimates
                IF stem <> part THEN part := part || stem; END IF;
            ELSE
                pieces := array_remove(regexp_split_to_array(folded, '[[:punct:][:space:]]+'), '');
                part := (SELECT string_agg(quote_literal(p) || CASE WHEN n = cardinality(pieces) AND length(p) > 1 THEN ':*' ELSE '' END, ' & ')
                         FROM unnest(pieces) WITH ORDINALITY u (p, n))::tsquery;
                -- an address is one word
                IF folded ~ '[@./]' AND folded !~ '[\\'']' THEN part := coalesce(part, ''::tsquery) || (quote_literal(folded) || ':*')::tsquery; END IF;
            END IF;
            IF part IS NULL OR numnode(part) = 0 THEN CONTINUE; END IF;
            IF NOT notes THEN part := regexp_replace(part::text, '(''(?:[^'']|'''')*'')(?::(\*))?', '\1:\2ABC', 'g')::tsquery; END IF;
            IF negated[i] THEN part := !!part; END IF;
            whole := CASE WHEN whole IS NULL THEN part ELSE whole && part END;
        END LOOP;
        RETURN whole;
    END $$;

-- Every match that was changed in these weeks. SECURITY DEFINER and planned each time for the same reasons as the functions beside it.
CREATE FUNCTION tickets_of_weeks(wanted tsquery, weeks int[]) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    BEGIN
        RETURN QUERY EXECUTE 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND search_week(updated_at) = ANY ($3) AND document @@ $2'
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, wanted, weeks;
    END $$;

-- About how many match, and, with nothing wanted, about how many there are: as the planner guesses from its statistics.
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

CREATE POLICY system ON ticket_search TO {system} USING (true);
GRANT SELECT ON ticket_search TO {system};

CALL isolate();

-- down

DROP FUNCTION tickets_of_weeks;
CREATE OR REPLACE FUNCTION search_query(language regconfig, texts text[], kinds text[], negated boolean[], notes boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
    DECLARE
        folded text;
        pieces text[];
        part tsquery;
        whole tsquery;
    BEGIN
        FOR i IN 1 .. coalesce(cardinality(texts), 0) LOOP
            folded := search_fold(texts[i]);
            IF kinds[i] = 'phrase' THEN
                part := phraseto_tsquery('pg_catalog.simple', folded);
            ELSIF kinds[i] = 'word' THEN
                part := plainto_tsquery('pg_catalog.simple', folded) || plainto_tsquery(language, texts[i]);
            ELSE
                pieces := array_remove(regexp_split_to_array(folded, '[[:punct:][:space:]]+'), '');
                part := (SELECT string_agg(quote_literal(p) || CASE WHEN n = cardinality(pieces) AND length(p) > 1 THEN ':*' ELSE '' END, ' & ')
                         FROM unnest(pieces) WITH ORDINALITY u (p, n))::tsquery;
                -- an address is one word
                IF folded ~ '[@./]' AND folded !~ '[\\'']' THEN part := coalesce(part, ''::tsquery) || (quote_literal(folded) || ':*')::tsquery; END IF;
            END IF;
            IF part IS NULL OR numnode(part) = 0 THEN CONTINUE; END IF;
            IF NOT notes THEN part := regexp_replace(part::text, '(''(?:[^'']|'''')*'')(?::(\*))?', '\1:\2ABC', 'g')::tsquery; END IF;
            IF negated[i] THEN part := !!part; END IF;
            whole := CASE WHEN whole IS NULL THEN part ELSE whole && part END;
        END LOOP;
        RETURN whole;
    END $$;
DROP INDEX ticket_search_words;
CREATE INDEX ticket_search_words ON ticket_search USING gin (tenant_id, document) WITH (gin_pending_list_limit = 256);
DROP FUNCTION search_week;
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
DROP FUNCTION search_facets;

CALL isolate();
