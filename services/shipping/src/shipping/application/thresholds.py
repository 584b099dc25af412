"""The thresholds people may change, with DOMAIN's values as default."""

from chassis import setting

delivery_tries = setting(
    "delivery_tries",
    default=3,
    ge=1,
    le=10,
    unit="tries",
    description="Failed deliveries after which a parcel goes back to the sender.",
    capability="SHP-13",
)
scan_ahead_minutes = setting(
    "scan_ahead_minutes",
    default=60,
    ge=0,
    le=1440,
    unit="minutes",
    description="How far a carrier's clock may be ahead; a scan further in the future is refused.",
    capability="SHP-08",
)
late_after_hours = setting(
    "late_after_hours",
    default=48,
    ge=1,
    le=720,
    unit="hours",
    description="A parcel on the road is late when no scan has told of it for longer.",
    capability="SHP-09",
)
numbers_low = setting(
    "numbers_low",
    default=500,
    ge=0,
    le=1_000_000,
    unit="numbers",
    description="Below so many tracking numbers left, a carrier's ranges are shown as running out.",
    capability="SHP-03",
)
sender_name = setting(
    "sender_name",
    default="",
    ge=0,
    le=200,
    description="The sender's name on waybills.",
    capability="SHP-04",
)
sender_phone = setting(
    "sender_phone",
    default="",
    ge=0,
    le=30,
    description="The sender's phone on waybills.",
    capability="SHP-04",
)
sender_address = setting(
    "sender_address",
    default="",
    ge=0,
    le=500,
    description="The sender's address on waybills; returns come back to it.",
    capability="SHP-04",
)

carrier_door_language = setting(
    "carrier_door_language",
    default="vi",
    choices=("vi", "en", "zh"),
    description="The language in which carriers are answered at their doors.",
    capability="SHP-08",
)
