"""Recordings: known by content, freed of what they say about the speaker, unreadable where they lie."""

import contextlib
import io
import wave
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.sealed import SealedGone, drop_sealed, keep_sealed, read_sealed, sealed_before
from nuanxin.kernel.files.sounds.accept import (
    MAX_BYTES,
    BrokenSound,
    NotASound,
    SoundTooLarge,
    SoundTooLong,
    accept_sound,
)
from nuanxin.kernel.files.sounds.ogg import _checksum
from nuanxin.kernel.privacy.keys import UnreadableSecret
from nuanxin.kernel.privacy.sealing import new_secret, seal, unseal
from tests.factories.fixtures import jpeg
from tests.factories.sounds import FORMS, m4a, ogg, wav, webm

MARKS = ("欧阳鹮鹇", "19912348765", "Quagga")


@pytest.mark.parametrize("kind", FORMS)
def test_it_is_known_by_its_content_and_says_nothing_of_the_speaker(kind):
    raw = FORMS[kind](3)
    assert all(mark.encode() in raw for mark in MARKS)
    sound = accept_sound(raw)
    assert (sound.kind, sound.seconds) == (kind, 3)
    assert not any(mark.encode() in sound.data for mark in MARKS)
    assert accept_sound(sound.data).seconds == 3  # what is left is a whole recording still
    assert len(sound.data) == len(raw) or kind == "wav"


def test_an_m4a_forgets_when_it_was_recorded():
    assert (3_800_000_000).to_bytes(4, "big") in m4a()
    assert (3_800_000_000).to_bytes(4, "big") not in accept_sound(m4a()).data


def test_the_page_of_comments_has_its_checksum_again():
    data = accept_sound(ogg()).data
    start = data.index(b"OggS", 1)
    page = bytearray(data[start : data.index(b"OggS", start + 1)])
    told, page[22:26] = int.from_bytes(page[22:26], "little"), bytes(4)
    assert told == _checksum(page)


def test_a_wav_plays_as_before():
    with wave.open(io.BytesIO(wav())) as before, wave.open(io.BytesIO(accept_sound(wav()).data)) as after:
        assert before.readframes(10**6) == after.readframes(10**6)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"words",
        jpeg(),
        b"ID3\x04" + bytes(200),
        b"#!AMR\n" + bytes(200),
        webm(track=1),
        webm(codec=b"A_VORBIS"),
        ogg(head=b"\x01vorbis_"),
        m4a(handler=b"vide"),
        m4a(coding=b"samr"),
    ],
    ids=["nothing", "text", "jpeg", "mp3", "amr", "film", "vorbis", "ogg vorbis", "mp4 film", "3gp"],
)
def test_anything_else_is_refused(raw):
    with pytest.raises(NotASound) as refused:
        accept_sound(raw)
    assert refused.value.hint


@pytest.mark.parametrize("kind", FORMS)
def test_one_that_was_cut_is_refused(kind):
    with pytest.raises(BrokenSound):
        accept_sound(FORMS[kind](2)[:-30] if kind != "wav" else wav()[:-200])


@pytest.mark.parametrize("kind", FORMS)
def test_longer_than_a_minute_is_refused(kind):
    assert accept_sound(FORMS[kind](62)).seconds == 60
    with pytest.raises(SoundTooLong):
        accept_sound(FORMS[kind](70))


def test_too_large_is_refused_before_it_is_read():
    with pytest.raises(SoundTooLarge):
        accept_sound(io.BytesIO(wav(1) + bytes(MAX_BYTES)))


@given(st.sampled_from(sorted(FORMS)), st.integers(0, 5000), st.binary(min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_whatever_is_sent_is_taken_or_refused(kind, at, noise):
    raw = bytearray(FORMS[kind](1))
    at %= len(raw)
    raw[at : at + len(noise)] = noise
    with contextlib.suppress(Invalid):
        accept_sound(bytes(raw))


# --- Where it lies ---------------------------------------------------------------------------------
@pytest.mark.parametrize("provider", ["intl", "sm"])
def test_what_lies_on_the_disk_cannot_be_read(provider, settings, tmp_path):
    settings.MEDIA_ROOT, settings.NUANXIN_CRYPTO = tmp_path, provider
    kept = keep_sealed(b"a voice" * 100)
    (stored,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert stored.name == kept.name
    assert b"a voice" not in stored.read_bytes()
    assert read_sealed(kept.name, kept.secret) == b"a voice" * 100
    drop_sealed(kept.name)
    with pytest.raises(SealedGone):
        read_sealed(kept.name, kept.secret)


def test_altered_or_another_ones_is_not_read():
    sealed, secret = seal(b"a voice", new_secret()), new_secret()
    with pytest.raises(UnreadableSecret):
        unseal(sealed, secret)
    own = seal(b"a voice", secret)
    with pytest.raises(UnreadableSecret):
        unseal(own[:-1] + bytes([own[-1] ^ 1]), secret)


def test_what_a_rollback_left_is_found_later(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert not list(sealed_before(timezone.now()))
    kept = keep_sealed(b"x")
    later = timezone.now() + timedelta(minutes=1)
    assert list(sealed_before(later)) == [kept.name]
    assert not list(sealed_before(later - timedelta(hours=1)))
    assert default_storage.exists(f"sealed/{kept.name[:2]}/{kept.name}")
