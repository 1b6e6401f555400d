from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.refusals import explain
from records.registry import RecordType, register
from records.values import ManyPart


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Joint projects")

    def ready(self) -> None:
        from accounts.models import Organisation, User
        from projects import models, waiting
        from projects.holding import HOLDINGS
        from projects.matters import late_milestones
        from projects.parts import LeadPart
        from projects.rates import rate_columns
        from projects.terms import ProjectTerms
        from records.holding import hold
        from records.matters import Heading, register_matters
        from records.waiting import wait

        wait(*waiting.SOURCES)
        hold(*HOLDINGS)
        register_matters(Heading.LATE, late_milestones)

        register(
            RecordType(
                kind="project",
                model=models.Project,
                label=_("joint project"),
                plural=_("joint projects"),
                edited=("title", "summary", "starts_on", "ends_on"),
                parts=(
                    ManyPart("areas"),
                    ManyPart("provisions"),
                    ManyPart("agreements"),
                    ManyPart("events"),
                    LeadPart("leads", "organisation", Organisation),
                    LeadPart("contacts", "contact", User),
                ),
                field_labels={"leads": _("lead organisation"), "contacts": _("contact")},
                terms=ProjectTerms(),
            )
        )
        explain(
            "projects_agreed_by_both",
            _("Both sides agreed on this, so neither changes it alone."),
            _("Propose the change; the other side then accepts or refuses it."),
        )
        explain("projects_project_transition", _("A project does not go from this state to that one."))
        explain(
            "projects_project_never_narrows", _("What others see already is not taken from them again.")
        )
        for kind, model, *edited in (
            ("milestone", models.Milestone, "title", "due_on", "forecast_on", "achieved_on"),
            ("participation", models.Participation, "organisation", "role", "note"),
            ("risk", models.Risk, "title", "mitigation", "likelihood", "impact", "state", "city"),
            ("indicator", models.Indicator, "name", "unit", "aggregation", "baseline", "goal", "goal_on"),
            ("indicator-value", models.IndicatorValue, "city", "period", "value", "note"),
            (
                "contribution", models.Contribution, "organisation", "kind", "description", "currency",
                "planned", "actual", "rate_source", "rate_on",
            ),
            (
                "exchange", models.Exchange, "title", "kind", "from_city", "to_city", "starts_on",
                "ends_on", "planned_people", "actual_people",
            ),
            ("delegate", models.Delegate, "name", "latin_name", "position", "organisation"),
            ("update", models.Update, "period", "narrative", "health", "help_needed"),
        ):  # fmt: skip
            register(
                RecordType(
                    kind=kind,
                    model=model,
                    label=model._meta.verbose_name,
                    plural=model._meta.verbose_name_plural,
                    edited=tuple(edited),
                    follows=rate_columns if model is models.Contribution else None,
                )
            )
        from projects import calendar, tasks  # noqa: F401 — register themselves; they know the kinds above
