"""The programme and its records in the administration."""

from typing import Any

from django import forms
from django.contrib import admin

from accounts.actors import Actor
from accounts.administration.forms import GroupField
from accounts.administration.records import RecordAdmin
from accounts.models import City, Organisation
from programme.minutes import services as minutes
from programme.models import (
    Agreement,
    Area,
    Citation,
    Event,
    EventParticipant,
    Obligation,
    Programme,
    Provision,
    Resolution,
    Side,
    Source,
    Statement,
)
from programme.parts import SIDE_TEXTS, ParticipantsPart, SidesPart
from programme.services import record_amend, record_archive, record_restore
from records.texts import columns


class ProgrammeRecordAdmin(RecordAdmin):
    amend = staticmethod(record_amend)
    archive = staticmethod(record_archive)
    restore = staticmethod(record_restore)


def side_fields(part: SidesPart, record: Programme, actor: Actor) -> dict[str, forms.Field]:
    """For each side who signed for it, in every language."""
    texts = columns(Side)
    made: dict[str, forms.Field] = {}
    for city in City.objects.filter(sides__programme=record).order_by("code"):
        inner: dict[str, forms.Field] = {
            name: forms.CharField(
                label=f"{Side._meta.get_field(texts[name][0]).verbose_name}, {texts[name][1]}",  # type: ignore[union-attr]
                required=False,
                max_length=150,
            )
            for name in SIDE_TEXTS
        }
        made[f"{part.name}/{city.code}"] = GroupField(inner)
    return made


def participant_fields(part: ParticipantsPart, record: Event, actor: Actor) -> dict[str, forms.Field]:
    """For each role the organisations that take part in it."""
    organisations = Organisation.objects.order_by("name")
    inner: dict[str, forms.Field] = {
        value: forms.ModelMultipleChoiceField(organisations, label=label, required=False)
        for value, label in EventParticipant.Role.choices
    }
    return {part.name: GroupField(inner, keep_empty=False)}


@admin.register(Programme)
class ProgrammeAdmin(ProgrammeRecordAdmin):
    part_fields = staticmethod(side_fields)


@admin.register(Event)
class EventAdmin(ProgrammeRecordAdmin):
    part_fields = staticmethod(participant_fields)


class CitationAdmin(ProgrammeRecordAdmin):
    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("source")


@admin.register(Resolution)
class ResolutionAdmin(RecordAdmin):
    amend = staticmethod(minutes.resolution_amend)
    archive = staticmethod(minutes.resolution_archive)
    restore = staticmethod(minutes.resolution_restore)
    record_argument = "resolution"

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("event")


@admin.register(Obligation)
class ObligationAdmin(RecordAdmin):
    amend = staticmethod(minutes.obligation_amend)
    archive = staticmethod(minutes.obligation_archive)
    restore = staticmethod(minutes.obligation_restore)
    record_argument = "obligation"

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("city", "resolution__event")


admin.site.register(Citation, CitationAdmin)
admin.site.register([Area, Provision, Agreement, Statement, Source], ProgrammeRecordAdmin)
