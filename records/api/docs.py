"""The schema and the page that shows it, with nothing from any other host."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response


class OpenAPIView(SpectacularAPIView):
    """The schema as the code makes it; `docs/api/openapi.json` is the same."""

    renderer_classes = [OpenApiJsonRenderer]
    permission_classes = [AllowAny]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """In English, whoever asks: it is for programmers, and the committed one is compared with it."""
        with translation.override("en"):
            return super().get(request, *args, **kwargs)


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI within the product's own shell; its script stands in a file of its own."""
    return render(request, "records/api_docs.html")
