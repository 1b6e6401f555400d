"""Cities, organisations and people."""

from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from oauth2_provider.models import AbstractApplication

from records.models import RecordQuerySet, Tracked

COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", _("Write a colour as #rrggbb."))


def validate_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone such as Europe/Berlin."), params={"name": name})


class City(Tracked):
    """A city that is, or may become, party to a programme. Everything that differs by city is here."""

    code = models.CharField(
        _("code"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Write three capital letters."))],
        help_text=_("The IATA city code."),
    )
    name = models.CharField(_("name"), max_length=100)
    letter = models.CharField(_("letter of its mark"), max_length=1)
    timezone = models.CharField(_("time zone"), max_length=40, validators=[validate_timezone])
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1, two letters."))
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    colour = models.CharField(_("colour"), max_length=7, validators=[COLOUR])
    colour_dark = models.CharField(_("colour on a dark ground"), max_length=7, validators=[COLOUR])
    external = models.JSONField(_("external codes"), default=dict, blank=True)

    objects: ClassVar[Any] = RecordQuerySet.as_manager()

    class Meta(Tracked.Meta):
        verbose_name, verbose_name_plural = _("city"), _("cities")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.text_state("name").value

    def today(self, now: datetime) -> date:
        """The day that it is in this city, whatever the reader's own clocks say."""
        return now.astimezone(ZoneInfo(self.timezone)).date()


class Organisation(Tracked):
    """A department, metro, cluster, university, broadcaster… of one city."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("city government")
        DEPARTMENT = "department", _("department")
        ENTERPRISE = "enterprise", _("enterprise")
        CLUSTER = "cluster", _("innovation cluster")
        UNIVERSITY = "university", _("university")
        BROADCASTER = "broadcaster", _("broadcaster")
        ENSEMBLE = "ensemble", _("orchestra or ensemble")
        OTHER = "other", _("other")

    name = models.CharField(_("name"), max_length=250)
    other_names = models.CharField(_("other names"), max_length=500, blank=True)
    city = models.ForeignKey(City, models.PROTECT, verbose_name=_("city"), related_name="organisations")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    website = models.URLField(_("website"), blank=True)

    class Meta(Tracked.Meta):
        verbose_name, verbose_name_plural = _("organisation"), _("organisations")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="accounts_organisation_kind_known",
                condition=Q(
                    kind__in=[
                        "government", "department", "enterprise", "cluster",
                        "university", "broadcaster", "ensemble", "other",
                    ]
                ),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text_state("name").value

    def get_absolute_url(self) -> str:
        return reverse("programme:organisation-detail", args=[self.pk])


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(force_insert=True)
        return user

    def with_standing(self) -> models.QuerySet["User"]:
        """People with their city, roles and programmes, in one query: all that access rules ask about.

        The roles come as `role_names`, the programmes of the city as `city_programmes`.
        """
        return standing_people().all()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address, for one city or for none."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name=_("organisation")
    )
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES, default="en")
    timezone = models.CharField(
        _("time zone"), max_length=40, validators=[validate_timezone], default="UTC"
    )
    deputy = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("deputy while away"),
        related_name="deputises_for",
    )
    away_from = models.DateField(_("away from"), null=True, blank=True)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    # Up to here in the feed of changes the person has looked.
    seen_position = models.BigIntegerField(default=0, editable=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may enter the administration"), default=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_unique"),
            models.CheckConstraint(
                name="accounts_user_not_own_deputy", condition=Q(deputy=None) | ~Q(deputy=models.F("id"))
            ),
            models.CheckConstraint(
                name="accounts_user_away_for_a_while",
                condition=Q(away_from=None, away_until=None) | Q(away_until__gte=models.F("away_from")),
                violation_error_message=_("Write both days; the last must not lie before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HandOver(models.Model):
    """One act by which a leaver's work went to a colleague; `moved` is how much there was of what."""

    person = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("person"))
    to = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("handed over to"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    moved = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("hand-over"), _("hand-overs")
        constraints: ClassVar = [
            models.CheckConstraint(name="accounts_handover_to_another", condition=~Q(person=models.F("to")))
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} → {self.to}"


class PartnerClient(AbstractApplication):
    """A partner system: a statistics office, a metro, a university, a portal of one city.

    It gets tokens by its own id and secret, acts for its city only, and an official
    of that city answers for what it writes.
    """

    city = models.ForeignKey(City, models.PROTECT, verbose_name=_("city"), related_name="partner_clients")
    official = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("official who answers for it"), related_name="+"
    )
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"), default=list, blank=True)
    is_active = models.BooleanField(_("may get tokens"), default=True)

    class Meta(AbstractApplication.Meta):
        verbose_name, verbose_name_plural = _("partner system"), _("partner systems")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="accounts_partnerclient_credentials_only",
                condition=Q(authorization_grant_type="client-credentials", client_type="confidential"),
            )
        ]

    def is_usable(self, request: Any) -> bool:
        return self.is_active and self.official.is_active


class Role(models.TextChoices):
    READER = "reader", _("reader")
    EDITOR = "editor", _("editor")
    COORDINATOR = "coordinator", _("coordinator")
    SECRETARY = "secretary", _("secretary")
    ADMINISTRATOR = "administrator", _("administrator")


class Membership(models.Model):
    """A person's role in a city. Readers and administrators may have no city."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    role = models.CharField(_("role"), max_length=13, choices=Role)

    class Meta:
        verbose_name, verbose_name_plural = _("role"), _("roles")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "city", "role"], nulls_distinct=False, name="accounts_membership_unique"
            ),
            models.CheckConstraint(
                name="accounts_membership_role_known", condition=Q(role__in=Role.values)
            ),
            models.CheckConstraint(
                name="accounts_membership_city_for_officials",
                condition=Q(role__in=["reader", "administrator"]) | Q(city__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            # Nobody acts for two cities: a person's roles are all in the city that the person belongs to.
            pgtrigger.Trigger(
                name="one_city",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("home", "uuid")],
                func="""
                    SELECT city_id INTO home FROM accounts_user WHERE id = NEW.user_id;
                    IF NEW.city_id IS NOT NULL AND NEW.city_id IS DISTINCT FROM home THEN
                        RAISE EXCEPTION 'a role stands in the city that its person belongs to'
                            USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.city}" if self.city else self.get_role_display()


@cache
def standing_people() -> models.QuerySet[User]:
    """For `with_standing`, put together once a process: every request asks it."""
    roles = Membership.objects.filter(user=OuterRef("pk")).order_by()
    cities = City.objects.filter(pk=OuterRef("city_id"), programmes__isnull=False).order_by()
    return User.objects.select_related("city").annotate(
        role_names=ArraySubquery(roles.values("role").distinct()),
        city_programmes=ArraySubquery(cities.values("programmes").distinct()),
    )
