"""What every carrier has in common."""

TIMEOUT_S = 10
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NotSent(RuntimeError):
    """The carrier refused or was not reached. Its text never holds the address or the message."""
