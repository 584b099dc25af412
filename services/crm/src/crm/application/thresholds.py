"""The numbers the business may change."""

from chassis import setting

dong_per_point = setting(
    "dong_per_point",
    default=10_000,
    ge=1,
    le=100_000_000,
    unit="đồng",
    description="Delivered goods of this value earn one point. An order keeps the rate of its delivery.",
    capability="CRM-01",
)

phone_region = setting(
    "phone_region",
    default="VN",
    ge=2,
    le=2,
    description="The country a phone number belongs to that is looked for without one.",
    capability="CRM-01",
)
