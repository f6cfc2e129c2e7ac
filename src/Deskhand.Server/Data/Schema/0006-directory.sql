-- The directory in depth: projects, duplicates and their merging, erasure of a person.
-- cost: rewrites assets, customers and contacts once; instant for tickets but for two passes over them (a foreign key and an index on a new, empty column)

-- up

CREATE TABLE projects (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    number      text NOT NULL,
    name        text NOT NULL,
    customer_id uuid,
    starts_on   date,
    ends_on     date,
    details     text,
    external_id text,
    active      boolean NOT NULL DEFAULT true,
    version     bigint NOT NULL DEFAULT 1,
    sequence    bigint NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    deleted_at  timestamptz,
    name_key    text COLLATE "C" GENERATED ALWAYS AS (lower(name)) STORED NOT NULL,
    number_key  text COLLATE "C" GENERATED ALWAYS AS (lower(number)) STORED NOT NULL,
    words       tsvector GENERATED ALWAYS AS (search_tokens(name, number, external_id)) STORED,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE UNIQUE INDEX projects_number ON projects (tenant_id, number_key);
CREATE UNIQUE INDEX projects_external ON projects (tenant_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
-- ListProjects
CREATE INDEX projects_by_name ON projects (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_by_number ON projects (tenant_id, number_key, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_by_updated ON projects (tenant_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_by_created ON projects (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_of_customer ON projects (tenant_id, customer_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_inactive ON projects (tenant_id, name_key, id) WHERE NOT active AND deleted_at IS NULL;
-- search_directory
CREATE INDEX projects_words ON projects USING gin (tenant_id, words) WHERE deleted_at IS NULL;

ALTER TABLE assets ADD COLUMN project_id uuid, ADD COLUMN project_name text;

-- the projects that were words of assets so far; the tables are read by their owner, whom forced row level security would show nothing
ALTER TABLE assets NO FORCE ROW LEVEL SECURITY;
ALTER TABLE counters NO FORCE ROW LEVEL SECURITY;
INSERT INTO projects (tenant_id, id, number, name, created_at, updated_at)
SELECT tenant_id, gen_random_uuid(), 'P-' || lpad(n::text, greatest(6, length(n::text)), '0'), project, now(), now()
FROM (SELECT tenant_id, project, row_number() OVER (PARTITION BY tenant_id ORDER BY project) AS n
      FROM assets WHERE project IS NOT NULL GROUP BY tenant_id, project) named;
INSERT INTO counters (tenant_id, name, n) SELECT tenant_id, 'project', count(*) FROM projects GROUP BY tenant_id;
UPDATE assets a SET project_id = p.id, project_name = p.name FROM projects p WHERE p.tenant_id = a.tenant_id AND p.name = a.project;
ALTER TABLE counters FORCE ROW LEVEL SECURITY;
ALTER TABLE assets FORCE ROW LEVEL SECURITY;

-- with the column go its index and the words made of it
ALTER TABLE assets DROP COLUMN words, DROP COLUMN project;
ALTER TABLE assets ADD COLUMN words tsvector GENERATED ALWAYS AS (search_tokens(number, name, project_name)) STORED,
    ADD FOREIGN KEY (tenant_id, project_id) REFERENCES projects;
CREATE INDEX assets_words ON assets USING gin (tenant_id, words) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_project ON assets (tenant_id, project_id, number_key, id) WHERE deleted_at IS NULL;

ALTER TABLE tickets ADD COLUMN project_id uuid, ADD FOREIGN KEY (tenant_id, project_id) REFERENCES projects;
CREATE INDEX list_tickets_of_project ON tickets (tenant_id, project_id, updated_at, id) WHERE project_id IS NOT NULL AND deleted_at IS NULL;

-- ListDuplicates: keys by which two entries may be the same. Of a telephone number the last nine digits, since one is written with the
-- code of its country and the other without; of a name its letters and digits, without the legal form.
CREATE FUNCTION phone_key(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN length(regexp_replace(phone, '[^0-9]', '', 'g')) >= 7 THEN right(regexp_replace(phone, '[^0-9]', '', 'g'), 9) END $$;
CREATE FUNCTION company_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT nullif(regexp_replace(regexp_replace(lower(name), '\m(pty|ltd|limited|inc|llc|gmbh|ag|bv|plc|corp|corporation|company|co|sa|sl|cc)\M', '', 'g'), '[^[:alnum:]]', '', 'g'), '') $$;
ALTER TABLE customers
    ADD COLUMN merged_into_id uuid,
    ADD COLUMN phone_key text COLLATE "C" GENERATED ALWAYS AS (phone_key(phone)) STORED,
    ADD COLUMN same_name_key text COLLATE "C" GENERATED ALWAYS AS (company_key(name) || '@' || lower(coalesce(domains[1], split_part(email, '@', 2)))) STORED,
    ADD FOREIGN KEY (tenant_id, merged_into_id) REFERENCES customers;
CREATE INDEX customers_same_email ON customers (tenant_id, (email_key COLLATE "C"), id) WHERE email_key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX customers_same_phone ON customers (tenant_id, phone_key, id) WHERE phone_key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX customers_same_name ON customers (tenant_id, same_name_key, id) WHERE same_name_key IS NOT NULL AND deleted_at IS NULL;
ALTER TABLE contacts
    ADD COLUMN merged_into_id uuid,
    ADD COLUMN phone_key text COLLATE "C" GENERATED ALWAYS AS (phone_key(coalesce(phone_mobile, phone_direct))) STORED,
    ADD COLUMN same_name_key text COLLATE "C" GENERATED ALWAYS AS (lower(regexp_replace(first_name || last_name, '[^[:alnum:]]', '', 'g')) || '@' || customer_id::text) STORED,
    ADD FOREIGN KEY (tenant_id, merged_into_id) REFERENCES contacts;
CREATE INDEX contacts_same_email ON contacts (tenant_id, (email_key COLLATE "C"), id) WHERE email_key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX contacts_same_phone ON contacts (tenant_id, phone_key, id) WHERE phone_key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX contacts_same_name ON contacts (tenant_id, same_name_key, id) WHERE same_name_key IS NOT NULL AND deleted_at IS NULL;

-- merges of customers and contacts, and everything that was moved by each, so that it can be moved back
CREATE TABLE directory_merges (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('customer', 'contact')),
    target_id  uuid NOT NULL,
    source_ids uuid[] NOT NULL,
    by_user_id uuid,
    at         timestamptz NOT NULL,
    undone_at  timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX directory_merges_of_target ON directory_merges (tenant_id, target_id, at);
CREATE TABLE directory_moves (
    tenant_id   uuid NOT NULL,
    merge_id    uuid NOT NULL,
    entity_type text NOT NULL,
    entity_id   uuid NOT NULL,
    field       text NOT NULL,
    from_value  jsonb,
    to_value    jsonb,
    PRIMARY KEY (tenant_id, merge_id, entity_type, entity_id, field),
    FOREIGN KEY (tenant_id, merge_id) REFERENCES directory_merges
);

-- ErasePerson: proofs that a person was erased, without saying who it was.
CREATE TABLE erasures (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    contact_id uuid NOT NULL,
    at         timestamptz NOT NULL,
    by_user_id uuid NOT NULL,
    reason     text NOT NULL,
    -- how much was erased in each place
    places     jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES users
);
CREATE INDEX erasures_recent ON erasures (tenant_id, at, id);

CREATE FUNCTION erase_words(said text, patterns text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
    DECLARE p text;
    BEGIN
        FOREACH p IN ARRAY patterns LOOP said := regexp_replace(said, p, '[erased]', 'gi'); END LOOP;
        RETURN said;
    END $$;

-- What the server may only add to is written here in place of it, and nothing else: the values in the history of erased people, their events,
-- and the patterns by which they are known in the history and events of what names them and in the audit log. Of the set tenant alone.
CREATE FUNCTION erase_from_records(people uuid[], entities uuid[], patterns text[]) RETURNS TABLE (place text, n bigint)
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
CREATE POLICY system ON history TO {system} USING (true);
CREATE POLICY system ON audit_log TO {system} USING (true);
GRANT SELECT, UPDATE ON history, events, audit_log TO {system};

CREATE POLICY system ON projects TO {system} USING (true);
GRANT SELECT ON projects TO {system};

-- as before, with projects
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

CALL isolate();

-- they are taken out of sight, never away
REVOKE DELETE ON projects FROM {app};
-- proofs are only added
REVOKE UPDATE, DELETE ON erasures FROM {app};

-- down

CREATE OR REPLACE FUNCTION search_directory(kind text, typed text) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    DECLARE
        name text := CASE kind WHEN 'assets' THEN 'number_key' ELSE 'name_key' END;
    BEGIN
        IF kind NOT IN ('customers', 'contacts', 'locations', 'assets') THEN RAISE 'There is no such part of the directory: %', kind; END IF;
        RETURN QUERY EXECUTE format($q$
            SELECT id FROM (
                (SELECT id FROM %1$I WHERE tenant_id = $1 AND deleted_at IS NULL AND %2$I LIKE $3 ORDER BY %2$I, id LIMIT 1001)
                UNION ALL
                (SELECT id FROM %1$I WHERE tenant_id = $1 AND deleted_at IS NULL AND words @@ $2 AND %2$I NOT LIKE $3 LIMIT 1001)) found
            LIMIT 1001 $q$, kind, name)
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, search_prefixes(typed),
                  regexp_replace(lower(ltrim(typed)), '([\\%_])', '\\\1', 'g') || '%';
    END $$;

DROP FUNCTION erase_from_records, erase_words;
DROP POLICY system ON history;
DROP POLICY system ON audit_log;
REVOKE UPDATE ON history, events, audit_log FROM {system};
REVOKE SELECT ON history, audit_log FROM {system};
DROP TABLE erasures, directory_moves, directory_merges;
ALTER TABLE customers DROP COLUMN merged_into_id, DROP COLUMN phone_key, DROP COLUMN same_name_key;
ALTER TABLE contacts DROP COLUMN merged_into_id, DROP COLUMN phone_key, DROP COLUMN same_name_key;
DROP INDEX customers_same_email, contacts_same_email;
DROP FUNCTION phone_key, company_key;
ALTER TABLE tickets DROP COLUMN project_id;
ALTER TABLE assets DROP COLUMN words, ADD COLUMN project text;
ALTER TABLE assets NO FORCE ROW LEVEL SECURITY;
UPDATE assets SET project = project_name WHERE project_name IS NOT NULL;
ALTER TABLE assets FORCE ROW LEVEL SECURITY;
ALTER TABLE assets DROP COLUMN project_id, DROP COLUMN project_name;
ALTER TABLE assets ADD COLUMN words tsvector GENERATED ALWAYS AS (search_tokens(number, name, project)) STORED;
CREATE INDEX assets_words ON assets USING gin (tenant_id, words) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_project ON assets (tenant_id, project, number_key, id) WHERE deleted_at IS NULL;
DROP TABLE projects;
