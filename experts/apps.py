from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.registry import RecordType, register
from records.values import ManyPart


class ExpertsConfig(AppConfig):
    name = "experts"
    verbose_name = _("Experts")

    def ready(self) -> None:
        from experts import models
        from experts.parts import LanguagesPart

        fields = ManyPart("fields", same_programme=False)
        for kind, model, edited, parts in (
            (
                "expertise-field", models.ExpertiseField,
                ("code", "name", "synonyms", "parent", "position", "area_codes"), (),
            ),
            (
                "expert", models.Expert,
                (
                    "native_name", "latin_name", "russian_name", "chinese_name", "organisation",
                    "affiliation", "summary", "orcid", "availability", "available_from", "reference",
                    "keeper",
                ),
                (fields, LanguagesPart()),
            ),
            ("work", models.Work, ("kind", "title", "where", "when", "link"), ()),
            ("expert-contact", models.ExpertContact, ("email", "phone", "address", "language"), ()),
            (
                "expertise-request", models.ExpertiseRequest,
                (
                    "title", "text", "area", "languages", "mode", "starts_on", "ends_on", "answer_by",
                    "payer", "costs",
                ),
                (fields,),
            ),
            ("invitation", models.Invitation, ("note", "message"), ()),
            ("engagement", models.Engagement, ("starts_on", "ends_on", "work", "outcome"), ()),
        ):  # fmt: skip
            register(
                RecordType(
                    kind=kind,
                    model=model,
                    label=model._meta.verbose_name,
                    plural=model._meta.verbose_name_plural,
                    edited=edited,
                    parts=parts,
                    field_labels={"languages": _("languages")},
                )
            )

        from experts import tasks  # noqa: F401 — registers itself
