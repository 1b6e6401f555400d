"""A person who lends expertise, vouched for by a city, and what hangs on that person."""

import re
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from stdnum import isni
from stdnum.exceptions import ValidationError as NoNumber

from accounts.models import Organisation
from experts.models.fields import ExpertiseField
from records.fields import PeriodField
from records.models import Child, Record, Viewer, Visibility

COUNTRY = RegexValidator(r"^[A-Z]{2}$", _("ISO 3166-1, two letters."))
ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
LANGUAGE = RegexValidator(r"^[a-z]{2,3}$", _("ISO 639, two or three letters."))


def validate_orcid(number: str) -> None:
    """Refuse what is no ORCID: an ISNI (ISO 27729), of whose digits the last one checks the others."""
    if not ORCID.fullmatch(number):
        raise ValidationError(
            _("“%(number)s” is no ORCID; it reads like 0000-0002-1825-0097."), params={"number": number}
        )
    try:
        isni.validate(number)
    except NoNumber:
        raise ValidationError(
            _("“%(number)s” is no ORCID: its check digit does not fit."), params={"number": number}
        ) from None


class Expert(Record):
    """A person whose expertise a city vouches for.

    The record is always that city's own. Once published, the other sides of the programme see it
    as far as the person's consent goes (`also_seen`, `covers`) and for as long as that lasts; without
    consent they learn only how many experts there are in each field. Contact details
    stand apart (`ExpertContact`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("an expert's profile", "draft")
        PUBLISHED = "published", pgettext_lazy("an expert's profile", "published")
        SUSPENDED = "suspended", pgettext_lazy("an expert's profile", "suspended")
        ERASED = "erased", pgettext_lazy("an expert's profile", "erased")

    class Availability(models.TextChoices):
        AVAILABLE = "available", _("available")
        LIMITED = "limited", _("available in part")
        AWAY = "away", _("not available")

    class Covers(models.TextChoices):
        """What a consent may cover; names, fields, languages and availability it always does."""

        AFFILIATION = "affiliation", _("affiliation")
        SUMMARY = "summary", _("summary")
        ORCID = "orcid", _("ORCID")
        PUBLICATIONS = "publications", _("publications")
        ENGAGEMENTS = "engagements", _("past engagements")

    native_name = models.CharField(_("name in its own script"), max_length=150, blank=True)
    latin_name = models.CharField(_("name in Latin letters"), max_length=150, blank=True)
    russian_name = models.CharField(_("name in Russian"), max_length=150, blank=True)
    chinese_name = models.CharField(_("name in Chinese"), max_length=150, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("organisation"),
        related_name="experts",
    )
    affiliation = models.CharField(_("affiliation"), max_length=300, blank=True)
    summary = models.TextField(_("summary"), max_length=5_000, blank=True)
    orcid = models.CharField(_("ORCID"), max_length=19, blank=True, validators=[validate_orcid])
    fields: Any = models.ManyToManyField(
        ExpertiseField, verbose_name=_("fields of expertise"), related_name="experts", blank=True
    )
    availability = models.CharField(
        _("availability"), max_length=9, choices=Availability, default=Availability.AVAILABLE
    )
    available_from = models.DateField(_("available from"), null=True, blank=True)
    reference = models.CharField(
        _("the city's own number"), max_length=60, blank=True, help_text=_("As in the city's own list.")
    )
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("official who keeps the profile"),
        related_name="+",
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    confirmed_on = models.DateField(_("confirmed"), null=True, editable=False)
    refresh_asked_at = models.DateTimeField(null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    consent_purpose = models.CharField(_("purpose"), max_length=300, blank=True, editable=False)
    consent_countries = ArrayField(
        models.CharField(max_length=2, validators=[COUNTRY]),
        verbose_name=_("recipient countries"),
        default=list,
        blank=True,
        editable=False,
    )
    consent_covers = ArrayField(
        models.CharField(max_length=12, choices=Covers),
        verbose_name=_("covers also"),
        default=list,
        blank=True,
        editable=False,
    )
    consent_given_on = models.DateField(_("given"), null=True, editable=False)
    consent_expires_on = models.DateField(_("expires"), null=True, editable=False)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("expert"), _("experts")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="experts_expert_is_a_citys_own", condition=Q(visibility=Visibility.OWN)
            ),
            models.CheckConstraint(
                name="experts_expert_state_known",
                condition=Q(state__in=["draft", "published", "suspended", "erased"]),
            ),
            models.CheckConstraint(
                name="experts_expert_availability_known",
                condition=Q(availability__in=["available", "limited", "away"]),
            ),
            models.CheckConstraint(
                name="experts_expert_has_a_name",
                condition=Q(state="erased")
                | ~Q(native_name="", latin_name="", russian_name="", chinese_name=""),
                violation_error_message=_("Write the name in at least one script."),
            ),
            models.CheckConstraint(
                name="experts_expert_erased_has_no_name",
                condition=~Q(state="erased")
                | Q(
                    native_name="", latin_name="", russian_name="", chinese_name="", orcid="", reference="",
                    organisation=None, consent_given_on=None,
                ),
            ),
            models.CheckConstraint(
                name="experts_expert_consent_whole",
                condition=Q(
                    consent_given_on=None, consent_expires_on=None, consent_purpose="",
                    consent_countries=[], consent_covers=[],
                )
                | (
                    Q(consent_given_on__isnull=False, consent_expires_on__gte=models.F("consent_given_on"))
                    & ~Q(consent_purpose="")
                    & ~Q(consent_countries=[])
                ),
                violation_error_message=_(
                    "A consent names its purpose, the recipient countries, and its first and last day."
                ),
            ),
            models.CheckConstraint(
                name="experts_expert_merged_is_archived",
                condition=Q(merged_into=None) | Q(archived_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["programme", "owner_city", "orcid"],
                name="experts_expert_orcid_once_a_city",
                condition=Q(archived_at=None) & ~Q(orcid=""),
                violation_error_message=_("Your city has an expert with this ORCID already."),
            ),
            models.UniqueConstraint(
                fields=["programme", "owner_city", "reference"],
                name="experts_expert_reference_once_a_city",
                condition=~Q(reference=""),
                violation_error_message=_("Your city has an expert with this number already."),
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["created_at", "id"], name="experts_expert_created"),
            models.Index(fields=["updated_at", "id"], name="experts_expert_updated"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("experts:expert-detail", args=[self.pk])

    @property
    def name(self) -> str:
        """The name in the reader's script, or else in the one it has."""
        return self.name_in(get_language() or settings.LANGUAGE_CODE) or str(_("Erased expert"))

    @property
    def names(self) -> dict[str, str]:
        """The parallel forms of the name by language."""
        return {"en": self.latin_name, "ru": self.russian_name, "zh-hans": self.chinese_name}

    def name_in(self, language: str) -> str:
        return (
            self.names.get(language)
            or self.native_name
            or self.latin_name
            or self.russian_name
            or self.chinese_name
        )

    @classmethod
    def also_seen(cls, viewer: Viewer, through: str) -> dict[str, Q]:
        """The other sides see a published profile while the person's consent for their country lasts."""
        city = getattr(viewer, "city", None)
        if city is None or not viewer.programme_ids:
            return {}
        told = {
            "state": cls.State.PUBLISHED,
            "programme__in": viewer.programme_ids,
            "consent_expires_on__gte": timezone.localdate(),
            "consent_countries__contains": [city.country],
        }
        return {"consent": Q(**{f"{through}{name}": value for name, value in told.items()})}


class Level(models.TextChoices):
    """How well a language is known: the Common European Framework's levels, and the mother tongue."""

    A1 = "A1", "A1"
    A2 = "A2", "A2"
    B1 = "B1", "B1"
    B2 = "B2", "B2"
    C1 = "C1", "C1"
    C2 = "C2", "C2"
    NATIVE = "native", _("mother tongue")


class ExpertLanguage(models.Model):
    """A language that an expert works in."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="languages")
    language = models.CharField(_("language"), max_length=3, validators=[LANGUAGE])
    level = models.CharField(_("level"), max_length=6, choices=Level)

    class Meta:
        verbose_name, verbose_name_plural = _("language"), _("languages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["expert", "language"], name="experts_expertlanguage_unique"),
            models.CheckConstraint(
                name="experts_expertlanguage_level_known", condition=Q(level__in=Level.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.level}"


class Work(Child):
    """A publication or a past engagement of an expert, as it was called where it was done."""

    class Kind(models.TextChoices):
        PUBLICATION = "publication", _("publication")
        ENGAGEMENT = "engagement", _("past engagement")

    parent_name: ClassVar[str] = "expert"
    seen_through: ClassVar[tuple[str, ...]] = ("expert__",)

    expert = models.ForeignKey(Expert, models.PROTECT, editable=False, related_name="works")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.PUBLICATION)
    title = models.CharField(_("title"), max_length=500)
    where = models.CharField(_("where"), max_length=300, blank=True)
    when = PeriodField(_("when"))
    link = models.URLField(_("link"), blank=True)

    class Meta(Child.Meta):
        verbose_name, verbose_name_plural = _("work of an expert"), _("works of experts")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="experts_work_kind_known", condition=Q(kind__in=["publication", "engagement"])
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('experts:expert-detail', args=[self.expert_id])}#works"


class ExpertContact(Record):
    """How an expert is reached. The vouching city's own; it is in no list, no export and no history.

    The requesting city reads it only with an accepted invitation, and each reading is logged.
    """

    expert = models.OneToOneField(Expert, models.PROTECT, editable=False, related_name="contact")
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    language = models.CharField(
        _("language of letters"), max_length=7, choices=settings.LANGUAGES, default="en"
    )

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("contact details"), _("contact details")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="experts_expertcontact_is_a_citys_own", condition=Q(visibility=Visibility.OWN)
            ),
        ]

    def __str__(self) -> str:
        return str(_("contact details"))
