"""Who calls the API: a partner system with its token, a person with the session, or a stranger."""

import hashlib
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actors import Actor


class PartnerAuthentication(BaseAuthentication):
    """A bearer token of a partner system. Tokens are known by their hashes only."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        checksum = hashlib.sha256(token.strip().encode()).hexdigest()
        known = (
            AccessToken.objects.select_related("application__city", "application__official__city")
            .filter(token_checksum=checksum, expires__gt=timezone.now())
            .first()
        )
        if known is None or not known.application.is_usable(request):
            raise AuthenticationFailed(_("This token is not valid, or no longer. Get a new one."))
        request._request.actor = Actor.partner(known.application, known.scope.split())  # type: ignore[attr-defined]
        return known.application.official, known

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionActorAuthentication(SessionAuthentication):
    """Django's session; the actor is the one that the middleware has put on the request."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user = request._request.user
        if not user.is_authenticated or not user.is_active:
            return None
        self.enforce_csrf(request)
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = SessionActorAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class PartnerScheme(OpenApiAuthenticationExtension):
    """How the schema describes a partner's token."""

    target_class = PartnerAuthentication
    name = "partner"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = settings.OAUTH2_PROVIDER["SCOPES"]
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth/token/", "scopes": scopes}},
        }
