-- Webhooks: endpoints of tenants, what is to be delivered to each, and what became of each attempt.
-- cost: instant

-- up

CREATE TABLE webhooks (
    tenant_id       uuid NOT NULL REFERENCES tenants,
    id              uuid NOT NULL,
    fields          jsonb NOT NULL,
    -- why the desk itself switched it off; null while it is on, or when a person did
    disabled_reason text CHECK (disabled_reason IN ('gone', 'failing')),
    -- sealed, because deliveries are signed with them; the one before goes on signing until its end
    secret          bytea NOT NULL,
    previous_secret bytea,
    previous_until  timestamptz,
    version         bigint NOT NULL DEFAULT 1,
    -- of its own events
    sequence        bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    deleted_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
);

-- How an endpoint fares. Apart from what people write of it, so that sending never meets editing.
CREATE TABLE webhook_states (
    tenant_id       uuid NOT NULL,
    webhook_id      uuid NOT NULL,
    active          boolean NOT NULL,
    -- its event filter as patterns of LIKE
    patterns        text[] NOT NULL,
    -- the place in event_stream up to which deliveries have been made
    position        bigint NOT NULL,
    -- nothing can be claimed before; whoever makes something claimable lowers it, only a claim raises it
    due_at          timestamptz NOT NULL DEFAULT 'infinity',
    -- attempts that failed since the last that did not
    failures        int NOT NULL DEFAULT 0,
    -- the breaker, or the endpoint's own Retry-After: nothing is sent before
    closed_until    timestamptz,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    last_error      text,
    PRIMARY KEY (tenant_id, webhook_id),
    FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks
);
-- claim_webhooks, next_webhook_at
CREATE INDEX webhook_states_due ON webhook_states (due_at) WHERE active;

-- One row an endpoint and event: its id is the event's, and so is the webhook-id that receivers know it by. Events may be tidied away before
-- it, hence no reference to them.
CREATE TABLE webhook_deliveries (
    tenant_id       uuid NOT NULL,
    webhook_id      uuid NOT NULL,
    id              uuid NOT NULL,
    type            text NOT NULL,
    entity_id       uuid NOT NULL,
    sequence        bigint NOT NULL,
    state           text NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'failed', 'cancelled')),
    -- since it was queued; a replay counts anew
    attempts        int NOT NULL DEFAULT 0,
    -- while sending: until when nobody else takes it
    next_attempt_at timestamptz NOT NULL,
    queued_at       timestamptz NOT NULL,
    finished_at     timestamptz,
    last_status     int,
    last_error      text,
    PRIMARY KEY (tenant_id, webhook_id, id),
    FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks
);
-- claim_webhooks: what is due, and whether something of the same entity stands before it
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (tenant_id, webhook_id, next_attempt_at, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (tenant_id, webhook_id, entity_id, sequence) WHERE state IN ('waiting', 'sending');
-- ListWebhookDeliveries
CREATE INDEX webhook_deliveries_recent ON webhook_deliveries (tenant_id, webhook_id, queued_at, id);
-- Housekeeping
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (tenant_id, finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE webhook_attempts (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    webhook_id  uuid NOT NULL,
    delivery_id uuid NOT NULL,
    number      int NOT NULL,
    at          timestamptz NOT NULL,
    duration_ms int NOT NULL,
    url         text NOT NULL,
    status      int,
    error       text,
    -- how the answer began
    answer      text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks
);
-- ListWebhookAttempts
CREATE INDEX webhook_attempts_of_webhook ON webhook_attempts (tenant_id, webhook_id, at, id);
CREATE INDEX webhook_attempts_of_delivery ON webhook_attempts (tenant_id, webhook_id, delivery_id, at, id);
-- Housekeeping
CREATE INDEX webhook_attempts_old ON webhook_attempts (tenant_id, at);

CREATE POLICY system ON webhook_states TO {system} USING (true);
CREATE POLICY system ON webhook_deliveries TO {system} USING (true);
GRANT SELECT, UPDATE ON webhook_states TO {system};
GRANT SELECT, INSERT, UPDATE ON webhook_deliveries TO {system};

-- Makes deliveries of what has come into the stream since the last time: of the tenants named, or of all. Answers with how many endpoints moved
-- on. The states are locked in one order, so two relays take turns; what the second finds done it does not do again.
CREATE FUNCTION fan_out_webhooks(heard uuid[], at timestamptz, most int) RETURNS bigint
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

-- The relay's claim: of up to `endpoints` endpoints that may have something due, the first waiting event of each entity, at most `most_each` under
-- way at once for one endpoint, and one while its breaker tries whether it is back. A claim lasts until `until`; what is not settled by then is
-- claimed again. A state that somebody else holds is left out: whoever holds it looks again when done.
CREATE FUNCTION claim_webhooks(at timestamptz, until timestamptz, endpoints int, most_each int, broken int)
    RETURNS TABLE (tenant_id uuid, webhook_id uuid, id uuid, attempt int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$
    #variable_conflict use_column
    DECLARE s record; room bigint;
    BEGIN
        FOR s IN
            SELECT w.tenant_id, w.webhook_id, w.failures, w.closed_until FROM webhook_states w
            WHERE w.active AND w.due_at <= at ORDER BY w.due_at LIMIT endpoints FOR UPDATE SKIP LOCKED
        LOOP
            IF s.closed_until > at THEN
                UPDATE webhook_states w SET due_at = s.closed_until WHERE w.tenant_id = s.tenant_id AND w.webhook_id = s.webhook_id;
                CONTINUE;
            END IF;
            room := CASE WHEN s.failures >= broken THEN 1 ELSE most_each END
                - (SELECT count(*) FROM webhook_deliveries d WHERE d.tenant_id = s.tenant_id AND d.webhook_id = s.webhook_id AND d.state = 'sending' AND d.next_attempt_at > at);
            IF room > 0 THEN
                RETURN QUERY
                UPDATE webhook_deliveries d SET state = 'sending', attempts = d.attempts + 1, next_attempt_at = until
                FROM (SELECT h.id FROM webhook_deliveries h
                      WHERE h.tenant_id = s.tenant_id AND h.webhook_id = s.webhook_id AND h.state IN ('waiting', 'sending') AND h.next_attempt_at <= at
                        AND NOT EXISTS (SELECT 1 FROM webhook_deliveries e
                                        WHERE e.tenant_id = h.tenant_id AND e.webhook_id = h.webhook_id AND e.entity_id = h.entity_id AND e.sequence < h.sequence
                                          AND e.state IN ('waiting', 'sending'))
                      ORDER BY h.next_attempt_at, h.id LIMIT room) due
                WHERE d.tenant_id = s.tenant_id AND d.webhook_id = s.webhook_id AND d.id = due.id
                RETURNING d.tenant_id, d.webhook_id, d.id, d.attempts;
            END IF;
            -- what is due and was not taken waits behind something under way, whose end lowers this again
            UPDATE webhook_states w
            SET due_at = coalesce((SELECT min(o.next_attempt_at) FROM webhook_deliveries o
                                   WHERE o.tenant_id = s.tenant_id AND o.webhook_id = s.webhook_id AND o.state IN ('waiting', 'sending') AND o.next_attempt_at > at), 'infinity')
            WHERE w.tenant_id = s.tenant_id AND w.webhook_id = s.webhook_id;
        END LOOP;
    END $$;

-- when there is something to claim next; null when nothing waits
CREATE FUNCTION next_webhook_at() RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT w.due_at FROM webhook_states w WHERE w.active AND w.due_at < 'infinity' ORDER BY w.due_at LIMIT 1 $$;

-- how endpoints fare, for health: how many there are and how many do not answer, what waits and since when, and when one last took something
CREATE FUNCTION waiting_webhooks(broken int) RETURNS TABLE (active bigint, troubled bigint, waiting bigint, oldest timestamptz, last_success_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT (SELECT count(*) FROM webhook_states WHERE active), (SELECT count(*) FROM webhook_states WHERE active AND failures >= broken),
                 (SELECT count(*) FROM webhook_deliveries WHERE state IN ('waiting', 'sending')), (SELECT min(queued_at) FROM webhook_deliveries WHERE state IN ('waiting', 'sending')),
                 (SELECT max(last_success_at) FROM webhook_states) $$;

CALL isolate();

-- down

DROP FUNCTION waiting_webhooks, next_webhook_at, claim_webhooks, fan_out_webhooks;
DROP TABLE webhook_attempts, webhook_deliveries, webhook_states, webhooks;
