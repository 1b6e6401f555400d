"""The ground that every record stands on: identity, version, visibility, texts, changes."""

import uuid
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.texts import LANGUAGES, TextState, column, text_in, text_state, translated_fields

if TYPE_CHECKING:
    from collections.abc import Collection


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Public")
    SHARED = "shared", _("Shared by both sides")
    OWN = "own", _("One side's own")


class Viewer(Protocol):
    """Who looks, as far as visibility goes. `accounts.Actor` is one."""

    @property
    def city_id(self) -> uuid.UUID | None: ...

    @property
    def programme_ids(self) -> "Collection[uuid.UUID]":
        """The programmes whose shared records this viewer sees."""

    @property
    def sees_all(self) -> bool:
        """Only the product itself does, as when it loads facts."""

    @property
    def sees_shared(self) -> bool:
        """Shared records of every programme: an administrator who corrects them, and nobody else."""


T = TypeVar("T", bound=models.Model, covariant=True)


def grounds(
    model: type[models.Model], viewer: Viewer, through: str = "", *, past: bool = False
) -> dict[str, Q]:
    """The one rule of who sees what, ground by ground: a record is seen when one of them holds.

    Public; shared, by a side of its programme; own, by its own city. Each goes by the
    visibility that it is about. A ground that can hold for no record of this viewer is
    left out; a kind that nobody hides (a city, an organisation) has none at all.
    `through` is the way to the record whose visibility counts, such as `project__`.
    A model adds a ground of its own by `also_seen(viewer, through)`, as a person's consent is:
    it shows what a record is, and nothing of its `past`.
    """
    path: str | None = getattr(model, "programme_path", None)
    if path is None:
        return {}

    def ground(visibility: Visibility, **also: Any) -> Q:
        return Q(
            **{f"{through}{name}": value for name, value in {"visibility": visibility, **also}.items()}
        )

    found = {Visibility.PUBLIC.value: ground(Visibility.PUBLIC)}
    if viewer.sees_shared:
        found[Visibility.SHARED.value] = ground(Visibility.SHARED)
    elif viewer.programme_ids:
        found[Visibility.SHARED.value] = ground(Visibility.SHARED, **{f"{path}__in": viewer.programme_ids})
    if viewer.city_id:
        found[Visibility.OWN.value] = ground(Visibility.OWN, owner_city=viewer.city_id)
    return found if past else found | getattr(model, "also_seen", no_more)(viewer, through)


def no_more(viewer: Viewer, through: str) -> dict[str, Q]:
    """No ground beside the visibility."""
    return {}


def seen_through(model: type[models.Model]) -> tuple[str, ...]:
    """The ways to the records whose visibility counts for a model: its own, its parent's, or both."""
    return getattr(model, "seen_through", ("",))


def seen(model: type[models.Model], viewer: Viewer, through: str = "", *, past: bool = False) -> Q:
    """The condition that a viewer sees a record, or its past, to which `through` leads (`basis__`)."""
    rule = Q()
    if not viewer.sees_all:
        for way in seen_through(model):
            owner = at_end(model, way)
            rule &= reduce(or_, grounds(owner, viewer, f"{through}{way}", past=past).values(), Q())
    return rule


def at_end(model: Any, way: str) -> Any:
    """The model to which a way such as `project__` leads from another one."""
    for name in filter(None, way.split("__")):
        model = model._meta.get_field(name).related_model
    return model


class RecordQuerySet(models.QuerySet[T]):
    """Phrases that every list of records is built from."""

    def visible_to(self, viewer: Viewer) -> Self:
        """What a viewer sees: the records for which, on each way, one of the `grounds` holds."""
        return self if viewer.sees_all else self.filter(seen(self.model, viewer))

    def past_visible_to(self, viewer: Viewer) -> Self:
        """The records of which a viewer also sees what they were."""
        return self if viewer.sees_all else self.filter(seen(self.model, viewer, past=True))

    def live(self) -> Self:
        """What has not been archived."""
        return self.filter(archived_at=None)


VERSION_RISES = """
IF NEW.version < OLD.version THEN
    RAISE EXCEPTION 'the version of a record never falls' USING ERRCODE = '23514';
END IF;
IF NEW.version = OLD.version
   AND (to_jsonb(NEW) - '{version,updated_at,updated_by_id}'::text[])
       IS DISTINCT FROM (to_jsonb(OLD) - '{version,updated_at,updated_by_id}'::text[]) THEN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
END IF;
RETURN NEW;
"""


class Tracked(models.Model):
    """Something that people edit: it has an id of its own, a version and an author.

    The services raise the version; for whatever goes round them (a bulk update, raw
    SQL) a trigger does, so that nobody's edit is built on data that has changed
    unseen. Nothing is deleted: `archived_at` takes a record out of the lists.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    texts = models.JSONField(default=dict, editable=False)

    objects: ClassVar[Any] = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="version_rises", operation=pgtrigger.Update, when=pgtrigger.Before, func=VERSION_RISES
            )
        ]

    def clean(self) -> None:
        """A text that must not be empty stands in at least one language."""
        super().clean()
        for field in translated_fields(type(self)):
            if type(self)._meta.get_field(field).blank:  # type: ignore[union-attr]
                continue
            if not any(text_in(self, field, language) for language in LANGUAGES):
                original = self.texts.get(field, {}).get("original") or settings.LANGUAGE_CODE
                raise ValidationError(
                    {column(field, original): _("Write this in at least one language.")}, code="required"
                )

    def text_state(self, field: str, language: str | None = None) -> TextState:
        return text_state(self, field, language)

    def authentic_languages(self) -> "Collection[str]":
        """The languages whose texts bind both sides; a change to one makes the others out of date."""
        return ()


class Visible(models.Model):
    """A record that is public, shared by the programme's sides, or one city's own."""

    programme_path = "programme"

    visibility = models.CharField(
        _("visibility"), max_length=6, choices=Visibility, default=Visibility.SHARED, editable=False
    )
    owner_city = models.ForeignKey(
        "accounts.City",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("city that it belongs to"),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_visibility_known",
                condition=Q(visibility__in=Visibility.values),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_own_has_owner",
                condition=~Q(visibility=Visibility.OWN) | Q(owner_city__isnull=False),
            ),
        ]


class Record(Tracked, Visible):
    """A record of one programme."""

    programme = models.ForeignKey("programme.Programme", models.PROTECT, editable=False)

    class Meta(Tracked.Meta, Visible.Meta):
        abstract = True

    def authentic_languages(self) -> "Collection[str]":
        return self.programme.authentic


class Child(Tracked):
    """A record that belongs to another one and is seen by whoever sees that: a milestone of a project.

    It has a version and a history of its own. `parent_name` is the field that leads to
    its parent.
    """

    programme_path = "programme"
    parent_name: ClassVar[str]
    seen_through: ClassVar[tuple[str, ...]]

    class Meta(Tracked.Meta):
        abstract = True

    @property
    def parent(self) -> Any:
        return getattr(self, self.parent_name)

    @property
    def visibility(self) -> str:
        return self.parent.visibility

    @property
    def owner_city(self) -> Any:
        return self.parent.owner_city

    @property
    def owner_city_id(self) -> "uuid.UUID | None":
        return self.parent.owner_city_id

    @property
    def programme(self) -> Any:
        return self.parent.programme

    @property
    def programme_id(self) -> uuid.UUID:
        return self.parent.programme_id

    def authentic_languages(self) -> "Collection[str]":
        return self.parent.authentic_languages()


JOB_STATES = ["queued", "running", "done", "cancelled", "parked"]


class Verb(models.TextChoices):
    CREATED = "created", pgettext_lazy("what somebody did", "created")
    EDITED = "edited", pgettext_lazy("what somebody did", "edited")
    ARCHIVED = "archived", pgettext_lazy("what somebody did", "archived")
    RESTORED = "restored", pgettext_lazy("what somebody did", "restored")
    REMINDED = "reminded", pgettext_lazy("what somebody did", "reminded of")


class Change(models.Model):
    """One entry of the feed of everything that changed.

    It names the fields, never their content: whoever reads the feed asks for the
    record itself, and is shown what they may see of it. `position` is its place in the
    feed, given after commit (`records.changes`). `visibility` and `owner_city` are the
    record's as they were then: they say who could know of this change.
    """

    position = models.BigIntegerField(null=True, editable=False)
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    version = models.PositiveIntegerField()
    verb = models.CharField(max_length=20, choices=Verb)
    fields = ArrayField(models.CharField(max_length=120), default=list)
    at = models.DateTimeField(default=timezone.now)
    programme_id = models.UUIDField(null=True)
    visibility = models.CharField(max_length=6, choices=Visibility, null=True, editable=False)
    owner_city = models.ForeignKey("accounts.City", models.PROTECT, null=True, related_name="+")
    city = models.ForeignKey("accounts.City", models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["position"], name="records_change_position_unique"),
            models.CheckConstraint(name="records_change_position_counted", condition=Q(position__gte=1)),
            models.CheckConstraint(
                name="records_change_visibility_known", condition=Q(visibility__in=Visibility.values)
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="records_change_unplaced", condition=Q(position__isnull=True)),
            models.Index(fields=["kind", "record_id", "version"], name="records_change_record"),
            models.Index(fields=["-at", "-id"], name="records_change_latest"),
        ]
        verbose_name, verbose_name_plural = _("change"), _("changes")
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            # Readers have gone on from a position: it never moves.
            pgtrigger.Protect(
                name="placed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__position__isnull=False)
                & pgtrigger.Q(old__position__df=pgtrigger.F("new__position")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} v{self.version} {self.verb}"

    @property
    def label(self) -> str:
        return str(Verb(self.verb).label) if self.verb in Verb.values else self.verb


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> Self:
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])


class Job(models.Model):
    """Long work, its progress and its end; `records.jobs` says how it runs."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", pgettext_lazy("job", "cancelled")
        PARKED = "parked", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    key = models.CharField(
        max_length=200, blank=True, default=""
    )  # of those with one key, one waits or runs
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    city = models.ForeignKey("accounts.City", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    holder = models.UUIDField(null=True)  # the run that has the lease; each run is a new one
    step = models.CharField(max_length=200, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    log = models.JSONField(default=list)
    cancel_asked = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    # By the database's clock, which is the one that says whether a job is due.
    run_after = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("job"), _("jobs")
        constraints = [
            models.CheckConstraint(name="records_job_state_known", condition=Q(state__in=JOB_STATES)),
            models.CheckConstraint(name="records_job_progress_percent", condition=Q(progress__lte=100)),
            models.UniqueConstraint(
                fields=["key"],
                name="records_job_key_once",
                condition=Q(state__in=["queued", "running"]) & ~Q(key=""),
            ),
        ]
        indexes = [models.Index(fields=["state", "run_after"], name="records_job_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.CANCELLED, self.State.PARKED}


class ResultFile(models.Model):
    """A file that a job has made for whoever asked for it; `records.results` says for how long."""

    job = models.OneToOneField(Job, models.CASCADE, related_name="result_file")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=120)
    stored = models.FileField(max_length=200)
    size = models.PositiveBigIntegerField()
    standing = models.CharField(max_length=64)  # what its owner could see by, when it was made
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = _("file made by a job"), _("files made by jobs")
        indexes = [models.Index(fields=["expires_at"], name="records_resultfile_expires")]

    def __str__(self) -> str:
        return self.name


class IdempotentAnswer(models.Model):
    """What a `POST` with an `Idempotency-Key` was answered; see `records.api.idempotency`."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="records_idempotentanswer_unique")
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"


class HeldPost(models.Model):
    """What was typed into a form when the login had run out, encrypted, for half an hour.

    Only the browser that sent it holds the token, and only the same person gets it back.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    sealed = models.BinaryField()
    held_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.path} ({self.held_at:%Y-%m-%d %H:%M})"
