"""Who may call what, before any record is looked at."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from records.errors import NotAllowed


class ReadsAreOpen(BasePermission):
    """Anybody may read, and is shown what is theirs to see; writing needs somebody who is known.

    A partner's token must carry the scope, for reading too. Raises `NotAllowed` without it.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        reads = request.method in SAFE_METHODS
        actor = view.actor
        scope = view.scope_of(reads)
        if not actor.has_scope(scope):
            raise NotAllowed(
                _("This token lacks the scope %(scope)s.") % {"scope": scope},
                _("Ask for a token with it; which scopes a client has, its administrator decides."),
            )
        return reads or not actor.is_anonymous
