"""Where in the demo city the `{names}` in the paths of `pages.py` are found."""

from dataclasses import dataclass


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
    "star": Clue(LEAD, "/thanks/stars/desk/?tab=todo", rf"/thanks/stars/desk/{UUID}/refuse/"),
    "star_shown": Clue("wang/worker", "/thanks/roll/?show=publicity", rf"/thanks/roll/stars/{UUID}/"),
    "honour": Clue(LEAD, "/thanks/honours/?tab=publicity", rf'href="/thanks/honours/{UUID}/"'),
    "honour_community": Clue(COMMUNITY, "/thanks/honours/?tab=todo", rf'href="/thanks/honours/{UUID}/"'),
    "own_honour": Clue("wang/worker", "/thanks/honours/mine/", rf"/thanks/honours/mine/{UUID}/"),
    "story": Clue("wang/worker", "/thanks/roll/", rf'href="/thanks/roll/{UUID}/"'),
    "award_hold": Clue("yan/street_lead", "/thanks/holds/", rf'href="/thanks/holds/{UUID}/"'),
    "team_award": Clue("shu/swd", "/thanks/team/", rf'href="/thanks/team/{UUID}/"'),
    "shop": Clue("wang/worker", "/thanks/shop/", rf"/thanks/shop/{UUID}/"),
    "shop_order": Clue("wang/worker", "/thanks/shop/orders/", rf"/thanks/shop/orders/{UUID}/"),
    "shop_kept": Clue(COMMUNITY, "/thanks/shop/manage/", rf'"/thanks/shop/manage/{UUID}/"'),
    "team": Clue("wang/worker", "/volunteering/teams/", rf"/volunteering/teams/{UUID}/"),
    "team_desk": Clue(LEAD, "/volunteering/register/teams/", rf"/volunteering/register/teams/{UUID}/"),
    "team_led": Clue(
        "he/team_leader", "/volunteering/register/teams/", rf"/volunteering/register/teams/{UUID}/"
    ),
    "activity": Clue("wang/worker", "/volunteering/activities/", rf'href="/volunteering/activities/{UUID}/"'),
    "activity_managed": Clue(
        "yan/street_lead", "/volunteering/organising/", rf"/volunteering/organising/{UUID}/"
    ),
    "shift_managed": Clue(
        "yan/street_lead", "/volunteering/organising/month/", rf"/volunteering/organising/shifts/{UUID}/"
    ),
    "post_open": Clue("wang/worker", "/volunteering/posts/", rf'href="/volunteering/posts/{UUID}/"'),
    "own_post": Clue("luo/worker", "/volunteering/posts/", rf"/volunteering/posts/mine/{UUID}/"),
    "post_desk": Clue(
        "yan/street_lead", "/volunteering/register/posts/", rf"/volunteering/register/posts/{UUID}/"
    ),
    "appointment": Clue(
        "yan/street_lead",
        "/volunteering/register/appointments/?tab=publicity",
        rf"/volunteering/register/appointments/{UUID}/",
    ),
    "publicised": Clue(
        "wang/worker", "/volunteering/posts/publicity/", rf"/volunteering/posts/publicity/{UUID}/"
    ),
    "notice": Clue(STREET, "/volunteering/register/safety/", rf"/volunteering/safety/{UUID}/"),
    "candidate": Clue(
        LEAD, "/volunteering/register/reserve/?tab=all", rf"/volunteering/register/reserve/{UUID}/"
    ),
    "scene_assessing": Clue(STREET, "/places/scenes/?tab=todo", rf"/places/scenes/{UUID}/"),
    "scene": Clue(STREET, "/places/scenes/?tab=plated", rf"/places/scenes/{UUID}/"),
    "scene_public": Clue(STREET, "/places/scenes/public/?show=publicity", rf"/places/scenes/public/{UUID}/"),
    "plate": Clue(STREET, "/places/scenes/public/", r"/places/p/([0-9a-z]{10})/"),
    "open_day": Clue(STREET, "/places/open-days/", rf"/places/open-days/{UUID}/"),
    "shelf": Clue("yi/station", "/places/today/", rf"/places/register/{UUID}/stock/"),
    "offer": Clue(STREET, "/places/offers/?show=active", rf"/places/offers/{UUID}/"),
    "restock": Clue(STREET, "/places/stock/?show=tasks", rf"/places/stock/tasks/{UUID}/"),
    "place": Clue(STREET, "/places/register/?state=open", rf"/places/register/{UUID}/"),
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
    "picture": Clue(STREET, "/pictures/", r'href="/pictures/(\d+)/"'),
    "picture_released": Clue(STREET, "/pictures/?show=released", r'href="/pictures/(\d+)/"'),
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
    "public_case": Clue("wang/worker", "/public/", rf"(/public/{UUID}/)"),
    "publication": Clue(STREET, "/cases/publications/", rf"(/cases/publications/{UUID}/)"),
    "publication_public": Clue(
        STREET, "/cases/publications/?tab=published", rf"(/cases/publications/{UUID}/)"
    ),
    "compound": Clue(COMMUNITY, "/places/compounds/", rf"/places/compounds/{UUID}/"),
    "person": Clue("yan/street_lead", "/people/", rf"/people/{UUID}/"),
    "assignment": Clue("anquan/security_admin", "{person_of_admin}", rf"/people/assignments/{UUID}/end/"),
    "person_of_admin": Clue("anquan/security_admin", "/people/", rf"(/people/{UUID}/)"),
    "organisation": Clue("yan/street_lead", "/organisations/", rf"/organisations/{UUID}/"),
}
