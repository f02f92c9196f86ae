"""What is decided about stars, honours and held awards, and their reference data: lines of `administration.DEEDS`."""

from nuanxin.incentives.models import RuleVersion
from tests.architecture.hands import Deed, last

STAR_RULES = {
    **{f"hours_{level}": str(level * 50) for level in range(1, 6)},
    **{f"growth_{level}": "0" for level in range(1, 6)},
    "publicity_days": "5",
    "most_no_shows": "0",
    "no_show_effect": "remind",
    "pause_months": "6",
}
HONOUR_KIND = {
    "code": "warm_neighbour",
    "name_zh": "暖邻居",
    "name_en": "Warm neighbour",
    "about_zh": "楼道里的好事。",
    "about_en": "Good things on the stairs.",
    "icon": "heart",
    "publicity_days": "5",
    "display_months": "12",
    "sort": "100",
    "is_active": "on",
}
THANKS = (
    Deed("incentives:honour_export", "street_lead", ("incentives.honours_export",)),
    Deed("incentives:rules_export", "street_lead", ("incentives.rules_export",)),
    Deed("incentives:hold_export", "street_lead", ("incentives.holds_export",)),
    Deed("incentives:star_scheme", "swd", ("incentives.star_scheme",), STAR_RULES),
    Deed("incentives:absence_export", "street_lead", ("incentives.absences_export",)),
    Deed(
        "incentives:reference_edit", "system_admin", ("incentives.hold_rule",), {"limit": "4", "is_on": "on"},
        lambda hand: ["hold_rule", "device"],
    ),
    Deed(
        "incentives:reference_new", "system_admin", ("incentives.honour_kind",), HONOUR_KIND,
        lambda hand: ["honour_kind"],
    ),
    Deed("incentives:reference_export", "system_admin", ("incentives.reference_export",)),
)  # fmt: skip

# The same over the API.
RULES = "POST /api/v1/points/rules"
DEARER = {"amount": 6, "reason": "立案更要紧"}
CALLS = (
    Deed(f"{RULES}/{{code}}/simulation", "street_lead", (), DEARER, lambda hand: ["case_filed"]),
    Deed(
        f"{RULES}/{{code}}/versions", "street_lead", ("incentives.propose_rule",), DEARER, lambda hand: ["case_filed"]
    ),
    Deed(
        f"{RULES}/versions/{{public_id}}/transitions/{{name}}", "swd", ("incentives.approve_rule",),
        {"because": "同意"}, lambda hand: [*last(RuleVersion)(hand), "approve"],
    ),
)  # fmt: skip
