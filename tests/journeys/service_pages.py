"""Pages of service for `pages.py`: name, address, persona; and which addresses are no page of their own, and why."""

from tests.journeys.clues import COMMUNITY

SERVICE_PAGES = (
    ("my-hours", "/volunteering/my-hours/", "wang/worker"),
    ("service-enter", "/volunteering/my-hours/enter/", "wang/worker"),
    ("check-in", "/volunteering/check-in/", "wang/worker"),
    ("my-certificates", "/volunteering/my-certificates/", "wang/worker"),
    ("helping", "/volunteering/helping/", "wang/worker"),
    ("verify", "/volunteering/verify/"),
    ("certificate-register", "/volunteering/verify/register/"),
    ("spot-checks-public", "/volunteering/spot-checks/public/"),
    ("screens", "/volunteering/screens/", COMMUNITY),
    ("sweeps", "/volunteering/sweeps/", COMMUNITY),
    ("service-records", "/volunteering/records/?tab=all", COMMUNITY),
    ("spot-checks", "/volunteering/spot-checks/", COMMUNITY),
    ("certificates", "/volunteering/certificates/", COMMUNITY),
    ("needs", "/volunteering/needs/", COMMUNITY),
    ("need-new", "/volunteering/needs/new/", COMMUNITY),
)
POSTED_ABOUT_SERVICE = [
    "check_out", "screen_admit", "screen_release", "my_hours_export", "record_export", "record_act", "spot_judge",
    "certificate_withdraw", "certificate_step", "help_answer",
]  # fmt: skip
NO_SERVICE_PAGES = {
    **dict.fromkeys((f"volunteering:{name}" for name in POSTED_ABOUT_SERVICE), "posted to"),
    "volunteering:screen": "needs a shift that runs: tests/journeys/test_hours.py",
    "volunteering:my_record": "needs a record: tests/volunteering/test_record_pages.py",
    "volunteering:record": "needs a record: tests/volunteering/test_record_pages.py",
    "volunteering:certificate": "needs a certificate: tests/volunteering/test_record_pages.py",
    "volunteering:claim_picture": "a picture",
    "volunteering:certificate_pdf": "a PDF",
    "volunteering:certificate_badge": "a signed credential",
    "volunteering:certificate_public": "needs a certificate: tests/journeys/test_hours.py",
    "volunteering:certificate_status": "for programs",
    "volunteering:issuer": "for programs",
    "volunteering:issuer_keys": "for programs",
    "volunteering:issuer_key": "for programs",
    "volunteering:need": "needs a need: tests/volunteering/test_record_pages.py",
}
