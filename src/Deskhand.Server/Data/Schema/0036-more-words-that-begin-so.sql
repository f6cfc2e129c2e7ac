-- Search: up to 64 words that begin so are looked for instead of the beginning, and a beginning may be asked for as it was typed, for estimates.
-- cost: none

-- up

CREATE OR REPLACE FUNCTION search_beginning(typed text) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        begun text := search_term(typed || '0');
        words text[];
    BEGIN
        IF typed ~ '[0-9]|.{41}' THEN RETURN begun; END IF;
        words := ARRAY(SELECT w.word FROM search_words w
                       WHERE w.tenant_id = tenant AND w.word >= typed COLLATE "C" AND w.word < (typed || chr(1114111)) COLLATE "C" ORDER BY w.word LIMIT 65);
        IF cardinality(words) NOT BETWEEN 1 AND 64 THEN RETURN begun; END IF;
        RETURN '(' || (SELECT string_agg(search_term(w), ' | ')
                       FROM unnest(words) w) || ')';
    END $$;

-- Of the kind "begun" is what is of the kind "beginning", but stays a beginning.
CREATE OR REPLACE FUNCTION search_query(language regconfig, texts text[], kinds text[], negated boolean[], notes boolean) RETURNS tsquery
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
                part := (SELECT string_agg(CASE WHEN n < cardinality(pieces) OR length(p) = 1 THEN quote_literal(p) WHEN kinds[i] = 'begun' THEN search_term(p || '0') ELSE search_beginning(p) END, ' & ')
                         FROM unnest(pieces) WITH ORDINALITY u (p, n))::tsquery;
                -- an address is one word
                IF folded ~ '[@./]' AND folded !~ '[\\'']' THEN
                    part := coalesce(part, ''::tsquery) || (CASE WHEN kinds[i] = 'begun' THEN search_term(folded || '0') ELSE search_beginning(folded) END)::tsquery;
                END IF;
            END IF;
            IF part IS NULL OR numnode(part) = 0 THEN CONTINUE; END IF;
            IF NOT notes THEN part := regexp_replace(part::text, '(''(?:[^'']|'''')*'')(?::(\*))?', '\1:\2ABC', 'g')::tsquery; END IF;
            IF negated[i] THEN part := !!part; END IF;
            whole := CASE WHEN whole IS NULL THEN part ELSE whole && part END;
        END LOOP;
        RETURN whole;
    END $$;

-- down

CREATE OR REPLACE FUNCTION search_beginning(typed text) RETURNS text
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

CREATE OR REPLACE FUNCTION search_query(language regconfig, texts text[], kinds text[], negated boolean[], notes boolean) RETURNS tsquery
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
