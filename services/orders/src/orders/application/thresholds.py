"""Every number of the desk's rules, changeable by those who answer for it."""

from chassis import Setting, setting

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
call_no_answer = setting(
    "call_no_answer_minutes",
    default=60,
    ge=1,
    le=10_080,
    unit="minutes",
    description="After a call that nobody answered, the next one is due so much later.",
    capability="ORD-04",
)
call_busy = setting(
    "call_busy_minutes",
    default=15,
    ge=1,
    le=10_080,
    unit="minutes",
    description="After a call to a busy line, the next one is due so much later.",
    capability="ORD-04",
)
call_later = setting(
    "call_later_minutes",
    default=60,
    ge=1,
    le=10_080,
    unit="minutes",
    description="A customer who asks to be called later and names no time is called so much later.",
    capability="ORD-04",
)
call_attempts = setting(
    "call_attempts",
    default=3,
    ge=1,
    le=20,
    unit="calls",
    description="So many calls in vain put an order on hold as unreachable.",
    capability="ORD-04",
)
call_taken = setting(
    "call_taken_minutes",
    default=10,
    ge=1,
    le=240,
    unit="minutes",
    description="An order taken from the call queue is given to nobody else for this time.",
    capability="ORD-04",
)
hold_review = setting(
    "hold_review_hours",
    default=24,
    ge=1,
    le=720,
    unit="hours",
    description="An order that is put on hold without a date comes back to the queue after this time.",
    capability="ORD-04",
)
assignment_rule = setting(
    "assignment_rule",
    default="round_robin",
    choices=("none", "round_robin", "least_loaded", "by_source"),
    description="How new orders that nobody answers for are given to the staff of assignment_staff.",
    capability="ORD-04",
)
assignment_staff: Setting[list[str]] = setting(
    "assignment_staff",
    default=[],
    le=500,
    type=list[str],
    description="The ids of the staff to whom new orders are given. Nobody: they stay in the common queue.",
    capability="ORD-04",
)
assignment_sources: Setting[dict[str, list[str]]] = setting(
    "assignment_sources",
    default={},
    type=dict[str, list[str]],
    description="By source, the staff who get its orders under the rule by_source; others go to assignment_staff.",
    capability="ORD-04",
)
payment_reminder = setting(
    "payment_reminder_hours",
    default=24,
    ge=1,
    le=720,
    unit="hours",
    description="A customer who was to pay in advance is reminded this long after ordering.",
    capability="ORD-16",
)
payment_cancel = setting(
    "payment_cancel_hours",
    default=72,
    ge=1,
    le=2_160,
    unit="hours",
    description="An order for which nothing was paid is cancelled this long after ordering.",
    capability="ORD-16",
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
unlisted_sources = setting(
    "unlisted_sources",
    default="accept",
    choices=("accept", "refuse"),
    description="Whether orders of a source that nobody has put on the list of sources are taken in.",
    capability="ORD-01",
)
door_language = setting(
    "door_language",
    default="vi",
    choices=("vi", "en", "zh"),
    description="The language in which partners are told why an order was refused.",
    capability="ORD-01",
)
import_megabytes = setting(
    "import_megabytes",
    default=50,
    ge=1,
    le=200,
    unit="MB",
    description="A file of orders may be as large as this, all its parts together.",
    capability="ORD-01",
)
import_rows = setting(
    "import_rows",
    default=100_000,
    ge=1,
    le=1_000_000,
    unit="rows",
    description="A file of orders may have so many rows.",
    capability="ORD-01",
)
import_wait = setting(
    "import_wait_days",
    default=7,
    ge=1,
    le=90,
    unit="days",
    description="A file that was handed in and not started is given up and forgotten after this time.",
    capability="ORD-01",
)
import_reports = setting(
    "import_report_days",
    default=90,
    ge=1,
    le=3_650,
    unit="days",
    description="The row by row report of an import is kept for this time; the list of imports keeps their counts.",
    capability="ORD-01",
)
