"""A new key in front: everything is written anew, the second factors too, and an old key goes only when it may."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.utils import timezone

from nuanxin.cli.main import main
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.checks import Level
from nuanxin.kernel.checks.configuration import keys_used
from nuanxin.kernel.privacy.keys import key_ring
from nuanxin.kernel.privacy.rotation import keys_in_use, outdated_rows, reencrypt
from nuanxin.people.models import Person
from nuanxin.people.queries.subjects import person_by_phone
from nuanxin.people.services.second_factor import check_second_factor, confirm_second_factor, new_secret
from tests.factories.people import NOW, mobile, worker

pytestmark = pytest.mark.django_db
OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (21, 22))


def codes_of(now=None):
    return {finding.code: finding for finding in keys_used(now or timezone.now())}


@pytest.fixture
def city(settings):
    """Three workers and one second factor, all under the old key; then a new one is put in front."""
    settings.NUANXIN_KEYS = [OLD]
    phones = [mobile() for _ in range(3)]
    for phone in phones:
        worker(phone=phone)
    secret = new_secret()
    person = Person.objects.order_by("pk").first()
    confirm_second_factor(person=person, secret=secret, code=code_for(secret, NOW), now=NOW)
    settings.NUANXIN_KEYS = [NEW, OLD]
    return phones, person, secret


def code_for(secret, now):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(now.timestamp()) // 30))


def test_the_command_writes_everything_anew_and_says_what_may_go(city, settings):
    phones, person, secret = city
    assert codes_of()["keys-old"].level == Level.WARNING
    old = key_ring()[1].id

    dry = CliRunner().invoke(main, ["rotate-keys", "--dry-run"])
    assert dry.exit_code == 0
    assert "people.Person: 3 to write" in dry.output
    assert "mfa.Authenticator: 1 to write" in dry.output
    assert outdated_rows()

    done = CliRunner().invoke(main, ["rotate-keys", "--batch", "2"])
    assert done.exit_code == 0, done.output
    assert "people.Person: 2 written" in done.output  # the progress of the first batch
    assert f"Nothing uses key {old} any more" in done.output
    assert AuditEntry.objects.filter(action="system.rotate_keys").count() == 1
    assert set(codes_of()) == {"keys-spare"}

    settings.NUANXIN_KEYS = [NEW]
    assert not codes_of()
    assert all(person_by_phone(f"+86{phone}") for phone in phones)
    later = NOW.replace(minute=30)
    check_second_factor(person=person, code=code_for(secret, later), now=later)


def test_stopped_in_the_middle_it_goes_on_where_it_was(city):
    seen = []

    def stop_after_the_first(where, rows):
        seen.append((where, rows))
        raise KeyboardInterrupt

    before = sum(outdated_rows().values())
    with pytest.raises(KeyboardInterrupt):
        reencrypt(batch_size=1, told=stop_after_the_first)
    assert sum(outdated_rows().values()) == before - 1
    assert sum(reencrypt(batch_size=1).values()) == before - 1
    assert not outdated_rows()
    assert sum(reencrypt().values()) == 0


def test_a_key_that_left_too_early_is_said(city, settings):
    settings.NUANXIN_KEYS = [NEW]
    finding = codes_of()["keys-lost"]
    assert finding.level == Level.ERROR
    assert finding.hint


def test_moving_to_the_other_algorithms_is_a_rotation_too(city, settings):
    phones, _person, _secret = city
    settings.NUANXIN_CRYPTO = "sm"
    assert outdated_rows()["people.Person"] == 3
    reencrypt()
    assert {mark.split(".")[0] for mark in keys_in_use()} == {"sm"}
    assert all(person_by_phone(f"+86{phone}") for phone in phones)
    assert Authenticator.objects.get().data["secret"].startswith("sm.")
