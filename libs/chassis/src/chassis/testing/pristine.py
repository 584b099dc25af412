"""Putting a used test database back to what its migrations left: tens of milliseconds instead of a new database.

The template keeps copies of the few rows that migrations wrote, the state of its sequences, and a digest of its schema.
A database whose schema a test has changed does not match the digest and is thrown away.
"""

_SCHEMA_DIGEST = """
    SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
        SELECT concat_ws(' ', n.nspname, c.relname, a.attname, a.attnum, a.atttypid, a.attnotnull) AS line
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('public', 'chassis') AND a.attnum > 0
        UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname) FROM pg_constraint
        WHERE connamespace::regnamespace::text IN ('public', 'chassis')
        UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT concat_ws(' ', schemaname, indexname) FROM pg_indexes WHERE schemaname IN ('public', 'chassis')
    ) AS lines
"""

KEEP = f"""
CREATE SCHEMA pristine;
CREATE TABLE pristine.schema AS SELECT ({_SCHEMA_DIGEST}) AS digest;
CREATE TABLE pristine.sequences (name text, value bigint, called boolean);
DO $$
DECLARE it record; filled boolean;
BEGIN
    FOR it IN SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname IN ('public', 'chassis') AND c.relkind IN ('r', 'S') LOOP
        IF it.relkind = 'S' THEN
            EXECUTE format('INSERT INTO pristine.sequences SELECT %L, last_value, is_called FROM %I.%I',
                           format('%I.%I', it.nspname, it.relname), it.nspname, it.relname);
        ELSE
            EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', it.nspname, it.relname) INTO filled;
            IF filled THEN
                EXECUTE format('CREATE TABLE pristine.%I AS TABLE %I.%I',
                               it.nspname || '.' || it.relname, it.nspname, it.relname);
            END IF;
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION pristine.restore() RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE it record; names text; filled boolean;
BEGIN
    IF (SELECT digest FROM pristine.schema) IS DISTINCT FROM ({_SCHEMA_DIGEST}) THEN
        RETURN false;
    END IF;
    -- Neither foreign keys nor triggers (append-only tables have some) may stop a test's rows from going.
    PERFORM set_config('session_replication_role', 'replica', true);
    FOR it IN SELECT c.oid, n.nspname, c.relname, to_regclass(format('pristine.%I', n.nspname || '.' || c.relname)) kept
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname IN ('public', 'chassis') AND c.relkind = 'r' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', it.nspname, it.relname) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I.%I', it.nspname, it.relname);
        END IF;
        IF it.kept IS NOT NULL THEN
            SELECT string_agg(quote_ident(attname), ', ') INTO names FROM pg_attribute
            WHERE attrelid = it.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
            EXECUTE format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s',
                           it.nspname, it.relname, names, names, it.kept);
        END IF;
    END LOOP;
    PERFORM setval(name, value, called) FROM pristine.sequences;
    RETURN true;
END $body$;
"""  # noqa: S608 - put together from constants

RESTORE = "SELECT pristine.restore()"
"""False if the schema is no longer the template's."""

LEAVE_ALONE = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
