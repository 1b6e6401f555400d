"""Who acts: a person, the system itself, or a stranger, with one city or none."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from accounts.models import City, Role, User

WRITERS = frozenset({Role.EDITOR, Role.COORDINATOR, Role.SECRETARY})


@dataclass(frozen=True, eq=False)
class Actor:
    """Everything that access rules ask about whoever makes a request or runs a job.

    Roles and programmes are read once, when they are first asked for.
    """

    user: User | None = None
    is_system: bool = False
    name: str = ""
    scopes: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def anonymous(cls) -> "Actor":
        return cls()

    @classmethod
    def system(cls, name: str = "system") -> "Actor":
        """The product itself, as when it loads the facts of a programme. It decides nothing."""
        return cls(is_system=True, name=name)

    @property
    def is_anonymous(self) -> bool:
        return self.user is None and not self.is_system

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def city(self) -> City | None:
        """The city that this actor acts for. Somebody without a role acts for none."""
        return self.user.city if self.user and self.roles else None

    @property
    def city_id(self) -> UUID | None:
        return self.user.city_id if self.user and self.roles else None

    @cached_property
    def standing(self) -> Any:
        """The person with roles and programmes: as the session brought it, or read now."""
        return (
            self.user
            if hasattr(self.user, "role_names")
            else User.objects.with_standing().get(pk=self.user_id)
        )

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles that this actor has in its own city, or without one."""
        if self.user is None or not self.user.is_active:
            return frozenset()
        return frozenset(self.standing.role_names)

    @cached_property
    def programme_ids(self) -> frozenset[UUID]:
        """The programmes that the actor's city is a side of: their shared records are theirs to see."""
        city = self.city
        if city is None:
            return frozenset()
        return frozenset(self.standing.city_programmes)

    @property
    def may_write(self) -> bool:
        return bool(self.roles & WRITERS)

    @property
    def is_administrator(self) -> bool:
        return Role.ADMINISTRATOR in self.roles

    def trace(self) -> dict[str, Any]:
        return {
            "user": self.user_id,
            "city": self.city.code if self.city else None,
            "actor": self.name or (self.user.name if self.user else ""),
        }
