-- Views: saved queries of people, groups and everybody, with the order that each person gives them.
-- cost: about a second for each million tickets (an index of those that are not solved)

-- up

CREATE TABLE views (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    name       text NOT NULL,
    -- in the search language, as it was typed
    conditions text NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('personal', 'group', 'shared')),
    -- whose a personal one is
    owner_id   uuid,
    group_id   uuid,
    columns    text[] NOT NULL DEFAULT '{}',
    sort       text NOT NULL DEFAULT '-updatedAt',
    group_by   text,
    -- among the others, for whom no order of their own is known
    position   int NOT NULL DEFAULT 0,
    version    bigint NOT NULL DEFAULT 1,
    sequence   bigint NOT NULL DEFAULT 0,
    created_by uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users,
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups,
    CHECK ((visibility = 'personal') = (owner_id IS NOT NULL) AND (visibility = 'group') = (group_id IS NOT NULL))
);
CREATE INDEX views_of_owner ON views (tenant_id, owner_id) WHERE deleted_at IS NULL;

CREATE TABLE view_places (
    tenant_id uuid NOT NULL,
    user_id   uuid NOT NULL,
    view_id   uuid NOT NULL,
    position  int NOT NULL,
    PRIMARY KEY (tenant_id, user_id, view_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users,
    FOREIGN KEY (tenant_id, view_id) REFERENCES views
);

-- CountViews: most views are about what is not solved yet, which is little of a large desk
CREATE INDEX tickets_unsolved ON tickets (tenant_id, assignee_id, updated_at, id)
    WHERE deleted_at IS NULL AND status_category IN ('new', 'open', 'pending', 'on_hold');

CALL isolate();

-- The ready views for tenants that exist already; new ones get them when they are made (Deskhand.Search.ReadyViews has the same list).
CREATE POLICY ready ON views TO {system} USING (true);
INSERT INTO views (tenant_id, id, name, conditions, visibility, sort, position, created_at, updated_at)
SELECT t.tenant_id, gen_random_uuid(), CASE t.locale WHEN 'es' THEN v.spanish ELSE v.english END, v.conditions, 'shared', v.sort, v.position, now(), now()
FROM tenants t CROSS JOIN (VALUES
    (1, 'My open tickets', 'Mis tickets abiertos', 'assignee:me is:unsolved', '-priority'),
    (2, 'Unassigned', 'Sin asignar', 'assignee:none is:unsolved', 'createdAt'),
    (3, 'All open', 'Todos los abiertos', 'is:unsolved', '-updatedAt'),
    (4, 'Urgent', 'Urgentes', 'priority:urgent is:unsolved', '-updatedAt'),
    (5, 'Recently solved', 'Resueltos hace poco', 'solved<7days', '-updatedAt')) v (position, english, spanish, conditions, sort);
DROP POLICY ready ON views;

-- down

DROP INDEX tickets_unsolved;
DROP TABLE view_places, views;
