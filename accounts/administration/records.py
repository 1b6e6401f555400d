"""A kind of record in the administration: seen, corrected, archived, exported, with its history."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.admin import TranslationAdmin

from accounts.access import correct_refusal, is_masked, unmasked
from accounts.actors import Actor
from accounts.administration.base import ServiceAdmin, history_page, sentence
from accounts.administration.exchange import ExchangeMixin
from accounts.administration.forms import CorrectionForm
from accounts.held import forget_post, returned_post
from records.errors import EditConflict, Invalid, NotAllowed
from records.models import Visibility
from records.pages.history import history_of
from records.registry import RecordType, registry
from records.texts import columns

MASKED = gettext_lazy("One side's own record")
SEARCHED = {"code", "publisher", "locator"}  # beside the texts
MASKED_KEEPS = ("id", "visibility", "owner_city_id", "created_at", "updated_at", "archived_at")


def masked_copy(record: Any) -> Any:
    """A record of another city with nothing on it but what may be known: id, city, dates.

    What is shown is a list of what is let through, so that a column added later is
    masked without anybody thinking of it.
    """
    kept = {name: getattr(record, name) for name in MASKED_KEEPS}
    copy = type(record)(**kept)
    if "owner_city" in record._state.fields_cache:
        copy.owner_city = record.owner_city
    copy.masked = True
    return copy


def mask(records: Any, actor: Actor) -> list[Any]:
    return [masked_copy(record) if is_masked(actor, record) else record for record in records]


class MaskedChangeList(ChangeList):
    """The page of a list, on which the other city's own records bear no content."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = mask(self.result_list, request.actor)  # type: ignore[attr-defined]


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = gettext_lazy("state"), "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("in the lists")), ("yes", _("archived"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        known = {"no": True, "yes": False}
        wanted = known.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(archived_at__isnull=wanted)


class OwnerFilter(admin.RelatedFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("city that it belongs to")


class RecordAdmin(ExchangeMixin, ServiceAdmin, TranslationAdmin):
    """A subclass names the three services of its kind and, where a part needs it, its form fields.

    The services take the record as `record_argument`, and `reason`.
    """

    amend: Callable[..., Any]
    archive: Callable[..., Any]
    restore: Callable[..., Any]
    record_argument = "record"
    list_display: Any = ("named", "updated_at", "archived_at")
    list_filter: Any = (StateFilter,)
    ordering: Any = ("-updated_at", "pk")
    sortable_by: Any = ("updated_at", "archived_at")
    actions: Any = ("archive_chosen", "restore_chosen")
    part_fields: Any = None

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        if hasattr(model, "visibility"):
            self.list_display = ("named", "visibility", "belongs_to", "updated_at", "archived_at")
            self.list_filter = ("visibility", ("owner_city", OwnerFilter), StateFilter)
        known = {field.name for field in model._meta.concrete_fields}
        self.search_fields = [*columns(model), *sorted(known & SEARCHED)]
        super().__init__(model, admin_site)

    @property
    def record_type(self) -> RecordType:
        return registry.of(self.model)

    @admin.display(description=gettext_lazy("record"))
    def named(self, record: Any) -> str:
        if getattr(record, "masked", False):
            return f"{MASKED} {record.pk}"
        title = str(record)
        short = title if len(title) <= 120 else f"{title[:120].rstrip()}…"
        return f"{code} · {short}" if (code := getattr(record, "code", "")) else short

    @admin.display(description=gettext_lazy("city that it belongs to"), empty_value="—")
    def belongs_to(self, record: Any) -> Any:
        return record.owner_city

    # Lists. Search, filters and orders ask only what may be known, or only of what may be read:
    # otherwise their answers would tell of content that is masked.

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MaskedChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found = self.model._default_manager.order_by(*self.ordering)
        return found.select_related("owner_city") if self.visible_kind else found

    @property
    def visible_kind(self) -> bool:
        return hasattr(self.model, "visibility")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in {"visibility__exact", "owner_city__id__exact", "owner_city__isnull"}

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> Any:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        asked = request.resolver_match.url_name if request.resolver_match else ""
        if search_term or asked == "autocomplete":
            found = unmasked(found, self.actor(request))
        return found, may_repeat

    # One record.

    def whole(self, records: QuerySet) -> QuerySet:
        """With what its page needs beside it."""
        if any(column.name == "programme" for column in self.model._meta.concrete_fields):
            return records.select_related("owner_city", "programme").prefetch_related("programme__cities")
        return records

    def record(self, object_id: str) -> Any:
        try:
            found = self.whole(self.get_queryset(None)).filter(pk=UUID(object_id)).first()  # type: ignore[arg-type]
        except ValueError:
            found = None
        if found is None:
            raise Http404
        return found

    def page(self, request: HttpRequest, template: str, record: Any, **context: Any) -> TemplateResponse:
        shown = masked_copy(record) if is_masked(self.actor(request), record) else record
        name = self.named(shown)
        everywhere = self.admin_site.each_context(request)
        about = {"opts": self.opts, "record": shown, "kind": self.record_type.label, "title": name}
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, template, everywhere | about | context)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        record, actor = self.record(object_id), self.actor(request)
        if is_masked(actor, record):
            return self.page(request, "admin/masked.html", record)
        if "discard" in request.POST:
            return forget_post(request, redirect(request.path))
        if act := {"archive": self.archive, "restore": self.restore}.get(request.POST.get("act", "")):
            return self.move(request, record, act)
        held = returned_post(request) if request.method != "POST" else None
        form = self.correction_form(request.POST if request.method == "POST" else held, record, actor)
        status = 200
        if request.method == "POST":
            if form.is_valid() and self.correct(form, record, actor):
                messages.success(request, _("Saved. The history keeps your reason."))
                return forget_post(request, redirect(request.path))
            status = 409 if form.conflicts else 422
        response = self.page(
            request,
            "admin/correction.html",
            record,
            form=form,
            returned=held is not None,
            refusal=correct_refusal(actor, record),
            history_url=reverse(f"admin:{self.url_name('history')}", args=[record.pk]),
        )
        response.status_code = status
        return response

    def correction_form(self, data: Any, record: Any, actor: Actor) -> CorrectionForm:
        return CorrectionForm(data, record=record, actor=actor, part_fields=self.part_fields)

    def correct(self, form: CorrectionForm, record: Any, actor: Actor) -> Any:
        """The saved record; None when the form has to be shown again."""
        try:
            return type(self).amend(
                **{self.record_argument: record},
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                base=form.cleaned_data["base"],
                confirmed=form.confirmed(),
                reason=form.cleaned_data["reason"],
                by=actor,
            )
        except EditConflict as conflict:
            form.show_conflict(conflict, self.record(str(record.pk)))
        except Invalid as refusal:
            form.refuse(refusal)
        except NotAllowed as refusal:
            form.add_error(None, sentence(refusal))
        return None

    def move(self, request: HttpRequest, record: Any, act: Callable[..., Any]) -> HttpResponse:
        """Archive or restore from the record's page, with a reason like any correction."""
        reason = request.POST.get("reason", "").strip()
        version = request.POST.get("version", "")
        if not reason:
            messages.warning(request, _("Say why: the history keeps the reason."))
            return redirect(request.path)
        try:
            act(
                **{self.record_argument: record},
                base_version=int(version) if version.isdecimal() else 0,
                reason=reason[:500],
                by=self.actor(request),
            )
        except (EditConflict, NotAllowed) as error:
            messages.warning(request, sentence(error))
        else:
            messages.success(request, _("Done. The history keeps your reason."))
        return redirect(request.path)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        record, actor = self.record(object_id), self.actor(request)
        if is_masked(actor, record):
            return self.page(request, "admin/masked.html", record)

        def readable(model: type[Model], pks: Any) -> QuerySet:
            return unmasked(model._default_manager.filter(pk__in=pks), actor)

        def hidden(visibility: str, owner: Any) -> bool:
            return visibility == Visibility.OWN and (actor.city_id is None or owner != str(actor.city_id))

        entries = history_of(record, readable=readable, hidden=hidden)
        page = history_page(entries, request.GET.get("p"))
        return self.page(request, "admin/history.html", record, page=page)

    # What is done to several at once, one by one.

    @admin.action(description=gettext_lazy("Archive the chosen records"))
    def archive_chosen(self, request: HttpRequest, chosen: QuerySet) -> Any:
        return self.move_chosen(request, chosen, "archive_chosen", type(self).archive)

    @admin.action(description=gettext_lazy("Restore the chosen records"))
    def restore_chosen(self, request: HttpRequest, chosen: QuerySet) -> Any:
        return self.move_chosen(request, chosen, "restore_chosen", type(self).restore)

    def move_chosen(self, request: HttpRequest, chosen: QuerySet, name: str, act: Callable) -> Any:
        reason = request.POST.get("reason", "").strip()[:500]
        if not reason:
            return self.ask_reason(request, chosen, name)

        def one(record: Any) -> None:
            act(
                **{self.record_argument: record},
                base_version=record.version,
                reason=reason,
                by=self.actor(request),
            )

        self.one_by_one(request, chosen, one, _("Done to %(count)d of the chosen records."))
        return None

    def ask_reason(self, request: HttpRequest, chosen: QuerySet, action: str) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "chosen": mask(chosen, self.actor(request)),
            "names": [self.named(record) for record in mask(chosen, self.actor(request))],
            "action": action,
            "title": self.get_action(action)[2],  # type: ignore[index]
        }
        return TemplateResponse(request, "admin/ask_reason.html", context)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Only what a subclass adds through a service is saved; there is no other way in."""
        raise ValidationError(_("Records are not added here."))
