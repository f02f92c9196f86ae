"""The desk's script and the server read a code alike: whatever the clock, the place, the hand that altered it."""

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.staticfiles import finders
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanxin.places.queries import codes
from nuanxin.places.queries.codes import Code, NotACode
from tests.factories.offers import forged
from tests.factories.territories import NOW

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
OFFER = UUID(int=3)
SCRIPT = Path(__file__).parents[1] / "node" / "voucher_codes.mjs"
MIDNIGHT = NOW + timedelta(hours=15)  # where the city is


def kit(now):
    return {
        "place": HERE.hex,
        "keys": codes.public_keys(),
        "day_keys": codes.desk_keys(HERE, now, days=3),
        "offers": {UUID(int=9).hex: {}, OFFER.hex: {}},
    }


def read_by_the_desk(said):
    """`said`: texts with the moment at which each is read."""
    asked = {
        "script": finders.find("places/desk_codes.js"),
        "kit": kit(NOW),
        "codes": [{"text": text, "now": at.timestamp()} for text, at in said],
    }
    done = subprocess.run(
        [shutil.which("node") or "node", SCRIPT], input=json.dumps(asked), capture_output=True, text=True, check=True
    )  # fmt: skip
    return json.loads(done.stdout)


def read_by_the_server(text, at):
    if codes.is_typed(text):
        return "good" if codes.is_marked(text, place=HERE, offer=OFFER, at=at) else "wrong"
    try:
        code = codes.opened(text.rpartition("#")[2].strip())
    except NotACode:
        return "wrong"
    if code.place != HERE:
        return "other"
    return "good" if code.is_good(at) else "late"


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node to run the desk's script")
def test_the_desk_reads_as_the_server_does():
    said = []
    for issued in (NOW, MIDNIGHT - timedelta(seconds=30), MIDNIGHT + timedelta(seconds=30)):
        ours = Code(HERE, OFFER, "ABC234", issued, "王*强")
        theirs = Code(ELSEWHERE, OFFER, "ABC234", issued)
        unknown = Code(HERE, UUID(int=8), "ABC234", issued)
        texts = [
            codes.signed(ours), f"https://example.org/places/desk/#{codes.signed(ours)}", codes.typed(ours),
            codes.in_groups(codes.typed(ours)).lower(), codes.signed(theirs), codes.typed(theirs), codes.typed(unknown),
            forged(codes.signed(ours)), codes.signed(ours)[:-8], "", "#", "ABCDEFGHJKMN", "é" * 90, "A" * 200,
        ]  # fmt: skip
        said += [
            (text, issued + timedelta(seconds=off))
            for text in texts
            for off in (-400, -130, -110, 0, 60, 119, 230, 250, 301)
        ]
    found = read_by_the_desk(said)
    expected = [read_by_the_server(text, at) for text, at in said]
    assert [each["end"] for each in found] == expected
    assert {"good", "late", "other", "wrong"} == set(expected)
    good = [each for each in found if each["end"] == "good"]
    assert {(each["number"], each["offer"]) for each in good} == {("ABC234", OFFER.hex)}
    assert {each["name"] for each in good} == {"王*强", ""}


NUMBERS = st.text(codes.ALPHABET, min_size=codes.NUMBER, max_size=codes.NUMBER)


@given(number=NUMBERS, seconds=st.integers(-400, 400), name=st.sampled_from(["", "王*强", "阿**·*"]))
@settings(max_examples=60, deadline=None)
def test_a_code_opens_as_it_was_signed_and_only_then(number, seconds, name):
    code = Code(HERE, OFFER, number, NOW, name)
    text = codes.signed(code)
    assert codes.opened(text) == code
    at = NOW + timedelta(seconds=seconds)
    assert code.is_good(at) is (-120 <= seconds < 240)
    with pytest.raises(NotACode):
        codes.opened(forged(text))
    marked = codes.is_marked(codes.typed(code), place=HERE, offer=OFFER, at=at)
    assert marked or not -60 <= seconds < 180
    assert not marked or -180 <= seconds <= 300


@given(text=st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_nonsense_is_refused_and_never_fails(text):
    with pytest.raises(NotACode):
        codes.opened(text)
    codes.is_typed(text)
