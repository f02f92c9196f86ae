from nuanxin.kernel.events import event


@event
class TerritorySucceeded:
    """A territory was merged, split or recoded. `new_code` is the main successor."""

    old_code: str
    new_code: str
    change: str


@event
class BoundariesChanged:
    """Outlines of one level were loaded; whoever keeps something computed from them computes it again."""

    level: str
    count: int
