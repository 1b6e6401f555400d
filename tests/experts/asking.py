"""A request of Moscow for Beijing's expert, taken as far as a test needs it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from experts.link import opened, token_of
from experts.models import Expert, ExpertiseRequest, Invitation
from experts.services import answers, invitations, requests
from experts.services.experts import contact_write


@dataclass
class Asking:
    stage: Any
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def asker(self) -> Any:
        return self.stage.actor("moscow_editor")

    @property
    def releaser(self) -> Any:
        return self.stage.actor("beijing_coordinator")

    def draft(self, **values: Any) -> ExpertiseRequest:
        field = self.made.setdefault("field", self.stage.expertise())
        today = timezone.localdate()
        values = {
            "title_ru": "Сигнализация метро",
            "text_ru": "Как считают безопасный интервал?",
            "starts_on": today + timedelta(days=30),
            "ends_on": today + timedelta(days=40),
            **values,
        }
        request = ExpertiseRequest(programme=self.stage.programme, **values)
        return requests.request_create(
            request=request, parts={"fields": [str(field.pk)]}, original="ru", by=self.asker
        )

    def open(self, **values: Any) -> ExpertiseRequest:
        request = self.draft(**values)
        return requests.request_open(request=request, base_version=request.version, by=self.asker)

    def expert(self, email: str = "li.wei@example.cn", language: str = "zh-hans") -> Expert:
        expert = self.stage.expert(city="BJS", latin_name="Li Wei", chinese_name="李伟")
        if email:
            changes = {"email": email, "language": language, "phone": "+86 10 5550 0000"}
            contact_write(expert=expert, changes=changes, base_version=0, by=self.releaser)
        return expert

    def shortlisted(
        self, expert: Any = None, request: ExpertiseRequest | None = None, email: str = "li.wei@example.cn"
    ) -> Invitation:
        return invitations.invitation_shortlist(
            request=request or self.open(),
            expert=expert or self.expert(email),
            note="canary",
            by=self.asker,
        )

    def invited(self, **more: Any) -> Invitation:
        found = self.shortlisted(**more)
        return invitations.invitation_invite(
            invitation=found, message="Просим помочь", base_version=found.version, by=self.asker
        )

    def released(self, **more: Any) -> Invitation:
        return self.release(self.invited(**more))

    def release(self, found: Invitation) -> Invitation:
        return invitations.invitation_release(
            invitation=found, base_version=found.version, by=self.releaser
        )[0]

    def accepted(self, **more: Any) -> Invitation:
        return self.accept(self.released(**more))

    def accept(self, found: Invitation) -> Invitation:
        answers.invitation_accept(link=opened(token_of(found)))
        found.refresh_from_db()
        return found

    def address(self, name: str) -> str:
        """The address of a page or an act, on what it is about at the point where it can be used."""
        kind, act = name.removeprefix("experts:").split("-", 1)
        if name == "experts:invitation-answer":
            return reverse(name, args=[token_of(self.released())])
        if kind == "request":
            record: Any = self.draft() if act == "open" else self.open()
        elif kind == "engagement":
            record = self.accepted().engagement
        elif act in {"invite", "remove"}:
            record = self.shortlisted()
        else:
            record = self.released() if act in {"link", "reply"} else self.invited()
        return reverse(name, args=[record.pk])
