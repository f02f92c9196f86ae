"""`nuanxin people`: the first members of staff, and the administrators, whom nobody else places or relieves."""

import click
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.people import queries, services
from nuanxin.people.models import Person


@click.group("people")
def command() -> None:
    """Who may do what, where."""


@command.command("invite")
@click.option("--name", required=True, help="Full name.")
@click.option(
    "--role", required=True, help="system_admin, dispatcher, community, dept, …: as in the role matrix."
)
@click.option("--scope", default="", help="Code of the territory: 12 digits, a grid 15.")
@click.option("--organisation", default="", help="Uniform social credit code (18 characters) of the unit.")
@click.option("--phone", default="", help="Mobile number to text the link to.")
def invite(*, name: str, role: str, scope: str, organisation: str, phone: str) -> None:
    """Invite a member of staff: one person, one role, one place. Prints the link by which they take it up.

    \b
    The first administrator, a dispatcher of one street, somebody who handles cases in a unit:
      nuanxin people invite --name 张三 --role system_admin
      nuanxin people invite --name 李四 --role dispatcher --scope 990101001000
      nuanxin people invite --name 王五 --role dept --organisation 91990101MA00000000
    """
    unit = queries.organisation_by_uscc(organisation) if organisation else None
    if organisation and unit is None:
        message = f"No active organisation has the code {organisation}."
        raise click.BadParameter(message, param_hint="--organisation")
    invited = services.invite_person(
        actor=SYSTEM,
        name=name,
        role=role,
        scope_code=scope,
        organisation=unit,
        phone=phone,
        reason="nuanxin people invite",
        now=timezone.now(),
    )
    click.echo(f"{name} takes up the role before {invited.invitation.expires_at:%Y-%m-%d %H:%M} UTC at")
    click.echo(invited.link)
    click.echo("The link is shown once and works once: hand it to nobody else.")


@command.command("end")
@click.argument("login_name")
@click.option("--role", required=True, help="The role that ends: system_admin, dispatcher, …")
@click.option("--reason", default="nuanxin people end", help="For the audit log.")
def end(*, login_name: str, role: str, reason: str) -> None:
    """End a role of somebody now, with its sessions and tokens. Administrators are relieved here and nowhere else.

    \b
      nuanxin people end zhang.san --role security_admin
    """
    person, now = _person(login_name), timezone.now()
    held = [row for row in queries.assignments_in_force(person_id=person.pk, now=now) if row.role_id == role]
    if not held:
        raise click.BadParameter(f"{login_name} does not hold the role {role}.", param_hint="--role")
    for assignment in held:
        services.end_assignment(actor=SYSTEM, assignment=assignment, reason=reason, now=now)
    click.echo(f"{login_name} is no longer {role}.")


@command.command("reset-second-factor")
@click.argument("login_name")
def reset_second_factor(*, login_name: str) -> None:
    """For an administrator whose phone is lost, after checking in person who it is: the next sign-in sets up a new one.

    \b
      nuanxin people reset-second-factor zhang.san
    """
    services.reset_second_factor(actor=SYSTEM, person=_person(login_name), now=timezone.now())
    click.echo(f"{login_name} sets up a new second factor at the next sign-in.")


def _person(login_name: str) -> Person:
    person = queries.person_by_login_name(login_name)
    if person is None:
        raise click.BadParameter(f"Nobody signs in as {login_name}.", param_hint="LOGIN_NAME")
    return person
