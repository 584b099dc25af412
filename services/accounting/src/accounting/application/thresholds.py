"""The numbers the business may change."""

from chassis import setting

freight_vat_rate_bp = setting(
    "freight_vat_rate_bp",
    default=800,
    ge=0,
    le=10_000,
    unit="basis points",
    description="VAT inside the freight that customers pay (goods bring the rate of their own line).",
    capability="ACC-06",
)
fee_tolerance = setting(
    "fee_tolerance",
    default=0,
    ge=0,
    le=1_000_000,
    unit="đồng",
    description="A carrier's fee may differ from the expected one by so much without being a difference.",
    capability="ACC-01",
)
allowance_rate_bp = setting(
    "allowance_rate_bp",
    default=1_000,
    ge=0,
    le=10_000,
    unit="basis points",
    description="The allowance for light transport damage, as a share of the goods' value (freight does not count).",
    capability="ACC-04",
)
