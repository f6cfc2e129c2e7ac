-- Search: an index of tickets beside the tickets, filled from the stream of events, and what asks it.
-- cost: instant; existing tickets are indexed in the background afterwards, about a minute for each 40,000

-- up

-- null: the language of the locale
ALTER TABLE tenants ADD COLUMN search_language text;

DROP FUNCTION search_ticket_subjects;
DROP INDEX tickets_subject_words;

-- What can be found of a ticket. No foreign key: checking it would lock the ticket, and whoever changes that would wait for a batch of the indexer.
CREATE TABLE ticket_search (
    tenant_id  uuid NOT NULL,
    ticket_id  uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    -- A: reference, number, external id, subject; B: tags, customer, contact; C: description and public comments; D: internal notes
    document   tsvector NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id)
);
-- search_tickets; entries gather in a short list first, because entering them one by one costs three times as much
CREATE INDEX ticket_search_words ON ticket_search USING gin (tenant_id, document) WITH (gin_pending_list_limit = 256);
-- newest_tickets: for words that are nearly everywhere, walked until enough are found
CREATE INDEX ticket_search_recent ON ticket_search (tenant_id, updated_at, ticket_id);
-- the planner tells common words from rare ones by these
ALTER TABLE ticket_search ALTER COLUMN document SET STATISTICS 500;

-- How far a tenant's index follows its events. One row a tenant, locked by the process that works on it.
CREATE TABLE search_progress (
    tenant_id   uuid PRIMARY KEY REFERENCES tenants,
    position    bigint NOT NULL,
    -- of the documents; another one in the settings has all of them made anew
    language    text NOT NULL,
    -- all tickets are being indexed, this one was the last; null when they are
    filled_to   uuid,
    updated_at  timestamptz NOT NULL
);

-- tickets to be indexed again because a name in them has changed
CREATE TABLE search_queue (
    tenant_id uuid NOT NULL REFERENCES tenants,
    ticket_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id)
);

-- Lower case without accents, by the table in Deskhand.Search.Folding: no extension and no locale is asked, so it is the same on every server.
-- translate() looks through its whole table for each letter, so the long one is kept for texts that need it: beyond Latin Extended-A.
CREATE FUNCTION search_fold(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $fold$ SELECT CASE
        WHEN octet_length($1) = char_length($1) THEN lower($1)
        WHEN $1 !~ '[\u0180-\u1eff]' THEN translate(lower($1),
        'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĲĴĵĶķĹĺĻļĽľĿŁłŃńŅņŇňŊŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžſ',
        'aaaaaaaceeeeiiiidnoooooouuuuytsaaaaaaaceeeeiiiidnoooooouuuuytyaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiĳjjkkllllllŀllnnnnnnŋoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs')
        ELSE translate(lower($1),
        'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĲĴĵĶķĹĺĻļĽľĿŁłŃńŅņŇňŊŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžſƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƠơƢƤƦƧƩƬƮƯưƱƲƳƵƷƸƼǄǅǇǈǊǋǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǞǟǠǡǢǣǤǦǧǨǩǪǫǬǭǮǯǰǱǲǴǵǶǷǸǹǺǻǼǽǾǿȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȐȑȒȓȔȕȖȗȘșȚțȜȞȟȠȢȤȦȧȨȩȪȫȬȭȮȯȰȱȲȳȺȻȽȾɁɃɄɅɆɈɊɌɎͰͲͶͿΆΈΉΊΌΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫάέήίΰϊϋόύώϏϓϔϘϚϜϞϠϢϤϦϨϪϬϮϴϷϹϺϽϾϿЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѐёѓїќѝѠѢѤѦѨѪѬѮѰѲѴѶѷѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӁӂӃӅӇӉӋӍӐӑӒӓӔӖӗӘӚӛӜӝӞӟӠӢӣӤӥӦӧӨӪӫӬӭӮӯӰӱӲӳӴӵӶӸӹӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮḀḁḂḃḄḅḆḇḈḉḊḋḌḍḎḏḐḑḒḓḔḕḖḗḘḙḚḛḜḝḞḟḠḡḢḣḤḥḦḧḨḩḪḫḬḭḮḯḰḱḲḳḴḵḶḷḸḹḺḻḼḽḾḿṀṁṂṃṄṅṆṇṈṉṊṋṌṍṎṏṐṑṒṓṔṕṖṗṘṙṚṛṜṝṞṟṠṡṢṣṤṥṦṧṨṩṪṫṬṭṮṯṰṱṲṳṴṵṶṷṸṹṺṻṼṽṾṿẀẁẂẃẄẅẆẇẈẉẊẋẌẍẎẏẐẑẒẓẔẕẖẗẘẙẛẞẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹỺỼỾ' || U&'\0300\0301\0302\0303\0304\0305\0306\0307\0308\0309\030a\030b\030c\030d\030e\030f\0310\0311\0312\0313\0314\0315\0316\0317\0318\0319\031a\031b\031c\031d\031e\031f\0320\0321\0322\0323\0324\0325\0326\0327\0328\0329\032a\032b\032c\032d\032e\032f\0330\0331\0332\0333\0334\0335\0336\0337\0338\0339\033a\033b\033c\033d\033e\033f\0340\0341\0342\0343\0344\0345\0346\0347\0348\0349\034a\034b\034c\034d\034e\034f\0350\0351\0352\0353\0354\0355\0356\0357\0358\0359\035a\035b\035c\035d\035e\035f\0360\0361\0362\0363\0364\0365\0366\0367\0368\0369\036a\036b\036c\036d\036e\036f',
        'aaaaaaaceeeeiiiidnoooooouuuuytsaaaaaaaceeeeiiiidnoooooouuuuytyaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiĳjjkkllllllŀllnnnnnnŋoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzsɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵooƣƥʀƨʃƭʈuuʊʋƴƶʒƹƽǆǆǉǉǌǌaaiioouuuuuuuuuuaaaaææǥggkkooooʒʒjǳǳggƕƿnnaaææøøaaaaeeeeiiiioooorrrruuuussttȝhhƞȣȥaaeeooooooooyyⱥȼƚⱦɂƀʉʌɇɉɋɍɏͱͳͷϳαεηιουωιαβγδεζηθικλμνξοπρστυφχψωιυαεηιυιυουωϗϒϒϙϛϝϟϡϣϥϧϩϫϭϯθϸϲϻͻͼͽееђгєѕііјљњћкиўџабвгдежзийклмнопрстуфхцчшщъыьэюяеегікиѡѣѥѧѩѫѭѯѱѳѵѵѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏжжӄӆӈӊӌӎааааӕееәәәжжззӡииииооөөөээууууууччӷыыӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯaabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyſsaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỽỿ') END $fold$;

-- Each text twice: its words as they are, folded, and what the language makes of them. So both the exact word and its other forms find it.
CREATE FUNCTION search_document(language regconfig, reference text, number bigint, external_id text, subject text, tags text[], names text, said text, noted text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT
        setweight(to_tsvector('pg_catalog.simple', search_fold(concat_ws(' ', reference, translate(reference, '-', ' '), number, external_id, subject))) || to_tsvector(language, subject), 'A')
        || setweight(to_tsvector('pg_catalog.simple', search_fold(concat_ws(' ', array_to_string(tags, ' '), names))), 'B')
        || setweight(to_tsvector('pg_catalog.simple', search_fold(coalesce(said, ''))) || to_tsvector(language, coalesce(said, '')), 'C')
        || setweight(to_tsvector('pg_catalog.simple', search_fold(coalesce(noted, ''))) || to_tsvector(language, coalesce(noted, '')), 'D') $$;

-- Brings the index up to date for some tickets of the set tenant. Of long conversations the newest words are kept: a document may have 1 MB.
CREATE FUNCTION index_tickets(ids uuid[], language regconfig) RETURNS void
    LANGUAGE sql
    AS $$
    DELETE FROM ticket_search s
    WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.ticket_id = ANY (ids)
      AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id AND t.deleted_at IS NULL);
    INSERT INTO ticket_search (tenant_id, ticket_id, updated_at, document)
    SELECT t.tenant_id, t.id, t.updated_at,
           search_document(language, t.reference, t.number, t.external_id, t.subject, t.tags, concat_ws(' ', c.name, c.number, k.first_name, k.last_name, k.email),
                           concat_ws(' ', left(t.description, 20000), left(texts.said, 40000)), left(texts.noted, 20000))
    FROM tickets t
    LEFT JOIN customers c ON c.tenant_id = t.tenant_id AND c.id = t.customer_id AND c.deleted_at IS NULL
    LEFT JOIN contacts k ON k.tenant_id = t.tenant_id AND k.id = t.contact_id AND k.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT string_agg(n.body, ' ') FILTER (WHERE n.visibility = 'public') AS said, string_agg(n.body, ' ') FILTER (WHERE n.visibility <> 'public') AS noted
        FROM (SELECT m.visibility, left(m.body, 20000) AS body FROM ticket_comments m
              WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id AND m.deleted_at IS NULL ORDER BY m.created_at DESC, m.id DESC LIMIT 200) n) texts
    WHERE t.tenant_id = current_setting('app.tenant_id')::uuid AND t.id = ANY (ids) AND t.deleted_at IS NULL
    ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET updated_at = excluded.updated_at, document = excluded.document
    $$;

-- What is looked for, as the index understands it. A word is found as it is and in its other forms, a phrase word for word, a beginning at
-- the start of a word. Without notes only weights A to C count, so nothing is found by what an internal note says.
CREATE FUNCTION search_query(language regconfig, texts text[], kinds text[], negated boolean[], notes boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
    DECLARE
        folded text;
        pieces text[];
        part tsquery;
        whole tsquery;
    BEGIN
        FOR i IN 1 .. coalesce(cardinality(texts), 0) LOOP
            folded := search_fold(texts[i]);
            IF kinds[i] = 'phrase' THEN
                part := phraseto_tsquery('pg_catalog.simple', folded);
            ELSIF kinds[i] = 'word' THEN
                part := plainto_tsquery('pg_catalog.simple', folded) || plainto_tsquery(language, texts[i]);
            ELSE
                pieces := array_remove(regexp_split_to_array(folded, '[[:punct:][:space:]]+'), '');
                part := (SELECT string_agg(quote_literal(p) || CASE WHEN n = cardinality(pieces) AND length(p) > 1 THEN ':*' ELSE '' END, ' & ')
                         FROM unnest(pieces) WITH ORDINALITY u (p, n))::tsquery;
                -- an address is one word
                IF folded ~ '[@./]' AND folded !~ '[\\'']' THEN part := coalesce(part, ''::tsquery) || (quote_literal(folded) || ':*')::tsquery; END IF;
            END IF;
            IF part IS NULL OR numnode(part) = 0 THEN CONTINUE; END IF;
            IF NOT notes THEN part := regexp_replace(part::text, '(''(?:[^'']|'''')*'')(?::(\*))?', '\1:\2ABC', 'g')::tsquery; END IF;
            IF negated[i] THEN part := !!part; END IF;
            whole := CASE WHEN whole IS NULL THEN part ELSE whole && part END;
        END LOOP;
        RETURN whole;
    END $$;

-- The functions below are SECURITY DEFINER because @@ is not leakproof: under row level security it would get no index (docs/decisions/0004).
-- They take the tenant from the setting, as the policy does. Their statements are planned each time, for these words: what is best for a
-- rare word takes seconds for a common one.

-- Every match, as long as there are not more than so many; of more the newest.
CREATE FUNCTION search_tickets(wanted tsquery, most int) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 1000
    AS $$
    BEGIN
        RETURN QUERY EXECUTE 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 ORDER BY updated_at DESC, ticket_id DESC LIMIT $3'
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, wanted, most;
    END $$;

-- The newest matches not newer than an instant: of common words by walking back in time until enough are found, of others by gathering
-- all that match and keeping the newest. The planner takes one for the other where words are neither rare nor common, so it is told.
CREATE FUNCTION newest_tickets(wanted tsquery, until timestamptz, most int, walk boolean) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    BEGIN
        RETURN QUERY EXECUTE CASE WHEN walk
            THEN 'SELECT ticket_id FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 AND updated_at <= $3 ORDER BY updated_at DESC, ticket_id DESC LIMIT $4'
            ELSE 'SELECT ticket_id FROM (SELECT ticket_id, updated_at FROM ticket_search WHERE tenant_id = $1 AND document @@ $2 OFFSET 0) found WHERE updated_at <= $3 ORDER BY updated_at DESC, ticket_id DESC LIMIT $4' END
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, wanted, until, most;
    END $$;

-- The newest matches, the best first: where the words stand counts, how often, and in how long a text.
CREATE FUNCTION rank_tickets(wanted tsquery, most int) RETURNS TABLE (ticket_id uuid, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 100
    AS $$
    BEGIN
        RETURN QUERY EXECUTE 'SELECT n.ticket_id, ts_rank(''{0.1, 0.2, 0.5, 1}'', n.document, $2, 1) FROM (
                SELECT s.ticket_id, s.document FROM ticket_search s WHERE s.tenant_id = $1 AND s.document @@ $2 ORDER BY s.updated_at DESC, s.ticket_id DESC LIMIT $3) n
                ORDER BY 2 DESC, 1 DESC'
            USING nullif(current_setting('app.tenant_id', true), '')::uuid, wanted, most;
    END $$;

-- About how many match, as the planner guesses from its statistics.
CREATE FUNCTION estimate_tickets(wanted tsquery) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public
    AS $$
    DECLARE
        plan json;
    BEGIN
        EXECUTE format('EXPLAIN (FORMAT JSON) SELECT 1 FROM ticket_search WHERE tenant_id = %L AND document @@ %L::tsquery',
            nullif(current_setting('app.tenant_id', true), ''), wanted::text) INTO plan;
        RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8::bigint;
    END $$;

-- The tenants whose index is behind: new events, names that changed, another language, tickets never indexed.
CREATE FUNCTION tenants_to_index() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
    SELECT t.tenant_id FROM tenants t LEFT JOIN search_progress p ON p.tenant_id = t.tenant_id
    WHERE p.tenant_id IS NULL OR p.filled_to IS NOT NULL
       OR p.language <> coalesce(t.search_language, CASE t.locale WHEN 'es' THEN 'spanish' ELSE 'english' END)
       OR EXISTS (SELECT 1 FROM search_queue q WHERE q.tenant_id = t.tenant_id)
       OR p.position < (SELECT s.position FROM event_stream s WHERE s.tenant_id = t.tenant_id ORDER BY s.position DESC LIMIT 1)
    $$;

CREATE POLICY system ON ticket_search TO {system} USING (true);
CREATE POLICY system ON search_progress TO {system} USING (true);
CREATE POLICY system ON search_queue TO {system} USING (true);
GRANT SELECT ON ticket_search, search_progress, search_queue TO {system};

CALL isolate();

-- down

DROP FUNCTION tenants_to_index, estimate_tickets, rank_tickets, newest_tickets, search_tickets, search_query, index_tickets, search_document, search_fold;
DROP TABLE search_queue, search_progress, ticket_search;
ALTER TABLE tenants DROP COLUMN search_language;
CREATE INDEX tickets_subject_words ON tickets USING gin (tenant_id, to_tsvector('simple', subject)) WHERE deleted_at IS NULL;
CREATE FUNCTION search_ticket_subjects(words text) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT t.id FROM tickets t
          WHERE t.tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid) AND t.deleted_at IS NULL
            AND to_tsvector('simple', t.subject) @@ plainto_tsquery('simple', words)
          ORDER BY t.updated_at DESC LIMIT 10000 $$;
CALL isolate();
