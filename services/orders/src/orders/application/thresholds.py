"""Every number of the desk's rules, changeable by those who answer for it."""

from chassis import setting

duplicate_window = setting(
    "duplicate_window_hours",
    default=24,
    ge=1,
    le=720,
    unit="hours",
    description="Two orders of one phone that share a SKU within this time are flagged as a likely duplicate.",
    capability="ORD-06",
)
waiting_call = setting(
    "waiting_call_days",
    default=10,
    ge=0,
    le=365,
    unit="days",
    description="An order whose goods had to be waited for longer than this goes on only after a call.",
    capability="ORD-12",
)
close_after = setting(
    "close_after_days",
    default=7,
    ge=0,
    le=365,
    unit="days",
    description="A settled order is closed after this time without a question.",
    capability="ORD-29",
)
largest_total = setting(
    "largest_total",
    default=10_000_000_000,
    ge=1,
    le=10**15,
    unit="VND",
    description="An order over this amount is taken for a mistake and refused.",
    capability="ORD-02",
)
shop_currency = setting(
    "currency", default="VND", ge=3, le=3, description="The one currency of prices and orders.", capability="ORD-35"
)
phone_region = setting(
    "phone_region",
    default="VN",
    ge=2,
    le=2,
    description="The country a phone number belongs to that is written without one.",
    capability="ORD-02",
)

door_language = setting(
    "door_language",
    default="vi",
    choices=("vi", "en", "zh"),
    description="The language in which partners are told why an order was refused.",
    capability="ORD-01",
)
