-- What the edge of a service remembers: answers, commands, jobs, business settings, limits, and whom to believe.

CREATE TABLE chassis.idempotency (
    subject text NOT NULL,
    method text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, method, route, key)
);
CREATE INDEX idempotency_created_at ON chassis.idempotency USING brin (created_at);
COMMENT ON TABLE chassis.idempotency IS 'Answers to requests with an Idempotency-Key, written with their effect.';

CREATE TABLE chassis.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    actor_name text,
    origin text NOT NULL,
    action text NOT NULL,
    object_type text NOT NULL,
    object_id text NOT NULL,
    before jsonb,
    after jsonb,
    reason text,
    trace_id text
);
CREATE INDEX audit_object ON chassis.audit (object_type, object_id, id);
CREATE INDEX audit_actor ON chassis.audit (actor, id);
COMMENT ON TABLE chassis.audit IS 'Every command: who, from where, what before and after, why. Written with its effect.';

CREATE TABLE chassis.job (
    name text PRIMARY KEY,
    next_due timestamptz,
    requested_at timestamptz,
    requested_by text,
    owner text,
    epoch bigint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL DEFAULT '-infinity',
    run_id uuid
);
COMMENT ON TABLE chassis.job IS 'When each job is due next, and who runs it until when, by this server''s clock.';

CREATE TABLE chassis.job_run (
    id uuid PRIMARY KEY,
    job text NOT NULL,
    due_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_by text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    position jsonb,
    error text,
    finished_at timestamptz,
    UNIQUE (job, due_at)
);
CREATE INDEX job_run_started ON chassis.job_run (job, started_at DESC);
COMMENT ON TABLE chassis.job_run IS 'One row per due time of a job. A run that died goes on from its position.';

CREATE TABLE chassis.business_setting (
    name text PRIMARY KEY,
    value jsonb NOT NULL,
    version bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL
);
COMMENT ON TABLE chassis.business_setting IS 'Thresholds that somebody changed; all others have their declared default.';

CREATE TABLE chassis.business_setting_history (
    name text NOT NULL,
    version bigint NOT NULL,
    value jsonb NOT NULL,
    before jsonb NOT NULL,
    reason text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    changed_by_name text,
    PRIMARY KEY (name, version)
);

CREATE UNLOGGED TABLE chassis.rate_limit (
    name text NOT NULL,
    who text NOT NULL,
    level double precision NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (name, who)
) WITH (fillfactor = 70);
COMMENT ON TABLE chassis.rate_limit IS 'Token buckets; processes lease tokens from them in blocks. Lost in a crash, refilled by time.';

CREATE TABLE chassis.strict_count (
    name text NOT NULL,
    who text NOT NULL,
    count integer NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (name, who)
) WITH (fillfactor = 70);
COMMENT ON TABLE chassis.strict_count IS 'Events that are counted one by one, such as failed logins.';

CREATE TABLE chassis.identity (
    identity text PRIMARY KEY,
    key_set jsonb,
    revoked_session text,
    until timestamptz,
    version bigint NOT NULL
);
CREATE INDEX identity_until ON chassis.identity (until) WHERE revoked_session IS NOT NULL;
COMMENT ON TABLE chassis.identity IS 'Copy of what the gateway says: its public keys, and sessions whose tokens no longer hold.';

CREATE FUNCTION chassis.lease_tokens(
    _name text, _who text, _rate double precision, _burst double precision,
    _wanted double precision, _returned double precision,
    OUT granted double precision, OUT retry_after double precision
) LANGUAGE plpgsql AS $$
DECLARE
    has double precision;
BEGIN
    INSERT INTO chassis.rate_limit VALUES (_name, _who, _burst, clock_timestamp()) ON CONFLICT DO NOTHING;
    SELECT least(_burst, level + _returned + _rate * extract(epoch FROM greatest(clock_timestamp() - at, interval '0')))
        INTO has FROM chassis.rate_limit WHERE name = _name AND who = _who FOR UPDATE;
    granted := greatest(0, least(_wanted, floor(has)));
    retry_after := CASE WHEN granted >= 1 THEN 0 ELSE (1 - has) / _rate END;
    UPDATE chassis.rate_limit SET level = has - granted, at = clock_timestamp() WHERE name = _name AND who = _who;
END $$;
COMMENT ON FUNCTION chassis.lease_tokens IS 'Hands out a block of tokens from a bucket that refills at _rate a second.';
