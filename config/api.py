"""The API's address book."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

import accounts.api
import approvals.api
import approvals.assignment_api
import attachments.api
import delivery.api
import experts.api
import experts.api_requests
import overview.api
import overview.compare_api
import programme.api
import programme.minutes.api
import projects.api
import projects.api_parts
import reports.api
from attachments.subjects import subject_types
from records.api.docs import OpenAPIView, docs
from records.api.history import RecordHistory
from records.pages.errors import not_found

UUID = "(?P<pk>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"


class Router(SimpleRouter):
    """Paths without a closing slash; with one they answer the same."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"

    def get_lookup_regex(self, viewset: Any, lookup_prefix: str = "") -> str:
        return UUID


def below(name: str, resource: Any) -> Iterator[Any]:
    """The addresses below a record that something can hang on: its history, its documents, its remarks."""
    if resource.model not in {record_type.model for record_type in subject_types()}:
        return
    for part, view in {
        "documents": attachments.api.DocumentsOfRecord,
        "remarks": attachments.api.RemarksOfRecord,
        "history": RecordHistory,
        "compare": overview.compare_api.RecordCompare,
    }.items():
        called = f"{name}-{part}"
        listed = view.as_view({"get": "list"}, basename=called, parent=resource, scope=resource.scope)
        yield re_path(rf"^{name}/{UUID}/{part}/?$", listed, name=called)


RESOURCES: dict[str, Any] = {
    "programmes": programme.api.Programmes,
    "cities": accounts.api.Cities,
    "organisations": accounts.api.Organisations,
    "areas": programme.api.Areas,
    "provisions": programme.api.Provisions,
    "coverage": overview.api.Coverages,
    "agreements": programme.api.Agreements,
    "events": programme.api.Events,
    "resolutions": programme.minutes.api.Resolutions,
    "obligations": programme.minutes.api.Obligations,
    "statements": programme.api.Statements,
    "sources": programme.api.Sources,
    "citations": programme.api.Citations,
    "projects": projects.api.Projects,
    "experts": experts.api.Experts,
    "expertise-fields": experts.api.ExpertiseFields,
    "expertise-requests": experts.api_requests.ExpertiseRequests,
    "engagements": experts.api_requests.Engagements,
    "proposals": approvals.api.Proposals,
    "assignments": approvals.assignment_api.Assignments,
    "decisions": approvals.api.Decisions,
    "documents": attachments.api.Documents,
    "remarks": attachments.api.Remarks,
    "changes": delivery.api.Changes,
    "reports": reports.api.Reports,
}
ACTS: dict[str, Any] = {
    "projects-carry-over": (f"projects/{UUID}/carry-over", projects.api.CarryOver),
}
router = Router()
for name, resource in RESOURCES.items():
    router.register(name, resource, basename=name)
records_below = [
    address
    for name, resource in RESOURCES.items()
    if hasattr(resource, "model")
    for address in below(name, resource)
]
PARTS: list[Any] = [*projects.api_parts.PARTS, experts.api.WORKS, *experts.api_requests.BELOW]
for prefix, resource, name in PARTS:
    router.register(prefix, resource, basename=name)
acts = [
    re_path(rf"^{where}/?$", resource.as_view({"post": "create"}, basename=name), name=name)
    for name, (where, resource) in ACTS.items()
]

urlpatterns: list[Any] = [
    path("api/v1/openapi.json", OpenAPIView.as_view(), name="api-schema"),
    path("api/docs/", docs, name="api-docs"),
    path("api/v1/", include(([*router.urls, *records_below, *acts], "api"))),
    re_path(r"^api/.*$", login_not_required(not_found), name="api-unmatched"),
]
