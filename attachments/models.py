"""What hangs on records: documents with their files, remarks, links between two records."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.models import City, User
from attachments.subjects import on_seen_records, subject_types
from records.models import Record, RecordQuerySet, T, Viewer
from records.registry import RecordType, registry

LANGUAGE_CODES = ["en", "ru", "zh-hans"]


class AttachedQuerySet(RecordQuerySet[T]):
    def visible_to(self, viewer: Viewer, *, on: Any = None) -> Self:
        """Only what hangs on a record that this viewer sees, whatever its own visibility says.

        `on` is the one record whose rows are wanted: then only its kind is asked for.
        """
        types = self.subject_types()
        if on is not None:
            types = [found for found in types if found.kind == registry.of(on).kind]
        seen = super().visible_to(viewer).filter(on_seen_records(viewer, among=types))
        return seen if on is None else seen.of(on)

    def subject_types(self) -> list[RecordType]:
        """The kinds of record that these may hang on."""
        return self.model.subject_types()  # type: ignore[attr-defined]

    def of(self, subject: Any) -> Self:
        """What hangs on this record."""
        return self.filter(subject_kind=registry.of(subject).kind, subject_id=subject.pk)


class LinkQuerySet(AttachedQuerySet[T]):
    def visible_to(self, viewer: Viewer, *, on: Any = None) -> Self:
        """A link is shown to those who see both of its ends."""
        return (
            super()
            .visible_to(viewer, on=on)
            .filter(on_seen_records(viewer, kind="target_kind", pk="target_id", among=self.subject_types()))
        )


class Attached(Record):
    """Hangs on a record of any kind, which it names by kind and id.

    It is never seen wider than that record: the services refuse it, and `visible_to`
    asks for the record as well.
    """

    subject_kind = models.CharField(max_length=40, editable=False)
    subject_id = models.UUIDField(editable=False)
    city = models.ForeignKey(City, models.PROTECT, null=True, editable=False, related_name="+")

    is_subject = False  # whether something may hang on it in turn

    objects: ClassVar[Any] = AttachedQuerySet.as_manager()

    class Meta(Record.Meta):
        abstract = True

    @staticmethod
    def subject_types() -> list[RecordType]:
        """The kinds of record that this may hang on."""
        return subject_types()


class Blob(models.Model):
    """A file's bytes, stored once for each hash, however many documents have them."""

    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    media_type = models.CharField(_("media type"), max_length=100)

    class Meta:
        verbose_name, verbose_name_plural = _("file"), _("files")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sha256"], name="attachments_blob_sha256_unique"),
            models.CheckConstraint(
                name="attachments_blob_sha256_form", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="attachments_blob_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def path(self) -> str:
        """Where the default storage keeps it."""
        return f"blobs/{self.sha256[:2]}/{self.sha256}"


class Document(Attached):
    """A file on a record: a minute, a letter, a photograph."""

    blob = models.ForeignKey(Blob, models.PROTECT, editable=False, related_name="documents")
    title = models.CharField(_("title"), max_length=300)
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    file_name = models.CharField(_("file name"), max_length=200, editable=False)
    note = models.TextField(_("note"), max_length=2_000, blank=True, validators=[MaxLengthValidator(2_000)])

    class Meta(Attached.Meta):
        verbose_name, verbose_name_plural = _("document"), _("documents")
        constraints: ClassVar = [
            *Attached.Meta.constraints,
            models.CheckConstraint(
                name="attachments_document_language_known", condition=Q(language__in=LANGUAGE_CODES)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="attachments_document_subject"),
            models.Index(fields=["created_at", "id"], name="attachments_document_created"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        page = reverse("attachments:documents", args=[self.subject_kind, self.subject_id])
        return f"{page}#document-{self.pk}"

    @property
    def media_type(self) -> str:
        """The file's type as its name says it: the same bytes may be a text and a table."""
        return "text/csv" if self.file_name.lower().endswith(".csv") else self.blob.media_type


class Remark(Attached):
    """What somebody has to say about a record, in one language, as plain text."""

    text = models.TextField(_("text"), max_length=5_000, validators=[MaxLengthValidator(5_000)])
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    mentioned: Any = models.ManyToManyField(User, through="RemarkMention", related_name="+")

    class Meta(Attached.Meta):
        verbose_name, verbose_name_plural = _("remark"), _("remarks")
        constraints: ClassVar = [
            *Attached.Meta.constraints,
            models.CheckConstraint(
                name="attachments_remark_language_known", condition=Q(language__in=LANGUAGE_CODES)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="attachments_remark_subject"),
            models.Index(fields=["created_at", "id"], name="attachments_remark_created"),
        ]

    def __str__(self) -> str:
        return Truncator(" ".join(self.text.split())).chars(80)

    def get_absolute_url(self) -> str:
        page = reverse("attachments:remarks", args=[self.subject_kind, self.subject_id])
        return f"{page}#remark-{self.pk}"


class RemarkMention(models.Model):
    """A person whom a remark names with an @."""

    remark = models.ForeignKey(Remark, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name, verbose_name_plural = _("mention"), _("mentions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["remark", "user"], name="attachments_remarkmention_unique")
        ]

    def __str__(self) -> str:
        return f"@{self.user}"


class Link(Attached):
    """Says that a record has to do with another one, and how."""

    class Relation(models.TextChoices):
        RELATED = "related", _("is related to")
        CONTINUES = "continues", _("continues")
        DEPENDS_ON = "depends_on", _("depends on")
        PART_OF = "part_of", _("is part of")

    target_kind = models.CharField(max_length=40, editable=False)
    target_id = models.UUIDField(editable=False)
    relation = models.CharField(_("relation"), max_length=10, choices=Relation, default=Relation.RELATED)

    objects: ClassVar[Any] = LinkQuerySet.as_manager()

    class Meta(Attached.Meta):
        verbose_name, verbose_name_plural = _("link"), _("links")
        constraints: ClassVar = [
            *Attached.Meta.constraints,
            models.CheckConstraint(
                name="attachments_link_relation_known",
                condition=Q(relation__in=["related", "continues", "depends_on", "part_of"]),
            ),
            models.CheckConstraint(
                name="attachments_link_two_records",
                condition=~Q(subject_kind=models.F("target_kind"), subject_id=models.F("target_id")),
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "target_kind", "target_id", "relation"],
                condition=Q(archived_at=None),
                name="attachments_link_unique",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["target_kind", "target_id"], name="attachments_link_target")
        ]

    def __str__(self) -> str:
        return self.get_relation_display()
