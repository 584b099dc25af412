"""Who comes in: users, their sessions and refresh tokens, integrations' keys, edited roles, and the log of it all."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


STATEMENTS = (
    """
    CREATE TABLE users (
        id uuid PRIMARY KEY,
        login text NOT NULL,
        name text NOT NULL,
        password_hash text NOT NULL,
        roles text[] NOT NULL,
        stores text[] NOT NULL,
        active boolean NOT NULL DEFAULT true,
        version bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE UNIQUE INDEX users_login ON users (lower(login))",
    """
    CREATE TABLE roles (
        name text PRIMARY KEY,
        title text NOT NULL,
        added text[] NOT NULL DEFAULT '{}',
        removed text[] NOT NULL DEFAULT '{}',
        version bigint NOT NULL DEFAULT 1,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "COMMENT ON TABLE roles IS 'What differs from the built-in roles, and roles of the shop''s own.'",
    """
    CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz NOT NULL,
        origin text NOT NULL,
        agent text NOT NULL,
        ended_at timestamptz,
        ended_because text,
        announced_until timestamptz
    )
    """,
    "CREATE INDEX sessions_user ON sessions (user_id) WHERE ended_at IS NULL",
    "CREATE INDEX sessions_expiry ON sessions (expires_at)",
    "CREATE INDEX sessions_announced ON sessions (announced_until) WHERE announced_until IS NOT NULL",
    """
    CREATE TABLE refresh_tokens (
        hash bytea PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
        issued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        used_at timestamptz
    )
    """,
    "CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)",
    "COMMENT ON TABLE refresh_tokens IS 'Each can be used once; a used one that comes again ends its session.'",
    """
    CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        hash bytea NOT NULL UNIQUE,
        hint text NOT NULL,
        permissions text[] NOT NULL,
        stores text[] NOT NULL,
        calls_per_second double precision,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz,
        revoked_at timestamptz,
        announced_until timestamptz
    )
    """,
    "CREATE INDEX api_keys_announced ON api_keys (announced_until) WHERE announced_until IS NOT NULL",
    """
    CREATE TABLE identity_log (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('session', 'user', 'key', 'role')),
        subject text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX identity_log_at ON identity_log USING brin (at)",
    "COMMENT ON TABLE identity_log IS 'What every gateway process has to look up again.'",
    """
    CREATE TABLE announced_keys (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        digest text NOT NULL,
        key_set jsonb
    )
    """,
    "COMMENT ON TABLE announced_keys IS 'Which public key set was last said on the identity topic.'",
    "INSERT INTO announced_keys (digest) VALUES ('')",
)
