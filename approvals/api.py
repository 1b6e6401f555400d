"""Proposals, decisions and their chain in the API."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
from django.db.models import BooleanField, Case, F, Value, When
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.actors import DECIDE
from accounts.api import CityRef
from approvals import access, chain
from approvals.filters import ProposalApiFilter
from approvals.models import Decision, Proposal
from approvals.naming import ByName, names_of, paths_of
from approvals.services import (
    LetterData,
    WentStale,
    changed_since,
    proposal_accept,
    proposal_confirm,
    proposal_counter,
    proposal_raise,
    proposal_refuse,
    proposal_withdraw,
    terms_of,
)
from attachments.models import LANGUAGE_CODES, Document
from records.api.acts import read_act
from records.api.errors import out_of_date
from records.api.idempotency import once
from records.api.inputs import RecordInput
from records.api.schema import ACTIONS, IDEMPOTENCY_KEY, Schema
from records.api.shapes import BuildObject, Many, OrNull, Reading, json_of
from records.api.views import ReadOnlyResource, Resource, check_parameters
from records.errors import Invalid
from records.values import plain

CHANGES = {
    "type": "object",
    "description": "Name → `{from, to}`. A name is that of a field (`ends_on`), with the language of a text"
    " (`title.ru`) or the side (`leads.XXX`) behind a dot; of a part `milestones.<id>.due_on`,"
    " `milestones.<id>.archived` to take it away, `milestones.+1` for a new one, with all its fields by"
    " name as the value. Written, the value asked for alone will do.",
    "additionalProperties": {"type": "object", "properties": {"from": {}, "to": {}}},
}


@extend_schema_field(CHANGES)
class ChangesField(serializers.Field):
    def __init__(self) -> None:
        super().__init__(read_only=True)

    def expression(self, path: str, reading: Reading) -> Any:
        return ByName(F(path))


@extend_schema_field(
    {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "id": {"type": "string", "format": "uuid"}},
    }
)
class SubjectField(serializers.Field):
    """The record that a proposal is about."""

    def __init__(self) -> None:
        super().__init__(source="*", read_only=True)

    def expression(self, path: str, reading: Reading) -> Any:
        return BuildObject(kind=F("subject_kind"), id=F("subject_id"))


class PersonName(serializers.CharField):
    """Who spoke for a city, for members of the programme's sides; null for everybody else."""

    def __init__(self, who: str, programme: str) -> None:
        self.who, self.programme = who, programme
        super().__init__(read_only=True, allow_null=True)

    def expression(self, path: str, reading: Reading) -> Any:
        prefix = path.rpartition("__")[0]
        way = f"{prefix}__" if prefix else ""
        mine = {f"{way}{self.programme}__in": list(reading.actor.programme_ids)}
        return Case(When(**mine, then=F(f"{way}{self.who}")))


class DecisionShape(serializers.ModelSerializer):
    city = CityRef(read_only=True)
    decided_by = PersonName("decided_by__name", "proposal__programme")
    comment = OrNull()
    client = OrNull()
    letter_number = OrNull()
    signatory = OrNull()

    class Meta:
        model = Decision
        fields = [
            "city", "verdict", "comment", "language", "decided_by", "client", "at", "letter_number",
            "letter_date", "signatory",
        ]  # fmt: skip


class RaisedBy(serializers.Serializer):
    """The side that asks, and who asked for it."""

    city = CityRef(read_only=True)
    person = PersonName("created_by__name", "programme")
    client = OrNull()

    def expression(self, path: str, reading: Reading) -> Any:
        return BuildObject(
            city=json_of(CityRef(), reading, prefix="city__"),
            person=PersonName("created_by__name", "programme").expression("", reading),
            client=OrNull().expression("client", reading),
        )


class IsStale(serializers.BooleanField):
    """Asked of one proposal it is worked out; in a list it is null while the proposal is pending."""

    def __init__(self) -> None:
        super().__init__(
            read_only=True,
            allow_null=True,
            help_text="Whether what it is about has changed since it was raised. In a list it is null for"
            " proposals that await a word: their own address answers it.",
        )

    def expression(self, path: str, reading: Reading) -> Any:
        return Case(
            When(state__in=Proposal.PENDING, then=Value(None)),
            When(state=Proposal.State.STALE, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )


class ProposalShape(serializers.ModelSerializer):
    subject = SubjectField()
    kind = serializers.CharField(source="subject_kind", read_only=True)
    programme = serializers.UUIDField(source="programme_id", read_only=True)
    changes = ChangesField()
    message = OrNull()
    raised_by = RaisedBy(source="*", read_only=True)
    raised_at = serializers.DateTimeField(source="created_at", read_only=True)
    answers = serializers.UUIDField(source="answers_id", read_only=True, allow_null=True)
    decisions = Many(DecisionShape, lambda: Decision.objects.order_by("at", "id"), "proposal")
    is_stale = IsStale()
    letter_number = OrNull()
    signatory = OrNull()
    owner_city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = Proposal
        fields = [
            "id", "subject", "kind", "act", "programme", "changes", "message", "language", "state",
            "raised_by", "raised_at", "opened_at", "expires_on", "answers", "decisions", "is_stale", "pin",
            "letter_number", "letter_date", "signatory", "visibility", "owner_city", "version",
            "created_at", "updated_at",
        ]  # fmt: skip


class LetterInput(RecordInput):
    """The letter on paper behind a word."""

    number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    date = serializers.DateField(required=False, allow_null=True)
    signatory = serializers.CharField(max_length=200, required=False, allow_blank=True)
    scan = serializers.UUIDField(
        required=False, allow_null=True, help_text="The id of a document on the proposal or on its record."
    )


class WordInput(RecordInput):
    """What goes with a side's word."""

    comment = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=5_000, help_text="A refusal needs one."
    )
    language = serializers.ChoiceField(choices=LANGUAGE_CODES)
    letter = LetterInput(required=False)


class WithdrawInput(RecordInput):
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=5_000)


class ChangesInput(serializers.DictField):
    """Name → the value asked for; see `changes` of a proposal."""

    child = serializers.JSONField(allow_null=True)


class MessageInput(RecordInput):
    act = serializers.CharField(max_length=20, default="change")
    changes = ChangesInput(required=False, default=dict)  # type: ignore[assignment]  # a field, no method
    message = serializers.CharField(required=False, allow_blank=True, default="", max_length=5_000)
    language = serializers.ChoiceField(choices=LANGUAGE_CODES)
    letter = LetterInput(required=False)


class ProposeInput(MessageInput):
    """What is asked of the other side."""

    expires_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="An answer is asked by this day."
    )


def letter_of(given: dict[str, Any] | None, actor: Any, *on: Any) -> LetterData:
    """The letter that a call names; its scan is a document on one of these records. Raises `Invalid`."""
    given = given or {}
    scan = None
    if pk := given.get("scan"):
        documents = Document.objects.visible_to(actor).live().select_related("blob")
        scan = documents.filter(pk=pk, subject_id__in=[record.pk for record in on]).first()
        if scan is None:
            raise Invalid({"letter.scan": [_("There is no such document on this record.")]})
    day: date | None = given.get("date")
    return LetterData(given.get("number", ""), day, given.get("signatory", ""), scan)


def proposed(request: Request, actor: Any, subject: Any, answers: Proposal | None = None) -> Proposal:
    """Raise, or counter, what a call asks for. Raises as the services do, with the API's names."""
    given = read_act(MessageInput if answers else ProposeInput, request)
    on = (subject, answers) if answers else (subject,)
    words = {"message": given["message"], "language": given["language"], "by": actor}
    try:
        current = plain(terms_of(subject).read(subject))
        changes = paths_of(given["changes"], current)
        letter = letter_of(given.get("letter"), actor, *on)
        if answers:
            return proposal_counter(
                proposal=answers, act=given["act"], changes=changes, letter=letter, **words
            )
        return proposal_raise(
            subject=subject,
            act=given["act"],
            changes=changes,
            letter=letter,
            expires_on=given["expires_on"],
            **words,
        )
    except Invalid as refusal:
        own, errors = {"act", "expires_on", "letter.scan", ""}, refusal.errors
        named = names_of({path: texts for path, texts in errors.items() if path not in own})
        raise Invalid({**named, **{path: errors[path] for path in errors if path in own}}) from None


def told(request: Request, resource: Any, proposal: Proposal, status: int) -> HttpResponse:
    """The proposal as the answer to an act on it."""
    response = resource.retrieve(request, proposal.pk)
    response.status_code = status
    if status == 201:
        address = reverse("api:proposals-detail", args=[proposal.pk])
        response["Location"] = request.build_absolute_uri(address)
    return response


ACTIONS["act"] = ("200", "The proposal as it stands now.", ("401", "404", "409", "422", "503"))
ACTIONS["propose"] = ("201", "The new proposal.", ("401", "404", "409", "422", "503"))


class ActSchema(Schema):
    """An act on a proposal: what it takes, and that it answers with the proposal."""

    shape: type[RecordInput]
    kind: str

    def get_request_serializer(self) -> Any:
        return self.shape()

    def get_response_serializers(self) -> Any:
        return ProposalShape()

    def get_auth(self) -> list[Any]:
        deciding = self.view.action in {"confirm", "accept", "refuse", "counter"}
        scopes = ["approvals:write", *([DECIDE] if deciding else [])]
        return [{"partner": scopes}, {"session": []}]

    def get_override_parameters(self) -> list[Any]:
        return [IDEMPOTENCY_KEY]

    @property
    def act(self) -> str:
        return self.kind


def schema_of(shape: type[RecordInput], kind: str) -> Schema:
    """The schema of an act; a class of its own, because it is made anew without arguments."""
    made: Any = type("ActSchema", (ActSchema,), {"shape": shape, "kind": kind})
    return made()


class Proposals(ReadOnlyResource):
    """What one side asks of the other, and how it was answered.

    It is raised with `POST /api/v1/projects/{id}/propose`. Deciding needs the scope
    `approvals:decide` beside `approvals:write`; the decision names the official who answers
    for the client.
    """

    scope = "approvals"
    model = Proposal
    serializer_class = ProposalShape
    filterset_class = ProposalApiFilter
    orderings = ("created_at", "updated_at")

    def scope_of(self, reads: bool) -> str:
        return "programme:read" if reads else super().scope_of(reads)

    def retrieve(self, request: Request, pk: Any) -> HttpResponse:
        """Whether a pending one is stale is worked out anew each time, so it is never "not modified"."""
        response = super().retrieve(request, pk)
        if response.status_code == 304 or "json" not in response["Content-Type"]:
            return response
        body = orjson.loads(response.content)
        if body.get("is_stale", False) is None:
            proposal = access.proposal_to_read(pk=pk, actor=self.actor)
            subject = access.subject_of(proposal, self.actor)
            body["is_stale"] = bool(changed_since(proposal, subject))
            response.content = orjson.dumps(body)
        return response

    def give(
        self, request: Request, pk: Any, work: Callable[[Proposal], Proposal], status: int = 200
    ) -> Any:
        """Do what a call asks of a proposal; that it has gone stale meanwhile is told as 409, and kept."""
        check_parameters(request, [])

        def done() -> HttpResponse:
            proposal = access.proposal_to_read(pk=pk, actor=self.actor)
            try:
                return told(request, self, work(proposal), status)
            except WentStale as stale:
                return out_of_date(request._request, stale)

        return once(request, self.actor, done)

    def word(self, request: Request, pk: Any, serve: Callable[..., Proposal]) -> Any:
        def work(proposal: Proposal) -> Proposal:
            given = read_act(WordInput, request)
            subject = access.subject_of(proposal, self.actor)
            letter = letter_of(given.get("letter"), self.actor, proposal, subject)
            return serve(
                proposal=proposal,
                comment=given["comment"],
                language=given["language"],
                letter=letter,
                by=self.actor,
            )

        return self.give(request, pk, work)

    @action(detail=True, methods=["post"], schema=schema_of(WordInput, "act"))
    def confirm(self, request: Request, pk: Any) -> HttpResponse:
        """Confirm inside one's own city; the other side sees it from then on."""
        return self.word(request, pk, proposal_confirm)

    @action(detail=True, methods=["post"], schema=schema_of(WordInput, "act"))
    def accept(self, request: Request, pk: Any) -> HttpResponse:
        """Say yes for the other city: what was proposed is done at once."""
        return self.word(request, pk, proposal_accept)

    @action(detail=True, methods=["post"], schema=schema_of(WordInput, "act"))
    def refuse(self, request: Request, pk: Any) -> HttpResponse:
        """Say no for the other city, with a reason."""
        return self.word(request, pk, proposal_refuse)

    @action(detail=True, methods=["post"], schema=schema_of(MessageInput, "propose"))
    def counter(self, request: Request, pk: Any) -> HttpResponse:
        """Answer with a proposal of one's own, which is the answer of this call."""

        def work(proposal: Proposal) -> Proposal:
            subject = access.subject_of(proposal, self.actor)
            return proposed(request, self.actor, subject, proposal)

        return self.give(request, pk, work, 201)

    @action(detail=True, methods=["post"], schema=schema_of(WithdrawInput, "act"))
    def withdraw(self, request: Request, pk: Any) -> HttpResponse:
        """Take back what one's own city asked for."""
        return self.give(
            request,
            pk,
            lambda proposal: proposal_withdraw(
                proposal=proposal, comment=read_act(WithdrawInput, request)["comment"], by=self.actor
            ),
        )


class Proposing:
    """Adds `POST …/propose` to the resource of a kind of record that the sides agree on."""

    def scope_of(self, reads: bool) -> str:
        proposes = getattr(self, "action", "") == "propose"
        return "approvals:write" if proposes else super().scope_of(reads)  # type: ignore[misc]

    @action(detail=True, methods=["post"], schema=schema_of(ProposeInput, "propose"))
    def propose(self: Any, request: Request, pk: Any) -> HttpResponse:
        """Ask the other side for its word on an act, or on changes."""
        check_parameters(request, [])
        resource = Proposals(request=request, format_kwarg=None, basename="proposals")
        resource.action = "retrieve"

        def done() -> HttpResponse:
            return told(request, resource, proposed(request, self.actor, self.one(pk)), 201)

        return once(request, self.actor, done)


class EntryShape(serializers.Serializer):
    """One line of the export."""

    body = serializers.JSONField(read_only=True)
    hash = serializers.CharField(read_only=True)


class ChainSchema(Schema):
    """The export, which is no JSON but one entry a line."""

    def get_override_parameters(self) -> list[Any]:
        return []

    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, record)
        good = operation["responses"]["200"]
        good["description"] = "The chain, one entry a line. `X-Chain-Head` names its head."
        good["content"] = {"application/x-ndjson": {"schema": record}}
        good.pop("headers", None)


class Decisions(Resource):
    """The chain of all decisions, for members of the sides."""

    scope = "approvals"
    serializer_class = EntryShape

    def scope_of(self, reads: bool) -> str:
        return "programme:read"

    @action(detail=False, methods=["get"], schema=ChainSchema())
    def chain(self, request: Request) -> StreamingHttpResponse:
        """The whole chain as JSON lines, as `docs/verify_decisions.py` checks it."""
        check_parameters(request, [])
        access.require_chain(self.actor)
        response = StreamingHttpResponse(chain.exported(), content_type="application/x-ndjson")
        response["Content-Disposition"] = 'attachment; filename="decisions.jsonl"'
        response["Cache-Control"] = "private, no-store"
        if head := chain.head():
            response["X-Chain-Head"] = f"{head.position}:{head.hash}"
        return response
