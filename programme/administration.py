"""Remits and exchange rates in the administration: nothing in them is edited."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.administration.base import ServiceAdmin, sentence
from accounts.models import Role
from programme.models import ExchangeRate, Remit
from programme.rates.files import LARGEST, read_cbr, read_ecb
from programme.rates.services import rates_load
from programme.remits import remit_give, remit_withdraw
from records.api.exports import TYPES, as_csv
from records.errors import Refused

READERS = {ExchangeRate.Source.ECB.value: read_ecb, ExchangeRate.Source.CBR.value: read_cbr}


class ListedAdmin(ServiceAdmin):
    """Rows without a page of their own."""

    list_display_links = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        kept = ("_changelist", "_add") if self.may_add else ("_changelist",)
        return [url for url in super().get_urls() if str(url.name).endswith(kept)]


class RemitAdmin(ListedAdmin):
    """The areas on which coordinators decide. The history keeps who had which, and when."""

    may_add = True
    list_display = ("user", "city", "area")
    list_filter = ("user__city", "area__programme")
    list_select_related = ("user__city", "area")
    search_fields = ("user__name", "user__email")
    ordering = ("user__name", "area__position", "pk")
    fields = ("user", "area")
    actions = ("withdraw_chosen",)

    @admin.display(description=gettext_lazy("city"))
    def city(self, remit: Remit) -> Any:
        return remit.user.city

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            people = db_field.related_model.objects.filter(memberships__role=Role.COORDINATOR)
            city = self.actor(request).city_id
            kwargs["queryset"] = (people.filter(city=city) if city else people).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Remit, form: Any, change: bool) -> None:
        made = remit_give(person=obj.user, area=obj.area, by=self.actor(request))
        obj.pk = made.pk

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect(f"admin:{self.url_name('changelist')}")

    @admin.action(description=gettext_lazy("Take the chosen remits away"))
    def withdraw_chosen(self, request: HttpRequest, chosen: QuerySet) -> None:
        by = self.actor(request)
        self.one_by_one(
            request,
            chosen.select_related("user"),
            lambda remit: remit_withdraw(remit=remit, by=by),
            _("%(count)d remits taken away."),
        )


class RatesForm(forms.Form):
    source = forms.ChoiceField(label=gettext_lazy("Whose rates"), choices=ExchangeRate.Source.choices)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("The ECB’s eurofxref-hist.csv, or the Bank of Russia’s XML_daily of a day."),
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("This file is too large for a file of rates."))
        return file.read()


class ExchangeRateAdmin(ListedAdmin):
    """Rates as they were published; new ones come from the banks' own files."""

    list_display = ("source", "currency", "day", "nominal", "value")
    list_filter = ("source", "currency")
    ordering = ("-day", "source", "currency")
    date_hierarchy = "day"
    change_list_template = "admin/rates_list.html"
    actions = None

    def get_urls(self) -> list[Any]:
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=self.url_name(name))
            for name, view in (("import", self.import_view), ("export", self.export_view))
        ]
        return [*own, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        form = RatesForm(request.POST, request.FILES) if request.method == "POST" else RatesForm()
        if form.is_valid():
            source = form.cleaned_data["source"]
            try:
                done = rates_load(
                    quotes=READERS[source](form.cleaned_data["file"]), source=source, by=self.actor(request)
                )
            except Refused as refusal:
                form.add_error(None, sentence(refusal))
            else:
                said = _("%(added)d rates taken in, %(known)d known already.")
                messages.success(request, said % {"added": done.added, "known": done.known})
                return redirect(f"admin:{self.url_name('changelist')}")
        context = {"opts": self.opts, "form": form, "title": _("Take in exchange rates")}
        everywhere = self.admin_site.each_context(request)
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/rates_import.html", everywhere | context, status=status)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        rows = ExchangeRate.objects.order_by(*self.ordering).values(*self.list_display)
        data = as_csv([row | {"day": row["day"].isoformat()} for row in rows])
        response = HttpResponse(data, content_type=TYPES["csv"])
        response["Content-Disposition"] = 'attachment; filename="exchange-rates.csv"'
        return response
