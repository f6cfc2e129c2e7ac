-- What goes on beside the writing of tickets costs less: their words for search a fifth, their places in the stream and their way to webhooks a third.
-- Statistics of the search index are taken again.
-- cost: none; functions, and two foreign keys less

-- up

-- The names inside are bound when the function is made. Statistics of the index on it are taken with a search path of their own (autovacuum's),
-- in which a name without its schema is not found: that failed every quarter of a minute since 0013.
CREATE OR REPLACE FUNCTION search_week(tenant uuid, at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN search_key(tenant) || search_week(at);

-- Otherwise an analysis of 150,000 documents, by far the dearest there is, would follow every change of a fiftieth.
ALTER TABLE ticket_search SET (autovacuum_analyze_scale_factor = 0.2);

-- The same expressions in the other language: an SQL function that cannot be inlined is parsed and set up anew for every row.
DO $$
DECLARE f record;
BEGIN
    FOR f IN SELECT pg_get_functiondef(p.oid) AS definition, p.prosrc AS body FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace AND p.proname IN ('search_document', 'search_facets', 'search_fold') AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql')
    LOOP
        EXECUTE replace(replace(f.definition, 'LANGUAGE sql', 'LANGUAGE plpgsql'), f.body, regexp_replace(f.body, '^\s*SELECT(.*)$', 'BEGIN RETURN (\1); END'));
    END LOOP;
END $$;

-- As before (0001), with a plan that is kept. It was made while there was little to place, and shall not read all when there is much.
CREATE OR REPLACE FUNCTION sequence_events(most int) RETURNS TABLE (tenant_id uuid, "position" bigint, event_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET enable_seqscan = off SET enable_bitmapscan = off
    AS $$
    #variable_conflict use_column
    BEGIN
        PERFORM pg_advisory_xact_lock(7236001);
        RETURN QUERY
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
        RETURNING tenant_id, position, event_id;
    END $$;

-- As before (0015), after a look whether anything is behind at all: most desks have no webhook.
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

CREATE OR REPLACE FUNCTION next_webhook_at() RETURNS timestamptz
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
    AS $$ BEGIN RETURN (SELECT w.due_at FROM webhook_states w WHERE w.active AND w.due_at < 'infinity' ORDER BY w.due_at LIMIT 1); END $$;

-- Each new ticket, and each run of a rule, locked the one row of its tenant or rule for sharing, and all who did so at once made a list of them.
-- That the tenant exists is seen to by the counters that name the ticket; a run says what a rule did, also after that is gone, as history does.
ALTER TABLE tickets DROP CONSTRAINT tickets_tenant_id_fkey;
ALTER TABLE rule_runs DROP CONSTRAINT rule_runs_tenant_id_rule_id_fkey;

-- down

CREATE OR REPLACE FUNCTION fan_out_webhooks(heard uuid[], at timestamptz, most int) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$
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
    SELECT count(*) FROM moved
    $$;
CREATE OR REPLACE FUNCTION sequence_events(most int) RETURNS TABLE (tenant_id uuid, "position" bigint, event_id uuid)
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
CREATE OR REPLACE FUNCTION next_webhook_at() RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT w.due_at FROM webhook_states w WHERE w.active AND w.due_at < 'infinity' ORDER BY w.due_at LIMIT 1 $$;
DO $$
DECLARE f record;
BEGIN
    FOR f IN SELECT pg_get_functiondef(p.oid) AS definition, p.prosrc AS body FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace AND p.proname IN ('search_document', 'search_facets', 'search_fold')
    LOOP
        EXECUTE replace(replace(f.definition, 'LANGUAGE plpgsql', 'LANGUAGE sql'), f.body, regexp_replace(f.body, '^BEGIN RETURN \((.*)\); END$', 'SELECT\1'));
    END LOOP;
END $$;
ALTER TABLE ticket_search RESET (autovacuum_analyze_scale_factor);
ALTER TABLE tickets ADD CONSTRAINT tickets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants;
ALTER TABLE rule_runs ADD CONSTRAINT rule_runs_tenant_id_rule_id_fkey FOREIGN KEY (tenant_id, rule_id) REFERENCES rules;
CREATE OR REPLACE FUNCTION search_week(tenant uuid, at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT search_key(tenant) || search_week(at) $$;
