"""The questions of the report cookbook: what people ask of their numbers, and by which query each is answered."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent

from sightline.db.demo.cast import BLUEBIRD, NORTHWIND

ACCOUNT = "the account"
LENSES = {
    "PLATFORM": ("{ kind: PLATFORM }", ""),
    NORTHWIND: ("{ kind: ADVERTISER, organization: $northwind }", "northwind"),
    BLUEBIRD: ("{ kind: PARTNER, organization: $bluebird }", "bluebird"),
    ACCOUNT: ("{ kind: ACCOUNT, account: $account }", "account"),
}
_ROWS = "rows { dimensions { key label } } columns { key label unit values total } rowCount"
_CURRENCY = " currency"
_COMPARE = " compare { columns { values total } }"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, what others call the report that answers it, who asks here, and the input beside the lens."""

    asks: str
    known_as: str
    who: str
    lens: str
    input: str

    @property
    def query(self) -> str:
        """The query, as anybody may copy it."""
        lens, variable = LENSES[self.lens]
        head = f"query (${variable}: ID!) {{" if variable else "{"
        asked = indent(f"lens: {lens}\n{dedent(self.input).strip()}", " " * 4)
        shown = _ROWS + _CURRENCY * ("NATIVE" not in self.input) + _COMPARE * ("compareTo" in self.input)
        return f"{head}\n  report(input: {{\n{asked}\n  }}) {{\n    {shown}\n  }}\n}}"


QUESTIONS: tuple[Question, ...] = (
    Question(
        "How did each day of last week go?",
        "Everflow: daily report. TUNE: performance report by date.",
        "adv-admin",
        NORTHWIND,
        """
        period: { days: { since: "2026-06-22", until: "2026-06-29" } }
        columns: ["clicks", "conversions", "cr", "revenue"]
        groupBy: ["day"]
        """,
    ),
    Question(
        "Which programs bring most?",
        "Everflow: offer report. impact.com: performance by program.",
        "adv-admin",
        NORTHWIND,
        """
        period: { days: { since: "2026-04-01", until: "2026-07-01" } }
        columns: ["conversions", "sale_amount", "revenue", "roas"]
        groupBy: ["program"]
        orderBy: [{ key: "sale_amount", direction: DESC }]
        """,
    ),
    Question(
        "Is this quarter better than the one before?",
        "impact.com: compare to previous period.",
        "adv-member",
        NORTHWIND,
        """
        period: { days: { since: "2026-04-01", until: "2026-07-01" } }
        compareTo: { previous: PREVIOUS_PERIOD }
        columns: ["clicks", "revenue", "cr"]
        groupBy: ["month"]
        """,
    ),
    Question(
        "And better than a year ago?",
        "impact.com: year over year.",
        "manager",
        "PLATFORM",
        """
        period: { days: { since: "2026-01-01", until: "2026-07-01" } }
        compareTo: { previous: PREVIOUS_YEAR }
        columns: ["revenue", "profit", "margin"]
        groupBy: ["quarter"]
        """,
    ),
    Question(
        "Which advertisers leave us the best margin?",
        "CAKE: advertiser summary. Affise: statistics by advertiser, with earnings.",
        "finance-manager",
        "PLATFORM",
        """
        period: { days: { since: "2026-01-01", until: "2026-07-01" } }
        columns: ["revenue", "payout", "profit", "margin"]
        groupBy: ["advertiser"]
        orderBy: [{ key: "margin", direction: DESC }, { key: "advertiser" }]
        """,
    ),
    Question(
        "Which partners earn well on a click, leaving out those with hardly any?",
        "Everflow: partner report with a filter on metrics. CJ: EPC.",
        "marketing",
        NORTHWIND,
        """
        period: { days: { since: "2026-04-01", until: "2026-07-01" } }
        columns: ["clicks", "conversions", "rpc"]
        groupBy: ["partner"]
        having: [{ column: "clicks", gte: "50" }]
        orderBy: [{ key: "rpc", direction: DESC }, { key: "partner" }]
        """,
    ),
    Question(
        "What does each of our accounts earn, month by month?",
        "Awin: commissions by period. Affise: affiliate's statistics.",
        "partner-member",
        BLUEBIRD,
        """
        period: { days: { since: "2026-05-01", until: "2026-07-01" } }
        columns: ["clicks", "payout", "epc"]
        groupBy: ["account", "month"]
        orderBy: [{ key: "account" }, { key: "month" }]
        """,
    ),
    Question(
        "How much is that in the currencies it was earned in?",
        "TUNE: grouped by currency. CJ: amounts in the publisher's currency.",
        "partner-member",
        BLUEBIRD,
        """
        period: { days: { since: "2026-05-01", until: "2026-07-01" } }
        columns: ["conversions", "payout"]
        currency: "NATIVE"
        """,
    ),
    Question(
        "How do days look from New York, around the night the clocks change?",
        "CAKE and TUNE: the account's time zone.",
        "partner-admin",
        BLUEBIRD,
        """
        period: { days: { since: "2026-03-06", until: "2026-03-11" } }
        timeZone: "America/New_York"
        columns: ["clicks", "conversions", "payout"]
        groupBy: ["day"]
        """,
    ),
    Question(
        "What still waits for a decision?",
        "impact.com: pending actions. Awin: pending transactions.",
        "adv-admin",
        NORTHWIND,
        """
        period: { days: { since: "2026-01-01", until: "2026-07-01" } }
        statuses: [PENDING, HOLD]
        columns: ["conversions", "sale_amount", "revenue"]
        groupBy: ["program"]
        orderBy: [{ key: "revenue", direction: DESC }, { key: "program" }]
        """,
    ),
    Question(
        "Whose conversions are taken back most often?",
        "Awin: validation. Tapfiliate: disapproved conversions.",
        "manager",
        "PLATFORM",
        """
        period: { days: { since: "2026-01-01", until: "2026-07-01" } }
        columns: ["gross_conversions", "approval_rate", "reversal_rate"]
        groupBy: ["partner"]
        having: [{ column: "gross_conversions", gte: "100" }]
        orderBy: [{ key: "reversal_rate", direction: DESC }, { key: "partner" }]
        """,
    ),
    Question(
        "What was approved in June, whenever it was bought?",
        "impact.com: locking and approval dates. Affise: by date of change of status.",
        "adv-admin",
        NORTHWIND,
        """
        period: { days: { since: "2026-06-01", until: "2026-07-01" } }
        dateBasis: APPROVAL
        columns: ["approved_conversions", "sale_amount", "revenue"]
        groupBy: ["week"]
        """,
    ),
    Question(
        "What became of the clicks of each week of May?",
        "Everflow: by click date. TUNE: cohort report.",
        "adv-admin",
        NORTHWIND,
        """
        period: { days: { since: "2026-05-04", until: "2026-06-01" } }
        dateBasis: CLICK
        columns: ["clicks", "conversions", "cr"]
        groupBy: ["week"]
        """,
    ),
    Question(
        "Where do visitors come from, and on what?",
        "Affise: geography and devices in one slice.",
        "adv-member",
        NORTHWIND,
        """
        period: { days: { since: "2026-06-01", until: "2026-07-01" } }
        columns: ["clicks", "conversions", "cr"]
        groupBy: ["country", "device"]
        orderBy: [{ key: "clicks", direction: DESC }, { key: "country" }, { key: "device" }]
        """,
    ),
    Question(
        "Which of my labels work, outside Germany and Austria?",
        "Everflow: sub id report. CAKE: sub affiliates.",
        "partner-member",
        BLUEBIRD,
        """
        period: { days: { since: "2026-04-01", until: "2026-07-01" } }
        columns: ["clicks", "payout", "epc"]
        groupBy: ["sub1"]
        filters: [{ dimension: "country", notIn: ["DE", "AT"] }]
        orderBy: [{ key: "payout", direction: DESC }, { key: "sub1" }]
        """,
    ),
    Question(
        "Do our codes bring new customers?",
        "impact.com: promo code report, customer status.",
        "adv-admin",
        NORTHWIND,
        """
        period: { days: { since: "2026-01-01", until: "2026-07-01" } }
        columns: ["conversions", "aov", "sale_amount"]
        groupBy: ["promo_code", "customer_status"]
        orderBy: [{ key: "sale_amount", direction: DESC }]
        """,
    ),
    Question(
        "What has been paid to us, and what has not?",
        "Awin: paid and unpaid commissions. Scaleo: billing.",
        "partner-admin",
        BLUEBIRD,
        """
        period: { days: { since: "2026-01-01", until: "2026-07-01" } }
        columns: ["conversions", "pending_payout", "approved_payout", "paid_payout"]
        groupBy: ["settlement"]
        """,
    ),
    Question(
        "Which day of the week sells?",
        "Affise: by day of week.",
        "analyst",
        NORTHWIND,
        """
        period: { days: { since: "2026-04-01", until: "2026-07-01" } }
        columns: ["conversions", "aov", "click_to_conversion_time"]
        groupBy: ["weekday"]
        """,
    ),
    Question(
        "What did my account earn this month?",
        "Tapfiliate: affiliate dashboard.",
        "collab-readonly",
        ACCOUNT,
        """
        period: { days: { since: "2026-06-01", until: "2026-07-01" } }
        columns: ["clicks", "conversions", "payout", "epc100", "payout_adjustments"]
        """,
    ),
    Question(
        "And a figure of my own making: what do we add to what we pay?",
        "Everflow: custom metrics. Made with `createCustomMetric`, as `profit / payout`.",
        "manager",
        "PLATFORM",
        """
        period: { days: { since: "2026-04-01", until: "2026-07-01" } }
        columns: ["payout", "profit", "custom_markup"]
        groupBy: ["country"]
        having: [{ column: "payout", gte: "1000" }]
        orderBy: [{ key: "custom_markup", direction: DESC }, { key: "country" }]
        """,
    ),
)
