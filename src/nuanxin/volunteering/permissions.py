"""Who may do what in volunteering: one rule for each permission."""

from collections.abc import Callable

from django.db.models import Q

from nuanxin.kernel.access import NOTHING, Actor, register, scope_q

# --- Teams and posts ---


def _of_team(permission: str, prefix: str = "") -> Callable[[Actor], Q]:
    """`prefix` leads to the team (`"team__"`); `team` is the one at whose organisation somebody leads."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code, prefix)
            case "team" if actor.organisation_id:
                return Q(**{f"{prefix}organisation_id": actor.organisation_id})
        return NOTHING

    return rule


def _of_post(permission: str, prefix: str = "") -> Callable[[Actor], Q]:
    """A post or an appointment lies in an area, and may belong to a team."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code)
            case "team" if actor.organisation_id:
                return Q(**{f"{prefix}team__organisation_id": actor.organisation_id})
        return NOTHING

    return rule


def _ones_own(actor: Actor) -> Q:
    return Q(person=actor.person_id) if actor.person_id else NOTHING


def _recommended(actor: Actor) -> Q:
    """Of the reserve: an area, or only those whom one has recommended oneself."""
    match actor.extent("volunteering.view_reserve"):
        case "all":
            return Q()
        case "area":
            return scope_q(actor.scope_code)
        case "own" if actor.person_id:
            return Q(recommended_by__person=actor.person_id)
    return NOTHING


for name in (
    "teams", "posts", "apply_post", "post_kinds", "programmes", "notices", "apply_reserve", "recommend_reserve",
):  # fmt: skip
    register(f"volunteering.{name}")
for name in ("view_team", "lead_team", "edit_team", "import_teams", "export_teams"):
    register(f"volunteering.{name}", _of_team(f"volunteering.{name}"))
register("volunteering.lead_member", _of_team("volunteering.lead_member", "team__"))
for name in ("join", "own_post", "own_reserve"):
    register(f"volunteering.{name}", _ones_own)
for name in ("view_post", "edit_post", "nominate"):  # of a post
    register(f"volunteering.{name}", _of_post(f"volunteering.{name}"))
for name in ("view_nominee", "review_post", "decide_post", "export_posts"):  # of an appointment
    register(f"volunteering.{name}", _of_post(f"volunteering.{name}", "post__"))
for name in ("run_programme", "notify", "decide_reserve"):
    register(f"volunteering.{name}", _of_post(f"volunteering.{name}"))
register("volunteering.view_reserve", _recommended)


# --- Activities ---
def _of_activity(permission: str, prefix: str = "") -> Callable[[Actor], Q]:
    """`prefix` leads to the activity (`"shift__activity__"`). Of an organisation, as of a team: what it organises."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code, prefix)
            case "org" | "team" if actor.organisation_id:
                own = actor.organisation_id
                return Q(**{f"{prefix}organiser_id": own}) | Q(**{f"{prefix}team_id": own})
        return NOTHING

    return rule


register("volunteering.sign_up", _ones_own)
for name in ("activity_view", "activity_edit", "activity_approve", "activity_export"):
    register(f"volunteering.{name}", _of_activity(f"volunteering.{name}"))
register("volunteering.activity_new")  # for whom is checked by the service: the activity does not exist yet
register("volunteering.attend", _of_activity("volunteering.attend", "shift__activity__"))  # of a sign-up
for name in ("activity_figures", "taxonomy"):
    register(f"volunteering.{name}")


# --- Service records ---
def _own_service(actor: Actor) -> Q:
    """The own records, certificates and what one was asked for."""
    return Q(person=actor.person_id) if actor.person_id is not None else NOTHING


def _shifts_to_check(actor: Actor) -> Q:
    """The own team's, those at the own station, those of the area."""
    match actor.extent("volunteering.check_in"):
        case "all":
            return Q()
        case "area":
            return scope_q(actor.scope_code, "activity__")
        case "team" | "org" if actor.organisation_id:
            return Q(activity__organiser=actor.organisation_id) | Q(activity__team=actor.organisation_id)
        case "site" if actor.site_id:
            return Q(activity__place__site=actor.site_id)
    return NOTHING


def _served_for(permission: str) -> Callable[[Actor], Q]:
    """Records, certificates, needs: what one's organisation keeps, or what lies in one's area."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code)
            case "team" | "org" if actor.organisation_id:
                return Q(organisation=actor.organisation_id)
        return NOTHING

    return rule


register("volunteering.serve", _own_service)
register("volunteering.check_in", _shifts_to_check)
for record_right in (
    "record_view", "record_confirm", "record_answer", "record_export", "record_entry", "spot_check", "certify", "help",
):  # fmt: skip
    register(f"volunteering.{record_right}", _served_for(f"volunteering.{record_right}"))
