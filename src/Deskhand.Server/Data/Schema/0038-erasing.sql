-- Erasing a person from JSON, in its texts and numbers instead of the characters it is written with: a number that held a telephone number was JSON no more
-- and failed all of the erasing, and the escape of a line break or an emoji hid what stood behind it, or was torn apart.
-- cost: none

-- up

-- erase_words for JSON: every text, name of a member and number by itself; all else stays as it was written.
-- A number becomes the text "[erased]", in a field of numbers too, whose definition it then does not fit. Definitions change under the values there are, so
-- all that reads values allows for that (CustomFieldDefinition.Check, SearchSql, RuleField): the ticket is shown and changed as before, comparisons with
-- numbers pass it over, and whoever looks sees that something stood there. A null would be read as a field that was never filled in.
CREATE FUNCTION erase_json(said text, patterns text[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT
    AS $$
    DECLARE
        known text := array_to_string(patterns, '|');
        plain text;
    BEGIN
        IF known = '' THEN RETURN said; END IF;
        BEGIN
            -- most have nothing of the person: all is looked at in one go first, without the escapes that jsonb writes (U+0001 is a backslash meanwhile)
            plain := replace(regexp_replace(replace(replace(said::jsonb::text, '\\', E'\x01'), '\"', '"'), '\\(u....|.)', ' ', 'g'), E'\x01', '\');
        EXCEPTION WHEN data_exception THEN
            -- it is no JSON: erasing once left some so
            RETURN erase_words(said, patterns);
        END;
        IF plain !~* known THEN RETURN said; END IF;
        RETURN (SELECT string_agg(CASE WHEN t[1] !~ '^[-0-9"]' THEN t[1]
                                       WHEN (t[1]::jsonb #>> '{}') !~* known THEN t[1]
                                       WHEN t[1] LIKE '"%' THEN to_jsonb(erase_words(t[1]::jsonb #>> '{}', patterns))::text
                                       ELSE '"[erased]"' END, '' ORDER BY n)
                FROM regexp_matches(said, '"(?:[^"\\]|\\.)*"|[-0-9][-+.0-9eE]*|[^-0-9"]+', 'g') WITH ORDINALITY m (t, n));
    END $$;

-- As before, with erase_json.
CREATE OR REPLACE FUNCTION erase_from_records(people uuid[], entities uuid[], patterns text[]) RETURNS TABLE (place text, n bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        known text := array_to_string(patterns, '|');
        touched bigint;
        more bigint;
    BEGIN
        UPDATE history h SET from_value = CASE WHEN h.from_value IS NOT NULL THEN '"[erased]"'::jsonb END, to_value = CASE WHEN h.to_value IS NOT NULL THEN '"[erased]"'::jsonb END,
               reason = erase_words(h.reason, patterns)
        WHERE h.tenant_id = tenant AND h.entity_id = ANY (people)
          AND h.field NOT IN ('customerId', 'isPrimary', 'isBilling', 'isTechnical', 'active', 'deletedAt', 'mergedIntoId', 'mergedIds', 'unmergedIds', 'erasedAt');
        GET DIAGNOSTICS touched = ROW_COUNT;
        UPDATE history h SET from_value = erase_json(h.from_value::text, patterns)::jsonb, to_value = erase_json(h.to_value::text, patterns)::jsonb, reason = erase_words(h.reason, patterns)
        WHERE h.tenant_id = tenant AND h.entity_id = ANY (entities) AND known <> ''
          AND (erase_json(h.from_value::text, patterns) <> h.from_value::text OR erase_json(h.to_value::text, patterns) <> h.to_value::text OR h.reason ~* known);
        GET DIAGNOSTICS more = ROW_COUNT;
        place := 'history'; n := touched + more; RETURN NEXT;

        UPDATE events e SET body = jsonb_set(e.body::jsonb #- '{data,changes}', '{data,contact}', (e.body::jsonb #> '{data,contact}') ||
            '{"firstName":"Erased","lastName":"","title":null,"department":null,"email":null,"phoneOffice":null,"phoneMobile":null,"phoneDirect":null,"identities":[],"customFields":{},"externalId":null}')::text
        WHERE e.tenant_id = tenant AND e.entity_id = ANY (people) AND e.body::jsonb #> '{data,contact}' IS NOT NULL;
        GET DIAGNOSTICS touched = ROW_COUNT;
        UPDATE events e SET body = erase_json(e.body, patterns)
        WHERE e.tenant_id = tenant AND e.entity_id = ANY (entities) AND known <> '' AND erase_json(e.body, patterns) <> e.body;
        GET DIAGNOSTICS more = ROW_COUNT;
        place := 'events'; n := touched + more; RETURN NEXT;

        UPDATE audit_log a SET detail = erase_json(a.detail::text, patterns)::jsonb
        WHERE a.tenant_id = tenant AND a.detail IS NOT NULL AND known <> '' AND erase_json(a.detail::text, patterns) <> a.detail::text;
        GET DIAGNOSTICS touched = ROW_COUNT;
        place := 'audit'; n := touched; RETURN NEXT;
    END $$;

-- down

CREATE OR REPLACE FUNCTION erase_from_records(people uuid[], entities uuid[], patterns text[]) RETURNS TABLE (place text, n bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
        known text := array_to_string(patterns, '|');
        touched bigint;
        more bigint;
    BEGIN
        UPDATE history h SET from_value = CASE WHEN h.from_value IS NOT NULL THEN '"[erased]"'::jsonb END, to_value = CASE WHEN h.to_value IS NOT NULL THEN '"[erased]"'::jsonb END,
               reason = erase_words(h.reason, patterns)
        WHERE h.tenant_id = tenant AND h.entity_id = ANY (people)
          AND h.field NOT IN ('customerId', 'isPrimary', 'isBilling', 'isTechnical', 'active', 'deletedAt', 'mergedIntoId', 'mergedIds', 'unmergedIds', 'erasedAt');
        GET DIAGNOSTICS touched = ROW_COUNT;
        UPDATE history h SET from_value = erase_words(h.from_value::text, patterns)::jsonb, to_value = erase_words(h.to_value::text, patterns)::jsonb, reason = erase_words(h.reason, patterns)
        WHERE h.tenant_id = tenant AND h.entity_id = ANY (entities) AND known <> '' AND concat_ws(' ', h.from_value::text, h.to_value::text, h.reason) ~* known;
        GET DIAGNOSTICS more = ROW_COUNT;
        place := 'history'; n := touched + more; RETURN NEXT;

        UPDATE events e SET body = jsonb_set(e.body::jsonb #- '{data,changes}', '{data,contact}', (e.body::jsonb #> '{data,contact}') ||
            '{"firstName":"Erased","lastName":"","title":null,"department":null,"email":null,"phoneOffice":null,"phoneMobile":null,"phoneDirect":null,"identities":[],"customFields":{},"externalId":null}')::text
        WHERE e.tenant_id = tenant AND e.entity_id = ANY (people) AND e.body::jsonb #> '{data,contact}' IS NOT NULL;
        GET DIAGNOSTICS touched = ROW_COUNT;
        UPDATE events e SET body = erase_words(e.body, patterns)
        WHERE e.tenant_id = tenant AND e.entity_id = ANY (entities) AND known <> '' AND e.body ~* known;
        GET DIAGNOSTICS more = ROW_COUNT;
        place := 'events'; n := touched + more; RETURN NEXT;

        UPDATE audit_log a SET detail = erase_words(a.detail::text, patterns)::jsonb
        WHERE a.tenant_id = tenant AND a.detail IS NOT NULL AND known <> '' AND a.detail::text ~* known;
        GET DIAGNOSTICS touched = ROW_COUNT;
        place := 'audit'; n := touched; RETURN NEXT;
    END $$;

DROP FUNCTION erase_json;
