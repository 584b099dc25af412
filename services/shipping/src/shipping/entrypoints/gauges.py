"""What stops parcels before anybody complains: no carrier for an order, no number for a parcel."""

from chassis import gauge

unroutable = gauge(
    "shipping_unroutable_orders",
    "Orders that wait for a carrier",
    "SELECT count(*) AS value FROM consignments "
    "WHERE obstacle IS NOT NULL AND shipment_id IS NULL AND called_off_at IS NULL",
)
numbers = gauge(
    "shipping_tracking_numbers_left",
    "Tracking numbers that can still be given out by an active carrier",
    "SELECT c.id AS carrier, coalesce(sum(r.last - r.next + 1), 0) AS value "
    "FROM carriers c LEFT JOIN number_ranges r ON r.carrier_id = c.id WHERE c.active GROUP BY c.id",
    by="carrier",
)
