-- Rules: triggers, automations, what they did, macros, and the routing of groups.
-- cost: one look at each ticket for three partial indexes, and one write to each ticket that is not closed; a minute for a million tickets

-- up

CREATE TABLE rules (
    tenant_id       uuid NOT NULL REFERENCES tenants,
    id              uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('trigger', 'automation')),
    -- of a rule that came with the desk: its name in the code
    key             text,
    name            text NOT NULL,
    description     text,
    active          boolean NOT NULL,
    conditions      jsonb NOT NULL,
    actions         jsonb NOT NULL,
    once_per_ticket boolean NOT NULL,
    position        int NOT NULL,
    version         bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    deleted_at      timestamptz,
    PRIMARY KEY (tenant_id, id)
);
-- Rulebooks, ListRules
CREATE INDEX rules_in_order ON rules (tenant_id, kind, position, id) WHERE deleted_at IS NULL;

-- what rules did to tickets, or why they could not; those that did not apply leave nothing
CREATE TABLE rule_runs (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    ticket_id  uuid NOT NULL,
    -- null: the routing of a group
    rule_id    uuid,
    name       text NOT NULL,
    version    bigint NOT NULL,
    via        text NOT NULL,
    at         timestamptz NOT NULL,
    outcome    text NOT NULL CHECK (outcome IN ('changed', 'failed')),
    fields     text[] NOT NULL,
    problem    jsonb,
    -- of an automation: the state it met, so that it meets each once
    entered_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets,
    FOREIGN KEY (tenant_id, rule_id) REFERENCES rules
);
-- ListRuleRuns
CREATE INDEX rule_runs_of_ticket ON rule_runs (tenant_id, ticket_id, id);
-- AutomationSweep: once per ticket and state
CREATE UNIQUE INDEX rule_runs_once ON rule_runs (tenant_id, rule_id, ticket_id, entered_at) WHERE entered_at IS NOT NULL;

-- how far each automation has looked
CREATE TABLE rule_progress (
    tenant_id   uuid NOT NULL,
    rule_id     uuid NOT NULL,
    version     bigint NOT NULL,
    swept_until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, rule_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES rules
);

ALTER TABLE history ADD COLUMN rule_id uuid, ADD COLUMN rule_version bigint;

ALTER TABLE tickets ADD COLUMN status_at timestamptz, ADD COLUMN assigned_at timestamptz;
UPDATE tickets SET status_at = CASE WHEN status_category = 'new' THEN created_at WHEN status_category = 'solved' THEN coalesce(solved_at, updated_at) ELSE updated_at END,
    assigned_at = CASE WHEN assignee_id IS NOT NULL THEN updated_at END
WHERE status_category <> 'closed';
-- AutomationSweep: what time has passed for since it last looked
CREATE INDEX tickets_by_status_at ON tickets (tenant_id, status_at) WHERE deleted_at IS NULL AND status_category <> 'closed';
CREATE INDEX tickets_by_assigned_at ON tickets (tenant_id, assigned_at) WHERE deleted_at IS NULL AND status_category <> 'closed' AND assigned_at IS NOT NULL;
CREATE INDEX tickets_by_solved_at ON tickets (tenant_id, solved_at) WHERE deleted_at IS NULL AND status_category = 'solved';

CREATE TABLE macros (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    name        text NOT NULL,
    description text,
    visibility  text NOT NULL CHECK (visibility IN ('personal', 'group', 'shared')),
    owner_id    uuid,
    group_id    uuid,
    -- what it changes, as the actions of a rule
    actions     jsonb NOT NULL,
    reply       text,
    format      text NOT NULL CHECK (format IN ('markdown', 'plain', 'html')),
    internal    boolean NOT NULL,
    version     bigint NOT NULL,
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups,
    CHECK ((visibility = 'personal') = (owner_id IS NOT NULL) AND (visibility = 'group') = (group_id IS NOT NULL))
);
-- ListMacros
CREATE INDEX macros_of_owner ON macros (tenant_id, owner_id) WHERE deleted_at IS NULL;

CREATE TABLE group_routing (
    tenant_id  uuid NOT NULL,
    group_id   uuid NOT NULL,
    mode       text NOT NULL CHECK (mode IN ('none', 'round_robin', 'least_busy', 'skill')),
    version    bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, group_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups
);

-- whom routing may give tickets; without a row: available, without limit and without skills
CREATE TABLE availability (
    tenant_id  uuid NOT NULL,
    user_id    uuid NOT NULL,
    available  boolean NOT NULL,
    -- how many open tickets at most; null: no limit
    capacity   int CHECK (capacity BETWEEN 0 AND 10000),
    skills     text[] NOT NULL DEFAULT '{}',
    version    bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);

-- whose turn it was last in a group
CREATE TABLE routing_turns (
    tenant_id uuid NOT NULL,
    group_id  uuid NOT NULL,
    user_id   uuid NOT NULL,
    turn      bigint NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);

CALL isolate();

-- down

DROP TABLE routing_turns, availability, group_routing, macros;
DROP INDEX tickets_by_status_at, tickets_by_assigned_at, tickets_by_solved_at;
ALTER TABLE tickets DROP COLUMN status_at, DROP COLUMN assigned_at;
ALTER TABLE history DROP COLUMN rule_id, DROP COLUMN rule_version;
DROP TABLE rule_progress, rule_runs, rules;
