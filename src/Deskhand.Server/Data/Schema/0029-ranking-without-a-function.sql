-- Ranking: the newest matches are found as in every list, so what orders them needs no way into the index of its own.
-- cost: none

-- up

DROP FUNCTION rank_tickets(tsquery, int);

-- down

CREATE FUNCTION rank_tickets(wanted tsquery, most int) RETURNS TABLE (ticket_id uuid, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    DECLARE
        tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    BEGIN
        RETURN QUERY EXECUTE 'SELECT n.ticket_id, ts_rank(''{0.1, 0.2, 0.5, 1}'', n.document, $2, 1) FROM (
                SELECT s.ticket_id, s.document FROM ticket_search s WHERE s.tenant_id = $1 AND s.document @@ $2 ORDER BY s.updated_at DESC, s.ticket_id DESC LIMIT $3) n
                ORDER BY 2 DESC, 1 DESC'
            USING tenant, search_own(tenant, wanted), most;
    END $$;
CALL isolate();
