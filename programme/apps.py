from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.holding import hold
from records.matters import Heading, register_matters
from records.registry import RecordType, register
from records.values import ManyPart
from records.waiting import wait


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = _("Programme")

    def ready(self) -> None:
        from programme.erasure import REACHES
        from records.erasure import reach

        reach(*REACHES)
        from programme import calendar, matters, models, waiting  # noqa: F401 — the calendar registers itself
        from programme.holding import HOLDINGS
        from programme.minutes.matters import awaited_obligations, late_obligations
        from programme.parts import ParticipantsPart, SidesPart

        hold(*HOLDINGS)
        wait(*waiting.SOURCES)
        register(
            RecordType(
                kind="programme",
                model=models.Programme,
                label=_("programme"),
                plural=_("programmes"),
                edited=("title", "period", "modes", "signed_on", "signed_how", "authentic", "succeeds"),
                parts=(SidesPart("sides"),),
                field_labels={"sides": _("signatory")},
            )
        )
        register(
            RecordType(
                kind="area",
                model=models.Area,
                label=_("area of cooperation"),
                plural=_("areas of cooperation"),
                edited=("code", "name", "position"),
            )
        )
        register(
            RecordType(
                kind="provision",
                model=models.Provision,
                label=_("provision"),
                plural=_("provisions"),
                edited=("code", "title"),
                parts=(ManyPart("areas"),),
            )
        )
        register(
            RecordType(
                kind="statement",
                model=models.Statement,
                label=_("statement"),
                plural=_("statements"),
                edited=("kind", "text", "said_by", "outside_areas"),
                parts=(ManyPart("areas"),),
            )
        )
        register(
            RecordType(
                kind="agreement",
                model=models.Agreement,
                label=_("agreement"),
                plural=_("agreements"),
                edited=(
                    "kind", "title", "is_signed", "signed_on", "signed_how",
                    "term_years", "expires_on", "note", "basis", "part_of",
                ),
                parts=(
                    ManyPart("cities", same_programme=False),
                    ManyPart("organisations", same_programme=False),
                ),
            )
        )  # fmt: skip
        register(
            RecordType(
                kind="event",
                model=models.Event,
                label=_("event"),
                plural=_("events"),
                edited=("kind", "mode", "title", "held", "occasion", "city", "within"),
                parts=(ParticipantsPart("participants"),),
                field_labels={"participants": _("participants")},
            )
        )
        register(
            RecordType(
                kind="source",
                model=models.Source,
                label=_("source"),
                plural=_("sources"),
                edited=("kind", "title", "publisher", "language", "published_on", "sha256", "note"),
            )
        )
        register(
            RecordType(
                kind="citation",
                model=models.Citation,
                label=_("citation"),
                plural=_("citations"),
                edited=(
                    "subject_kind", "subject_id", "field", "source", "locator",
                    "claim", "note", "derived", "how", "doubt", "disagrees",
                ),
                field_labels={"subject_kind": _("kind of the record"), "subject_id": _("id of the record")},
            )
        )  # fmt: skip
        register(
            RecordType(
                kind="resolution",
                model=models.Resolution,
                label=_("resolution"),
                plural=_("resolutions"),
                edited=("number", "text"),
            )
        )
        register(
            RecordType(
                kind="obligation",
                model=models.Obligation,
                label=_("obligation"),
                plural=_("obligations"),
                edited=("text", "organisation", "person", "due_on", "done_on", "outcome"),
            )
        )
        register_matters(Heading.LATE, late_obligations)
        register_matters(Heading.AWAITED, awaited_obligations)
        register_matters(Heading.DIFFERS, matters.disagreements)
        register_matters(Heading.CHANGED, matters.changes)
