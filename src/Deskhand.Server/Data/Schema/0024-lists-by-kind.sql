-- Lists of what is not solved, and of a status category, channel, type or category, begin at its newest ticket, however many others were changed since.
-- cost: five looks at each ticket for indexes, some twenty seconds a million; tickets cannot be written meanwhile

-- up

-- ListTickets, CountViews: without them the newest of all tickets are walked until enough fit. When tens of thousands have just closed, the open
-- ones stand behind them (40 to 180 ms), and a channel that hardly any ticket has is looked for in all (600 ms at a million).
CREATE INDEX list_tickets_unsolved ON tickets (tenant_id, updated_at, id) WHERE deleted_at IS NULL AND status_category IN ('new', 'open', 'pending', 'on_hold');
CREATE INDEX list_tickets_of_status_category ON tickets (tenant_id, status_category, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_of_channel ON tickets (tenant_id, channel, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_of_type ON tickets (tenant_id, type, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX list_tickets_of_category ON tickets (tenant_id, category, updated_at, id) WHERE deleted_at IS NULL;

-- down

DROP INDEX list_tickets_unsolved, list_tickets_of_status_category, list_tickets_of_channel, list_tickets_of_type, list_tickets_of_category;
