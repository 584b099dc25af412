from uuid import UUID, uuid4

from devkit.bench.floor_rows import _insert


def test_one_statement_inserts_the_rows_of_several_tables_and_every_order_has_ids_of_its_own():
    rows = [
        ("progress", {"order_id": uuid4(), "code": "DH1", "status": "new"}),
        ("story", {"id": 7, "order_id": uuid4(), "kind": "placed"}),
    ]

    statement = _insert(rows)
    values = statement.values(UUID(int=5))

    assert statement.sql == (
        'WITH _0 AS (INSERT INTO floor.progress ("order_id", "code", "status") VALUES ($1, $2, $3)) '
        'INSERT INTO floor.story ("order_id", "kind") VALUES ($4, $5)'
    )
    assert values == [UUID(int=5), UUID(int=5).hex, "new", UUID(int=5), "placed"]
