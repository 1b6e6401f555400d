"""The site: who gets in, what may be registered, which pages there are."""

from collections.abc import Iterable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import enter_refusal
from records.pages.context import page_shell


class Administration(admin.AdminSite):
    """Only administrators enter, everything is denied by default, and nothing is deleted.

    A library's own admin pages would write past the services, so only classes that
    say `through_services` are registered; the others are passed over.
    """

    site_header = site_title = _("Administration")
    index_title = _("What would you like to look after?")
    final_catch_all_view = False
    PASSED_OVER = {"login", "logout", "password_change", "password_change_done", "view_on_site"}

    def register(
        self,
        model_or_iterable: type[models.Model] | Iterable[type[models.Model]],
        admin_class: Any = None,
        **options: Any,
    ) -> None:
        if getattr(admin_class, "through_services", False):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return enter_refusal(request.actor) is None  # type: ignore[attr-defined]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Whoever is signed in and may not enter is told so; Django would ask them to sign in again."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and (refusal := enter_refusal(request.actor)):  # type: ignore[attr-defined]
                raise refusal
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def get_urls(self) -> list[Any]:
        """Signing in, signing out and passwords are the product's own pages."""
        kept = [url for url in super().get_urls() if getattr(url, "name", None) not in self.PASSED_OVER]
        return [path("login/", self.sign_in, name="login"), *kept]

    @login_not_required
    def sign_in(self, request: HttpRequest) -> HttpResponse:
        """Django sends strangers here; the product's sign-in sends them back to where they wanted to go."""
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | page_shell(request)
