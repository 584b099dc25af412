from devkit.bench.preload import Copied, _sets, _statement

COLUMNS = [
    {"name": "order_id", "type": "uuid"},
    {"name": "customer_id", "type": "uuid"},
    {"name": "sku", "type": "text"},
    {"name": "code", "type": "text"},
    {"name": "status", "type": "text"},
    {"name": "placed_at", "type": "timestamp with time zone"},
]


def test_a_copy_has_ids_of_its_own_and_shares_customers_and_goods_with_other_copies():
    statement = _statement("orders", Copied("orders"), COLUMNS, {"customer": 3, "sku": 2}, days=730)

    assert 'bench.again(t."order_id", n)' in statement
    assert 'bench.again(t."customer_id", ((n - 1) % 3 + 1))' in statement
    assert "t.\"sku\" || '.' || ((n - 1) % 2 + 1)" in statement
    assert 't."code" || \'.\' || n, t."status"' in statement
    assert "t.\"placed_at\" - (n * 730 / 730)::int * interval '1 day'" in statement


def test_a_million_orders_have_so_many_customers_and_goods():
    sets = _sets(5_000)

    assert (sets["customer"] * 160, sets["sku"] * 450) == (300_000, 49_950)


def test_a_few_orders_have_no_more_customers_than_days():
    assert _sets(2) == {"customer": 2, "sku": 2}
