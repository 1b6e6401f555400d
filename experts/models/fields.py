"""What experts are experts in: one tree, with labels and synonyms in every language."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from records.models import RecordQuerySet, Tracked
from records.texts import LANGUAGES, column, text_in

CODE = RegexValidator(
    r"^([1-9](\.[1-9][0-9]?)?|[a-z0-9]+(-[a-z0-9]+)*)$",
    _("Write an OECD code such as 2.1, or small letters, digits and hyphens."),
)


class ExpertiseField(Tracked):
    """A field of expertise. Its upper two levels are the OECD's Fields of Research and Development (2015).

    `synonyms` are the words that people use for it, one a line. `area_codes` are the codes of
    the areas of cooperation that it serves: codes, so that they hold for the next programme too.
    """

    code = models.CharField(_("code"), max_length=60, unique=True, validators=[CODE])
    name = models.CharField(_("name"), max_length=150)
    synonyms = models.TextField(_("synonyms"), max_length=2_000, blank=True, help_text=_("One a line."))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("within"), related_name="children"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    area_codes = ArrayField(
        models.CharField(max_length=3), verbose_name=_("areas"), default=list, blank=True
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects: ClassVar[Any] = RecordQuerySet.as_manager()

    class Meta(Tracked.Meta):
        verbose_name, verbose_name_plural = _("field of expertise"), _("fields of expertise")
        constraints: ClassVar = [
            *(
                models.UniqueConstraint(
                    fields=["parent", column("name", language)],
                    name=f"experts_expertisefield_name_{language.split('-')[0]}_unique",
                    condition=Q(archived_at=None, **{f"{column('name', language)}__gt": ""}),
                    nulls_distinct=False,
                    violation_error_message=_("There is a field of this name within the same field."),
                )
                for language in LANGUAGES
            ),
            models.CheckConstraint(
                name="experts_expertisefield_not_its_own_parent",
                condition=Q(parent=None) | ~Q(parent=models.F("id")),
            ),
            models.CheckConstraint(
                name="experts_expertisefield_merged_is_archived",
                condition=Q(merged_into=None) | Q(archived_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at", "id"], name="experts_field_created"),
        ]

    def __str__(self) -> str:
        return self.text_state("name").value

    def get_absolute_url(self) -> str:
        return reverse("experts:field-detail", args=[self.pk])

    def words(self, language: str) -> list[str]:
        """The label and the synonyms in one language."""
        lines = [text_in(self, "name", language), *text_in(self, "synonyms", language).splitlines()]
        return [line.strip() for line in lines if line.strip()]
