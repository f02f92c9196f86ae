"""`nuanxin people invite`."""

import click
from django.utils import timezone

from nuanxin.people import services


@click.group("people")
def command() -> None:
    """Who may do what, where."""


@command.command("invite")
@click.option("--name", required=True, help="Full name.")
@click.option("--phone", required=True, help="Mobile number; the code to sign in goes there.")
@click.option(
    "--role", required=True, help="A role of the role × action matrix, such as admin or dispatcher."
)
@click.option("--scope", default="", help="Code of the territory: 12 digits, a grid 15.")
@click.option("--organisation", default="", help="Uniform social credit code of the unit, for a handler.")
def invite(*, name: str, phone: str, role: str, scope: str, organisation: str) -> None:
    """Invite a member of staff: one person, one role, one place.

    \b
    The first administrator of a district, then a dispatcher of one of its streets:
      nuanxin people invite --name 张三 --phone 13800000000 --role admin --scope 990101000000
      nuanxin people invite --name 李四 --phone 13800000001 --role dispatcher --scope 990101001000
    """
    invited = services.invite_person(
        name=name,
        phone=phone,
        role=role,
        scope_code=scope,
        organisation_code=organisation,
        now=timezone.now(),
    )
    click.echo(invited)
