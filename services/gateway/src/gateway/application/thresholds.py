"""What an administrator may tune while everything runs."""

from chassis import setting

login_attempts = setting(
    "login_attempts",
    default=5,
    ge=1,
    le=100,
    description="Failed logins of one user from one address before it has to wait. Twenty times as many count for a "
    "user from anywhere, and for an address with any user.",
    capability="GWC-01",
)
login_window = setting(
    "login_window_minutes",
    default=15,
    ge=1,
    le=1440,
    unit="minutes",
    description="For so long failed logins count.",
    capability="GWC-01",
)
FAR = 20
"""How many times as many failures count for a user from anywhere, or for an address: nobody may lock a user out."""
