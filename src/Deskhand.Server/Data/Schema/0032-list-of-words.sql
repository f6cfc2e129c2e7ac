-- Words by their beginning: a list of a tenant's words tells which ones begin so, and these are looked for. The index gathers all tickets of all years
-- with a beginning, and finds the newest with words week by week.
-- cost: reads all documents, about half a minute for each 250,000 tickets; tickets cannot be indexed meanwhile, all else goes on

-- up

-- A word as the list has it: whole, or up to its first digit, since there are too many numbers for a list, and at most 40 letters of it, with a 0 behind
-- that says so.
CREATE FUNCTION search_listed(word text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN word ~ '[0-9]|.{41}' THEN regexp_replace(word, '^([^0-9]{0,40}).*$', '\10') ELSE word END;

-- A word of the list as tsquery has it: what is there in part is a beginning.
CREATE FUNCTION search_term(listed text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN '''' || replace(replace(regexp_replace(listed, '0$', ''), '\', '\\'), '''', '''''') || '''' || CASE WHEN listed LIKE '%0' THEN ':*' ELSE '' END;

-- The words of all documents of a tenant, and some that were in documents once. Written by the indexer, one process a tenant.
CREATE TABLE search_words (
    tenant_id uuid NOT NULL,
    word      text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, word)
);
LOCK ticket_search IN SHARE MODE;
-- of all tenants, as the owner
ALTER TABLE ticket_search NO FORCE ROW LEVEL SECURITY;
ALTER TABLE search_progress NO FORCE ROW LEVEL SECURITY;
INSERT INTO search_words (tenant_id, word)
SELECT DISTINCT p.tenant_id, search_listed(substr(s.word, 4))
FROM search_progress p, LATERAL ts_stat(format('SELECT document FROM ticket_search WHERE tenant_id = %L', p.tenant_id)) s
WHERE substr(s.word, 4) ~ '^[^0-9]';
ALTER TABLE search_progress FORCE ROW LEVEL SECURITY;
ALTER TABLE ticket_search FORCE ROW LEVEL SECURITY;
ANALYZE search_words;

-- As before, and the words are put on the list.
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

-- Words that begin so, as tsquery has it: those on the list while there are not too many, otherwise the beginning itself. What the list has in part
-- is looked for by its beginning again; of it there is less.
CREATE FUNCTION search_beginning(typed text) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        begun text := search_term(typed || '0');
        words text[];
    BEGIN
        IF typed ~ '[0-9]|.{41}' THEN RETURN begun; END IF;
        words := ARRAY(SELECT w.word FROM search_words w
                       WHERE w.tenant_id = tenant AND w.word >= typed COLLATE "C" AND w.word < (typed || chr(1114111)) COLLATE "C" ORDER BY w.word LIMIT 33);
        IF cardinality(words) NOT BETWEEN 1 AND 32 THEN RETURN begun; END IF;
        RETURN '(' || (SELECT string_agg(search_term(w), ' | ')
                       FROM unnest(words) w) || ')';
    END $$;

-- As before, but beginnings are the words that begin so.
DROP FUNCTION search_query;
CREATE FUNCTION search_query(language regconfig, texts text[], kinds text[], negated boolean[], notes boolean) RETURNS tsquery
    LANGUAGE plpgsql STABLE
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
                part := (SELECT string_agg(CASE WHEN n = cardinality(pieces) AND length(p) > 1 THEN search_beginning(p) ELSE quote_literal(p) END, ' & ')
                         FROM unnest(pieces) WITH ORDINALITY u (p, n))::tsquery;
                -- an address is one word
                IF folded ~ '[@./]' AND folded !~ '[\\'']' THEN part := coalesce(part, ''::tsquery) || search_beginning(folded)::tsquery; END IF;
            END IF;
            IF part IS NULL OR numnode(part) = 0 THEN CONTINUE; END IF;
            IF NOT notes THEN part := regexp_replace(part::text, '(''(?:[^'']|'''')*'')(?::(\*))?', '\1:\2ABC', 'g')::tsquery; END IF;
            IF negated[i] THEN part := !!part; END IF;
            whole := CASE WHEN whole IS NULL THEN part ELSE whole && part END;
        END LOOP;
        RETURN whole;
    END $$;

-- Takes from the list, of the words of a text, those that no document has any more.
CREATE FUNCTION forget_words(language regconfig, said text) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
    DECLARE
        word text;
        gone text[] := '{}';
        forgotten bigint;
    BEGIN
        FOR word IN SELECT DISTINCT search_listed(w) FROM unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', search_fold(said)) || to_tsvector(language, said))) w WHERE w ~ '^[^0-9]' LOOP
            IF NOT EXISTS (SELECT FROM search_tickets(search_term(word)::tsquery, 1)) THEN
                gone := gone || word;
            END IF;
        END LOOP;
        DELETE FROM search_words w WHERE w.tenant_id = current_setting('app.tenant_id')::uuid AND w.word = ANY (gone);
        GET DIAGNOSTICS forgotten = ROW_COUNT;
        RETURN forgotten;
    END $$;

CALL isolate();

-- down

DROP FUNCTION forget_words;
DROP FUNCTION search_query;
DROP FUNCTION search_beginning;
CREATE FUNCTION search_query(language regconfig, texts text[], kinds text[], negated boolean[], notes boolean) RETURNS tsquery
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

DROP TABLE search_words;
DROP FUNCTION search_term;
DROP FUNCTION search_listed;
