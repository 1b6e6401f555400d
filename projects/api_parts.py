"""The parts of projects in the API: one resource for all of them, told what is particular to each."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.decorators import action
from rest_framework.request import Request

from projects import api_inputs as inputs
from projects import api_shapes as shapes
from projects import part_filters as filters
from projects.access import part_to_read, project_to_read
from projects.models import (
    Contribution,
    Delegate,
    Exchange,
    Indicator,
    IndicatorValue,
    Milestone,
    Participation,
    Risk,
    Update,
)
from projects.services import part_amend, part_archive, part_create, update_return, update_submit
from records.api.acts import read_act, versioned_act
from records.api.inputs import RecordInput
from records.api.views import ReadOnlyResource
from records.api.writes import WritableResource
from records.errors import Invalid, NotVisible
from records.models import Visibility


class PartResource(WritableResource):
    """Records below a project (`/projects/{project}/milestones`).

    What is to be found there, and whether anything is, follows from the project of the
    address: whoever does not see it is told that there is no such address.
    """

    scope = "projects"
    above: dict[str, UUID]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.above = {name: UUID(kwargs.pop(name)) for name in ("project", "parent") if name in kwargs}
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action not in (None, "metadata"):  # a method that is not there is nobody's secret
            self.owner = self.read_owner()

    def read_owner(self) -> Any:
        """What the records of this address belong to. Raises `NotVisible`."""
        return project_to_read(pk=self.above["project"], actor=self.actor)

    def here(self) -> Any:
        return self.get_queryset().filter(**{self.model_parent: self.owner})

    @property
    def model_parent(self) -> str:
        return getattr(self.model, "parent_name", "project")

    def new_record(self, values: dict[str, Any]) -> Any:
        return self.model(**{self.model_parent: self.owner})

    def location(self, record: Any) -> str:
        kwargs = {name: str(pk) for name, pk in self.above.items()} | {"pk": str(record.pk)}
        return reverse(f"api:{self.basename}-detail", kwargs=kwargs)

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return part_create(part=record, parts=parts, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return part_amend(part=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return part_archive(part=record, base_version=version, by=self.actor)


class Milestones(PartResource):
    """Dated results of a project."""

    model = Milestone
    serializer_class = shapes.MilestoneShape
    filterset_class = filters.MilestoneFilter
    new_input, input_class = inputs.NewMilestoneInput, inputs.MilestoneInput
    orderings = ("due_on", "created_at", "updated_at")


class MilestonesEverywhere(ReadOnlyResource):
    """Milestones of all the projects that the caller sees."""

    scope = "projects"
    model = Milestone
    serializer_class = shapes.MilestoneShape
    filterset_class = filters.MilestonesEverywhereFilter
    orderings = ("due_on", "created_at", "updated_at")

    def filtered(self, request: Request) -> Any:
        return super().filtered(request).filter(project__archived_at=None)


class Participations(PartResource):
    """What part organisations have in a project, beside the two that lead it."""

    model = Participation
    serializer_class = shapes.ParticipationShape
    filterset_class = filters.ParticipationFilter
    new_input, input_class = inputs.NewParticipationInput, inputs.ParticipationInput


class Risks(PartResource):
    """What may go wrong in a project."""

    model = Risk
    serializer_class = shapes.RiskShape
    filterset_class = filters.RiskFilter
    new_input, input_class = inputs.NewRiskInput, inputs.RiskInput


class Indicators(PartResource):
    """Measured results of a project."""

    model = Indicator
    serializer_class = shapes.IndicatorShape
    filterset_class = filters.IndicatorFilter
    new_input, input_class = inputs.NewIndicatorInput, inputs.IndicatorInput


class Contributions(PartResource):
    """What organisations put into a project."""

    model = Contribution
    serializer_class = shapes.ContributionShape
    filterset_class = filters.ContributionFilter
    new_input, input_class = inputs.NewContributionInput, inputs.ContributionInput


class Exchanges(PartResource):
    """People sent between the cities for a project."""

    model = Exchange
    serializer_class = shapes.ExchangeShape
    filterset_class = filters.ExchangeFilter
    new_input, input_class = inputs.NewExchangeInput, inputs.ExchangeInput


class Updates(PartResource):
    """Each side's word on a period of a project; a draft is that side's own."""

    model = Update
    serializer_class = shapes.UpdateShape
    filterset_class = filters.UpdateFilter
    new_input, input_class = inputs.NewUpdateInput, inputs.UpdateInput

    def new_record(self, values: dict[str, Any]) -> Any:
        city = self.actor.city
        return Update(
            project=self.owner,
            programme=self.owner.programme,
            city=city,
            visibility=Visibility.OWN,
            owner_city=city,
        )

    @action(detail=True, methods=["post"], schema=versioned_act())
    def submit(self, request: Request, pk: Any) -> HttpResponse:
        """Hand in a draft, or one that was sent back: whoever sees the project sees it from then on."""

        def handed_in(update: Update, version: int) -> None:
            read_act(RecordInput, request)
            update_submit(update=update, base_version=version, by=self.actor)

        return self.acted(request, pk, handed_in)

    @action(
        detail=True,
        methods=["post"],
        url_path="return",
        url_name="return",
        schema=versioned_act(inputs.ReturnInput),
    )
    def send_back(self, request: Request, pk: Any) -> HttpResponse:
        """Send one back that was handed in, with a remark on each section that needs more work."""

        def sent_back(update: Update, version: int) -> None:
            sections = read_act(inputs.ReturnInput, request)["sections"]
            try:
                update_return(update=update, sections=sections, base_version=version, by=self.actor)
            except Invalid as refusal:
                named = {
                    f"sections.{name}" if name else "sections": sentences
                    for name, sentences in refusal.errors.items()
                }
                raise Invalid(named) from None

        return self.acted(request, pk, sent_back)


class InnerResource(PartResource):
    """Records below a part of a project (`/projects/{project}/indicators/{parent}/values`)."""

    parent_model: ClassVar[Any]

    def read_owner(self) -> Any:
        owner = part_to_read(self.parent_model, pk=self.above["parent"], actor=self.actor)
        if owner.project_id != self.above["project"]:
            raise NotVisible
        return owner


class Values(InnerResource):
    """What the sides measured of an indicator."""

    model = IndicatorValue
    parent_model = Indicator
    serializer_class = shapes.ValueShape
    filterset_class = filters.ValueFilter
    new_input, input_class = inputs.NewValueInput, inputs.ValueInput
    orderings = ("period", "created_at", "updated_at")

    def new_record(self, values: dict[str, Any]) -> Any:
        return IndicatorValue(indicator=self.owner, city=self.actor.city)


class Delegates(InnerResource):
    """Who travels on an exchange; the names are for the programme's sides only."""

    model = Delegate
    parent_model = Exchange
    serializer_class = shapes.DelegateShape
    filterset_class = filters.DelegateFilter
    new_input, input_class = inputs.NewDelegateInput, inputs.DelegateInput


PK = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
PROJECT = f"projects/(?P<project>{PK})"
# prefix of the address, resource, name of its routes
PARTS: Sequence[tuple[str, type[ReadOnlyResource], str]] = (
    ("milestones", MilestonesEverywhere, "milestones"),
    (f"{PROJECT}/milestones", Milestones, "project-milestones"),
    (f"{PROJECT}/participations", Participations, "project-participations"),
    (f"{PROJECT}/risks", Risks, "project-risks"),
    (f"{PROJECT}/indicators", Indicators, "project-indicators"),
    (f"{PROJECT}/indicators/(?P<parent>{PK})/values", Values, "project-values"),
    (f"{PROJECT}/contributions", Contributions, "project-contributions"),
    (f"{PROJECT}/exchanges", Exchanges, "project-exchanges"),
    (f"{PROJECT}/exchanges/(?P<parent>{PK})/delegates", Delegates, "project-delegates"),
    (f"{PROJECT}/updates", Updates, "project-updates"),
)
