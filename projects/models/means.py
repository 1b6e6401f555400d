"""What the sides put into a project: money, things, and people who travel."""

from typing import Any, ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import City, Organisation
from projects.models.guards import part_guard
from projects.models.parts import ProjectPart
from records.models import Child, RecordQuerySet, Viewer


class Contribution(ProjectPart):
    """What an organisation puts in: an amount of money, or something in kind.

    An amount in USD follows from the rate that is pinned beside it (USD for one unit of
    the currency, with its source and day); it is never worked out anew from a later one.
    A US dollar is one US dollar, by nobody's word and on any day.
    """

    class Kind(models.TextChoices):
        MONEY = "money", _("money")
        IN_KIND = "in_kind", _("in kind")

    class Currency(models.TextChoices):
        RUB = "RUB", _("Russian rouble")
        CNY = "CNY", _("Chinese yuan")
        USD = "USD", _("US dollar")

    class RateSource(models.TextChoices):
        ECB = "ecb", _("European Central Bank")
        CBR = "cbr", _("Bank of Russia")

    agreed = ("organisation", "kind", "description", "planned", "currency")
    side_path = "organisation__city"

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="contributions"
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.MONEY)
    description = models.CharField(_("what for, or what"), max_length=300, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    planned = models.DecimalField(
        _("planned"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    actual = models.DecimalField(
        _("actual"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    rate = models.DecimalField(
        _("USD for one unit"), max_digits=20, decimal_places=10, null=True, blank=True, editable=False
    )
    rate_source = models.CharField(_("source of the rate"), max_length=3, choices=RateSource, blank=True)
    rate_on = models.DateField(_("day of the rate"), null=True, blank=True)

    class Meta(ProjectPart.Meta):
        verbose_name, verbose_name_plural = _("contribution"), _("contributions")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="projects_contribution_kind_known", condition=Q(kind__in=["money", "in_kind"])
            ),
            models.CheckConstraint(
                name="projects_contribution_money_has_currency",
                condition=Q(kind="in_kind", planned=None, actual=None, currency="")
                | Q(kind="money", currency__in=["RUB", "CNY", "USD"]),
                violation_error_message=_("Money needs a currency; something in kind has neither."),
            ),
            models.CheckConstraint(
                name="projects_contribution_not_negative",
                condition=(Q(planned=None) | Q(planned__gte=0)) & (Q(actual=None) | Q(actual__gte=0)),
            ),
            models.CheckConstraint(
                name="projects_contribution_rate_whole",
                condition=Q(rate=None, rate_source="", rate_on=None)
                | Q(currency="USD", rate=1, rate_source="", rate_on=None)
                | Q(rate__gt=0, rate_source__in=["ecb", "cbr"], rate_on__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            *ProjectPart.Meta.triggers,
            part_guard(
                columns=("organisation_id", "kind", "planned", "currency", "archived_at"),
                texts=("description",),
                term="{row}.planned IS NOT NULL",
            ),
        ]

    @property
    def is_term(self) -> bool:
        return self.planned is not None

    def __str__(self) -> str:
        return self.beside(
            "organisation", self.text_state("description").value or str(self.get_kind_display())
        )


class Exchange(ProjectPart):
    """People sent from one city to the other."""

    class Kind(models.TextChoices):
        SPECIALISTS = "specialists", _("specialists")
        STUDENTS = "students", _("students")
        TEACHERS = "teachers", _("teachers")
        OFFICIALS = "officials", _("officials")
        ARTISTS = "artists", _("artists")
        ATHLETES = "athletes", _("athletes")

    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("who travels"), max_length=11, choices=Kind, default=Kind.SPECIALISTS)
    from_city = models.ForeignKey(City, models.PROTECT, verbose_name=_("from"), related_name="+")
    to_city = models.ForeignKey(City, models.PROTECT, verbose_name=_("to"), related_name="+")
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    planned_people = models.PositiveIntegerField(_("people planned"), null=True, blank=True)
    actual_people = models.PositiveIntegerField(_("people who went"), null=True, blank=True)

    class Meta(ProjectPart.Meta):
        verbose_name, verbose_name_plural = _("exchange"), _("exchanges")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="projects_exchange_kind_known",
                condition=Q(
                    kind__in=["specialists", "students", "teachers", "officials", "artists", "athletes"]
                ),
            ),
            models.CheckConstraint(
                name="projects_exchange_two_cities",
                condition=~Q(from_city=F("to_city")),
                violation_error_message=_("People are sent from one city to another one."),
            ),
            models.CheckConstraint(
                name="projects_exchange_ends_after_start",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The end must not lie before the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.text_state("title").value


class DelegateQuerySet(RecordQuerySet["Delegate"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Names of travellers are for the programme's sides only, also where the project is public."""
        seen = super().visible_to(viewer)
        if viewer.sees_all or viewer.sees_shared:
            return seen
        return seen.filter(exchange__project__programme__in=viewer.programme_ids)


class Delegate(Child):
    """Somebody on the delegation list of an exchange."""

    parent_name = "exchange"
    seen_through = ("exchange__project__",)
    side_path = "exchange__from_city"

    exchange = models.ForeignKey(Exchange, models.PROTECT, editable=False, related_name="delegates")
    name = models.CharField(_("name"), max_length=150)
    latin_name = models.CharField(_("name in Latin letters"), max_length=150, blank=True)
    position = models.CharField(_("position"), max_length=200, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)

    objects: ClassVar[Any] = DelegateQuerySet.as_manager()

    class Meta(Child.Meta):
        verbose_name, verbose_name_plural = _("member of a delegation"), _("members of delegations")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('projects:delegate-list', args=[self.exchange_id])}#delegate-{self.pk}"

    @property
    def visibility(self) -> str:
        """Never public: a change to it is told to the sides only."""
        return "own" if self.parent.visibility == "own" else "shared"

    @property
    def project(self) -> Any:
        return self.exchange.project

    @property
    def side_id(self) -> Any:
        return self.exchange.from_city_id
