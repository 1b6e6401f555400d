"""Who acts: a person, the system itself, or a stranger, with one city or none."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from accounts.models import City, PartnerClient, Role, User

WRITERS = frozenset({Role.EDITOR, Role.COORDINATOR, Role.SECRETARY})
DECIDERS = frozenset({Role.COORDINATOR, Role.SECRETARY})
DECIDE = "approvals:decide"


@dataclass(frozen=True, eq=False)
class Actor:
    """Everything that access rules ask about whoever makes a request or runs a job.

    Roles and programmes are read once, when they are first asked for.
    """

    user: User | None = None
    is_system: bool = False
    name: str = ""
    client: PartnerClient | None = None
    corrects: bool = False
    scopes: frozenset[str] | None = None  # None: not limited by any, as people are

    @classmethod
    def anonymous(cls) -> "Actor":
        return cls()

    @classmethod
    def system(cls, name: str = "system") -> "Actor":
        """The product itself, as when it loads the facts of a programme. It decides nothing."""
        return cls(is_system=True, name=name)

    @classmethod
    def partner(cls, client: PartnerClient, scopes: Iterable[str]) -> "Actor":
        """A partner system: it acts for its city, in the name of the official who answers for it."""
        return cls(user=client.official, client=client, scopes=frozenset(scopes))

    def has_scope(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    @property
    def caller(self) -> str:
        """Who calls, for counting and for retries; the same for every token of a client."""
        return f"client:{self.client.pk}" if self.client else f"person:{self.user_id}"

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
        roles = frozenset(self.standing.role_names)
        # A client writes as an editor does, and decides nothing by itself.
        if self.client:
            return frozenset({Role.EDITOR} if roles & WRITERS else ())
        return roles

    @cached_property
    def deciding_roles(self) -> frozenset[str]:
        """The roles by which this actor gives its city's word.

        A partner client does so only with a scope of its own, and then by the roles of
        the official who answers for it.
        """
        if self.user is None or not self.user.is_active or (self.client and not self.has_scope(DECIDE)):
            return frozenset()
        return frozenset(self.standing.role_names) & DECIDERS

    @cached_property
    def programme_ids(self) -> frozenset[UUID]:
        """The programmes that the actor's city is a side of: their shared records are theirs to see."""
        city = self.city
        if city is None:
            return frozenset()
        return frozenset(self.standing.city_programmes)

    def correcting(self) -> "Actor":
        """The same administrator at work in the administration, who corrects shared records too."""
        return replace(self, corrects=True)

    @property
    def sees_shared(self) -> bool:
        return self.corrects and self.is_administrator

    @property
    def sees_all(self) -> bool:
        return self.is_system

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
            "client": self.client.name if self.client else None,
        }
