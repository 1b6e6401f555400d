"""What runs by itself: letters to experts, and reminders."""

from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from experts.letters import letters_send
from experts.reminders import invitations_look_after
from experts.services.letters import KIND, letters_ask
from records.jobs import Work, every_minute, job_kind


@job_kind(KIND, gettext_lazy("letters to experts"))
def send_job(work: Work) -> None:
    letters_send(work)


@every_minute
def letters_due() -> None:
    letters_ask(by=Actor.system("letters"))


every_minute(invitations_look_after)
