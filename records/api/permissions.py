"""Who may call what, before any record is looked at."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class ReadsAreOpen(BasePermission):
    """Anybody may read, and is shown what is theirs to see; writing needs somebody who is known."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.method in SAFE_METHODS or bool(request.user and request.user.is_authenticated)
