"""Orders of which only others have spoken: after ten minutes somebody should find out why."""

from chassis import half

unheard = half(
    "orders-nobody-took-in",
    "SELECT order_id::text AS key, heard_at AS since, 'order' AS missing FROM progress WHERE code IS NULL",
)
