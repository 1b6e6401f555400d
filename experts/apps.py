from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.registry import RecordType, register
from records.values import ManyPart


class ExpertsConfig(AppConfig):
    name = "experts"
    verbose_name = _("Experts")

    def ready(self) -> None:
        from experts import concerns, models, profile_waiting, refresh, waiting
        from experts.erasure import REACHES
        from experts.parts import LanguagesPart
        from experts.services import erasure  # noqa: F401 — registers what runs each minute
        from records.erasure import reach
        from records.waiting import wait

        reach(*REACHES)
        wait(*waiting.SOURCES, *profile_waiting.SOURCES)
        fields = ManyPart("fields", same_programme=False)
        told: dict[str, dict[str, Any]] = {
            "expert": {"concerns": refresh.concerns},
            "expertise-request": {"concerns": concerns.of_request},
            "invitation": {"concerns": concerns.of_invitation, "along": concerns.along_request},
            "engagement": {"concerns": concerns.of_engagement, "along": concerns.along_request},
        }
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
                    field_labels={"languages": _("languages"), "messages": _("messages")},
                    **told.get(kind, {}),
                )
            )
        from experts import tasks  # noqa: F401 — registers what runs by itself; it knows the kinds above
