"""The API's address book."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

import accounts.api
import attachments.api
import delivery.api
import programme.api
import projects.api
import projects.api_parts
import reports.api
from records.api.docs import OpenAPIView, docs
from records.pages.errors import not_found


class Router(SimpleRouter):
    """Paths without a closing slash; with one they answer the same."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"

    def get_lookup_regex(self, viewset: Any, lookup_prefix: str = "") -> str:
        return "(?P<pk>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"


router = Router()
for name, resource in {
    "programmes": programme.api.Programmes,
    "cities": accounts.api.Cities,
    "organisations": accounts.api.Organisations,
    "areas": programme.api.Areas,
    "provisions": programme.api.Provisions,
    "agreements": programme.api.Agreements,
    "events": programme.api.Events,
    "statements": programme.api.Statements,
    "sources": programme.api.Sources,
    "citations": programme.api.Citations,
    "projects": projects.api.Projects,
    "documents": attachments.api.Documents,
    "remarks": attachments.api.Remarks,
    "changes": delivery.api.Changes,
    "reports": reports.api.Reports,
}.items():
    router.register(name, resource, basename=name)
for prefix, resource, name in projects.api_parts.PARTS:
    router.register(prefix, resource, basename=name)

urlpatterns: list[Any] = [
    path("api/v1/openapi.json", OpenAPIView.as_view(), name="api-schema"),
    path("api/docs/", docs, name="api-docs"),
    path("api/v1/", include((router.urls, "api"))),
    re_path(r"^api/.*$", login_not_required(not_found), name="api-unmatched"),
]
