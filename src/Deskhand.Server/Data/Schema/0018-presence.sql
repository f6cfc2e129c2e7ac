-- Who looks at which ticket.
-- cost: instant

-- up

-- A row for each live connection and each ticket that it shows. Unlogged: it costs the disk nothing, a crash of the database empties it, and what
-- is still true is written again within seconds. No foreign keys, whose locks would be logged; rows lapse by themselves.
CREATE UNLOGGED TABLE ticket_presence (
    tenant_id     uuid NOT NULL,
    ticket_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    user_id       uuid NOT NULL,
    since         timestamptz NOT NULL,
    typing_until  timestamptz,
    -- renewed by the instance that holds the connection; who reads ignores what has lapsed
    until         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, connection_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CALL isolate();

-- down

DROP TABLE ticket_presence;
