-- SLA: calendars, policies, the clocks of tickets, and what became of each promise.
-- cost: instant

-- up

-- rows that are deleted stay: time was counted by them
CREATE TABLE sla_calendars (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    -- as the API shows them
    fields     jsonb NOT NULL,
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE sla_policies (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    fields      jsonb NOT NULL,
    calendar_id uuid GENERATED ALWAYS AS ((fields ->> 'calendarId')::uuid) STORED,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES sla_calendars
);

-- what a list shows of the clocks; without an index, so that time passing rewrites no index of tickets
ALTER TABLE tickets ADD COLUMN sla_state text CHECK (sla_state IN ('ok', 'at_risk', 'breached', 'paused')),
    ADD COLUMN sla_due_at timestamptz, ADD COLUMN sla_policy_id uuid;

CREATE TABLE ticket_sla (
    tenant_id     uuid NOT NULL,
    ticket_id     uuid NOT NULL,
    -- null: no policy applies at present. No foreign key: its check would have every new ticket lock the one row of the policy
    policy_id     uuid,
    state         text NOT NULL CHECK (state IN ('ok', 'at_risk', 'breached', 'paused')),
    next_due_at   timestamptz,
    -- when a threshold passes next
    next_check_at timestamptz,
    clocks        jsonb NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets
);
-- next_clock, TicketDesk.Tick
CREATE INDEX ticket_sla_check ON ticket_sla (next_check_at, tenant_id) WHERE next_check_at IS NOT NULL;
-- ListTickets, sort=slaDueAt
CREATE INDEX list_tickets_by_sla_due ON ticket_sla (tenant_id, next_due_at, ticket_id) WHERE next_due_at IS NOT NULL;
-- ListTickets, sla=breached
CREATE INDEX list_tickets_of_sla_state ON ticket_sla (tenant_id, state, ticket_id) WHERE state <> 'ok';

-- each promise that was kept or missed, with what reports ask by as it was then
CREATE TABLE sla_results (
    tenant_id      uuid NOT NULL,
    ticket_id      uuid NOT NULL,
    metric         text NOT NULL,
    round          int NOT NULL,
    -- when it was decided: missed, or else kept
    at             timestamptz NOT NULL,
    policy_id      uuid NOT NULL,
    target_minutes int NOT NULL,
    used_seconds   bigint NOT NULL,
    met_at         timestamptz,
    breached_at    timestamptz,
    priority       smallint NOT NULL,
    group_id       uuid,
    assignee_id    uuid,
    customer_id    uuid,
    PRIMARY KEY (tenant_id, ticket_id, metric, round),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets
);
-- GetSlaReport
CREATE INDEX sla_report ON sla_results (tenant_id, at);

ALTER TABLE tenants ADD COLUMN sla_monitored boolean NOT NULL DEFAULT true;

CREATE POLICY system ON ticket_sla TO {system} USING (true);
GRANT SELECT ON ticket_sla TO {system};

-- Where a threshold passes next, in any tenant.
CREATE FUNCTION next_clock() RETURNS TABLE (tenant_id uuid, at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT s.tenant_id, s.next_check_at FROM ticket_sla s WHERE s.next_check_at IS NOT NULL ORDER BY s.next_check_at LIMIT 1 $$;

CALL isolate();

-- The ready policy for tenants that exist already; new ones get it when they are made (Deskhand.Sla.ReadyPolicy says the same).
CREATE POLICY ready ON sla_policies TO {system} USING (true);
INSERT INTO sla_policies (tenant_id, id, fields, created_at, updated_at)
SELECT t.tenant_id, gen_random_uuid(), jsonb_build_object('name', CASE t.locale WHEN 'es' THEN 'Estándar' ELSE 'Standard' END, 'position', 1000, 'warnAt', '[75]'::jsonb, 'escalateAt', 90, 'targets',
    '[{"priority": "low", "firstResponse": 1440, "resolution": 10080}, {"priority": "normal", "firstResponse": 240, "resolution": 4320},
      {"priority": "high", "firstResponse": 60, "resolution": 1440}, {"priority": "urgent", "firstResponse": 15, "resolution": 240}]'::jsonb), now(), now()
FROM tenants t;
DROP POLICY ready ON sla_policies;

-- down

DROP FUNCTION next_clock;
DROP TABLE sla_results, ticket_sla, sla_policies, sla_calendars;
ALTER TABLE tickets DROP COLUMN sla_state, DROP COLUMN sla_due_at, DROP COLUMN sla_policy_id;
ALTER TABLE tenants DROP COLUMN sla_monitored;
