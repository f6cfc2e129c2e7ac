-- Events by month, so that those that are old go by dropping a table: partitions of the ids, which begin with their instant (UUIDv7).
-- cost: reads the table of events once, about a second for a million; nothing is written again. No events can be written meanwhile

-- up

-- Deliveries are gone before their event is, and places in the stream go with it: what refers to a partition would have to be searched before each drop.
ALTER TABLE event_deliveries DROP CONSTRAINT event_deliveries_tenant_id_event_id_fkey;
ALTER TABLE event_stream DROP CONSTRAINT event_stream_tenant_id_event_id_fkey;

-- The first id of an instant, in milliseconds.
CREATE FUNCTION first_event_id(at timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;

ALTER TABLE events RENAME TO events_before;
ALTER TABLE events_before RENAME CONSTRAINT events_pkey TO events_before_pkey;
ALTER TABLE events_before RENAME CONSTRAINT events_tenant_id_entity_id_sequence_key TO events_before_order;

-- A sequence is unique within its partition; across them the row of the entity sees to it, from which each is counted.
CREATE TABLE events (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    type        text NOT NULL,
    entity_type text NOT NULL,
    entity_id   uuid NOT NULL,
    sequence    bigint NOT NULL,
    at          timestamptz NOT NULL,
    body        text NOT NULL,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

-- What no other partition is for: ids that tell another time than the server's. A partition that is made takes its own out of it.
CREATE TABLE events_other (LIKE events INCLUDING ALL);
ALTER TABLE events_other ADD CONSTRAINT events_other_order UNIQUE (tenant_id, entity_id, sequence);

-- the owner is bound by row level security too, as long as it is forced
ALTER TABLE events_before NO FORCE ROW LEVEL SECURITY;
DO $$
DECLARE bound uuid := first_event_id(date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 month');
BEGIN
    WITH moved AS (DELETE FROM events_before WHERE id >= bound RETURNING *) INSERT INTO events_other SELECT * FROM moved;
    EXECUTE format('ALTER TABLE events ATTACH PARTITION events_before FOR VALUES FROM (MINVALUE) TO (%L)', bound);
END $$;
ALTER TABLE events_before FORCE ROW LEVEL SECURITY;
ALTER TABLE events ATTACH PARTITION events_other DEFAULT;

-- How far a tenant's stream is no longer kept: who asks from before that is told so.
CREATE TABLE event_horizons (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    position  bigint NOT NULL,
    at        timestamptz NOT NULL
);

CALL isolate();
CREATE POLICY system ON events TO {system} USING (true);
GRANT SELECT, UPDATE ON events TO {system};
-- append-only for the server; the partitions are written through the whole
REVOKE UPDATE, DELETE ON events FROM {app};
REVOKE INSERT, UPDATE, DELETE ON events_before, events_other FROM {app};

-- down

DROP TABLE event_horizons;
ALTER TABLE events NO FORCE ROW LEVEL SECURITY;
CREATE TABLE events_whole (LIKE events INCLUDING DEFAULTS);
INSERT INTO events_whole SELECT * FROM events;
DROP TABLE events;
ALTER TABLE events_whole RENAME TO events;
ALTER TABLE events ADD PRIMARY KEY (tenant_id, id), ADD UNIQUE (tenant_id, entity_id, sequence);
ALTER TABLE event_stream NO FORCE ROW LEVEL SECURITY;
DELETE FROM event_stream s WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = s.tenant_id AND e.id = s.event_id);
ALTER TABLE event_stream FORCE ROW LEVEL SECURITY;
ALTER TABLE event_deliveries ADD FOREIGN KEY (tenant_id, event_id) REFERENCES events;
ALTER TABLE event_stream ADD FOREIGN KEY (tenant_id, event_id) REFERENCES events;
DROP FUNCTION first_event_id;
CALL isolate();
CREATE POLICY system ON events TO {system} USING (true);
GRANT SELECT, UPDATE ON events TO {system};
REVOKE UPDATE, DELETE ON events FROM {app};
