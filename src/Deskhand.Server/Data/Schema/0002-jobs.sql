-- Long work: what was asked, how far it is, and what came of each item. And the procedure that every later step ends with.
-- cost: instant

-- up

-- Isolation of what a step adds, as the first step gave it to its own: forced row level security for new tables, and for new functions
-- that look across tenants the role that has policies for nothing but what they need.
CREATE PROCEDURE isolate() LANGUAGE plpgsql AS $isolate$
DECLARE t text; f regprocedure;
BEGIN
    FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I TO {app} USING (tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO {app}', t);
    END LOOP;
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.proowner <> '{system}'::regrole
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO {system}', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {app}', f);
    END LOOP;
END $isolate$;
REVOKE ALL ON PROCEDURE isolate() FROM PUBLIC;

CREATE TABLE jobs (
    tenant_id           uuid NOT NULL REFERENCES tenants,
    id                  uuid NOT NULL,
    kind                text NOT NULL,
    state               text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    -- who asked, and by what right: both are looked at again while the work goes on
    user_id             uuid NOT NULL,
    token_id            uuid,
    via                 text NOT NULL,
    asked               jsonb NOT NULL,
    -- what came with it and is too large for asked: a file to import; gone when the job has ended
    payload             bytea,
    -- null until its items are listed
    total               int,
    done                int NOT NULL DEFAULT 0,
    failed              int NOT NULL DEFAULT 0,
    result              jsonb,
    problem             jsonb,
    created_at          timestamptz NOT NULL,
    started_at          timestamptz,
    finished_at         timestamptz,
    cancel_requested_at timestamptz,
    -- the process that works on it, until when nobody else may, and how often one began without getting anywhere
    worker              uuid,
    claimed_until       timestamptz,
    attempts            int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
-- ListJobs
CREATE INDEX jobs_of_user ON jobs (tenant_id, user_id, created_at, id);
-- claim_job
CREATE INDEX jobs_unfinished ON jobs (created_at) WHERE state IN ('queued', 'running');
-- Housekeeping
CREATE INDEX jobs_finished ON jobs (tenant_id, finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE job_items (
    tenant_id uuid NOT NULL,
    job_id    uuid NOT NULL,
    -- from 1, the order in which they are taken
    n         int NOT NULL,
    target_id uuid,
    state     text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed', 'skipped')),
    outcome   jsonb,
    PRIMARY KEY (tenant_id, job_id, n),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs ON DELETE CASCADE
);
CREATE INDEX job_items_pending ON job_items (tenant_id, job_id, n) WHERE state = 'pending';
CREATE INDEX job_items_failed ON job_items (tenant_id, job_id, n) WHERE state IN ('failed', 'skipped');

CREATE POLICY system ON jobs TO {system} USING (true);
GRANT SELECT, UPDATE ON jobs TO {system};

-- The next job to work on: one that waits, or one whose worker has fallen silent. At most two of a tenant at a time, so that a tenant
-- with a thousand of them holds up nobody else.
CREATE FUNCTION claim_job(by uuid, at timestamptz, until timestamptz) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql SECURITY DEFINER SET search_path = public
    AS $$
    UPDATE jobs j SET state = 'running', worker = by, claimed_until = until, started_at = coalesce(j.started_at, at), attempts = j.attempts + 1
    FROM (SELECT w.tenant_id, w.id FROM jobs w
          WHERE (w.state = 'queued' OR (w.state = 'running' AND w.claimed_until < at))
            AND (SELECT count(*) FROM jobs busy WHERE busy.tenant_id = w.tenant_id AND busy.state = 'running' AND busy.claimed_until >= at) < 2
          ORDER BY w.created_at LIMIT 1 FOR UPDATE SKIP LOCKED) next
    WHERE j.tenant_id = next.tenant_id AND j.id = next.id
    RETURNING j.tenant_id, j.id
    $$;

CALL isolate();

-- down

DROP FUNCTION claim_job;
DROP TABLE job_items, jobs;
DROP PROCEDURE isolate;
