"""The writing half of a resource: the services of the pages, under the contract's versions and retries."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import CharField, ForeignKey, TextField
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from records.api.idempotency import once
from records.api.inputs import whole_input
from records.api.views import ReadOnlyResource, check_parameters
from records.errors import EditConflict, Invalid, NotVisible
from records.models import Visibility
from records.registry import registry
from records.texts import columns
from records.values import is_column, plain, read_values, write_columns

VERSION = re.compile(r'"(\d{1,9})"')


class VersionNeeded(APIException):
    status_code, default_code = 428, "version_needed"


class AmendableResource(ReadOnlyResource):
    """Adds `PUT` and `PATCH` to a resource, and acts on a record.

    A subclass says what may be sent (`input_class`; what `PUT` takes follows from it and
    `new_input`) and calls its own service in `amend_record`.
    """

    new_input: ClassVar[Any]
    input_class: ClassVar[Any]

    amend_record: Callable[[Any, dict[str, Any], int], Any]  # a record, changes, their version

    def partial_update(self, request: Request, pk: Any) -> HttpResponse:
        return self.written(
            request, pk, lambda record: self.read_input(self.input_class, request, partial=True)
        )

    def update(self, request: Request, pk: Any) -> HttpResponse:
        """Replace the record: what is left out becomes empty."""
        return self.written(request, pk, lambda record: self.replacement(record, request))

    def written(self, request: Request, pk: Any, read: Callable[[Any], dict[str, Any]]) -> HttpResponse:
        return self.acted(
            request, pk, lambda record, version: self.amend_record(record, read(record), version)
        )

    def acted(self, request: Request, pk: Any, act: Callable[[Any, int], Any]) -> HttpResponse:
        """Do something to a record at the version that the call names, and answer with the record."""
        check_parameters(request, [])
        record = self.one(pk)
        version = named_version(request, record)
        with named_fields(self.model):
            act(record, version)
        return self.retrieve(request, record.pk)

    @classmethod
    def whole_input(cls) -> Any:
        return whole_input(cls.input_class, cls.new_input)

    def replacement(self, record: Any, request: Request) -> dict[str, Any]:
        """What was sent, and nothing for every other path that could have been.

        A reference to a record that the caller does not see stays, as for a set of records.
        """
        sent = self.read_input(self.whole_input(), request)
        texts, writable = columns(self.model), self.input_class().fields
        empty = {}
        for path, value in read_values(record, registry.of(record), self.actor).items():
            name = texts.get(path, (path.partition("/")[0],))[0]
            if name in writable and path not in sent and self.sees_reference(path, value):
                empty[path] = nothing(self.model, path, value)
        return empty | sent

    def one(self, pk: Any) -> Any:
        record = self.here().filter(pk=pk).first()
        if record is None:
            raise NotVisible
        return record

    def read_input(self, shape: Any, request: Request, *, partial: bool = False) -> dict[str, Any]:
        """What was sent, as path → plain value. A record that it refers to must be one the caller sees."""
        data = shape(data=request.data, partial=partial)
        data.is_valid(raise_exception=True)
        values = data.changes()
        for path, value in values.items():
            if path != "programme" and not self.sees_reference(path, value):
                raise Invalid({path: [_("There is no such record: %(id)s.") % {"id": value}]})
        return values

    def sees_reference(self, path: str, value: Any) -> bool:
        """False where the value is another record that the caller does not see."""
        field = self.model._meta.get_field(path) if is_column(self.model, path) else None
        if not value or not isinstance(field, ForeignKey):
            return True
        known: Any = field.related_model._default_manager
        seen = known.visible_to(self.actor) if hasattr(known, "visible_to") else known
        return bool(seen.filter(pk=value).exists())


class WritableResource(AmendableResource):
    """Adds `POST` and `DELETE` (which archives), for kinds that callers make and take away.

    A subclass calls its own services in `create_record` and `archive_record`.
    """

    create_record: Callable[[Any, dict[str, Any]], Any]  # an unsaved record and its parts
    archive_record: Callable[[Any, int], Any]

    def create(self, request: Request) -> HttpResponse:
        check_parameters(request, [])
        return once(request, self.actor, lambda: self.created(request))

    def created(self, request: Request) -> HttpResponse:
        with named_fields(self.model):
            values = self.read_input(self.new_input, request)
            record = self.new_record(values)
            own = {path: values.pop(path) for path in list(values) if is_column(self.model, path)}
            write_columns(record, own)
            record = self.create_record(record, values)
        response = self.retrieve(request, record.pk)
        response.status_code = 201
        response["Location"] = request.build_absolute_uri(self.location(record))
        return response

    def location(self, record: Any) -> str:
        return reverse(f"api:{self.basename}-detail", args=[record.pk])

    def new_record(self, values: dict[str, Any]) -> Any:
        """An unsaved record of a programme that the caller sees; takes what it uses out of `values`."""
        programmes = self.model._meta.get_field("programme").related_model.objects
        programme = programmes.visible_to(self.actor).filter(pk=values.pop("programme")).first()
        if programme is None:
            raise Invalid({"programme": [_("There is no such programme.")]})
        visibility = values.pop("visibility")
        owner = self.actor.city if visibility == Visibility.OWN else None
        return self.model(programme=programme, visibility=visibility, owner_city=owner)

    def destroy(self, request: Request, pk: Any) -> HttpResponse:
        check_parameters(request, [])
        record = self.one(pk)
        self.archive_record(record, named_version(request, record))
        return HttpResponse(status=204)


def nothing(model: Any, path: str, value: Any) -> Any:
    """The plain value of a path that nobody has filled; a column's is what a new record begins with."""
    if not is_column(model, path):
        return type(value)()  # of a part: an empty text, list or object
    field = model._meta.get_field(path)
    default = plain(field.get_default())
    return "" if default is None and isinstance(field, CharField | TextField) else default


def named_version(request: Request, record: Any) -> int:
    """The version that `If-Match` names. Raises `VersionNeeded` and `EditConflict`."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        raise VersionNeeded(
            _("Name the version that you start from: If-Match with the ETag of the record.")
        )
    found = VERSION.fullmatch(header)
    if not found:
        raise EditConflict(record.version, [])
    return int(found[1])


@contextmanager
def named_fields(model: Any) -> Iterator[None]:
    """Fields in errors by the API's names: `title.ru` for the column `title_ru`."""
    names = {name: f"{field}.{language}" for name, (field, language) in columns(model).items()}
    try:
        yield
    except Invalid as refusal:
        raise Invalid({names.get(path, path): texts for path, texts in refusal.errors.items()}) from None
    except EditConflict as conflict:
        renamed = [replace(item, field=names.get(item.field, item.field)) for item in conflict.conflicts]
        raise EditConflict(conflict.version, renamed) from None
