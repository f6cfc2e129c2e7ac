-- Counts of views are read from an index alone.
-- cost: builds two indexes, some seconds a million tickets; tickets cannot be written meanwhile

-- up

-- CountViews: most views are about what is not solved yet, which is little of a large desk; what they ask besides stands in the index too
DROP INDEX tickets_unsolved;
CREATE INDEX tickets_unsolved ON tickets (tenant_id, assignee_id, updated_at, id)
    INCLUDE (priority, status, status_category, type, category, channel, group_id, customer_id)
    WHERE deleted_at IS NULL AND status_category IN ('new', 'open', 'pending', 'on_hold');
-- CountViews, lists and reports of what was solved since an instant
CREATE INDEX tickets_solved ON tickets (tenant_id, solved_at) WHERE solved_at IS NOT NULL AND deleted_at IS NULL;

CALL isolate();

-- down

DROP INDEX tickets_solved;
DROP INDEX tickets_unsolved;
CREATE INDEX tickets_unsolved ON tickets (tenant_id, assignee_id, updated_at, id)
    WHERE deleted_at IS NULL AND status_category IN ('new', 'open', 'pending', 'on_hold');
CALL isolate();
