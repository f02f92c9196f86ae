"""Every page there is to see: the list behind `make screenshots`, the size tests and the axe tests.

`path` may contain `{names}`; `tests/journeys/filling.py` finds what they stand for in the demo city.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """One page as one persona sees it; `persona` empty is a visitor who has not signed in."""

    name: str
    path: str
    persona: str = ""
    status: int = 200

    @property
    def is_on_phone(self) -> bool:
        """Workers and visitors hold a phone; staff sit at a desk."""
        return not self.persona or self.persona.endswith("/worker")


@dataclass(frozen=True)
class Clue:
    """Where a `{name}` is found: the first match of `pattern` on a page, or on a case that the page lists."""

    persona: str
    path: str
    pattern: str
    in_cases: bool = False  # look at each case of the list until one matches


NUMBER = r"/cases/(\d{19})/"
OWN = r"/mine/(\d{19})/"
UUID = r"([0-9a-f-]{36})"
# A case that has everything to show: pictures, and something to do next.
SHOWN = (
    r'<article class="case" id="case" data-number="(\d{19})"[\s\S]*class="photos"[\s\S]*class="action-bar"'
)
# A limit in working hours or days, which has something to explain: nights, lunch, weekends. In Chinese, as fetched.
WITHIN = r"(?:(?!</li>)[\s\S])*?"
WORKING_TIME = rf'case-clocks__row">{WITHIN}工作[日时]{WITHIN}href="(/cases/\d{{19}}/clocks/\d+/)"'


def _step(name: str) -> str:
    return rf'(/cases/\d{{19}}/steps/{name}/[^"&]*)"'


# Where staff stand: a street's dispatcher, a community, a unit, and those who administer.
STREET, COMMUNITY, UNIT, LEAD = "lipai/dispatcher", "wen/community", "cheng/dept", "shu/swd"

CLUES: dict[str, Clue] = {
    "own": Clue("wang/worker", "/mine/?show=open", OWN),
    "own_rejected": Clue("ma/worker", "/mine/?show=closed", OWN),
    "own_closed": Clue("wang/worker", "/mine/?show=closed", OWN),
    "own_to_rate": Clue("chen/worker", "/mine/?show=closed", OWN),
    "own_rework": Clue("luo/worker", "/mine/?show=open", OWN),
    "case": Clue(STREET, "/cases/?tab=handle", NUMBER),
    "case_shown": Clue(STREET, "/cases/?tab=screen", SHOWN, in_cases=True),
    "case_screen": Clue(STREET, "/cases/?tab=screen", NUMBER),
    "case_closed": Clue(STREET, "/cases/?tab=all", r'/cases/(\d{19})/"'),
    "case_of_unit": Clue(UNIT, "/cases/?tab=mine", NUMBER),
    "clock": Clue(STREET, "/cases/?tab=handle", r"(/cases/\d{19}/clocks/\d+/)", in_cases=True),
    "clock_shown": Clue(STREET, "/cases/?tab=handle", WORKING_TIME, in_cases=True),
    "notice_paper": Clue(STREET, "/cases/?tab=open", r"(/cases/\d{19}/notices/\d+/)", in_cases=True),
    "cause": Clue(STREET, "/cases/causes/?show=all", r"/cases/causes/(\d+)/"),
    "topic": Clue(STREET, "/cases/topics/", r"/cases/topics/(\d+)/"),
    "step_merge": Clue(STREET, "/cases/?tab=open", _step("merge"), in_cases=True),
    "case_late": Clue(STREET, "/cases/?tab=overdue", NUMBER),
    "case_handed_off": Clue(
        STREET, "/cases/?tab=dispatch", r"(/cases/\d{19}/)steps/transfer/", in_cases=True
    ),
    "step_transfer": Clue(STREET, "/cases/?tab=dispatch", _step("transfer"), in_cases=True),
    "case_staged": Clue(
        STREET, "/cases/?tab=open", r'data-number="(\d{19})"[\s\S]*class="stages"', in_cases=True
    ),
    "voice": Clue(STREET, "/cases/?tab=open", rf"(/cases/\d{{19}}/voices/{UUID}/)sound/", in_cases=True),
    "ask": Clue(STREET, "/cases/?tab=open", r"(/cases/\d{19}/ask/)", in_cases=True),
    "reveal": Clue(STREET, "/cases/?tab=open", r"(/cases/\d{19}/reporter/)", in_cases=True),
    "step_dispatch": Clue(STREET, "/cases/?tab=dispatch", _step("dispatch"), in_cases=True),
    "step_recategorise": Clue(STREET, "/cases/?tab=screen", _step("recategorise"), in_cases=True),
    "step_reject": Clue(STREET, "/cases/?tab=screen", _step("reject"), in_cases=True),
    "step_accept": Clue(UNIT, "/cases/?tab=new", _step("return"), in_cases=True),
    "step_submit": Clue(UNIT, "/cases/?tab=mine", _step("submit_result"), in_cases=True),
    "case_consult": Clue(STREET, "/cases/?tab=consult", NUMBER),
    "step_consult": Clue(STREET, "/cases/?tab=handle", _step("consult"), in_cases=True),
    "step_conclude": Clue(STREET, "/cases/?tab=consult", _step("conclude"), in_cases=True),
    "step_assists": Clue(STREET, "/cases/?tab=handle", _step("assists"), in_cases=True),
    "step_grant": Clue("yan/street_lead", "/cases/extensions/", _step("grant_extension"), in_cases=True),
    "step_call_in": Clue(COMMUNITY, "/cases/?tab=mine", _step("call_in"), in_cases=True),
    "step_handle": Clue(COMMUNITY, "/cases/?tab=mine", _step("self_handle"), in_cases=True),
    "step_pass": Clue(COMMUNITY, "/cases/?tab=verify", _step("pass"), in_cases=True),
    "step_fail": Clue(COMMUNITY, "/cases/?tab=verify", _step("fail"), in_cases=True),
    "bulk_dispatch": Clue(STREET, "/cases/?tab=dispatch", NUMBER),
    "bulk_verify": Clue(STREET, "/cases/?tab=verify", NUMBER),
    "bulletin": Clue(STREET, "/bulletins/", r"(/bulletins/\d{12}/\d{4}-\d\d-\d\d/)"),
    "case_shelved": Clue(STREET, "/cases/library/", NUMBER),
    "case_supervised": Clue(STREET, "/cases/supervisions/?level=leader", NUMBER),
    "case_appealed": Clue(STREET, "/cases/appeals/?state=all", NUMBER),
    "step_reply": Clue(
        "jiang/dept", "/cases/supervisions/?reply=waiting", r"(/cases/\d{19}/steps/reply_supervision/)"
    ),
    "own_shelved": Clue(
        "wang/worker", "/mine/?show=open", r'/mine/(\d{19})/"(?:(?!/mine/\d{19}/)[\s\S])*?现在还解决不了'
    ),
    "compound": Clue(COMMUNITY, "/places/compounds/", rf"/places/compounds/{UUID}/"),
    "person": Clue("yan/street_lead", "/people/", rf"/people/{UUID}/"),
    "assignment": Clue("anquan/security_admin", "{person_of_admin}", rf"/people/assignments/{UUID}/end/"),
    "person_of_admin": Clue("anquan/security_admin", "/people/", rf"(/people/{UUID}/)"),
    "organisation": Clue("yan/street_lead", "/organisations/", rf"/organisations/{UUID}/"),
}

_VISITOR = (
    Stop("front", "/"),
    Stop("chooser", "/demo/"),
    Stop("sign-in", "/sign-in/"),
    Stop("sign-in-staff", "/sign-in/?as=staff"),
    Stop("recover", "/sign-in/recover/"),
    Stop("messages", "/messages/"),
    Stop("components", "/ui/"),
    Stop("components-workbench", "/ui/workbench/"),
    Stop("components-print", "/ui/print/"),
    Stop("report-offline", "/report/offline/"),
    Stop("not-found", "/nothing-here/", status=404),
)

_WORKERS = (
    Stop("home", "/", "wang/worker"),
    Stop("report", "/report/", "wang/worker"),
    Stop("danger", "/report/?danger=1", "wang/worker"),
    Stop("danger-gas", "/report/?category=0101", "wang/worker"),
    Stop("done", "/report/{own}/", "wang/worker"),
    Stop("mine", "/mine/", "wang/worker"),
    Stop("mine-open", "/mine/?show=open", "wang/worker"),
    Stop("mine-closed", "/mine/?show=closed", "wang/worker"),
    Stop("tracker", "/mine/{own}/", "wang/worker"),
    Stop("tracker-closed", "/mine/{own_closed}/", "wang/worker"),
    Stop("map", "/map/", "wang/worker"),
    Stop("inbox", "/inbox/", "wang/worker"),
    Stop("me", "/me/", "wang/worker"),
    Stop("me-name", "/me/name/", "wang/worker"),
    Stop("me-work", "/me/work/", "wang/worker"),
    Stop("me-number", "/me/number/", "wang/worker"),
    Stop("me-tokens", "/me/tokens/", "wang/worker"),
    Stop("me-erase", "/me/erase/", "wang/worker"),
    Stop("me-notices", "/me/notices/", "wang/worker"),
    Stop("worker-compounds", "/places/compounds/", "wang/worker"),
    Stop("worker-territory", "/places/territories/990101001001/", "wang/worker"),
    Stop("tracker-rate", "/mine/{own_to_rate}/?rate=1", "chen/worker"),
    Stop("tracker-rejected", "/mine/{own_rejected}/", "ma/worker"),
    Stop("tracker-shelved", "/mine/{own_shelved}/", "wang/worker"),
    Stop("tracker-rework", "/mine/{own_rework}/", "luo/worker"),
    Stop("me-two-roles", "/me/", "luo/worker"),
    Stop("home-resident", "/", "gao/resident"),
    Stop("home-guard", "/", "men/guard"),
    Stop("home-station", "/", "yi/station"),
    Stop("home-driver", "/", "he/worker"),
)

_STREET = (
    Stop("queue", "/cases/?tab=open&case={case_shown}", STREET),
    Stop("queue-screen", "/cases/?tab=screen", STREET),
    Stop("queue-dispatch", "/cases/?tab=dispatch", STREET),
    Stop("queue-verify", "/cases/?tab=verify", STREET),
    Stop("queue-consult", "/cases/?tab=consult", STREET),
    Stop("case-consult", "/cases/{case_consult}/", STREET),
    Stop("step-consult", "{step_consult}", STREET),
    Stop("step-conclude", "{step_conclude}", STREET),
    Stop("step-assists", "{step_assists}", STREET),
    Stop("extensions", "/cases/extensions/", "yan/street_lead"),
    Stop("step-grant", "{step_grant}", "yan/street_lead"),
    Stop("limits", "/cases/limits/", LEAD),
    Stop("limit", "/cases/limits/return_within/", LEAD),
    Stop("queue-overdue", "/cases/?tab=overdue", STREET),
    Stop("queue-open", "/cases/?tab=open", STREET),
    Stop("queue-all", "/cases/?tab=all", STREET),
    Stop("queue-search", "/cases/?tab=all&words=云栖&urgency=U2", STREET),
    Stop("queue-empty", "/cases/?tab=all&words=没有这样的", STREET),
    Stop("case", "/cases/{case_shown}/", STREET),
    Stop("case-handle", "/cases/{case}/", STREET),
    Stop("queue-handle", "/cases/?tab=handle&case={case}", STREET),
    Stop("case-screen", "/cases/{case_screen}/", STREET),
    Stop("case-closed", "/cases/{case_closed}/", STREET),
    Stop("explain", "{clock_shown}", STREET),
    Stop("explain-next", "{clock}", STREET),
    Stop("print", "/cases/{case}/print/", STREET),
    Stop("ask", "{ask}", STREET),
    Stop("voice", "{voice}", STREET),
    Stop("reveal", "{reveal}", STREET),
    Stop("step-dispatch", "{step_dispatch}", STREET),
    Stop("step-reject", "{step_reject}", STREET),
    Stop("step-recategorise", "{step_recategorise}", STREET),
    Stop("supervisions", "/cases/supervisions/", STREET),
    Stop("supervisions-listed", "/cases/supervisions/?show=all&level=listed", LEAD),
    Stop("library", "/cases/library/", STREET),
    Stop("library-asked", "/cases/library/?show=asked", STREET),
    Stop("appeals", "/cases/appeals/?state=all", STREET),
    Stop("case-shelved", "/cases/{case_shelved}/", STREET),
    Stop("case-supervised", "/cases/{case_supervised}/", "yan/street_lead"),
    Stop("case-appealed", "/cases/{case_appealed}/", STREET),
    Stop("step-supervise", "/cases/{case_supervised}/steps/remind/", STREET),
    Stop("step-reply", "{step_reply}", "jiang/dept"),
    Stop("step-review", "/cases/{case_shelved}/steps/review_shelving/", STREET),
    Stop("desk", "/cases/new/", STREET),
    Stop("causes", "/cases/causes/?show=all", STREET),
    Stop("cause", "/cases/causes/{cause}/", STREET),
    Stop("topics", "/cases/topics/", STREET),
    Stop("pictures", "/pictures/", STREET),
    Stop("pictures-none", "/pictures/?show=refused", STREET),
    Stop("topic", "/cases/topics/{topic}/", STREET),
    Stop("step-merge", "{step_merge}", STREET),
    Stop("categories", "/cases/categories/", STREET),
    Stop("views", "/cases/views/", STREET),
    Stop("bulk-dispatch", "/cases/bulk/dispatch/?number={bulk_dispatch}", STREET),
    Stop("bulk-verify", "/cases/bulk/pass/?number={bulk_verify}", STREET),
    Stop("bulk-nothing", "/cases/bulk/dispatch/", STREET),
    Stop("board", "/board/", STREET),
    Stop("bulletins", "/bulletins/", STREET),
    Stop("bulletin", "{bulletin}", STREET),
    Stop("street-map", "/map/", STREET),
    Stop("time-account", "/cases/{case_late}/time/", STREET),
    Stop("time-account-paper", "/cases/{case_late}/time/?paper=1", STREET),
    Stop("notices", "/cases/notices/", STREET),
    Stop("notices-waiting", "/cases/notices/?tab=waiting", STREET),
    Stop("notice-paper", "{notice_paper}", STREET),
    Stop("case-handed-off", "{case_handed_off}", STREET),
    Stop("step-transfer", "{step_transfer}", STREET),
    Stop("case-staged", "/cases/{case_staged}/", STREET),
    Stop("street-inbox", "/inbox/", STREET),
    Stop("street-notices", "/me/notices/", STREET),
    Stop("robot", "/inbox/robot/", STREET),
    Stop("street-me", "/me/", STREET),
    Stop("password", "/me/password/", STREET),
    Stop("second-factor", "/me/second-factor/", STREET),
    Stop("duty-street", "/people/duty/", STREET),
    Stop("compound-new", "/places/compounds/new/", STREET),
    Stop("territories", "/places/territories/990101001000/", STREET),
    Stop("queue-lead", "/cases/?tab=open", "yan/street_lead"),
    Stop("insight-street", "/insight/?period=week", "yan/street_lead"),
    Stop("people", "/people/", "yan/street_lead"),
    Stop("person", "/people/{person}/", "yan/street_lead"),
    Stop("invite", "/people/invite/", "yan/street_lead"),
    Stop("duty", "/people/duty/", "yan/street_lead"),
    Stop("organisations", "/organisations/", "yan/street_lead"),
    Stop("organisation", "/organisations/{organisation}/", "yan/street_lead"),
    Stop("outlines", "/places/territories/outlines/", "yan/street_lead"),
)

_HANDLERS = (
    Stop("queue-community", "/cases/?tab=new", COMMUNITY),
    Stop("queue-community-mine", "/cases/?tab=mine", COMMUNITY),
    Stop("step-handle", "{step_handle}", COMMUNITY),
    Stop("step-call-in", "{step_call_in}", COMMUNITY),
    Stop("step-pass", "{step_pass}", COMMUNITY),
    Stop("step-fail", "{step_fail}", COMMUNITY),
    Stop("recover-worker", "/people/recover/", COMMUNITY),
    Stop("compounds", "/places/compounds/", COMMUNITY),
    Stop("compound", "/places/compounds/{compound}/", COMMUNITY),
    Stop("compound-edit", "/places/compounds/{compound}/edit/", COMMUNITY),
    Stop("territory-grid", "/places/territories/990101001001004/", "fang/grid"),
    Stop("queue-grid", "/cases/", "fang/grid"),
    Stop("queue-unit", "/cases/?tab=new", UNIT),
    Stop("queue-unit-mine", "/cases/?tab=mine", UNIT),
    Stop("case-unit", "/cases/{case_of_unit}/", UNIT),
    Stop("step-return", "{step_accept}", UNIT),
    Stop("step-submit", "{step_submit}", UNIT),
    Stop("queue-property", "/cases/", "wu/property"),
)

_DISTRICT = (
    Stop("queue-district", "/cases/?tab=open", LEAD),
    Stop("insight", "/insight/?period=days30", LEAD),
    Stop("insight-print", "/insight/print/?period=days30", LEAD),
    Stop("insight-indicator", "/insight/on_time_handling_rate/?period=days30", LEAD),
    Stop("insight-composition", "/insight/closure_composition/?period=days30&by=major", LEAD),
    Stop("insight-units", "/insight/return_rate/?period=days30&by=unit", LEAD),
    Stop("insight-cases", "/insight/reported_count/cases/?period=days30&measure=numerator", LEAD),
    Stop("category", "/cases/categories/0302/", LEAD),
    Stop("import-categories", "/cases/categories/import/", LEAD),
    Stop("import-rules", "/cases/rules/import/", LEAD),
    Stop("import-organisations", "/organisations/import/", LEAD),
    Stop("territories-district", "/places/territories/", LEAD),
    Stop("check", "/system/check/", "xitong/system_admin"),
    Stop("keys", "/system/keys/", "xitong/system_admin"),
    Stop("key-new", "/system/keys/new/", "xitong/system_admin"),
    Stop("jurisdiction-new", "/system/jurisdictions/new/", "xitong/system_admin"),
    Stop("webhooks", "/system/webhooks/", "xitong/system_admin"),
    Stop("webhook-new", "/system/webhooks/new/", "xitong/system_admin"),
    Stop("exchange-links", "/system/exchange/", "xitong/system_admin"),
    Stop("exchange-new", "/system/exchange/new/", "xitong/system_admin"),
    Stop("exchange", "/exchange/", STREET),
    Stop("exchange-differences", "/exchange/differences/", STREET),
    Stop("security-home", "/desk/", "anquan/security_admin"),
    Stop("people-security", "/people/", "anquan/security_admin"),
    Stop("person-security", "{person_of_admin}", "anquan/security_admin"),
    Stop("assign", "{person_of_admin}assign/", "anquan/security_admin"),
    Stop("end-assignment", "/people/assignments/{assignment}/end/", "anquan/security_admin"),
    Stop("audit", "/audit/", "shenji/audit_admin"),
)

PAGES: tuple[Stop, ...] = (*_VISITOR, *_WORKERS, *_STREET, *_HANDLERS, *_DISTRICT)

# Addresses of the product that are no page of their own, and why.
NO_PAGES: dict[str, str] = {
    "cases:own_add": "posted to",
    "cases:voice": "a recording: tests/cases/test_voices.py, tests/journeys/test_voice.py",
    "demo:enter": "posted to",
    "cases:desk_likely": "asked by the form of the desk: tests/cases/test_suggestions.py",
    "cases:report_likely": "asked by the report page: tests/cases/test_suggestions.py",
    "cases:notice_paper": "a sheet of paper: tests/cases/test_measures.py",
    "cases:extensions_export": "a file",
    "portal:desk": "leads on to a queue for most; shown to the security administrator",
    "portal:healthz": "JSON",
    "people:send_code": "posted to; part of signing in",
    "people:staff_sign_in": "posted to",
    "people:new_password": "in the middle of signing in: tests/journeys/test_sign_in.py",
    "people:second_factor": "in the middle of signing in: tests/journeys/test_sign_in.py",
    "people:sign_out": "posted to",
    "people:register": "in the middle of signing in: tests/journeys/test_sign_in.py",
    "people:communities": "part of registering",
    "people:invited": "needs the token of a letter: tests/journeys/test_sign_in.py",
    "people:consent": "posted to",
    "people:switch": "posted to",
    "people:end_other_sessions": "posted to",
    "people:end_session": "posted to",
    "people:recovery_code": "posted to",
    "people:revoke_token": "posted to",
    "people:export": "posted to",
    "people:people_export": "CSV",
    "people:remove_shift": "posted to",
    "people:reset_second_factor": "posted to",
    "cases:export": "posted to",
    "cases:categories_template": "a spreadsheet",
    "cases:rules_template": "a spreadsheet",
    "people:organisations_template": "a spreadsheet",
    "cases:categories_plan": "needs an uploaded spreadsheet: tests/cases/test_sheets.py",
    "cases:rules_plan": "needs an uploaded spreadsheet: tests/cases/test_sheets.py",
    "people:organisations_plan": "needs an uploaded spreadsheet: tests/cases/test_sheets.py",
    "notifications:try_robot": "posted to",
    "notifications:forget_robot": "posted to",
    "notifications:mail": "posted to",
    "notifications:confirm_mail": "posted to",
    "notifications:forget_mail": "posted to",
    "cases:supervisions_export": "posted to",
    "cases:library_export": "posted to",
    "cases:appeals_export": "posted to",
    "cases:notices_export": "posted to",
    "cases:view": "posted to",
    "cases:bulk_run": "what a submission leads to: tests/cases/test_bulk.py",
    "cases:board_points": "GeoJSON",
    "cases:bulletin_pdf": "a PDF",
    "cases:desk_kinds": "part of a page",
    "cases:desk_compounds": "part of a page",
    "cases:worker": "a script: tests/journeys/test_offline.py",
    "cases:report_token": "JSON",
    "ui:styles": "a stylesheet",
    "cases:report_kinds": "part of a page",
    "cases:report_compounds": "part of a page",
    "cases:report_around": "part of a page",
    "cases:report_similar": "part of a page",
    "cases:report_seen": "posted to",
    "cases:causes_export": "posted to",
    "cases:own_points": "GeoJSON",
    "cases:own_rate": "posted to",
    "cases:own_reopen": "posted to",
    "cases:own_answer": "posted to",
    "cases:file": "a picture",
    "cases:thumb": "a picture",
    "cases:redacted": "a picture",
    "cases:redacted_thumb": "a picture",
    "gateway:webhook": "needs an endpoint of its own: tests/gateway/test_webhook_pages.py",
    "gateway:edit_webhook": "needs an endpoint of its own: tests/gateway/test_webhook_pages.py",
    "gateway:remove_webhook": "needs an endpoint of its own: tests/gateway/test_webhook_pages.py",
    "gateway:webhook_message": "needs an endpoint of its own: tests/gateway/test_webhook_pages.py",
    "gateway:webhook_export": "posted to",
    "gateway:webhook_again": "posted to",
    "gateway:webhook_act": "posted to",
    "gateway:link": "needs a platform of its own: tests/gateway/test_exchange_pages.py",
    "gateway:order": "needs a platform of its own: tests/gateway/test_exchange_pages.py",
    "gateway:decide": "needs a platform of its own: tests/gateway/test_exchange_pages.py",
    "gateway:send_case": "needs a platform of its own: tests/gateway/test_exchange_pages.py",
    "gateway:renew_secrets": "posted to",
    "gateway:order_retry": "posted to",
    "gateway:order_seen": "posted to",
    "gateway:differences_export": "posted to",
    "gateway:incoming": "posted to by another system",
    "gateway:revoke_key": "needs a key: tests/gateway/test_keys.py",
    "gateway:close_jurisdiction": "needs an area: tests/gateway/test_keys.py",
    "gateway:open311_root": "for programs",
    "gateway:open311_description": "for programs",
    "gateway:open311_discovery": "for programs",
    "gateway:open311_services": "for programs",
    "gateway:open311_service": "for programs",
    "gateway:open311_requests": "for programs",
    "gateway:open311_request": "for programs",
    "gateway:open311_token": "for programs",
    "gateway:open311_updates": "for programs",
    "gateway:open311_unknown": "for programs",
    "insight:export": "posted to",
    "insight:export_indicator": "posted to",
    "notifications:read_all": "posted to",
    "notifications:open": "leads on to what the notice is about",
    "territories:picker": "part of a page",
    "territories:map_style": "JSON",
    "territories:map_layer": "GeoJSON",
    "territories:boundaries": "GeoJSON",
    "compounds:pick": "part of a page",
    "compounds:near_geojson": "GeoJSON",
    "compounds:outline": "GeoJSON",
    "ui:sample_map": "GeoJSON",
    "ui:preferences": "posted to",
    "ui:language": "posted to",
}
