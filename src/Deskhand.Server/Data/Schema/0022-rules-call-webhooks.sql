-- Rules call webhooks, webhooks have headers of their own, automations find the tickets whose clocks have ticked, and addresses that are held back have events.
-- cost: reads what rules did once, about a second for a million runs; the rest instant

-- up

-- By name, sealed one by one as the secret is: values are shown to nobody.
ALTER TABLE webhooks ADD COLUMN headers jsonb NOT NULL DEFAULT '{}';

-- The webhook that an event is for, whatever others it interests.
CREATE FUNCTION called_webhook(type text, body text) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN type = 'ticket.rule_fired' THEN (body::jsonb #>> '{data,webhookId}')::uuid END $$;

-- As before (0021), and a webhook that a rule calls gets that whatever its filter says.
CREATE OR REPLACE FUNCTION fan_out_webhooks(heard uuid[], at timestamptz, most int) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
    #variable_conflict use_column
    DECLARE fanned bigint;
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM webhook_states s WHERE s.active AND (heard IS NULL OR s.tenant_id = ANY (heard))) THEN RETURN 0; END IF;
        WITH behind AS MATERIALIZED (
            SELECT s.tenant_id, s.webhook_id, s.position, s.patterns FROM webhook_states s
            WHERE s.active AND (heard IS NULL OR s.tenant_id = ANY (heard))
              AND EXISTS (SELECT 1 FROM event_stream g WHERE g.tenant_id = s.tenant_id AND g.position > s.position)
            ORDER BY s.tenant_id, s.webhook_id
            FOR UPDATE OF s),
        news AS MATERIALIZED (
            SELECT b.tenant_id, b.webhook_id, b.patterns, n.position, e.id, e.type, e.entity_id, e.sequence, e.called
            FROM behind b
            CROSS JOIN LATERAL (SELECT g.position, g.event_id FROM event_stream g
                                WHERE g.tenant_id = b.tenant_id AND g.position > b.position ORDER BY g.position LIMIT most) n
            LEFT JOIN LATERAL (SELECT v.id, v.type, v.entity_id, v.sequence, called_webhook(v.type, v.body) AS called FROM events v WHERE v.tenant_id = b.tenant_id AND v.id = n.event_id LIMIT 1) e ON true),
        made AS (
            INSERT INTO webhook_deliveries (tenant_id, webhook_id, id, type, entity_id, sequence, state, next_attempt_at, queued_at)
            SELECT n.tenant_id, n.webhook_id, n.id, n.type, n.entity_id, n.sequence, 'waiting', at, at
            FROM news n WHERE n.type LIKE ANY (n.patterns) OR n.called = n.webhook_id
            ORDER BY n.position
            ON CONFLICT DO NOTHING
            RETURNING tenant_id, webhook_id),
        moved AS (
            UPDATE webhook_states s
            SET position = m.position,
                due_at = CASE WHEN EXISTS (SELECT 1 FROM made d WHERE d.tenant_id = m.tenant_id AND d.webhook_id = m.webhook_id) THEN least(s.due_at, at) ELSE s.due_at END
            FROM (SELECT n.tenant_id, n.webhook_id, max(n.position) AS position FROM news n GROUP BY 1, 2) m
            WHERE s.tenant_id = m.tenant_id AND s.webhook_id = m.webhook_id
            RETURNING 1)
        SELECT count(*) INTO fanned FROM moved;
        RETURN fanned;
    END $$;

ALTER TABLE rule_runs DROP CONSTRAINT rule_runs_outcome_check,
    -- whom it told something, in the words of the rule
    ADD COLUMN notified text[] NOT NULL DEFAULT '{}',
    ADD COLUMN webhook_ids uuid[] NOT NULL DEFAULT '{}';
-- the owner is bound by row level security too, as long as it is forced
ALTER TABLE rule_runs NO FORCE ROW LEVEL SECURITY;
UPDATE rule_runs SET outcome = 'notified' WHERE outcome = 'changed' AND fields = '{}';
ALTER TABLE rule_runs FORCE ROW LEVEL SECURITY;
ALTER TABLE rule_runs ADD CONSTRAINT rule_runs_outcome_check CHECK (outcome IN ('changed', 'notified', 'failed'));

-- When passing time changed the clocks last, and nobody the ticket: tickets.updated_at tells of the rest. Null as long as it never did, so that new
-- tickets cost nothing here.
ALTER TABLE ticket_sla ADD COLUMN ticked_at timestamptz;
-- AutomationSweep
CREATE INDEX ticket_sla_ticked ON ticket_sla (tenant_id, ticked_at, ticket_id) WHERE ticked_at IS NOT NULL;

-- What the calendars said that the rule looks at; null: it has yet to look at everything.
ALTER TABLE rule_progress ADD COLUMN hours text;

-- Of an address that was ever held back the row stays, for its id and the number of its last event; others go with the first message that is taken.
ALTER TABLE suppressions ADD COLUMN sequence bigint NOT NULL DEFAULT 0;

-- down

ALTER TABLE suppressions NO FORCE ROW LEVEL SECURITY;
DELETE FROM suppressions WHERE suppressed_at IS NULL AND bounces = 0;
ALTER TABLE suppressions FORCE ROW LEVEL SECURITY;
ALTER TABLE suppressions DROP COLUMN sequence;
ALTER TABLE rule_progress DROP COLUMN hours;
DROP INDEX ticket_sla_ticked;
ALTER TABLE ticket_sla DROP COLUMN ticked_at;
ALTER TABLE rule_runs DROP CONSTRAINT rule_runs_outcome_check;
ALTER TABLE rule_runs NO FORCE ROW LEVEL SECURITY;
UPDATE rule_runs SET outcome = 'changed' WHERE outcome = 'notified';
ALTER TABLE rule_runs FORCE ROW LEVEL SECURITY;
ALTER TABLE rule_runs ADD CONSTRAINT rule_runs_outcome_check CHECK (outcome IN ('changed', 'failed')), DROP COLUMN notified, DROP COLUMN webhook_ids;
CREATE OR REPLACE FUNCTION fan_out_webhooks(heard uuid[], at timestamptz, most int) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
    #variable_conflict use_column
    DECLARE fanned bigint;
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM webhook_states s WHERE s.active AND (heard IS NULL OR s.tenant_id = ANY (heard))) THEN RETURN 0; END IF;
        WITH behind AS MATERIALIZED (
            SELECT s.tenant_id, s.webhook_id, s.position, s.patterns FROM webhook_states s
            WHERE s.active AND (heard IS NULL OR s.tenant_id = ANY (heard))
              AND EXISTS (SELECT 1 FROM event_stream g WHERE g.tenant_id = s.tenant_id AND g.position > s.position)
            ORDER BY s.tenant_id, s.webhook_id
            FOR UPDATE OF s),
        news AS MATERIALIZED (
            SELECT b.tenant_id, b.webhook_id, b.patterns, n.position, e.id, e.type, e.entity_id, e.sequence
            FROM behind b
            CROSS JOIN LATERAL (SELECT g.position, g.event_id FROM event_stream g
                                WHERE g.tenant_id = b.tenant_id AND g.position > b.position ORDER BY g.position LIMIT most) n
            LEFT JOIN LATERAL (SELECT * FROM events v WHERE v.tenant_id = b.tenant_id AND v.id = n.event_id LIMIT 1) e ON true),
        made AS (
            INSERT INTO webhook_deliveries (tenant_id, webhook_id, id, type, entity_id, sequence, state, next_attempt_at, queued_at)
            SELECT n.tenant_id, n.webhook_id, n.id, n.type, n.entity_id, n.sequence, 'waiting', at, at
            FROM news n WHERE n.type LIKE ANY (n.patterns)
            ORDER BY n.position
            ON CONFLICT DO NOTHING
            RETURNING tenant_id, webhook_id),
        moved AS (
            UPDATE webhook_states s
            SET position = m.position,
                due_at = CASE WHEN EXISTS (SELECT 1 FROM made d WHERE d.tenant_id = m.tenant_id AND d.webhook_id = m.webhook_id) THEN least(s.due_at, at) ELSE s.due_at END
            FROM (SELECT n.tenant_id, n.webhook_id, max(n.position) AS position FROM news n GROUP BY 1, 2) m
            WHERE s.tenant_id = m.tenant_id AND s.webhook_id = m.webhook_id
            RETURNING 1)
        SELECT count(*) INTO fanned FROM moved;
        RETURN fanned;
    END $$;
DROP FUNCTION called_webhook;
ALTER TABLE webhooks DROP COLUMN headers;
