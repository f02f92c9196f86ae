class Refused(RuntimeError):
    """Nothing has been changed. `hint` says what to do; for operators, in English as everything on the command line."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
