"""`nuanxin people invite`."""

import click
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.people import queries, services


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
