"""The numbers of the warehouse that people may change while it runs."""

from chassis import setting

low_stock = setting(
    "low_stock",
    default=5,
    ge=0,
    le=1_000_000,
    unit="units",
    description="Available units at which a SKU without a threshold of its own is told to be low.",
    capability="INV-18",
)
packaging_weight = setting(
    "packaging_weight",
    default=100,
    ge=0,
    le=20_000,
    unit="g",
    description="Weight of box, tape and cards that is added to the goods to get a parcel's expected weight.",
    capability="INV-11",
)
weight_tolerance_grams = setting(
    "weight_tolerance_grams",
    default=50,
    ge=0,
    le=50_000,
    unit="g",
    description="So far a parcel may be off its expected weight, if that is more than the share below.",
    capability="INV-11",
)
weight_tolerance_percent = setting(
    "weight_tolerance_percent",
    default=10,
    ge=0,
    le=100,
    unit="%",
    description="So far a parcel may be off its expected weight, as a share of it.",
    capability="INV-11",
)
alerts_kept_days = setting(
    "alerts_kept_days",
    default=90,
    ge=1,
    le=3650,
    unit="days",
    description="How long stock alerts stay listed.",
    capability="INV-18",
)
