"""Orders of which only one side has told: the chassis counts and lists those that stay so.

An order that waits for stock or for a release is not half known: the warehouse has said that it waits.
"""

from chassis import half

without_order = half(
    "consignments-without-order",
    "SELECT order_id::text AS key, heard_at AS since, 'the confirmed order' AS missing FROM consignments "
    "WHERE shipment_id IS NULL AND called_off_at IS NULL AND terms IS NULL",
)
without_warehouse = half(
    "consignments-without-warehouse",
    "SELECT order_id::text AS key, heard_at AS since, 'the answer of the warehouse' AS missing FROM consignments "
    "WHERE shipment_id IS NULL AND called_off_at IS NULL AND terms IS NOT NULL "
    "AND stock_heard_at IS NULL AND parcel_id IS NULL",
)
