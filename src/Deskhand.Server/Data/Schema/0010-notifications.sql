-- Notifications: the ledger of outgoing mail, what people see in the desk, templates, preferences, satisfaction surveys, and what follows when agents
-- or customers leave.
-- cost: instant

-- up

-- who mails are from; null = as the installation says
ALTER TABLE tenants ADD COLUMN mail_name text, ADD COLUMN mail_address text;

-- GET /surveys/{token}: the token is made of the ids and a signature, so none is kept
CREATE TABLE surveys (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    ticket_id   uuid NOT NULL,
    contact_id  uuid NOT NULL,
    -- who had the ticket when it was solved: reports count by them
    assignee_id uuid,
    group_id    uuid,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    score       text CHECK (score IN ('good', 'bad')),
    comment     text,
    rated_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    -- asked once
    UNIQUE (tenant_id, ticket_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets,
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES users,
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups,
    CHECK ((score IS NULL) = (rated_at IS NULL))
);
-- GET /reports/satisfaction
CREATE INDEX surveys_sent ON surveys (tenant_id, created_at);

-- One row a message and recipient. It says what to send and to whom; the words are made when it is sent, so a comment that was taken back
-- meanwhile is not sent, and a person who was erased stands here with an address only, which is erased too.
CREATE TABLE deliveries (
    tenant_id       uuid NOT NULL REFERENCES tenants,
    id              uuid NOT NULL,
    kind            text NOT NULL,
    -- one of them; neither once the person is gone
    contact_id      uuid,
    user_id         uuid,
    to_address      text NOT NULL,
    to_key          text GENERATED ALWAYS AS (lower(to_address)) STORED NOT NULL,
    ticket_id       uuid,
    comment_id      uuid,
    survey_id       uuid,
    -- who caused it: a person's own words go out in the person's name, and without the marks of an automatic message
    actor_kind      text NOT NULL,
    actor_id        uuid,
    is_of_note      boolean NOT NULL DEFAULT false,
    hides_words     boolean NOT NULL DEFAULT false,
    -- the words of a rule
    text            text,
    -- the token of an invitation or a reset, sealed; gone when it is sent or given up
    secret          bytea,
    state           text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'parked', 'suppressed')),
    attempts        int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    -- until when nobody else takes it, and when the end of the message was about to be said: from there on only the server knows
    lease_until     timestamptz,
    handed_over_at  timestamptz,
    message_id      text,
    last_error      text,
    created_at      timestamptz NOT NULL,
    sent_at         timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets,
    FOREIGN KEY (tenant_id, comment_id) REFERENCES ticket_comments,
    FOREIGN KEY (tenant_id, survey_id) REFERENCES surveys,
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
-- claim_mail
CREATE INDEX deliveries_due ON deliveries (next_attempt_at, id) WHERE state IN ('queued', 'sending');
CREATE INDEX deliveries_parked ON deliveries (tenant_id) WHERE state = 'parked';
-- ListDeliveries
CREATE INDEX deliveries_recent ON deliveries (tenant_id, created_at, id);
CREATE INDEX deliveries_of_state ON deliveries (tenant_id, state, created_at, id);
-- the chain of a ticket's messages to one address, and how many an address got lately
CREATE INDEX deliveries_of_ticket ON deliveries (tenant_id, ticket_id, created_at, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX deliveries_to ON deliveries (tenant_id, to_key, created_at, id);

-- What a user is told in the desk.
CREATE TABLE notifications (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    user_id    uuid NOT NULL,
    kind       text NOT NULL,
    ticket_id  uuid,
    comment_id uuid,
    actor_kind text NOT NULL,
    actor_id   uuid,
    text       text,
    created_at timestamptz NOT NULL,
    read_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users,
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets
);
-- ListNotifications
CREATE INDEX notifications_of_user ON notifications (tenant_id, user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (tenant_id, user_id, created_at, id) WHERE read_at IS NULL;
-- Housekeeping
CREATE INDEX notifications_old ON notifications (tenant_id, created_at);

-- Only what differs from the ready choice.
CREATE TABLE notification_preferences (
    tenant_id uuid NOT NULL,
    user_id   uuid NOT NULL,
    kind      text NOT NULL,
    mail      boolean NOT NULL,
    in_app    boolean NOT NULL,
    PRIMARY KEY (tenant_id, user_id, kind),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);

-- Only what differs from the ready templates.
CREATE TABLE mail_templates (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    kind       text NOT NULL,
    locale     text NOT NULL,
    subject    text NOT NULL,
    text       text NOT NULL,
    html       text NOT NULL,
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind, locale)
);

-- Deleted customers whose open tickets were told of it.
CREATE TABLE customer_departures (
    tenant_id   uuid NOT NULL,
    customer_id uuid NOT NULL,
    noticed_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);

CREATE POLICY system ON deliveries TO {system} USING (true);
CREATE POLICY system ON customer_departures TO {system} USING (true);
GRANT SELECT, UPDATE ON deliveries TO {system};
GRANT SELECT ON customer_departures TO {system};

-- departed_assignees, departed_customers
CREATE INDEX users_inactive ON users (tenant_id, id) WHERE NOT active;
CREATE INDEX customers_deleted ON customers (tenant_id, id, deleted_at) WHERE deleted_at IS NOT NULL;

-- Mail to send now: what is due, and what a sender took and fell silent over. Whether the latter may go again, handed_over_at tells.
CREATE FUNCTION claim_mail(at timestamptz, until timestamptz, most int) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$
    UPDATE deliveries d SET state = 'sending', lease_until = until
    FROM (SELECT w.tenant_id, w.id FROM deliveries w
          WHERE w.state IN ('queued', 'sending') AND w.next_attempt_at <= at AND (w.state = 'queued' OR w.lease_until < at)
          ORDER BY w.next_attempt_at, w.id LIMIT most FOR UPDATE SKIP LOCKED) due
    WHERE d.tenant_id = due.tenant_id AND d.id = due.id
    RETURNING d.tenant_id, d.id
    $$;

-- how much mail waits and since when, and how much was given up, for health
CREATE FUNCTION waiting_mail() RETURNS TABLE (waiting bigint, parked bigint, oldest timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT (SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending')), (SELECT count(*) FROM deliveries WHERE state = 'parked'),
                 (SELECT min(created_at) FROM deliveries WHERE state IN ('queued', 'sending')) $$;

-- tenants that have mail which waits since before an instant
CREATE FUNCTION tenants_with_late_mail(before timestamptz) RETURNS TABLE (tenant_id uuid, n bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT d.tenant_id, count(*) FROM deliveries d WHERE d.state IN ('queued', 'sending') AND d.created_at < before GROUP BY d.tenant_id $$;

-- Open tickets of agents who work here no more.
CREATE FUNCTION departed_assignees(most int) RETURNS TABLE (tenant_id uuid, ticket_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT t.tenant_id, t.id FROM users u JOIN tickets t ON t.tenant_id = u.tenant_id AND t.assignee_id = u.id
          WHERE NOT u.active AND t.deleted_at IS NULL AND t.status_category IN ('new', 'open', 'pending', 'on_hold') LIMIT most $$;

-- Customers that were deleted, not merged, since their tickets were last told.
CREATE FUNCTION departed_customers(most int) RETURNS TABLE (tenant_id uuid, customer_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT c.tenant_id, c.id FROM customers c
          WHERE c.deleted_at IS NOT NULL AND c.merged_into_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM customer_departures d WHERE d.tenant_id = c.tenant_id AND d.customer_id = c.id AND d.noticed_at >= c.deleted_at) LIMIT most $$;

CALL isolate();

-- down

DROP FUNCTION departed_customers, departed_assignees, tenants_with_late_mail, waiting_mail, claim_mail;
DROP INDEX users_inactive, customers_deleted;
DROP TABLE customer_departures, mail_templates, notification_preferences, notifications, deliveries, surveys;
ALTER TABLE tenants DROP COLUMN mail_name, DROP COLUMN mail_address;
