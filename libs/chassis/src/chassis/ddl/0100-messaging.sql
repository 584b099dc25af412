-- What the chassis needs to say, hear and repeat. Every table is written by chassis code only.

CREATE TABLE chassis.stream (
    topic text NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (topic, key)
) WITH (fillfactor = 80);
COMMENT ON TABLE chassis.stream IS 'The number of the last event under each key; its row is the lock that orders them.';

CREATE TABLE chassis.outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL,
    topic text NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    record_key bytea,
    type text NOT NULL,
    version bigint NOT NULL,
    payload bytea,
    headers jsonb NOT NULL,
    traceparent text,
    shard smallint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE chassis.outbox IS 'Said and not yet acknowledged by the broker. Readable by Debezium''s outbox router.';

CREATE TABLE chassis.relay_lease (
    shard smallint PRIMARY KEY,
    owner text,
    epoch bigint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON TABLE chassis.relay_lease IS 'Who may send a shard of the outbox until when, by this server''s clock.';
INSERT INTO chassis.relay_lease (shard) SELECT generate_series(0, 3);

CREATE TABLE chassis.relay_member (
    owner text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE chassis.relay_member IS 'Relays that are alive, so that they share the shards evenly.';

CREATE TABLE chassis.inbox (
    consumer text NOT NULL,
    event_id text NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_handled_at ON chassis.inbox USING brin (handled_at);
COMMENT ON TABLE chassis.inbox IS 'What each consumer has handled; kept longer than topics keep their records.';

CREATE TABLE chassis.consumer_offset (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE chassis.consumer_offset IS 'Where each consumer goes on: written with the effects, so neither can be ahead.';

CREATE TABLE chassis.parked_key (
    consumer text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, key)
);
COMMENT ON TABLE chassis.parked_key IS 'Keys whose events wait on the desk behind one that could not be handled.';

CREATE TABLE chassis.dead_letter (
    id uuid PRIMARY KEY,
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key text,
    record_key bytea,
    event_id text,
    type text,
    payload bytea,
    original_payload bytea,
    headers jsonb NOT NULL,
    traceparent text,
    state text NOT NULL CHECK (state IN ('failed', 'waiting', 'replayed', 'discarded')),
    error_class text,
    error text,
    details text,
    attempts integer NOT NULL DEFAULT 0,
    arrived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_at timestamptz NOT NULL,
    edited_at timestamptz,
    edited_by text,
    settled_at timestamptz,
    settled_by text,
    reason text
);
CREATE UNIQUE INDEX dead_letter_record ON chassis.dead_letter (consumer, topic, partition, "offset");
CREATE INDEX dead_letter_key ON chassis.dead_letter (consumer, topic, key, place) WHERE state IN ('failed', 'waiting');
CREATE INDEX dead_letter_error ON chassis.dead_letter (consumer, error_class, place) WHERE state = 'failed';
CREATE INDEX dead_letter_event ON chassis.dead_letter (event_id);
COMMENT ON TABLE chassis.dead_letter IS 'Records that could not be handled (failed) and those parked behind them (waiting).';

CREATE TABLE chassis.replay (
    id uuid PRIMARY KEY,
    consumer text NOT NULL,
    error_class text,
    topic text,
    key text,
    letter_id uuid,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done')),
    total integer,
    done integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    finished_at timestamptz
);
CREATE INDEX replay_open ON chassis.replay (consumer, requested_at) WHERE state <> 'done';
COMMENT ON TABLE chassis.replay IS 'Orders to handle dead letters again, carried out by the consumer''s own process.';

CREATE TABLE chassis.rebuild (
    consumer text PRIMARY KEY,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done')),
    until jsonb,
    finished_at timestamptz
);
COMMENT ON TABLE chassis.rebuild IS 'Copies that are to be read again from the beginning of their topic.';
