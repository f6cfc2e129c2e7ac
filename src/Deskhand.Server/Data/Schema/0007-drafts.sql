-- What people are writing and have not sent.
-- cost: instant

-- up

CREATE TABLE drafts (
    tenant_id        uuid NOT NULL,
    id               uuid NOT NULL,
    user_id          uuid NOT NULL,
    -- null: of a ticket that does not exist yet
    ticket_id        uuid,
    visibility       text NOT NULL CHECK (visibility IN ('public', 'internal')),
    format           text NOT NULL CHECK (format IN ('markdown', 'plain', 'html')),
    body             text NOT NULL,
    attachment_ids   uuid[] NOT NULL DEFAULT '{}',
    -- the ticket's version when the writing began
    based_on_version bigint,
    -- fields of a ticket to be, as far as they are filled in
    ticket           jsonb,
    version          bigint NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users,
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets
);
-- one reply and one note in the making by each person on each ticket: two windows never write two
CREATE UNIQUE INDEX drafts_of_ticket ON drafts (tenant_id, user_id, ticket_id, visibility) WHERE ticket_id IS NOT NULL;
-- ListDrafts
CREATE INDEX drafts_of_user ON drafts (tenant_id, user_id, updated_at, id);

CALL isolate();

-- down

DROP TABLE drafts;
