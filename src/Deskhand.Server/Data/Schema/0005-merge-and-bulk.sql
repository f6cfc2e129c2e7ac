-- Merging with a way back, links, followers, and what a bulk change needs to be undone.
-- cost: one look at each ticket for the two new references and three partial indexes that start empty; seconds for a million tickets

-- up

ALTER TABLE tickets
    ADD COLUMN merged_into_id   uuid,
    ADD COLUMN problem_id       uuid,
    ADD COLUMN follower_ids     uuid[] NOT NULL DEFAULT '{}',
    -- the version that brought the present assignee and group: whoever saw an older one has not seen them
    ADD COLUMN assigned_version bigint NOT NULL DEFAULT 0,
    ADD FOREIGN KEY (tenant_id, merged_into_id) REFERENCES tickets,
    ADD FOREIGN KEY (tenant_id, problem_id) REFERENCES tickets;
-- ListTickets with deleted=true
CREATE INDEX list_tickets_deleted ON tickets (tenant_id, updated_at, id) WHERE deleted_at IS NOT NULL;
-- ListLinks, ResolveIncidents
CREATE INDEX tickets_of_problem ON tickets (tenant_id, problem_id, id) WHERE problem_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tickets_merged ON tickets (tenant_id, merged_into_id) WHERE merged_into_id IS NOT NULL;

ALTER TABLE ticket_comments
    -- where it was written, when that was another ticket
    ADD COLUMN merged_from_id uuid,
    -- the version of its ticket that brought it
    ADD COLUMN ticket_version bigint NOT NULL DEFAULT 0;
ALTER TABLE attachments ADD COLUMN merged_from_id uuid;

-- a table of its own, because array operators are not leakproof and so get no index under row level security
CREATE TABLE ticket_followers (
    tenant_id uuid NOT NULL,
    user_id   uuid NOT NULL,
    ticket_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, user_id, ticket_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users,
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets
);
CREATE INDEX ticket_followers_of_ticket ON ticket_followers (tenant_id, ticket_id);

CREATE TABLE ticket_links (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('relates', 'duplicates', 'blocks')),
    -- relates has no direction: the smaller id comes first
    from_id    uuid NOT NULL,
    to_id      uuid NOT NULL CHECK (to_id <> from_id),
    created_by uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, from_id, kind, to_id),
    FOREIGN KEY (tenant_id, from_id) REFERENCES tickets,
    FOREIGN KEY (tenant_id, to_id) REFERENCES tickets
);
CREATE INDEX ticket_links_to ON ticket_links (tenant_id, to_id);

-- one source that went into one target, with what brings it back
CREATE TABLE ticket_merges (
    tenant_id              uuid NOT NULL,
    id                     uuid NOT NULL,
    source_id              uuid NOT NULL,
    target_id              uuid NOT NULL,
    status_before          text NOT NULL,
    solved_at_before       timestamptz,
    closed_at_before       timestamptz,
    -- of the target: what it had not before
    added_tags             text[] NOT NULL,
    added_followers        uuid[] NOT NULL,
    source_version         bigint NOT NULL,
    merged_by              uuid,
    merged_at              timestamptz NOT NULL,
    unmerged_at            timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES tickets,
    FOREIGN KEY (tenant_id, target_id) REFERENCES tickets
);
CREATE UNIQUE INDEX ticket_merges_of_source ON ticket_merges (tenant_id, source_id) WHERE unmerged_at IS NULL;
CREATE INDEX ticket_merges_of_target ON ticket_merges (tenant_id, target_id) WHERE unmerged_at IS NULL;

-- the comments and attachments that went along
CREATE TABLE ticket_merge_items (
    tenant_id uuid NOT NULL,
    merge_id  uuid NOT NULL,
    item_id   uuid NOT NULL,
    PRIMARY KEY (tenant_id, merge_id, item_id),
    FOREIGN KEY (tenant_id, merge_id) REFERENCES ticket_merges
);
CREATE INDEX ticket_merge_items_of_item ON ticket_merge_items (tenant_id, item_id);

-- UndoJob
ALTER TABLE jobs ADD COLUMN undone_by_id uuid;
CREATE INDEX job_items_of_target ON job_items (tenant_id, job_id, target_id);

CALL isolate();

-- down

DROP INDEX job_items_of_target;
ALTER TABLE jobs DROP COLUMN undone_by_id;
DROP TABLE ticket_merge_items, ticket_merges, ticket_links, ticket_followers;
ALTER TABLE attachments DROP COLUMN merged_from_id;
ALTER TABLE ticket_comments DROP COLUMN merged_from_id, DROP COLUMN ticket_version;
ALTER TABLE tickets DROP COLUMN merged_into_id, DROP COLUMN problem_id, DROP COLUMN follower_ids, DROP COLUMN assigned_version;
