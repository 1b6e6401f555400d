"""The passport of a project as a download."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.views import actor_of
from projects.access import project_to_read
from reports import passport_docx, pdf
from reports.passport import languages_of, passport

FORMATS: Mapping[str, tuple[str, Callable[[Any], bytes]]] = {
    "pdf": ("application/pdf", pdf.passport),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        passport_docx.written,
    ),
}


@never_cache
@login_not_required
@require_safe
def project_passport(request: HttpRequest, pk: UUID, format: str) -> HttpResponse:
    """In the two languages that `languages` names, by default the authentic ones."""
    actor = actor_of(request)
    project = project_to_read(pk=pk, actor=actor)
    languages = languages_of(project, request.GET.get("languages", "").split(","))
    content_type, write = FORMATS[format]
    response = HttpResponse(write(passport(project, actor, languages)), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{project.code}-passport.{format}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
