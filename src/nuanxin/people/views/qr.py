import segno


def data_uri(text: str) -> str:
    """A QR code as an image that needs no request of its own; dark on white, whatever the theme."""
    return str(segno.make(text, error="m").svg_data_uri(scale=6, border=3, dark="#1f2328", light="#ffffff"))


def in_fours(secret: str) -> str:
    """The same in letters, for whoever cannot scan."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
