-- The database's eight roles: per service an owner, who migrates its schema, and the service itself, which reaches no other
-- schema. And the extension that registry needs. Run as superuser in the database; repeating it changes nothing. Passwords,
-- where needed, are set elsewhere.

DO $$
DECLARE
    service text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('singo roles'));
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    FOREACH service IN ARRAY ARRAY['registry', 'reporting', 'recommendations', 'notifications'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service || '_owner') THEN
            EXECUTE format('CREATE ROLE %I LOGIN', service || '_owner');
            EXECUTE format('ALTER ROLE %I SET search_path = %I', service || '_owner', service);
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', service);
            EXECUTE format('ALTER ROLE %I SET search_path = %I', service, service);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), service || '_owner', service);
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, service || '_owner');
    END LOOP;
    -- Names with misspellings. In registry's own schema: it is the one on registry's search path.
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA registry;
END $$;
