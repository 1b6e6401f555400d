"""The signed programme and what it consists of, with the sources of every fact."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.lookups import LessThan
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City, Organisation
from records.fields import LastDay, PeriodField
from records.models import Record, RecordQuerySet, Tracked, Visible
from records.texts import LANGUAGES

CODE = RegexValidator(r"^[A-Z][A-Z0-9]{0,7}$", _("Write a code of capital letters and digits."))


def validate_languages(codes: list[str]) -> None:
    if unknown := set(codes) - set(LANGUAGES):
        raise ValidationError(_("%(code)s is no language of this system."), params={"code": unknown.pop()})


class Programme(Tracked, Visible):
    """The programme of cooperation that its sides signed, for a period; it may succeed an earlier one."""

    programme_path = "pk"

    title = models.CharField(_("title"), max_length=400)
    period = PeriodField(_("period"), blank=False)
    modes = models.CharField(_("ways of working"), max_length=300, blank=True)
    signed_on = PeriodField(_("signed"))
    signed_how = models.CharField(_("how it was signed"), max_length=300, blank=True)
    authentic = ArrayField(
        models.CharField(max_length=7, choices=settings.LANGUAGES),
        verbose_name=_("languages of the authentic texts"),
        default=list,
        validators=[validate_languages],
    )
    confirms_inside = models.BooleanField(
        _("proposals are confirmed inside a side first"),
        default=False,
        help_text=_("A coordinator or secretary confirms what an editor of their city proposes."),
    )
    succeeds = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="successor", verbose_name=_("succeeds")
    )
    cities: Any = models.ManyToManyField(City, through="Side", related_name="programmes")

    class Meta(Tracked.Meta, Visible.Meta):
        verbose_name, verbose_name_plural = _("programme"), _("programmes")

    def __str__(self) -> str:
        return self.text_state("title").value

    def get_absolute_url(self) -> str:
        return reverse("programme:programme-detail", args=[self.pk])

    def authentic_languages(self) -> list[str]:
        return self.authentic

    @property
    def programme_id(self) -> Any:
        """A programme belongs to itself, so that one access rule serves it and its records."""
        return self.pk

    def is_closed(self, on: date) -> bool:
        """Past its end: nothing is overdue any more, results stand."""
        return bool(self.period and self.period.is_past(on))


class Side(models.Model):
    """A city as party to a programme, and who signed for it."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="sides")
    city = models.ForeignKey(City, models.PROTECT, related_name="sides", verbose_name=_("city"))
    signatory = models.CharField(_("signatory"), max_length=150, blank=True)
    office = models.CharField(_("office"), max_length=150, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "city"], name="programme_side_unique")
        ]

    def __str__(self) -> str:
        return f"{self.city}"


class Remit(models.Model):
    """An area that a person decides on for their city. A secretary needs none."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="remits", verbose_name=_("person")
    )
    area = models.ForeignKey("Area", models.CASCADE, related_name="remits", verbose_name=_("area"))

    class Meta:
        verbose_name, verbose_name_plural = _("remit"), _("remits")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "area"], name="programme_remit_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.area}"


class Area(Record):
    """One of the programme's areas of cooperation."""

    code = models.CharField(_("code"), max_length=8, validators=[CODE])
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("area of cooperation"), _("areas of cooperation")
        ordering: ClassVar = ["position", "code"]
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.UniqueConstraint(fields=["programme", "code"], name="programme_area_code_unique"),
        ]

    def __str__(self) -> str:
        return self.text_state("name").value

    def get_absolute_url(self) -> str:
        return reverse("programme:area-detail", args=[self.pk])


class Provision(Record):
    """What the programme commits its sides to."""

    code = models.CharField(_("code"), max_length=8, validators=[CODE])
    title = models.CharField(_("title"), max_length=400)
    areas = models.ManyToManyField(Area, verbose_name=_("areas"), related_name="provisions", blank=True)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("provision"), _("provisions")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.UniqueConstraint(fields=["programme", "code"], name="programme_provision_code_unique"),
        ]

    def __str__(self) -> str:
        return self.text_state("title").value

    def get_absolute_url(self) -> str:
        return reverse("programme:provision-detail", args=[self.pk])


class Statement(Record):
    """What a source says that is no record of its own."""

    class Kind(models.TextChoices):
        EMPHASIS = "emphasis", _("emphasis")
        OPPORTUNITY = "opportunity", _("opportunity")
        INITIATIVE = "initiative", _("initiative")
        REMARK = "remark", pgettext_lazy("kind of statement", "remark")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    text = models.TextField(_("text"))
    said_by = models.CharField(_("said by"), max_length=250, blank=True)
    areas = models.ManyToManyField(Area, verbose_name=_("areas"), related_name="statements", blank=True)
    outside_areas = models.BooleanField(_("names something outside the programme's areas"), default=False)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("statement"), _("statements")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="programme_statement_kind_known",
                condition=Q(kind__in=["emphasis", "opportunity", "initiative", "remark"]),
            ),
        ]

    def __str__(self) -> str:
        return self.text_state("text").value

    def get_absolute_url(self) -> str:
        return reverse("programme:statement-detail", args=[self.pk])


def agreement_state(on: date) -> Case:
    """The SQL of `Agreement.state` as of a day."""
    return Case(
        When(is_signed=False, then=Value("planned")),
        When(LessThan(LastDay("expires_on"), Value(on)), then=Value("expired")),
        default=Value("in_force"),
    )


class AgreementQuerySet(RecordQuerySet["Agreement"]):
    def in_state(self, state: str, *, on: date) -> "AgreementQuerySet":
        """Those that are `planned`, `in_force` or `expired`, as of a day."""
        return self.annotate(state_then=agreement_state(on)).filter(state_then=state)


class Agreement(Record):
    """A signed or planned document between cities or organisations."""

    class Kind(models.TextChoices):
        FRAMEWORK = "framework", _("framework agreement")
        PROGRAMME = "programme", _("programme")
        SECTORAL = "sectoral", _("sectoral agreement")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        IN_FORCE = "in_force", _("in force")
        EXPIRED = "expired", _("expired")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    title = models.CharField(_("title"), max_length=400)
    is_signed = models.BooleanField(_("signed"), default=False)
    signed_on = PeriodField(_("date of signing"))
    signed_how = models.CharField(_("how it was signed"), max_length=200, blank=True)
    term_years = models.PositiveSmallIntegerField(_("term, years"), null=True, blank=True)
    expires_on = PeriodField(_("expires"))
    note = models.TextField(_("note"), blank=True)
    cities: Any = models.ManyToManyField(
        City, verbose_name=_("cities"), related_name="agreements", blank=True
    )
    organisations: Any = models.ManyToManyField(
        Organisation, verbose_name=_("organisations"), related_name="agreements", blank=True
    )
    basis = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("based on"),
        related_name="based_on_it",
    )
    part_of = models.ForeignKey(
        Statement,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("part of"),
        related_name="agreements",
    )

    objects = AgreementQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("agreement"), _("agreements")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="programme_agreement_kind_known",
                condition=Q(kind__in=["framework", "programme", "sectoral"]),
            ),
            models.CheckConstraint(
                name="programme_agreement_date_means_signed",
                condition=Q(is_signed=True) | Q(signed_on=""),
            ),
            models.CheckConstraint(
                name="programme_agreement_not_own_basis",
                condition=Q(basis=None) | ~Q(basis=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.text_state("title").value

    def get_absolute_url(self) -> str:
        return reverse("programme:agreement-detail", args=[self.pk])

    def state(self, on: date) -> "Agreement.State":
        """Derived from signing and expiry, so that it never waits for anybody to change it."""
        if not self.is_signed:
            return self.State.PLANNED
        expired = self.expires_on and self.expires_on.is_past(on)
        return self.State.EXPIRED if expired else self.State.IN_FORCE


class Event(Record):
    """A forum, signing, competition, concert or meeting."""

    class Kind(models.TextChoices):
        FORUM = "forum", _("forum")
        SIGNING = "signing", _("signing")
        COMPETITION = "competition", _("competition")
        CONCERT = "concert", _("concert")
        SPORTS = "sports", _("sports event")
        MEETING = "meeting", _("meeting")

    class Mode(models.TextChoices):
        ONLINE = "online", _("online")
        VIDEOCONFERENCE = "videoconference", _("videoconference")
        IN_PERSON = "in_person", _("in person")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    mode = models.CharField(_("form"), max_length=16, choices=Mode, blank=True)
    title = models.CharField(_("title"), max_length=400)
    held = PeriodField(_("when"))
    occasion = models.CharField(_("occasion"), max_length=300, blank=True)
    city = models.ForeignKey(
        City, models.PROTECT, null=True, blank=True, verbose_name=_("place"), related_name="events"
    )
    within = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("part of"), related_name="parts"
    )

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("event"), _("events")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="programme_event_kind_known",
                condition=Q(kind__in=["forum", "signing", "competition", "concert", "sports", "meeting"]),
            ),
            models.CheckConstraint(
                name="programme_event_mode_known",
                condition=Q(mode__in=["", "online", "videoconference", "in_person"]),
            ),
            models.CheckConstraint(
                name="programme_event_not_within_itself",
                condition=Q(within=None) | ~Q(within=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.text_state("title").value

    def get_absolute_url(self) -> str:
        return reverse("programme:event-detail", args=[self.pk])


class EventParticipant(models.Model):
    """An organisation's part in an event."""

    class Role(models.TextChoices):
        PERFORMER = "performer", _("performer")
        BROADCASTER = "broadcaster", _("broadcaster")
        ORGANISER = "organiser", _("organiser")

    event = models.ForeignKey(Event, models.CASCADE, related_name="participants")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="event_parts")
    role = models.CharField(_("role"), max_length=12, choices=Role)

    class Meta:
        ordering: ClassVar = ["role", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "organisation", "role"], name="programme_eventparticipant_unique"
            ),
            models.CheckConstraint(
                name="programme_eventparticipant_role_known",
                condition=Q(role__in=["performer", "broadcaster", "organiser"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_role_display()}"


class Source(Record):
    """A document or page that facts come from."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("source document")
        OUTSIDE = "outside", _("outside source")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(_("title"), max_length=400)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    language = models.CharField(_("language of the source"), max_length=7, blank=True)
    published_on = PeriodField(_("published"))
    sha256 = models.CharField(_("SHA-256 of the copy"), max_length=64, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("source"), _("sources")
        ordering: ClassVar = ["kind", "title"]
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="programme_source_kind_known", condition=Q(kind__in=["document", "outside"])
            ),
            models.CheckConstraint(
                name="programme_source_sha256_form",
                condition=Q(sha256="") | Q(sha256__regex=r"^[0-9a-f]{64}$"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programme:source-detail", args=[self.pk])


class Citation(Record):
    """Where a record, or one field of it, comes from; what the source says where that matters."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    field = models.CharField(_("field"), max_length=80, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="citations")
    locator = models.CharField(_("place in the source"), max_length=120, blank=True)
    claim = models.TextField(_("what this source says"), blank=True)
    note = models.TextField(_("note"), blank=True)
    derived = models.BooleanField(_("derived"), default=False)
    how = models.TextField(_("how it was derived"), blank=True)
    doubt = models.TextField(_("doubt"), blank=True)
    disagrees = models.BooleanField(_("the sources disagree"), default=False)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("citation"), _("citations")
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="programme_citation_subject")
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.locator}" if self.locator else str(self.source)


class LoadedFact(models.Model):
    """Which record a fact of a loaded file became, and how the loader left it.

    A record whose version has risen since is somebody's work, and no later load
    touches it.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    record_id = models.UUIDField()
    version = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "kind", "key"],
                nulls_distinct=False,
                name="programme_loadedfact_unique",
            ),
            models.UniqueConstraint(
                fields=["kind", "record_id"], name="programme_loadedfact_record_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
