from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.registry import RecordType, register
from records.values import ManyPart


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Joint projects")

    def ready(self) -> None:
        from accounts.models import Organisation, User
        from projects.models import Project
        from projects.parts import LeadPart

        register(
            RecordType(
                kind="project",
                model=Project,
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
            )
        )
