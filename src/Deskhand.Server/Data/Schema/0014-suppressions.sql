-- Addresses that do not exist are written to no more.
-- cost: instant

-- up

-- Addresses that a mail server refused as not existing, counted since one of their messages was taken last. From some refusals on they are held back.
CREATE TABLE suppressions (
    tenant_id       uuid NOT NULL REFERENCES tenants,
    id              uuid NOT NULL,
    -- in lower case
    address         text NOT NULL,
    bounces         int NOT NULL,
    last_error      text NOT NULL,
    last_bounced_at timestamptz NOT NULL,
    -- null: not yet
    suppressed_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, address)
);
-- ListSuppressions
CREATE INDEX suppressions_recent ON suppressions (tenant_id, suppressed_at, id) WHERE suppressed_at IS NOT NULL;

CALL isolate();

-- down

DROP TABLE suppressions;
