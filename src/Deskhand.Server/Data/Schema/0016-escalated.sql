-- What is escalated is found without a look at every ticket.
-- cost: one look at each ticket for a partial index, some seconds a million; tickets cannot be written meanwhile

-- up

-- ListTickets, CountViews: is:escalated, escalated=true
CREATE INDEX list_tickets_escalated ON tickets (tenant_id, updated_at, id) WHERE escalation_level > 0 AND deleted_at IS NULL;

-- down

DROP INDEX list_tickets_escalated;
