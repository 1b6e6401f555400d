"""Opinions asked for inside a city, in the API. The other city is told of none of them."""

from typing import Any, ClassVar

import django_filters
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.api import CityRef, OrganisationRef
from accounts.models import User
from approvals.assignments import (
    assignment_amend,
    assignment_answer,
    assignment_create,
    assignment_withdraw,
)
from approvals.models import Assignment
from attachments.access import subject_to_read
from attachments.api import AttachedFilter
from records.api.acts import read_act, versioned_act
from records.api.inputs import RecordInput
from records.api.shapes import OrNull
from records.api.writes import WritableResource
from records.errors import Invalid, NotVisible


class AssignmentShape(serializers.ModelSerializer):
    """Only one's own city reads it, so its people are named."""

    programme = serializers.UUIDField(source="programme_id", read_only=True)
    city = CityRef(read_only=True)
    assignee = serializers.CharField(source="assignee.name", read_only=True, allow_null=True)
    unit = OrganisationRef(read_only=True, allow_null=True)
    task = OrNull()
    asked_by = serializers.CharField(source="created_by.name", read_only=True, allow_null=True)
    asked_at = serializers.DateTimeField(source="created_at", read_only=True)
    opinion = OrNull()
    answered_by = serializers.CharField(source="answered_by.name", read_only=True, allow_null=True)
    withdrawn_at = serializers.DateTimeField(source="archived_at", read_only=True, allow_null=True)

    class Meta:
        model = Assignment
        fields = [
            "id", "subject_kind", "subject_id", "programme", "city", "assignee", "unit", "task", "due_on",
            "asked_by", "asked_at", "opinion", "answered_by", "answered_at", "withdrawn_at", "version",
            "created_at", "updated_at",
        ]  # fmt: skip


class AssignmentInput(RecordInput):
    task = serializers.CharField(max_length=2_000, required=False, allow_blank=True, allow_null=True)
    due_on = serializers.DateField(required=False, allow_null=True)


class NewAssignmentInput(AssignmentInput):
    """Whom to ask about which record: a colleague, a unit of one's own city, or both."""

    subject_kind = serializers.CharField(max_length=40)
    subject_id = serializers.UUIDField()
    assignee_email = serializers.EmailField(
        required=False, help_text="The address with which a colleague of your own city signs in."
    )
    unit = serializers.UUIDField(required=False, allow_null=True)


class OpinionInput(RecordInput):
    opinion = serializers.CharField(max_length=5_000)


class AssignmentApiFilter(AttachedFilter):
    state = django_filters.ChoiceFilter(
        choices=[("open", "open"), ("answered", "answered")],
        label="Whether the opinion has been given",
        method="filter_state",
    )

    def filter_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(answered_at__isnull=value == "open")


class Assignments(WritableResource):
    """Opinions that the caller's own city asks its people for, about any record.

    `DELETE` withdraws the request: the opinion is asked for no more.
    """

    scope = "approvals"
    model = Assignment
    serializer_class = AssignmentShape
    filterset_class = AssignmentApiFilter
    new_input: ClassVar[Any] = NewAssignmentInput
    input_class: ClassVar[Any] = AssignmentInput

    def scope_of(self, reads: bool) -> str:
        return "programme:read" if reads else super().scope_of(reads)

    def new_record(self, values: dict[str, Any]) -> Assignment:
        return Assignment()

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        assignee = self.colleague(parts.get("assignee_email"))
        try:
            subject = subject_to_read(kind=record.subject_kind, pk=record.subject_id, actor=self.actor)
        except NotVisible:
            raise Invalid({"subject_id": [_("There is no such record.")]}) from None
        try:
            return assignment_create(
                subject=subject,
                assignee=assignee,
                unit=record.unit,
                task=record.task,
                due_on=record.due_on,
                by=self.actor,
            )
        except Invalid as refusal:
            names = {"assignee": "assignee_email"}
            errors = refusal.errors.items()
            raise Invalid({names.get(name, name): told for name, told in errors}) from None

    def colleague(self, email: str | None) -> User | None:
        """Whoever of the caller's city signs in so. Of nobody else it is told whether they exist."""
        if not email:
            return None
        found = User.objects.filter(
            email__iexact=email, city__isnull=False, city=self.actor.city_id
        ).first()
        if found is None:
            told = _("Choose a colleague of your own city who may sign in.")
            raise Invalid({"assignee_email": [told]})
        return found

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return assignment_amend(assignment=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return assignment_withdraw(assignment=record, base_version=version, by=self.actor)

    @action(
        detail=True,
        methods=["post"],
        url_path="answer",
        url_name="answer",
        schema=versioned_act(OpinionInput),
    )
    def give_opinion(self, request: Request, pk: Any) -> HttpResponse:
        """Give the opinion, or give it better; for the person who was asked, or one of the unit."""

        def given(assignment: Assignment, version: int) -> None:
            opinion = read_act(OpinionInput, request)["opinion"]
            assignment_answer(assignment=assignment, opinion=opinion, base_version=version, by=self.actor)

        return self.acted(request, pk, given)
