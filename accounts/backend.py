"""How a session's person is read: once, with all that access rules ask about."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class Backend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.with_standing().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
