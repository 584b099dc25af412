"""Chart of accounts, periods and the journal, which the database itself keeps balanced and unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ACCOUNTS = [
    ("111", "Tiền mặt", "Cash on hand", "asset"),
    ("1121", "Tiền gửi ngân hàng (VND)", "Cash in bank (VND)", "asset"),
    ("131", "Phải thu của khách hàng", "Trade receivables", "asset"),
    ("1388", "Phải thu khác: tiền thu hộ ở đơn vị vận chuyển", "Other receivables: COD with carriers", "asset"),
    ("156", "Hàng hóa", "Merchandise", "asset"),
    ("331", "Phải trả cho người bán", "Trade payables", "liability"),
    ("33311", "Thuế GTGT đầu ra", "Output VAT", "liability"),
    ("3388", "Phải trả, phải nộp khác", "Other payables", "liability"),
    ("4111", "Vốn góp của chủ sở hữu", "Contributed capital", "equity"),
    ("421", "Lợi nhuận sau thuế chưa phân phối", "Retained earnings", "equity"),
    ("5111", "Doanh thu bán hàng hóa", "Revenue from goods", "revenue"),
    ("5113", "Doanh thu cung cấp dịch vụ (phí giao hàng)", "Revenue from services (freight)", "revenue"),
    ("5212", "Hàng bán bị trả lại", "Sales returns", "deduction"),
    ("5213", "Giảm giá hàng bán", "Sales allowances", "deduction"),
    ("632", "Giá vốn hàng bán", "Cost of goods sold", "expense"),
    ("6417", "Chi phí dịch vụ mua ngoài (phí vận chuyển)", "Outside services for selling (carriage)", "expense"),
    ("6427", "Chi phí dịch vụ mua ngoài (quản lý)", "Outside services for administration", "expense"),
    ("711", "Thu nhập khác", "Other income", "revenue"),
    ("811", "Chi phí khác", "Other expense", "expense"),
]
ROLES = {
    "bank": "1121",
    "cash": "111",
    "customer": "131",
    "carrier": "1388",
    "stock": "156",
    "supplier": "331",
    "output_vat": "33311",
    "unidentified": "3388",
    "goods_revenue": "5111",
    "freight_revenue": "5113",
    "returned_goods": "5212",
    "allowance": "5213",
    "cost_of_goods": "632",
    "carrier_fee": "6417",
    "other_income": "711",
    "other_expense": "811",
}

TABLES = [
    """
    CREATE TABLE accounts (
        code text PRIMARY KEY CHECK (code ~ '^[0-9]{3,8}$'),
        name text NOT NULL,
        name_en text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'revenue', 'deduction', 'expense')),
        active boolean NOT NULL DEFAULT true,
        version bigint NOT NULL DEFAULT 1
    )
    """,
    "CREATE TABLE account_roles (role text PRIMARY KEY, account text NOT NULL REFERENCES accounts)",
    """
    CREATE TABLE periods (
        code text PRIMARY KEY CHECK (code ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        closed_at timestamptz,
        closed_by text,
        reason text,
        version bigint NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE TABLE period_totals (
        period text NOT NULL REFERENCES periods,
        account text NOT NULL REFERENCES accounts,
        currency text NOT NULL,
        debit bigint NOT NULL,
        credit bigint NOT NULL,
        PRIMARY KEY (period, account, currency)
    )
    """,
    """
    CREATE TABLE voucher_series (
        series text NOT NULL,
        period text NOT NULL REFERENCES periods,
        last integer NOT NULL DEFAULT 0,
        PRIMARY KEY (series, period)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE journal_entries (
        id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        series text NOT NULL,
        fact_kind text NOT NULL,
        fact_id text NOT NULL,
        business_day date NOT NULL,
        posting_day date NOT NULL,
        period text NOT NULL REFERENCES periods CHECK (
            period = lpad(extract(year FROM posting_day)::int::text, 4, '0')
                || '-' || lpad(extract(month FROM posting_day)::int::text, 2, '0')
        ),
        lines integer NOT NULL CHECK (lines >= 2),
        memo text NOT NULL,
        order_id uuid,
        reverses uuid UNIQUE REFERENCES journal_entries,
        actor text NOT NULL,
        recorded_at timestamptz NOT NULL,
        UNIQUE (fact_kind, fact_id),
        UNIQUE (id, lines, posting_day)
    )
    """,
    """
    CREATE TABLE journal_lines (
        entry_id uuid NOT NULL,
        line_no integer NOT NULL,
        entry_lines integer NOT NULL,
        posting_day date NOT NULL,
        account text NOT NULL REFERENCES accounts,
        amount bigint NOT NULL CHECK (amount <> 0),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        order_id uuid,
        partner text,
        shipment_id uuid,
        vat_rate_bp integer,
        note text,
        PRIMARY KEY (entry_id, line_no),
        CHECK (line_no BETWEEN 1 AND entry_lines),
        FOREIGN KEY (entry_id, entry_lines, posting_day) REFERENCES journal_entries (id, lines, posting_day)
    )
    """,
    "CREATE INDEX journal_entries_by_order ON journal_entries (order_id) WHERE order_id IS NOT NULL",
    "CREATE INDEX journal_entries_by_day ON journal_entries (posting_day, number)",
    "CREATE INDEX journal_lines_by_order ON journal_lines (order_id) WHERE order_id IS NOT NULL",
    "CREATE INDEX journal_lines_by_account ON journal_lines (account, posting_day) INCLUDE (currency, amount)",
    "CREATE INDEX journal_lines_by_shipment ON journal_lines (shipment_id) WHERE shipment_id IS NOT NULL",
]

# A line can only bear a number up to the count its entry was born with, and the check at commit demands that all of
# them are there and sum to zero. So after its transaction nothing can be added to an entry, balanced or not.
GUARDS = [
    """
    CREATE FUNCTION journal_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        found bigint;
        wrong text;
    BEGIN
        SELECT sum(n), string_agg(format('%s %s', difference, currency), ', ') FILTER (WHERE difference <> 0)
        INTO found, wrong
        FROM (
            SELECT count(*) AS n, sum(amount) AS difference, currency
            FROM journal_lines WHERE entry_id = NEW.id GROUP BY currency
        ) AS sums;
        IF coalesce(found, 0) <> NEW.lines THEN
            RAISE EXCEPTION 'voucher % has % of its % lines', NEW.number, coalesce(found, 0), NEW.lines
                USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_complete';
        END IF;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'voucher % does not balance: %', NEW.number, wrong
                USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_balances';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE CONSTRAINT TRIGGER journal_entry_balances AFTER INSERT ON journal_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_entry_balances()
    """,
    """
    CREATE FUNCTION journal_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the journal is not changed: reverse the voucher instead'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_never_changes';
    END
    $$
    """,
    """
    CREATE TRIGGER journal_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entries
    FOR EACH STATEMENT EXECUTE FUNCTION journal_never_changes()
    """,
    """
    CREATE TRIGGER journal_lines_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_lines
    FOR EACH STATEMENT EXECUTE FUNCTION journal_never_changes()
    """,
    """
    CREATE FUNCTION journal_period_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        closed text;
    BEGIN
        SELECT min(locked.code) INTO closed FROM (
            SELECT code, closed_at FROM periods WHERE code IN (SELECT period FROM fresh) ORDER BY code FOR SHARE
        ) AS locked WHERE locked.closed_at IS NOT NULL;
        IF closed IS NOT NULL THEN
            RAISE EXCEPTION 'period % is closed', closed
                USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_period_is_open';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER journal_period_is_open AFTER INSERT ON journal_entries
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION journal_period_is_open()
    """,
]


def upgrade() -> None:
    for statement in TABLES + GUARDS:
        op.execute(statement)
    text = sa.Text
    accounts = sa.table(
        "accounts",
        sa.column("code", text),
        sa.column("name", text),
        sa.column("name_en", text),
        sa.column("kind", text),
    )
    op.bulk_insert(accounts, [dict(zip(("code", "name", "name_en", "kind"), row, strict=True)) for row in ACCOUNTS])
    roles = sa.table("account_roles", sa.column("role", text), sa.column("account", text))
    op.bulk_insert(roles, [{"role": role, "account": account} for role, account in ROLES.items()])
