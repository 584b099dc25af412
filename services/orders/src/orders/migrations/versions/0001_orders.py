"""Orders, what becomes of them, their story, and the copies the desk works with."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
CREATE TABLE orders (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    version bigint NOT NULL,
    channel text NOT NULL,
    source text NOT NULL,
    external_id text,
    store_id text,
    owner_id text,
    device text,
    call_required boolean NOT NULL,
    phone text NOT NULL,
    contact jsonb NOT NULL,
    lines jsonb NOT NULL,
    skus text[] NOT NULL,
    freight bigint NOT NULL,
    discount bigint NOT NULL,
    total bigint NOT NULL,
    currency text NOT NULL,
    payment text NOT NULL,
    carrier_choice text,
    note text,
    placed_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    calls jsonb NOT NULL,
    hold jsonb,
    duplicate_of text[] NOT NULL,
    words text[] NOT NULL
) WITH (fillfactor = 85);
COMMENT ON TABLE orders IS 'What the desk and the customer agreed on; what becomes of it is in progress.';
CREATE UNIQUE INDEX orders_handed_in ON orders (source, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX orders_placed ON orders (placed_at DESC, id DESC);
CREATE INDEX orders_channel ON orders (channel, placed_at DESC, id DESC);
CREATE INDEX orders_source ON orders (source, placed_at DESC, id DESC);
CREATE INDEX orders_phone ON orders (phone, placed_at DESC, id DESC);
CREATE INDEX orders_store ON orders (store_id, placed_at DESC, id DESC) WHERE store_id IS NOT NULL;
CREATE INDEX orders_words ON orders USING gin (array_to_tsvector(words));

CREATE TABLE progress (
    order_id uuid PRIMARY KEY,
    code text,
    placed_at timestamptz,
    heard_at timestamptz,
    status text,
    flags text[] NOT NULL DEFAULT '{}',
    sales text,
    cancel_reason text,
    cancel_note text,
    duplicate boolean NOT NULL DEFAULT false,
    blacklisted boolean NOT NULL DEFAULT false,
    stock text NOT NULL DEFAULT 'none',
    inspection text NOT NULL DEFAULT 'none',
    location_id text,
    waiting_since timestamptz,
    reserved_at timestamptz,
    missing jsonb NOT NULL DEFAULT '[]',
    released boolean NOT NULL DEFAULT false,
    held_back boolean NOT NULL DEFAULT false,
    delivery text NOT NULL DEFAULT 'none',
    shipment jsonb,
    tracking text,
    attempts integer NOT NULL DEFAULT 0,
    trouble text,
    unroutable boolean NOT NULL DEFAULT false,
    recall_offered boolean NOT NULL DEFAULT false,
    money text NOT NULL DEFAULT 'open',
    paid bigint NOT NULL DEFAULT 0,
    refunded bigint NOT NULL DEFAULT 0,
    overpaid boolean NOT NULL DEFAULT false,
    disputed boolean NOT NULL DEFAULT false,
    reconciled_at timestamptz
) WITH (fillfactor = 80);
COMMENT ON TABLE progress IS 'What has become of an order; without code: of one that only others have spoken of.';
CREATE INDEX progress_status ON progress (status, placed_at DESC, order_id DESC);
CREATE INDEX progress_flags ON progress USING gin (flags) WHERE flags <> '{}';
CREATE INDEX progress_tracking ON progress (tracking) WHERE tracking IS NOT NULL;
CREATE INDEX progress_unheard ON progress (heard_at) WHERE code IS NULL;
CREATE INDEX progress_settled ON progress (reconciled_at) WHERE money = 'reconciled' AND sales = 'confirmed';

CREATE TABLE story (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id uuid NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL,
    service text NOT NULL,
    actor text NOT NULL,
    actor_name text,
    status text,
    details jsonb NOT NULL,
    event_id text
);
COMMENT ON TABLE story IS 'Every step of every order, with who and when. Only added to.';
CREATE INDEX story_order ON story (order_id, at, id);

CREATE TABLE channels (
    code text PRIMARY KEY,
    name text NOT NULL,
    call_required boolean NOT NULL,
    active boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE channels IS 'The managed list of sales channels.';
INSERT INTO channels (code, name, call_required) VALUES
    ('desk', 'Nhân viên nhập', true), ('website', 'Website', true), ('vpage', 'Vpage', true),
    ('hotline', 'Hotline', true), ('chat', 'Chat', true), ('comment', 'Bình luận', true), ('live', 'Livestream', true),
    ('affiliate', 'Cộng tác viên', true), ('fair', 'Hội chợ', true), ('store', 'Cửa hàng', true),
    ('partner', 'Đối tác', true), ('marketplace', 'Sàn TMĐT', false), ('shopee', 'Shopee', false),
    ('lazada', 'Lazada', false), ('tiki', 'Tiki', false), ('sendo', 'Sendo', false), ('tiktok', 'TikTok Shop', false),
    ('zalo_shop', 'Zalo Shop', false), ('enbac', 'Én Bạc', false), ('vatgia', 'Vật Giá', false),
    ('groupon', 'Groupon', false);

CREATE TABLE products (
    sku text PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    price bigint NOT NULL,
    currency text NOT NULL,
    vat_rate_bp integer NOT NULL,
    weight_g integer NOT NULL,
    active boolean NOT NULL
);
COMMENT ON TABLE products IS 'Copy of inventory.product.v1.';

CREATE TABLE availability (
    sku text PRIMARY KEY,
    version bigint NOT NULL,
    available bigint NOT NULL,
    levels jsonb NOT NULL
);
COMMENT ON TABLE availability IS 'Copy of inventory.stock.v1. It informs, it never promises.';

CREATE TABLE customers (
    customer_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    phone text,
    blacklisted boolean NOT NULL,
    blacklist_reason text,
    orders integer NOT NULL,
    refusals integer NOT NULL,
    erased_at timestamptz,
    former_phone text
);
COMMENT ON TABLE customers IS 'Copy of crm.customer.v1: as much of a buyer as the desk needs.';
CREATE INDEX customers_phone ON customers (phone) WHERE phone IS NOT NULL;

CREATE INDEX customers_erased ON customers (customer_id) WHERE former_phone IS NOT NULL;

CREATE SEQUENCE order_number;
CREATE TABLE order_days (
    day date PRIMARY KEY,
    base bigint NOT NULL
);
COMMENT ON TABLE order_days IS 'What order_number stood at when the business day began.';
"""

FUNCTIONS = (
    """CREATE FUNCTION next_order_number(today date) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    begun bigint;
BEGIN
    SELECT base INTO begun FROM order_days WHERE day = today;
    IF begun IS NULL THEN
        INSERT INTO order_days (day, base) VALUES (today, nextval('order_number')) ON CONFLICT (day) DO NOTHING;
        SELECT base INTO begun FROM order_days WHERE day = today;
    END IF;
    RETURN nextval('order_number') - begun;
END
$$
    """,
    """
    COMMENT ON FUNCTION next_order_number IS
    'Unique within the day whoever asks and whenever, and nobody waits: a sequence gives it. Numbers may be skipped.'
    """,
    """
CREATE FUNCTION remember_former_phone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.erased_at IS NOT NULL AND NEW.former_phone IS NULL THEN
        NEW.former_phone := OLD.phone;
    END IF;
    RETURN NEW;
END
$$
    """,
    """
    COMMENT ON FUNCTION remember_former_phone IS
    'An erased customer has no phone any more, yet by it alone are his orders found; kept until they are anonymised.'
    """,
    """
    CREATE TRIGGER customers_erased BEFORE UPDATE ON customers
    FOR EACH ROW WHEN (OLD.phone IS NOT NULL AND NEW.phone IS NULL) EXECUTE FUNCTION remember_former_phone()
    """,
)


def upgrade() -> None:
    for statement in (*STATEMENTS.split(";\n"), *FUNCTIONS):
        if statement.strip():
            op.execute(statement)
