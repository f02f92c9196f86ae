"""What a voice note of the demo city sounds like: somebody hums, for nobody's voice is in here."""

import io
import math
import wave
from functools import lru_cache
from random import Random

from nuanxin.kernel.files.sounds.accept import AcceptedSound, accept_sound

RATE = 8000
SHARE = 0.1  # of the reports that people send themselves
TUNES = 4
SCALE_HZ = (196.0, 220.0, 247.0, 262.0, 294.0)


def voice_for(key: str) -> AcceptedSound | None:
    """For some reports, the same ones each time."""
    rng = Random(f"{key}/voice")
    return _hum(rng.randrange(TUNES)) if rng.random() < SHARE else None


@lru_cache(maxsize=TUNES)
def _hum(tune: int) -> AcceptedSound:
    rng = Random(tune)
    notes = [rng.choice(SCALE_HZ) for _ in range(6 + tune)]
    samples = bytearray()
    for pitch in notes:
        length = int(RATE * rng.uniform(0.25, 0.5))
        for at in range(length):
            swell = math.sin(math.pi * at / length)
            samples.append(128 + int(50 * swell * math.sin(2 * math.pi * pitch * at / RATE)))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(RATE)
        out.writeframes(bytes(samples))
    return accept_sound(buffer.getvalue())
