"""What the list of projects is measured against, over the same rows and behind the same middleware.

`PlainProjects` is the list as one writes it by hand with Django REST framework: nested
model serializers over `select_related` and `prefetch_related`. `postgres` is the least
that can be done: one hand-written query that builds the whole page, handed on as it is.
Both give a stranger's page (public projects only) with the fields of the product's own.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localdate
from rest_framework import generics, serializers
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import AllowAny

from accounts.models import City, Organisation
from programme.models import Agreement, Area, Event, Programme, Provision
from projects.models import Lead, Project

LIMIT = 100


def in_three(record: Any, name: str) -> dict[str, Any]:
    return {
        "en": getattr(record, f"{name}_en") or None,
        "ru": getattr(record, f"{name}_ru") or None,
        "zh-hans": getattr(record, f"{name}_zh_hans") or None,
    }


class Titled(serializers.ModelSerializer):
    title = serializers.SerializerMethodField()

    def get_title(self, record: Any) -> dict[str, Any]:
        return in_three(record, "title")


class Named(serializers.ModelSerializer):
    name = serializers.SerializerMethodField()

    def get_name(self, record: Any) -> dict[str, Any]:
        return in_three(record, "name")


class ProgrammeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Programme
        fields = ["id"]


class AreaSerializer(Named):
    class Meta:
        model = Area
        fields = ["id", "code", "name"]


class ProvisionSerializer(Titled):
    class Meta:
        model = Provision
        fields = ["id", "code", "title"]


class AgreementSerializer(Titled):
    class Meta:
        model = Agreement
        fields = ["id", "title"]


class EventSerializer(Titled):
    class Meta:
        model = Event
        fields = ["id", "title"]


class CitySerializer(Named):
    class Meta:
        model = City
        fields = ["id", "code", "name"]


class OrganisationSerializer(Named):
    class Meta:
        model = Organisation
        fields = ["id", "name"]


class CarriedFromSerializer(Titled):
    class Meta:
        model = Project
        fields = ["id", "code", "title"]


class ProjectSerializer(Titled):
    summary = serializers.SerializerMethodField()
    programme = ProgrammeSerializer()
    areas = AreaSerializer(many=True)
    provisions = ProvisionSerializer(many=True)
    agreements = AgreementSerializer(many=True)
    events = EventSerializer(many=True)
    leads = serializers.SerializerMethodField()
    owner_city = CitySerializer()
    progress = serializers.SerializerMethodField()
    carried_from = CarriedFromSerializer()

    class Meta:
        model = Project
        fields = [
            "id", "code", "title", "summary", "programme", "areas", "provisions", "agreements", "events",
            "leads", "starts_on", "ends_on", "state", "progress", "visibility", "owner_city",
            "carried_from", "version", "created_at", "updated_at",
        ]  # fmt: skip

    def get_summary(self, record: Project) -> dict[str, Any]:
        return in_three(record, "summary")

    def get_leads(self, record: Project) -> dict[str, Any]:
        return {
            lead.city.code: OrganisationSerializer(lead.organisation).data
            for lead in record.leads.all()
            if lead.organisation
        }

    def get_progress(self, record: Project) -> dict[str, int]:
        live, today = [each for each in record.milestones.all() if not each.archived_at], localdate()
        return {
            "achieved": sum(bool(each.achieved_on) for each in live),
            "due": sum(bool(each.achieved_on or each.due_on <= today) for each in live),
            "total": len(live),
        }


class Pages(LimitOffsetPagination):
    default_limit = LIMIT

    def get_count(self, queryset: Any) -> int:
        return LIMIT + 1  # the product's list counts nothing either


def public(model: Any) -> Any:
    return model.objects.filter(visibility="public")


class PlainProjects(generics.ListAPIView):
    permission_classes = (AllowAny,)
    serializer_class = ProjectSerializer
    pagination_class = Pages

    def get_queryset(self) -> Any:
        return (
            public(Project)
            .filter(archived_at=None)
            .select_related("programme", "owner_city", "carried_from")
            .prefetch_related(
                Prefetch("areas", public(Area).order_by("position", "code")),
                Prefetch("provisions", public(Provision).order_by("code")),
                Prefetch("agreements", public(Agreement).order_by("created_at", "id")),
                Prefetch("events", public(Event).order_by("created_at", "id")),
                Prefetch("leads", Lead.objects.select_related("city", "organisation")),
                "milestones",
            )
            .order_by("created_at", "id")
        )


def three(table: str, name: str) -> str:
    pairs = (("en", "en"), ("ru", "ru"), ("zh-hans", "zh_hans"))
    inside = ", ".join(f"'{key}', nullif({table}.{name}_{column}, '')" for key, column in pairs)
    return f"json_build_object({inside})"


def many(name: str, table: str, text: str, order: str, code: bool = False) -> str:
    key = name.removesuffix("s")
    built = f"json_build_object('id', r.id, {chr(39) + 'code' + chr(39) + ', r.code, ' if code else ''}"
    return (
        f"coalesce((SELECT json_agg({built}'{text}', {three('r', text)}) ORDER BY {order})"
        f" FROM {table} r JOIN projects_project_{name} t ON t.{key}_id = r.id"
        f" WHERE t.project_id = p.id AND r.visibility = 'public'), '[]')"
    )


ORGANISATION = f"json_build_object('id', o.id, 'name', {three('o', 'name')})"
HAND_WRITTEN = f"""
WITH page AS MATERIALIZED (
    SELECT * FROM projects_project
    WHERE visibility = 'public' AND archived_at IS NULL
    ORDER BY created_at, id LIMIT {LIMIT}
)
SELECT json_build_object('results', json_agg(json_build_object(
    'id', p.id, 'code', p.code, 'title', {three("p", "title")}, 'summary', {three("p", "summary")},
    'programme', json_build_object('id', p.programme_id),
    'areas', {many("areas", "programme_area", "name", "r.position, r.code", code=True)},
    'provisions', {many("provisions", "programme_provision", "title", "r.code", code=True)},
    'agreements', {many("agreements", "programme_agreement", "title", "r.created_at, r.id")},
    'events', {many("events", "programme_event", "title", "r.created_at, r.id")},
    'leads', coalesce((SELECT json_object_agg(c.code, {ORGANISATION}) FROM projects_lead l
        JOIN accounts_city c ON c.id = l.city_id JOIN accounts_organisation o ON o.id = l.organisation_id
        WHERE l.project_id = p.id), '{{}}'),
    'starts_on', p.starts_on, 'ends_on', p.ends_on, 'state', p.state,
    'progress', (SELECT json_build_object(
            'achieved', count(*) FILTER (WHERE m.achieved_on IS NOT NULL),
            'due', count(*) FILTER (WHERE m.achieved_on IS NOT NULL OR m.due_on <= current_date),
            'total', count(*))
        FROM projects_milestone m WHERE m.project_id = p.id AND m.archived_at IS NULL),
    'visibility', p.visibility,
    'owner_city', CASE WHEN c.id IS NOT NULL THEN
        json_build_object('id', c.id, 'code', c.code, 'name', {three("c", "name")}) END,
    'carried_from', CASE WHEN f.id IS NOT NULL THEN
        json_build_object('id', f.id, 'code', f.code, 'title', {three("f", "title")}) END,
    'version', p.version, 'created_at', p.created_at, 'updated_at', p.updated_at
) ORDER BY p.created_at, p.id))::text
FROM page p LEFT JOIN accounts_city c ON c.id = p.owner_city_id
    LEFT JOIN projects_project f ON f.id = p.carried_from_id AND f.visibility = 'public'
"""


@login_not_required
def postgres(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(HAND_WRITTEN)
        (text,) = cursor.fetchone()
    return HttpResponse(text.encode(), content_type="application/json")


@login_not_required
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", content_type="application/json")
