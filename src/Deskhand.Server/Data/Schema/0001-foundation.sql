-- Deskhand 0.1: tenants, access, directory, tickets, history, events.
-- cost: instant on an empty database
-- {app} is the role the server works as, {system} the role behind the few functions that look across tenants.
-- Every table begins its keys with tenant_id, so that the database itself cannot link two tenants.

-- up

-- so that a full-text index can begin with the tenant
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE tenants (
    tenant_id        uuid PRIMARY KEY,
    slug             text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name             text NOT NULL,
    locale           text NOT NULL DEFAULT 'en',
    time_zone        text NOT NULL DEFAULT 'UTC',
    page_limit       int  NOT NULL DEFAULT 50 CHECK (page_limit BETWEEN 1 AND 100),
    reference_scheme text NOT NULL DEFAULT 'yearly' CHECK (reference_scheme IN ('yearly', 'by_channel')),
    version          bigint NOT NULL DEFAULT 1,
    suspended_at     timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
);

-- ---------------------------------------------------------------- access

CREATE TABLE users (
    tenant_id        uuid NOT NULL REFERENCES tenants,
    id               uuid NOT NULL,
    email            text NOT NULL,
    name             text NOT NULL,
    role             text NOT NULL CHECK (role IN ('admin', 'manager', 'agent', 'light_agent')),
    ticket_scope     text NOT NULL DEFAULT 'all' CHECK (ticket_scope IN ('all', 'groups', 'assigned')),
    locale           text,
    time_zone        text,
    external_issuer  text,
    external_subject text,
    active           boolean NOT NULL DEFAULT true,
    version          bigint NOT NULL DEFAULT 1,
    sequence         bigint NOT NULL DEFAULT 0,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    deleted_at       timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX users_email ON users (tenant_id, lower(email)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_external ON users (tenant_id, external_issuer, external_subject) WHERE external_subject IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX users_email_across_tenants ON users (lower(email), tenant_id) WHERE deleted_at IS NULL;

-- apart from users, so that no query for people can carry a secret along
CREATE TABLE credentials (
    tenant_id         uuid NOT NULL,
    user_id           uuid NOT NULL,
    password_hash     text,
    password_set_at   timestamptz,
    totp_secret       bytea,
    totp_confirmed_at timestamptz,
    totp_last_step    bigint,
    failed_attempts   int NOT NULL DEFAULT 0,
    locked_until      timestamptz,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);

CREATE TABLE sessions (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    user_id       uuid NOT NULL,
    user_agent    text,
    ip            text,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    ended_because text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX sessions_of_user ON sessions (tenant_id, user_id, created_at) WHERE ended_at IS NULL;

CREATE TABLE refresh_tokens (
    tenant_id  uuid NOT NULL,
    hash       bytea NOT NULL,
    session_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (tenant_id, hash),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions
);

CREATE TABLE one_time_tokens (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    user_id    uuid NOT NULL,
    purpose    text NOT NULL CHECK (purpose IN ('invitation', 'password_reset')),
    hash       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);

CREATE TABLE api_tokens (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    user_id      uuid NOT NULL,
    name         text NOT NULL,
    hint         text NOT NULL,
    hash         bytea NOT NULL,
    scopes       text[] NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX api_tokens_hash_across_tenants ON api_tokens (hash, tenant_id);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (tenant_id, session_id, created_at);
CREATE INDEX refresh_tokens_hash_across_tenants ON refresh_tokens (hash, tenant_id);
CREATE INDEX one_time_tokens_hash_across_tenants ON one_time_tokens (hash, tenant_id);

CREATE TABLE groups (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    name        text NOT NULL,
    description text,
    version     bigint NOT NULL DEFAULT 1,
    sequence    bigint NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX groups_name ON groups (tenant_id, lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE group_members (
    tenant_id uuid NOT NULL,
    group_id  uuid NOT NULL,
    user_id   uuid NOT NULL,
    added_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX group_members_of_user ON group_members (tenant_id, user_id);

CREATE TABLE audit_log (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    at          timestamptz NOT NULL,
    actor_id    uuid,
    via         text,
    action      text NOT NULL,
    target_type text,
    target_id   text,
    detail      jsonb,
    ip          text,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_log_recent ON audit_log (tenant_id, at, id);
CREATE INDEX audit_log_of_target ON audit_log (tenant_id, target_id, at, id) WHERE target_id IS NOT NULL;

-- ---------------------------------------------------------------- directory
-- Keys that lists sort and filter by are columns of their own, because lower() is not leakproof: under row level security an
-- expression on it gets no index (docs/decisions/0004). Collation "C": the same order on every server, and an index for beginnings.

-- The words to find a row by: each chunk between blanks once without its punctuation and once in its parts
-- ("C-000012" is c000012, c and 000012), so that whoever types a number or a name with or without its dash finds it.
CREATE FUNCTION search_tokens(VARIADIC texts text[]) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT array_to_tsvector(array_remove(regexp_split_to_array(
              regexp_replace(lower(array_to_string(texts, ' ')), '[[:punct:]]+', '', 'g') || ' ' ||
              regexp_replace(lower(array_to_string(texts, ' ')), '[[:punct:]]+', ' ', 'g'), '\s+'), '')) $$;

-- What is typed, in the same form: every chunk must begin a word; nothing typed finds nothing. One letter or digit alone must be
-- the word, since nearly everything has a word that begins with it.
CREATE FUNCTION search_prefixes(typed text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT string_agg(quote_literal(chunk) || CASE WHEN chunk ~ '^[a-z0-9]$' THEN '' ELSE ':*' END, ' & ')::tsquery
          FROM (SELECT regexp_replace(w, '[[:punct:]]+', '', 'g') FROM regexp_split_to_table(lower(typed), '\s+') w) c (chunk)
          WHERE chunk <> '' $$;

CREATE TABLE customers (
    tenant_id           uuid NOT NULL REFERENCES tenants,
    id                  uuid NOT NULL,
    number              text NOT NULL,
    name                text NOT NULL,
    type                text NOT NULL CHECK (type IN ('business', 'residential')),
    tier                text NOT NULL CHECK (tier IN ('bronze', 'silver', 'gold', 'platinum')),
    email               text,
    phone               text,
    website             text,
    address_line1       text,
    address_line2       text,
    address_city        text,
    address_state       text,
    address_postal_code text,
    address_country     text,
    domains             text[] NOT NULL DEFAULT '{}',
    details             text,
    parent_id           uuid,
    custom_fields       jsonb NOT NULL DEFAULT '{}',
    external_id         text,
    active              boolean NOT NULL DEFAULT true,
    version             bigint NOT NULL DEFAULT 1,
    sequence            bigint NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    deleted_at          timestamptz,
    name_key            text COLLATE "C" GENERATED ALWAYS AS (lower(name)) STORED NOT NULL,
    email_key           text GENERATED ALWAYS AS (lower(email)) STORED,
    words               tsvector GENERATED ALWAYS AS (search_tokens(VARIADIC
                            ARRAY[name, number, external_id, email, split_part(email, '@', 2), phone, regexp_replace(phone, '[^0-9]', '', 'g')] || domains)) STORED,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES customers
);
CREATE UNIQUE INDEX customers_number ON customers (tenant_id, number);
CREATE UNIQUE INDEX customers_external ON customers (tenant_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
-- ListCustomers: one index per order that is offered, and one per filter that may leave few rows
CREATE INDEX customers_by_name ON customers (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_by_updated ON customers (tenant_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_by_created ON customers (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_of_type ON customers (tenant_id, type, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_of_tier ON customers (tenant_id, tier, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_inactive ON customers (tenant_id, name_key, id) WHERE NOT active AND deleted_at IS NULL;
CREATE INDEX customers_children ON customers (tenant_id, parent_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_email ON customers (tenant_id, email_key) WHERE email_key IS NOT NULL AND deleted_at IS NULL;
-- customers_of_domain, search_directory
CREATE INDEX customers_domains ON customers USING gin (tenant_id, domains) WHERE deleted_at IS NULL;
CREATE INDEX customers_words ON customers USING gin (tenant_id, words) WHERE deleted_at IS NULL;

CREATE TABLE contacts (
    tenant_id     uuid NOT NULL REFERENCES tenants,
    id            uuid NOT NULL,
    customer_id   uuid NOT NULL,
    first_name    text NOT NULL,
    last_name     text NOT NULL DEFAULT '',
    title         text,
    department    text,
    email         text,
    phone_office  text,
    phone_mobile  text,
    phone_direct  text,
    is_primary    boolean NOT NULL DEFAULT false,
    is_billing    boolean NOT NULL DEFAULT false,
    is_technical  boolean NOT NULL DEFAULT false,
    -- further addresses: [{"kind":"email|phone|whatsapp","value":"…"}]
    identities    jsonb NOT NULL DEFAULT '[]',
    custom_fields jsonb NOT NULL DEFAULT '{}',
    external_id   text,
    active        boolean NOT NULL DEFAULT true,
    version       bigint NOT NULL DEFAULT 1,
    sequence      bigint NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    deleted_at    timestamptz,
    name_key      text COLLATE "C" GENERATED ALWAYS AS (lower(ltrim(last_name || ' ' || first_name))) STORED NOT NULL,
    email_key     text GENERATED ALWAYS AS (lower(email)) STORED,
    words         tsvector GENERATED ALWAYS AS (search_tokens(
                      first_name, last_name, external_id, email, split_part(email, '@', 2), identities::text, phone_office, phone_mobile, phone_direct,
                      regexp_replace(phone_office, '[^0-9]', '', 'g'), regexp_replace(phone_mobile, '[^0-9]', '', 'g'), regexp_replace(phone_direct, '[^0-9]', '', 'g'))) STORED,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE UNIQUE INDEX contacts_one_primary ON contacts (tenant_id, customer_id) WHERE is_primary AND deleted_at IS NULL;
CREATE UNIQUE INDEX contacts_external ON contacts (tenant_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
-- ListContacts
CREATE INDEX contacts_of_customer ON contacts (tenant_id, customer_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_name ON contacts (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_updated ON contacts (tenant_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_created ON contacts (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_inactive ON contacts (tenant_id, name_key, id) WHERE NOT active AND deleted_at IS NULL;
CREATE INDEX contacts_primary ON contacts (tenant_id, name_key, id) WHERE is_primary AND deleted_at IS NULL;
CREATE INDEX contacts_billing ON contacts (tenant_id, name_key, id) WHERE is_billing AND deleted_at IS NULL;
CREATE INDEX contacts_technical ON contacts (tenant_id, name_key, id) WHERE is_technical AND deleted_at IS NULL;
CREATE INDEX contacts_email ON contacts (tenant_id, email_key) WHERE email_key IS NOT NULL AND deleted_at IS NULL;
-- search_directory
CREATE INDEX contacts_words ON contacts USING gin (tenant_id, words) WHERE deleted_at IS NULL;

CREATE TABLE locations (
    tenant_id           uuid NOT NULL REFERENCES tenants,
    id                  uuid NOT NULL,
    customer_id         uuid NOT NULL,
    name                text NOT NULL,
    type                text NOT NULL CHECK (type IN ('headquarters', 'branch', 'datacenter', 'remote')),
    address_line1       text,
    address_line2       text,
    address_city        text,
    address_state       text,
    address_postal_code text,
    address_country     text,
    is_primary          boolean NOT NULL DEFAULT false,
    is_billing          boolean NOT NULL DEFAULT false,
    is_shipping         boolean NOT NULL DEFAULT false,
    external_id         text,
    active              boolean NOT NULL DEFAULT true,
    version             bigint NOT NULL DEFAULT 1,
    sequence            bigint NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    deleted_at          timestamptz,
    name_key            text COLLATE "C" GENERATED ALWAYS AS (lower(name)) STORED NOT NULL,
    words               tsvector GENERATED ALWAYS AS (search_tokens(
                            name, external_id, address_line1, address_line2, address_city, address_state, address_postal_code)) STORED,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE UNIQUE INDEX locations_one_primary ON locations (tenant_id, customer_id) WHERE is_primary AND deleted_at IS NULL;
CREATE UNIQUE INDEX locations_external ON locations (tenant_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
-- ListLocations
CREATE INDEX locations_of_customer ON locations (tenant_id, customer_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX locations_by_name ON locations (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX locations_by_updated ON locations (tenant_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX locations_by_created ON locations (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX locations_of_type ON locations (tenant_id, type, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX locations_inactive ON locations (tenant_id, name_key, id) WHERE NOT active AND deleted_at IS NULL;
-- search_directory
CREATE INDEX locations_words ON locations USING gin (tenant_id, words) WHERE deleted_at IS NULL;

CREATE TABLE assets (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    id           uuid NOT NULL,
    number       text NOT NULL,
    name         text,
    project      text,
    installed_on date,
    customer_id  uuid,
    location_id  uuid,
    version      bigint NOT NULL DEFAULT 1,
    sequence     bigint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    deleted_at   timestamptz,
    number_key   text COLLATE "C" GENERATED ALWAYS AS (lower(number)) STORED NOT NULL,
    words        tsvector GENERATED ALWAYS AS (search_tokens(number, name, project)) STORED,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations
);
-- a number is read aloud and typed: upper or lower case names the same thing
CREATE UNIQUE INDEX assets_number ON assets (tenant_id, number_key) WHERE deleted_at IS NULL;
-- ListAssets
CREATE INDEX assets_by_number ON assets (tenant_id, number_key, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_by_updated ON assets (tenant_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_by_created ON assets (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_customer ON assets (tenant_id, customer_id, number_key, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_location ON assets (tenant_id, location_id, number_key, id) WHERE deleted_at IS NULL;
CREATE INDEX assets_of_project ON assets (tenant_id, project, number_key, id) WHERE deleted_at IS NULL;
-- search_directory
CREATE INDEX assets_words ON assets USING gin (tenant_id, words) WHERE deleted_at IS NULL;

-- ---------------------------------------------------------------- tickets

CREATE TABLE workflows (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    key        text NOT NULL,
    definition jsonb NOT NULL,
    is_default boolean NOT NULL DEFAULT true,
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
);
CREATE UNIQUE INDEX workflows_one_default ON workflows (tenant_id) WHERE is_default;

CREATE TABLE categories (
    tenant_id     uuid NOT NULL REFERENCES tenants,
    id            uuid NOT NULL,
    key           text NOT NULL,
    name          text NOT NULL,
    subcategories text[] NOT NULL DEFAULT '{}',
    active        boolean NOT NULL DEFAULT true,
    position      int NOT NULL DEFAULT 0,
    version       bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
);

CREATE TABLE custom_fields (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    key        text NOT NULL,
    label      text NOT NULL,
    type       text NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date', 'select', 'multi_select')),
    options    text[] NOT NULL DEFAULT '{}',
    required   boolean NOT NULL DEFAULT false,
    active     boolean NOT NULL DEFAULT true,
    position   int NOT NULL DEFAULT 0,
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
);

-- gapless: the row is locked by whoever draws from it until that transaction ends
CREATE TABLE counters (
    tenant_id uuid NOT NULL REFERENCES tenants,
    name      text NOT NULL,
    n         bigint NOT NULL,
    PRIMARY KEY (tenant_id, name)
) WITH (fillfactor = 10);

CREATE TABLE tickets (
    tenant_id          uuid NOT NULL REFERENCES tenants,
    id                 uuid NOT NULL,
    number             bigint NOT NULL,
    reference          text NOT NULL,
    external_id        text,
    subject            text NOT NULL,
    description        text NOT NULL,
    status             text NOT NULL,
    status_category    text NOT NULL CHECK (status_category IN ('new', 'open', 'pending', 'on_hold', 'solved', 'closed')),
    priority           smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
    type               text NOT NULL,
    category           text NOT NULL,
    subcategory        text,
    tags               text[] NOT NULL DEFAULT '{}',
    custom_fields      jsonb NOT NULL DEFAULT '{}',
    channel            text NOT NULL,
    customer_id        uuid,
    contact_id         uuid,
    location_id        uuid,
    asset_id           uuid,
    assignee_id        uuid,
    group_id           uuid,
    due_at             timestamptz,
    escalation_level   smallint NOT NULL DEFAULT 0,
    escalation_reason  text,
    escalated_at       timestamptz,
    first_responded_at timestamptz,
    solved_at          timestamptz,
    closed_at          timestamptz,
    version            bigint NOT NULL,
    sequence           bigint NOT NULL,
    created_by         uuid,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    deleted_at         timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations,
    FOREIGN KEY (tenant_id, asset_id) REFERENCES assets,
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES users,
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups
);
CREATE UNIQUE INDEX tickets_number ON tickets (tenant_id, number);
CREATE UNIQUE INDEX tickets_reference ON tickets (tenant_id, reference);
CREATE UNIQUE INDEX tickets_external ON tickets (tenant_id, external_id) WHERE external_id IS NOT NULL;
-- ListTickets: one index per order that is offered, and one per filter that leaves few rows
CREATE INDEX list_tickets_by_updated ON tickets (tenant_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_by_created ON tickets (tenant_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_by_priority ON tickets (tenant_id, priority, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_by_due ON tickets (tenant_id, due_at, id) WHERE due_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX list_tickets_of_status ON tickets (tenant_id, status, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_of_status_by_created ON tickets (tenant_id, status, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_of_assignee ON tickets (tenant_id, assignee_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_of_group ON tickets (tenant_id, group_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_of_customer ON tickets (tenant_id, customer_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_of_contact ON tickets (tenant_id, contact_id, updated_at, id) WHERE contact_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX list_tickets_of_location ON tickets (tenant_id, location_id, updated_at, id) WHERE location_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX list_tickets_of_asset ON tickets (tenant_id, asset_id, updated_at, id) WHERE asset_id IS NOT NULL AND deleted_at IS NULL;
-- search_ticket_subjects
CREATE INDEX tickets_subject_words ON tickets USING gin (tenant_id, to_tsvector('simple', subject)) WHERE deleted_at IS NULL;

-- a table of its own, because array operators are not leakproof and so get no index under row level security
CREATE TABLE ticket_tags (
    tenant_id uuid NOT NULL,
    tag       text NOT NULL,
    ticket_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, tag, ticket_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets
);
CREATE INDEX ticket_tags_of_ticket ON ticket_tags (tenant_id, ticket_id);

CREATE TABLE ticket_comments (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    ticket_id   uuid NOT NULL,
    author_kind text NOT NULL CHECK (author_kind IN ('agent', 'contact', 'system', 'ai')),
    author_id   uuid,
    visibility  text NOT NULL CHECK (visibility IN ('public', 'internal')),
    format      text NOT NULL CHECK (format IN ('markdown', 'plain', 'html')),
    body        text NOT NULL,
    via         text NOT NULL,
    created_at  timestamptz NOT NULL,
    edited_at   timestamptz,
    deleted_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets
);
CREATE INDEX comments_of_ticket ON ticket_comments (tenant_id, ticket_id, created_at, id) WHERE deleted_at IS NULL;

CREATE TABLE attachments (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    id           uuid NOT NULL,
    -- null until the upload becomes part of a ticket
    ticket_id    uuid,
    comment_id   uuid,
    name         text NOT NULL,
    size         bigint NOT NULL,
    content_type text NOT NULL,
    sha256       bytea NOT NULL,
    storage_key  text NOT NULL,
    created_by   uuid,
    created_at   timestamptz NOT NULL,
    deleted_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets,
    FOREIGN KEY (tenant_id, comment_id) REFERENCES ticket_comments
);
CREATE INDEX attachments_of_ticket ON attachments (tenant_id, ticket_id, created_at, id) WHERE ticket_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX attachments_of_comment ON attachments (tenant_id, comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX attachments_unclaimed ON attachments (tenant_id, created_at) WHERE ticket_id IS NULL AND deleted_at IS NULL;

-- ---------------------------------------------------------------- what happened

-- one row per changed field of any entity
CREATE TABLE history (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    entity_type text NOT NULL,
    entity_id   uuid NOT NULL,
    at          timestamptz NOT NULL,
    actor_kind  text NOT NULL,
    actor_id    uuid,
    via         text NOT NULL,
    field       text NOT NULL,
    from_value  jsonb,
    to_value    jsonb,
    reason      text,
    rule        text,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX history_of_entity ON history (tenant_id, entity_id, id);

-- every published change; the body is what consumers receive
CREATE TABLE events (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    type        text NOT NULL,
    entity_type text NOT NULL,
    entity_id   uuid NOT NULL,
    sequence    bigint NOT NULL,
    at          timestamptz NOT NULL,
    body        text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, entity_id, sequence)
);

-- What is still to be delivered: a row per event and sink, gone when the sink has it. Rows come and go all the time, so dead ones are
-- cleared by number and not by share of a table that is mostly empty.
CREATE TABLE event_deliveries (
    tenant_id       uuid NOT NULL,
    event_id        uuid NOT NULL,
    sink            text NOT NULL,
    entity_id       uuid NOT NULL,
    sequence        bigint NOT NULL,
    at              timestamptz NOT NULL,
    attempts        int NOT NULL DEFAULT 0,
    -- infinity: waits behind a parked one of its entity
    next_attempt_at timestamptz NOT NULL,
    last_error      text,
    parked_at       timestamptz,
    PRIMARY KEY (tenant_id, sink, entity_id, sequence),
    FOREIGN KEY (tenant_id, event_id) REFERENCES events
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
CREATE INDEX event_deliveries_due ON event_deliveries (sink, next_attempt_at, event_id) WHERE parked_at IS NULL;
CREATE INDEX event_deliveries_parked ON event_deliveries (sink, tenant_id, entity_id) WHERE parked_at IS NOT NULL;

-- the order in which readers of the stream see events: positions are given after commit, one writer at a time,
-- so that a reader who has seen position n never finds something new below it
CREATE TABLE event_stream (
    tenant_id uuid NOT NULL,
    position  bigint GENERATED ALWAYS AS IDENTITY,
    event_id  uuid NOT NULL,
    PRIMARY KEY (tenant_id, position),
    UNIQUE (tenant_id, event_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES events
);

CREATE TABLE idempotency_keys (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    caller_id    uuid NOT NULL,
    key          text NOT NULL,
    fingerprint  bytea NOT NULL,
    status       int,
    location     text,
    etag         text,
    content_type text,
    body         bytea,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, caller_id, key)
);
CREATE INDEX idempotency_keys_old ON idempotency_keys (tenant_id, created_at);

-- ---------------------------------------------------------------- isolation

DO $$
DECLARE t text;
BEGIN
    FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        -- no tenant set = NULL = no rows; the sub-select is evaluated once a query, not once a row
        EXECUTE format('CREATE POLICY tenant ON %I TO {app} USING (tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO {app}', t);
    END LOOP;
END $$;

-- append-only for the server
REVOKE UPDATE, DELETE ON audit_log, history, events FROM {app};
REVOKE DELETE ON tenants, users, customers, contacts, locations, assets, tickets, ticket_comments, attachments FROM {app};

-- ---------------------------------------------------------------- across tenants
-- The only ways past the policy above: each answers one question, runs as {system}, and that role sees only what it needs.

CREATE POLICY system ON tenants TO {system} USING (true);
CREATE POLICY system ON users TO {system} USING (true);
CREATE POLICY system ON api_tokens TO {system} USING (true);
CREATE POLICY system ON refresh_tokens TO {system} USING (true);
CREATE POLICY system ON one_time_tokens TO {system} USING (true);
CREATE POLICY system ON events TO {system} USING (true);
CREATE POLICY system ON event_deliveries TO {system} USING (true);
CREATE POLICY system ON event_stream TO {system} USING (true);
CREATE POLICY system ON tickets TO {system} USING (true);
CREATE POLICY system ON customers TO {system} USING (true);
CREATE POLICY system ON contacts TO {system} USING (true);
CREATE POLICY system ON locations TO {system} USING (true);
CREATE POLICY system ON assets TO {system} USING (true);
GRANT SELECT ON tenants, users, customers, contacts, locations, assets, tickets, api_tokens, refresh_tokens, one_time_tokens, events TO {system};
GRANT SELECT, UPDATE, DELETE ON event_deliveries TO {system};
GRANT SELECT, INSERT ON event_stream TO {system};

CREATE FUNCTION list_tenants() RETURNS SETOF tenants
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT * FROM tenants ORDER BY created_at, tenant_id $$;

-- whom a sign-in may mean: one row per tenant that knows the address
CREATE FUNCTION find_sign_in(address text, in_tenant text) RETURNS TABLE (tenant_id uuid, user_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT u.tenant_id, u.id FROM users u JOIN tenants t USING (tenant_id)
          WHERE lower(u.email) = lower(address) AND u.deleted_at IS NULL AND u.active
            AND t.suspended_at IS NULL AND (in_tenant IS NULL OR t.slug = in_tenant) $$;

CREATE FUNCTION find_api_token(token_hash bytea) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT a.tenant_id, a.id FROM api_tokens a WHERE a.hash = token_hash $$;

CREATE FUNCTION find_refresh_token(token_hash bytea) RETURNS TABLE (tenant_id uuid, session_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT r.tenant_id, r.session_id FROM refresh_tokens r WHERE r.hash = token_hash $$;

CREATE FUNCTION find_one_time_token(token_hash bytea) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT o.tenant_id, o.id FROM one_time_tokens o WHERE o.hash = token_hash $$;

-- The relay's claim. It locks the first undelivered event of up to `most` entities, so that two relays never hold the same entity,
-- and answers with those that wait behind each, in order. The locks last until the caller's transaction ends.
CREATE FUNCTION claim_deliveries(for_sink text, due timestamptz, most int)
    RETURNS TABLE (tenant_id uuid, event_id uuid, type text, entity_type text, entity_id uuid, sequence bigint, at timestamptz, body text, attempts int)
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$
    WITH heads AS MATERIALIZED (
        SELECT d.tenant_id, d.entity_id, d.sequence
        FROM event_deliveries d
        WHERE d.sink = for_sink AND d.parked_at IS NULL AND d.next_attempt_at <= due
          AND NOT EXISTS (SELECT 1 FROM event_deliveries earlier
                          WHERE earlier.tenant_id = d.tenant_id AND earlier.sink = d.sink AND earlier.entity_id = d.entity_id AND earlier.sequence < d.sequence)
        ORDER BY d.next_attempt_at, d.event_id
        LIMIT most
        FOR UPDATE OF d SKIP LOCKED)
    SELECT d.tenant_id, d.event_id, e.type, e.entity_type, d.entity_id, d.sequence, e.at, e.body, d.attempts
    FROM heads h
    JOIN LATERAL (SELECT * FROM event_deliveries w
                  WHERE w.tenant_id = h.tenant_id AND w.sink = for_sink AND w.entity_id = h.entity_id AND w.sequence >= h.sequence
                  ORDER BY w.sequence LIMIT 20) d ON d.parked_at IS NULL
    JOIN LATERAL (SELECT * FROM events WHERE events.tenant_id = d.tenant_id AND events.id = d.event_id LIMIT 1) e ON true
    ORDER BY d.entity_id, d.sequence
    $$;

CREATE FUNCTION finish_deliveries(for_sink text, tenants uuid[], entities uuid[], sequences bigint[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$ DELETE FROM event_deliveries d USING unnest(tenants, entities, sequences) AS done (tenant_id, entity_id, sequence)
          WHERE d.sink = for_sink AND d.tenant_id = done.tenant_id AND d.entity_id = done.entity_id AND d.sequence = done.sequence $$;

-- Notes failures. What waits behind a failed one is moved with it: it cannot go earlier, and claims need not look at it again and again.
CREATE FUNCTION postpone_deliveries(for_sink text, tenants uuid[], entities uuid[], sequences bigint[], untils timestamptz[], errors text[], parks timestamptz[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$
    UPDATE event_deliveries d SET attempts = d.attempts + 1, next_attempt_at = f.until, last_error = f.error, parked_at = f.park
    FROM unnest(tenants, entities, sequences, untils, errors, parks) AS f (tenant_id, entity_id, sequence, until, error, park)
    WHERE d.sink = for_sink AND d.tenant_id = f.tenant_id AND d.entity_id = f.entity_id AND d.sequence = f.sequence;
    UPDATE event_deliveries d SET next_attempt_at = CASE WHEN f.park IS NULL THEN f.until ELSE 'infinity' END
    FROM unnest(tenants, entities, sequences, untils, parks) AS f (tenant_id, entity_id, sequence, until, park)
    WHERE d.sink = for_sink AND d.tenant_id = f.tenant_id AND d.entity_id = f.entity_id AND d.sequence > f.sequence AND d.parked_at IS NULL;
    $$;

-- Moves what has come in behind parked ones out of the way of claims.
CREATE FUNCTION hold_back_deliveries(for_sink text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$ UPDATE event_deliveries d SET next_attempt_at = 'infinity'
          FROM event_deliveries p
          WHERE p.sink = for_sink AND p.parked_at IS NOT NULL
            AND d.sink = p.sink AND d.tenant_id = p.tenant_id AND d.entity_id = p.entity_id AND d.sequence > p.sequence
            AND d.parked_at IS NULL AND d.next_attempt_at < 'infinity' $$;

-- An operator's second chance for everything that is parked; answers with how many rows may go again.
CREATE FUNCTION retry_parked_deliveries(for_sink text) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$ WITH freed AS (
              UPDATE event_deliveries SET parked_at = NULL, attempts = 0, next_attempt_at = now()
              WHERE sink = for_sink AND (parked_at IS NOT NULL OR next_attempt_at = 'infinity') RETURNING 1)
          SELECT count(*) FROM freed $$;

-- when there is something to claim next; null when nothing waits
CREATE FUNCTION next_delivery_at(for_sink text) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT d.next_attempt_at FROM event_deliveries d
          WHERE d.sink = for_sink AND d.parked_at IS NULL AND d.next_attempt_at < 'infinity' ORDER BY d.next_attempt_at LIMIT 1 $$;

-- Gives committed events their place in the stream. One at a time (advisory lock), hence positions become visible in order.
CREATE FUNCTION sequence_events(most int) RETURNS TABLE (tenant_id uuid, "position" bigint, event_id uuid)
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$
    SELECT pg_advisory_xact_lock(7236001);
    WITH oldest AS MATERIALIZED (
        SELECT d.tenant_id, d.entity_id, d.sequence FROM event_deliveries d
        WHERE d.sink = 'stream' AND d.parked_at IS NULL
        ORDER BY d.next_attempt_at, d.event_id LIMIT most),
    -- clocks of several instances may differ: within an entity the sequence rules, also where a batch ends
    due AS (SELECT o.tenant_id, o.entity_id, max(o.sequence) AS sequence FROM oldest o GROUP BY o.tenant_id, o.entity_id),
    taken AS (
        DELETE FROM event_deliveries d USING due
        WHERE d.sink = 'stream' AND d.tenant_id = due.tenant_id AND d.entity_id = due.entity_id AND d.sequence <= due.sequence
        RETURNING d.tenant_id, d.event_id, d.entity_id, d.sequence, d.at),
    placed AS (
        SELECT t.tenant_id, t.event_id, t.entity_id, t.sequence,
               max(t.at) OVER (PARTITION BY t.tenant_id, t.entity_id ORDER BY t.sequence) AS at
        FROM taken t)
    INSERT INTO event_stream (tenant_id, event_id)
    SELECT p.tenant_id, p.event_id FROM placed p ORDER BY p.at, p.entity_id, p.sequence
    RETURNING tenant_id, position, event_id
    $$;

-- Words in subjects. A function, because @@ is not leakproof: under row level security it would get no index (docs/decisions/0004).
-- It takes the tenant from the setting, as the policy does, and answers with the newest matches.
CREATE FUNCTION search_ticket_subjects(words text) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT t.id FROM tickets t
          WHERE t.tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid) AND t.deleted_at IS NULL
            AND to_tsvector('simple', t.subject) @@ plainto_tsquery('simple', words)
          ORDER BY t.updated_at DESC LIMIT 10000 $$;

-- Words in customers, contacts, locations or assets: first those whose name begins with what was typed, then those that hold all the
-- words, together at most a thousand, and one more to tell that there are more. Which of more than a thousand are kept is left to
-- the index: putting 200,000 in order first would take a second, and who finds a thousand types another word.
CREATE FUNCTION search_directory(kind text, typed text) RETURNS SETOF uuid
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

CREATE FUNCTION customers_of_domain(domain text) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public ROWS 10
    AS $$ SELECT c.id FROM customers c
          WHERE c.tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid) AND c.deleted_at IS NULL
            AND c.domains @> ARRAY[domain] LIMIT 1001 $$;

-- how much waits, for health
CREATE FUNCTION waiting_deliveries() RETURNS TABLE (sink text, waiting bigint, parked bigint, oldest timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT d.sink, count(*) FILTER (WHERE d.parked_at IS NULL), count(d.parked_at), min(d.at) FROM event_deliveries d GROUP BY d.sink $$;

DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO {system}', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {app}', f);
    END LOOP;
END $$;

-- down

DROP FUNCTION waiting_deliveries, customers_of_domain, search_directory, search_ticket_subjects, sequence_events, next_delivery_at, retry_parked_deliveries, hold_back_deliveries,
    postpone_deliveries, finish_deliveries, claim_deliveries,
    find_one_time_token, find_refresh_token, find_api_token, find_sign_in, list_tenants;
DROP TABLE idempotency_keys, event_stream, event_deliveries, events, history, attachments, ticket_comments, ticket_tags, tickets,
    counters, custom_fields, categories, workflows, assets, locations, contacts, customers, audit_log, group_members, groups,
    api_tokens, one_time_tokens, refresh_tokens, sessions, credentials, users, tenants;
DROP FUNCTION search_tokens, search_prefixes;
