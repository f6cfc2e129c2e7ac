-- What was taken over from an outside directory: each event once, and nothing older than what is known of its entity.
-- cost: instant

-- up

CREATE TABLE directory_inbox (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    -- the user of the broker that published it, as the broker vouches
    publisher   text NOT NULL,
    event_id    text NOT NULL,
    entity_id   text NOT NULL,
    -- null where the directory counts none
    sequence    bigint,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, publisher, event_id)
);
-- DirectoryChanges: whether something newer is known
CREATE INDEX directory_inbox_of_entity ON directory_inbox (tenant_id, publisher, entity_id, sequence) WHERE sequence IS NOT NULL;
-- Housekeeping
CREATE INDEX directory_inbox_old ON directory_inbox (tenant_id, received_at);

CALL isolate();

-- down

DROP TABLE directory_inbox;
