"""The pages of activities for `pages.py`: name, address, persona; and which addresses are no page, and why."""

from tests.journeys.clues import LEAD

WORKER, STREET_LEAD = "wang/worker", "yan/street_lead"

ACTIVITY_STOPS = (
    ("activities", "/volunteering/activities/", WORKER),
    ("activity", "/volunteering/activities/{activity}/", WORKER),
    ("my-shifts", "/volunteering/my-shifts/", WORKER),
    ("shift-calendar", "/volunteering/my-shifts/calendar/", WORKER),
    ("activity-list", "/volunteering/organising/", STREET_LEAD),
    ("activity-new", "/volunteering/organising/new/", STREET_LEAD),
    ("activity-month", "/volunteering/organising/month/", STREET_LEAD),
    ("activity-figures", "/volunteering/organising/figures/", STREET_LEAD),
    ("activity-managed", "/volunteering/organising/{activity_managed}/", STREET_LEAD),
    ("activity-edit", "/volunteering/organising/{activity_managed}/edit/", STREET_LEAD),
    ("activity-cancel", "/volunteering/organising/{activity_managed}/steps/cancel/", STREET_LEAD),
    ("activity-word", "/volunteering/organising/{activity_managed}/word/", STREET_LEAD),
    ("shift-new", "/volunteering/organising/{activity_managed}/shifts/new/", STREET_LEAD),
    ("shift-managed", "/volunteering/organising/shifts/{shift_managed}/", STREET_LEAD),
    ("shift-edit", "/volunteering/organising/shifts/{shift_managed}/edit/", STREET_LEAD),
    ("shift-cancel", "/volunteering/organising/shifts/{shift_managed}/cancel/", STREET_LEAD),
    ("activity-terms", "/volunteering/organising/terms/", LEAD),
    ("activity-term-new", "/volunteering/organising/terms/kinds/new/", LEAD),
    ("activity-term", "/volunteering/organising/terms/tags/theory/", LEAD),
)

POSTED_AT_ACTIVITIES = [
    "activity_export", "child_step", "my_shift_step", "requirement_seen", "shift_export", "shift_leader", "take_swap",
]  # fmt: skip

NO_ACTIVITY_PAGES = {
    **dict.fromkeys((f"volunteering:{name}" for name in POSTED_AT_ACTIVITIES), "posted to"),
    "volunteering:activity_sign_up": "a guardian's form: tests/journeys/test_little_red_bee.py",
    "volunteering:activity_draw": "needs a draw: tests/volunteering/test_activity_pages.py",
    "volunteering:shift_feed": "a calendar",
}
