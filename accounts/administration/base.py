"""What every page of the administration has in common: services write, nobody deletes."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access import enter_refusal
from accounts.actors import Actor
from records.errors import EditConflict, Invalid, NotAllowed, NotVisible, Refused
from records.pages.history import History

CHECK_VIOLATION = "23514"
HISTORY_PAGE = 25


def history_page(entries: History, number: Any) -> Any:
    """One page of a history, in a reader's words."""
    page: Any = Paginator(entries, HISTORY_PAGE).get_page(number)  # type: ignore[arg-type]
    page.object_list = entries.named(page.object_list)
    return page


def sentence(error: Exception) -> str:
    """What refused a write, as one sentence for the person who asked for it."""
    if isinstance(error, NotAllowed):
        return f"{error.reason} {error.remedy}".strip()
    if isinstance(error, EditConflict):
        return _("Somebody else changed this meanwhile. Look at it once more, and try again.")
    if isinstance(error, NotVisible):
        return _("There is no such record any more.")
    if isinstance(error, Invalid | ValidationError):
        return " ".join(str(error).split()) if isinstance(error, Invalid) else " ".join(error.messages)
    if getattr(error.__cause__, "pgcode", "") == CHECK_VIOLATION:
        return _(
            "The database refuses this: a role stands in the city that its person belongs to,"
            " and every official has a city."
        )
    return _("The database refuses this: it does not fit what is already there.")


class RefusedForm(forms.ModelForm):
    """A form that shows, when the page is drawn again, why a service did not save it."""

    refused = ""

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.refused:
            raise ValidationError(self.refused)
        return cleaned


class PlainChoices:
    """Without Django's small buttons that add and change what is chosen, in windows of their own."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = False
            widget.can_view_related = widget.can_delete_related = False
        return field


class ServiceAdmin(PlainChoices, admin.ModelAdmin):
    """A kind of thing in the administration. A subclass says which services write it.

    Django's own log of actions is not kept: it would repeat the names of records to
    people who may not see them, and the history says more.
    """

    through_services = True
    form = RefusedForm
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    may_add = False
    show_facets = admin.ShowFacets.NEVER

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return enter_refusal(self.actor(request)) is None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_add and self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        """Without Django's page for deleting, and without its redirect from an old form of address."""
        absent = ("_delete",) if self.may_add else ("_delete", "_add")
        return [url for url in super().get_urls() if url.name and not url.name.endswith(absent)]

    @staticmethod
    def actor(request: HttpRequest) -> Actor:
        return request.actor.correcting()  # type: ignore[attr-defined]

    def url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """When a service refuses, nothing is saved and the same page says why, with what was typed."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (Refused, IntegrityError) as error:
            request.refused = sentence(error)  # type: ignore[attr-defined]
            response = super().changeform_view(request, *args, **kwargs)
            response.status_code = 409
            return response

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"refused": getattr(request, "refused", "")})

    def one_by_one(self, request: HttpRequest, chosen: models.QuerySet, act: Callable, done: str) -> None:
        """Runs a service for each of the chosen; what is refused is told, and does not stop the rest."""
        done_to, refused = 0, []
        for thing in chosen:
            try:
                act(thing)
                done_to += 1
            except Refused as error:
                refused.append(f"{thing.pk}: {sentence(error)}")
        if done_to:
            messages.success(request, done % {"count": done_to})
        for line in refused:
            messages.warning(request, line)

    def log_addition(self, *args: Any) -> Any: ...

    def log_change(self, *args: Any) -> Any: ...

    def log_deletions(self, *args: Any) -> Any: ...
