"""People, cities, organisations, jobs and changes in the administration."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.db.models import URLField
from django.http import HttpRequest
from django.utils import translation

from accounts.administration.exchange import RecordResource, ReferenceImportMixin
from accounts.administration.jobs import ChangeAdmin, JobAdmin
from accounts.administration.people import PersonAdmin
from accounts.administration.records import RecordAdmin
from accounts.models import City, Organisation, User
from accounts.services import (
    city_create,
    organisation_create,
    reference_amend,
    reference_archive,
    reference_restore,
)
from records.models import Change, Job


def add_city(city: City, original: str, by: Any) -> City:
    return city_create(city=city, original=original, by=by)


def add_organisation(organisation: Organisation, original: str, by: Any) -> Organisation:
    return organisation_create(organisation=organisation, original=original, by=by)


class CityResource(RecordResource):
    create, amend = staticmethod(add_city), staticmethod(reference_amend)

    class Meta(RecordResource.Meta):
        model = City


class OrganisationResource(RecordResource):
    create, amend = staticmethod(add_organisation), staticmethod(reference_amend)

    class Meta(RecordResource.Meta):
        model = Organisation


class ReferenceAdmin(ReferenceImportMixin, RecordAdmin):
    """Reference data, which administrators also add."""

    may_add = True
    formfield_overrides = {URLField: {"assume_scheme": "https", "widget": AdminURLFieldWidget}}
    amend: Callable[..., Any] = staticmethod(reference_amend)
    archive: Callable[..., Any] = staticmethod(reference_archive)
    restore: Callable[..., Any] = staticmethod(reference_restore)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.import_resource.create(obj, translation.get_language() or "en", self.actor(request))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """There is nothing beside the record itself."""


@admin.register(City)
class CityAdmin(ReferenceAdmin):
    import_resource = CityResource


@admin.register(Organisation)
class OrganisationAdmin(ReferenceAdmin):
    import_resource = OrganisationResource


admin.site.register(User, PersonAdmin)
admin.site.register(Job, JobAdmin)
admin.site.register(Change, ChangeAdmin)
