"""The address book, and what it says of an order's address. A job fills the book; until then it is empty."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = """
ALTER TABLE orders ADD COLUMN destination jsonb;
ALTER TABLE progress ADD COLUMN address text;

CREATE TABLE address_book (
    edition text PRIMARY KEY
);
COMMENT ON TABLE address_book IS 'Which edition the book holds; no row while there is none.';

CREATE TABLE address_provinces (
    scheme text NOT NULL CHECK (scheme IN ('two-level', 'three-level')),
    code text NOT NULL,
    name text NOT NULL,
    linked text[] NOT NULL,
    PRIMARY KEY (scheme, code)
);
COMMENT ON TABLE address_provinces IS
'The provinces of today and of before; linked: names of those they were or became.';

CREATE TABLE address_districts (
    code text PRIMARY KEY,
    name text NOT NULL,
    province_code text NOT NULL
);
COMMENT ON TABLE address_districts IS 'The districts there were until July 2025.';
CREATE INDEX address_districts_province ON address_districts (province_code, code);

CREATE TABLE address_wards (
    scheme text NOT NULL CHECK (scheme IN ('two-level', 'three-level')),
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    accented text NOT NULL,
    keys text[] NOT NULL,
    district_code text,
    district text,
    district_kind text,
    district_keys text[] NOT NULL,
    province_code text NOT NULL,
    province text NOT NULL,
    province_key text NOT NULL,
    province_keys text[] NOT NULL,
    wards jsonb NOT NULL,
    became text[] NOT NULL,
    words text[] NOT NULL,
    PRIMARY KEY (scheme, code),
    CHECK ((scheme = 'two-level') = (district_code IS NULL)),
    CHECK (cardinality(became) > 0)
);
COMMENT ON TABLE address_wards IS
'The address book: wards of today (two-level) and of before (three-level), with what those have become.';
CREATE INDEX address_wards_keys ON address_wards USING gin (keys) WITH (fastupdate = off);
CREATE INDEX address_wards_words ON address_wards USING gin (array_to_tsvector(words)) WITH (fastupdate = off);
CREATE INDEX address_wards_became ON address_wards USING gin (became) WITH (fastupdate = off);
CREATE INDEX address_wards_province ON address_wards (scheme, province_code, code);
CREATE INDEX address_wards_district ON address_wards (district_code, code) WHERE district_code IS NOT NULL;
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
