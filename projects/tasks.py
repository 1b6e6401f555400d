"""What runs in the background: the export of a view."""

from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from projects.exports import JOB, export_build
from records.jobs import Work, job_kind


@job_kind(JOB, _("Export of joint projects"))
def export(work: Work) -> None:
    """For the person who asked, by what they may see now."""
    person = User.objects.with_standing().get(pk=work.job.user_id)
    export_build(work, Actor(user=person))
