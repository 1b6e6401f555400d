"""The reading half of a resource: a list and a record, under the contract of the API."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

import orjson
from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from records.api import exports
from records.api.compiled import texts_of
from records.api.errors import BadParameter, fault
from records.api.limits import Limit
from records.api.paging import Cursor, read_limit, read_page
from records.api.permissions import ReadsAreOpen
from records.api.shapes import DecimalText, Reading, json_of
from records.errors import NotVisible
from records.texts import LANGUAGES

FORMATS = ("json", *exports.TYPES)
COMMON = ("lang", "fields", "format")
PAGING = ("limit", "cursor", "ordering")
PAGE = b'{"next":%b,"previous":%b,"results":[%b]}'


class Resource(GenericViewSet):
    """What every address of the API has in common: who calls, with which scope, how often."""

    permission_classes = [ReadsAreOpen]
    scope: ClassVar[str]  # the family of scopes: `projects` for projects:read and projects:write
    serializer_class: Any = None
    pagination_class = None
    filter_backends: ClassVar[Sequence[Any]] = ()

    @property
    def actor(self) -> Any:
        """Who calls; the middleware has put the actor on Django's request."""
        return self.request._request.actor  # type: ignore[attr-defined]

    def scope_of(self, reads: bool) -> str:
        """The scope that a partner's token needs for this call."""
        return f"{self.scope}:{'read' if reads else 'write'}"

    def perform_authentication(self, request: Request) -> None:
        """Who calls is known from here on, and each call counts."""
        super().perform_authentication(request)
        self.limit = Limit(request, self.actor)
        self.limit.count()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "limit"):
            self.limit.tell(response)
        return response

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`format` decides, and otherwise JSON: a browser's Accept header is no wish."""
        return self.get_renderers()[0], "application/json"


class ReadOnlyResource(Resource):
    """Lists and shows one type of record.

    `serializer_class` is the record's shape, `filterset_class` its typed filters,
    `orderings` what a list can be sorted by (each never null); the first is the default.
    """

    model: ClassVar[Any]
    orderings: ClassVar[Sequence[str]] = ("created_at", "updated_at")
    filterset_class: ClassVar[Any] = None
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        return self.model.objects.visible_to(self.actor)

    def here(self) -> Any:
        """The records of this address: those that the caller sees, or of them those of one parent."""
        return self.get_queryset()

    def list(self, request: Request) -> HttpResponse:
        check_parameters(request, [*COMMON, *PAGING, *self.filters()])
        reading, limit = self.reading(request), read_limit(request.GET.get("limit"))
        order = self.order(request.GET.get("ordering"))
        cursor = Cursor.decode(text, len(order)) if (text := request.GET.get("cursor")) else None
        page = read_page(self.filtered(request), order=order, cursor=cursor, limit=limit)
        links = {"next": address(request, page.next), "previous": address(request, page.previous)}
        texts = texts_of(
            [row[-1] for row in page.rows],
            resource=type(self),
            reading=reading,
            queryset=self.get_queryset,
            json=self.json,
        )
        kind = request.GET.get("format", "json")
        self.told([row[-1] for row in page.rows], kind)
        if kind in exports.TYPES:
            return self.exported(kind, texts, links, reading)
        body = PAGE % (
            orjson.dumps(links["next"]),
            orjson.dumps(links["previous"]),
            ",".join(texts).encode(),
        )
        return self.answer(body, "application/json", reading)

    def retrieve(self, request: Request, pk: Any) -> HttpResponse:
        check_parameters(request, COMMON)
        reading = self.reading(request)
        json = Cast(self.json(reading), TextField())
        row = self.here().filter(pk=pk).values_list(json, "version").first()
        if row is None:
            raise NotVisible
        text, version = row
        self.told([pk], request.GET.get("format", "json"))
        etag = f'"{version}"'
        kind = request.GET.get("format", "json")
        if etag in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
            response = HttpResponse(status=304)
        elif kind in exports.TYPES:
            response = self.exported(kind, [text], {}, reading)
        else:
            response = self.answer(text.encode(), "application/json", reading)
        response["ETag"] = etag
        return response

    def told(self, pks: Sequence[Any], kind: str) -> None:
        """Called with the ids of an answer's records and its format, by kinds that note who reads."""

    def reading(self, request: Request) -> Reading:
        return Reading(self.actor, language(request), self.sparse(request.GET.get("fields")))

    def json(self, reading: Reading) -> Any:
        return json_of(self.serializer_class(context={"top": True}), reading)

    def sparse(self, text: str | None) -> frozenset[str] | None:
        if text is None:
            return None
        names = frozenset(text.split(","))
        if unknown := names - set(self.serializer_class().fields):
            raise BadParameter(
                [
                    fault(
                        "fields",
                        "unknown",
                        _("There is no field “%(name)s”.") % {"name": sorted(unknown)[0]},
                    )
                ]
            )
        return names

    def filters(self) -> Sequence[str]:
        return [*self.filterset_class.base_filters] if self.filterset_class else []

    def filtered(self, request: Request) -> Any:
        queryset = self.here()
        if hasattr(queryset, "live"):
            queryset = queryset.live()
        if self.filterset_class is None or request.GET.keys().isdisjoint(self.filters()):
            return queryset
        return filter_or_refuse(self.filterset_class, request, queryset)

    def order(self, text: str | None) -> Sequence[str]:
        """The fields to sort by, ended by the id, which is unique."""
        name = text if text is not None else self.orderings[0]
        if name.removeprefix("-") not in self.orderings:
            known = ", ".join(self.orderings)
            raise BadParameter(
                [fault("ordering", "unknown", _("Sort by one of: %(names)s.") % {"names": known})]
            )
        return [name, "-id" if name.startswith("-") else "id"]

    def answer(self, body: bytes, content_type: str, reading: Reading) -> HttpResponse:
        response = HttpResponse(body, content_type=content_type)
        if reading.language:
            response["Content-Language"] = reading.language
        return response

    def with_numbers(self, row: dict[str, Any]) -> dict[str, Any]:
        """Decimals, texts in JSON so that no digit is lost, as numbers that a spreadsheet adds up."""
        for name, field in self.serializer_class().fields.items():
            if isinstance(field, DecimalText) and row.get(name) is not None:
                row[name] = Decimal(row[name])
        return row

    def exported(
        self, kind: str, texts: Sequence[str], links: dict[str, Any], reading: Reading
    ) -> HttpResponse:
        make = {"csv": exports.as_csv, "xlsx": exports.as_xlsx}[kind]
        rows = [self.with_numbers(orjson.loads(text)) for text in texts]
        response = self.answer(make(rows), exports.TYPES[kind], reading)
        response["Content-Disposition"] = f'attachment; filename="{self.basename}.{kind}"'
        response["X-Content-Type-Options"] = "nosniff"
        if pointers := [f'<{url}>; rel="{rel}"' for rel, url in links.items() if url]:
            response["Link"] = ", ".join(pointers)
        return response


def check_parameters(request: Request, known: Sequence[str]) -> None:
    """An unknown or doubled parameter is refused: a filter that is ignored answers another question."""
    errors = [
        fault(name, "unknown", _("There is no parameter “%(name)s” here.") % {"name": name})
        for name in request.GET
        if name not in known
    ]
    errors += [
        fault(name, "doubled", _("Give this parameter once."))
        for name, values in request.GET.lists()
        if name in known and len(values) > 1
    ]
    kind = request.GET.get("format", "json")
    if kind not in FORMATS:
        errors.append(
            fault("format", "unknown", _("Choose one of: %(names)s.") % {"names": ", ".join(FORMATS)})
        )
    if any("\x00" in value for value in request.GET.values()):
        errors.append(fault("", "invalid", _("A parameter holds a character that no text has.")))
    if errors:
        raise BadParameter(errors)


def filter_or_refuse(filterset: Any, request: Request, queryset: Any) -> Any:
    """What the filters leave of a list. A value that they can't read is refused (`BadParameter`)."""
    found = filterset(request.GET, queryset=queryset, request=request)
    if not found.form.is_valid():
        raise BadParameter(
            [
                fault(name, error.code or "invalid", " ".join(error.messages))
                for name, errors in found.form.errors.as_data().items()
                for error in errors
            ]
        )
    return found.qs


def language(request: Request) -> str | None:
    """The one language that is asked for, by `lang` or else by Accept-Language; None for all three."""
    asked = request.GET.get("lang")
    if asked is not None:
        if asked not in LANGUAGES:
            names = ", ".join(LANGUAGES)
            raise BadParameter(
                [fault("lang", "unknown", _("Choose one of: %(names)s.") % {"names": names})]
            )
        return asked
    header = request.headers.get("Accept-Language", "")
    for tag, _weight in parse_accept_lang_header(header.lower()[:500]):
        try:
            return translation.get_supported_language_variant(tag)
        except LookupError:
            continue
    return None


def address(request: Request, cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor.encode()
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
