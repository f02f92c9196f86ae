"""The actor: a person in exactly one active assignment."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as what, and where. Built once at the edge and handed on as an argument; never thread-local.

    `scope_code` is a division code (12 digits, a grid 15) or empty for none. `grants` are the permissions of the role
    with their extent (`own`, `area`, `org`, `site`, `all`), read from the role × action matrix.
    """

    role: str = ""
    person_id: int | None = None
    subject_id: UUID | None = None
    assignment_id: int | None = None
    scope_code: str = ""
    organisation_id: int | None = None
    site_id: int | None = None
    name: str = field(default="", repr=False)  # a traceback or a log line may show an actor
    grants: "Grants" = field(default_factory=lambda: NO_GRANTS, repr=False, compare=False)

    @property
    def is_authenticated(self) -> bool:
        return self.person_id is not None

    def extent(self, permission: str) -> str:
        """How far the role's grant reaches, `""` for not at all."""
        return self.grants.extents.get(permission, "")

    def is_masked(self, permission: str) -> bool:
        return permission in self.grants.masked

    def sees_confidential(self, permission: str) -> bool:
        """Whether the grant reaches the categories that are open to named roles only (`domain.md` §0.3 law 23)."""
        return permission in self.grants.confidential


@dataclass(frozen=True, slots=True)
class Grants:
    """One role's row of the matrix (`domain.md` §10.2)."""

    extents: dict[str, str]
    masked: frozenset[str] = frozenset()
    confidential: frozenset[str] = frozenset()


NO_GRANTS: Grants = Grants({})
ANONYMOUS = Actor()
SYSTEM = Actor(role="system", name="系统")
