"""What experts have done in the background: letters, reminders, imports, exports, duplicates."""

from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from experts.duplicates import services as duplicates
from experts.importing import export, services
from experts.letters import letters_send
from experts.reminders import invitations_look_after
from experts.search import upkeep
from experts.services import letters
from records.jobs import Work, every_minute, job_kind


def person_of(work: Work) -> User:
    return User.objects.with_standing().get(pk=work.job.user_id)


@job_kind(letters.KIND, _("letters to experts"))
def send_job(work: Work) -> None:
    letters_send(work)


@job_kind(services.JOB, _("Import of experts"))
def import_file(work: Work) -> None:
    """For the person who confirmed it, by what they may do now."""
    pk, person = UUID(work.arguments["import"]), person_of(work)
    work.show_result(f"/experts/import/{pk}/")
    with translation.override(person.language):
        services.import_apply(pk=pk, work=work, by=Actor(user=person))


@job_kind(export.JOB, _("Export of experts"))
def export_view(work: Work) -> None:
    """For the person who asked, by what they may see now."""
    export.export_build(work, Actor(user=person_of(work)))


@job_kind(duplicates.JOB, _("Search for experts entered twice"))
def duplicates_find(work: Work) -> None:
    duplicates.duplicates_find(city_id=UUID(work.arguments["city"]), work=work)


@job_kind(upkeep.KIND, _("Search of experts made anew"))
def entries_make(work: Work) -> None:
    upkeep.entries_make(work)


@every_minute
def entries_due() -> None:
    upkeep.entries_due(by=Actor.system("search"))


@every_minute
def letters_due() -> None:
    letters.letters_ask(by=Actor.system("letters"))


every_minute(invitations_look_after)
every_minute(services.imports_forget)
every_minute(duplicates.duplicates_ask_nightly)
