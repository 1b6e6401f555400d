"""Lists as CSV and XLSX, and reference data from them, with django-import-export.

What goes out holds no formula. What comes in goes through the services row by row in
one transaction: a file is taken whole or not at all, and each error names its row and column.
"""

import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import CharField, TextField
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from import_export import resources
from import_export.admin import ExportMixin, ImportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ImportForm
from import_export.results import RowResult

from accounts.access import is_masked
from accounts.actors import Actor
from accounts.models import City
from records.errors import EditConflict, Invalid, NotAllowed, Refused
from records.registry import registry
from records.sheets import natural, neutral
from records.texts import LANGUAGES, column, translated_fields
from records.values import edited_columns, plain, write_columns

ABOUT = ("id", "version", "visibility", "owner_city", "created_at", "updated_at", "archived_at")
MASKED_SHOWS = {"id", "visibility", "owner_city", "created_at", "updated_at", "archived_at"}
MOST_ROWS = 5_000
MOST_BYTES, MOST_UNPACKED = 5_000_000, 50_000_000
REASON_GIVEN = 500  # characters of it that are kept


def cell(value: Any) -> Any:
    """A value as a spreadsheet takes it; a text that it would take for a formula is disarmed."""
    if isinstance(value, bool | int) or value is None:
        return "" if value is None else value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return neutral(str(value))


def uncell(value: Any) -> Any:
    """What `cell` disarmed, as it was."""
    return natural(value) if isinstance(value, str) else value


class RecordResource(resources.ModelResource):
    """The columns of one kind of record, for one administrator. A subclass's `Meta` names the model."""

    create: Callable[..., Any]
    amend: Callable[..., Any]

    class Meta:
        skip_diff = True
        fields = ("id",)

    def __init__(self, *, actor: Actor, file_name: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.actor = actor
        self.record_type = registry.of(self._meta.model)
        known = {column.name for column in self._meta.model._meta.concrete_fields}
        self.about = [name for name in ABOUT if name in known]
        self.edited = edited_columns(self.record_type)
        # A city stands in a file by its code; its id is taken as well.
        self.cities = {code: str(pk) for pk, code in City.objects.values_list("pk", "code")}
        self.codes = {pk: code for code, pk in self.cities.items()}

    # Out.

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [*self.about, *self.edited]

    def export_resource(self, instance: Any, selected_fields: Any = None, **kwargs: Any) -> list[Any]:
        shown = MASKED_SHOWS if is_masked(self.actor, instance) else {*self.about, *self.edited}
        return [
            cell(self.value(instance, instance._meta.get_field(name))) if name in shown else ""
            for name in [*self.about, *self.edited]
        ]

    def value(self, instance: Any, field: Any) -> Any:
        value = plain(field.value_from_object(instance))
        return self.codes.get(value, value) if field.related_model is City else value

    # In.

    def get_user_visible_fields(self) -> list[Any]:
        return []

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        headers = [str(name or "").strip() for name in dataset.headers or []]
        dataset.headers = headers
        unknown = [name for name in headers if name not in {*self.about, *self.edited}]
        if unknown:
            raise ValidationError(_("There is no column “%(name)s”.") % {"name": unknown[0]})
        if len(dataset) > MOST_ROWS:
            raise ValidationError(_("A file holds at most %(count)d rows.") % {"count": MOST_ROWS})
        self.reason = _("Imported from the file %(name)s") % {"name": kwargs.get("file_name") or ""}

    def import_row(self, row: Mapping[str, Any], instance_loader: Any, **kwargs: Any) -> RowResult:
        """One row through the services. Its errors are kept by column, and undo the whole file."""
        result = RowResult()
        result.row_values = row
        values = {name: uncell(value) for name, value in row.items()}
        try:
            with transaction.atomic():
                result.import_type, record = self.write(values)
            result.add_instance_info(record)
            result.instance = record
        except (Refused, ValidationError) as error:
            result.import_type = RowResult.IMPORT_TYPE_INVALID
            result.validation_error = by_column(error, self._meta.model)
        except DatabaseError:
            result.import_type = RowResult.IMPORT_TYPE_INVALID
            result.validation_error = ValidationError(_("The database refuses this row."))
        return result

    def write(self, values: dict[str, Any]) -> tuple[str, Any]:
        changes = {name: self.read(name, values[name]) for name in self.edited if name in values}
        pk = str(values.get("id") or "").strip()
        if not pk:
            record = self._meta.model()
            write_columns(record, changes)
            language = translation.get_language() or "en"
            return RowResult.IMPORT_TYPE_NEW, type(self).create(record, language, self.actor)
        record = self.known(pk)
        version = str(values.get("version") or "").strip()
        if not version.isdecimal():
            raise ValidationError({"version": [_("Give the version that the row started from.")]})
        saved = type(self).amend(
            record=record,
            changes=changes,
            base_version=int(version),
            reason=self.reason[:REASON_GIVEN],
            by=self.actor,
        )
        same = saved.version == record.version
        return (RowResult.IMPORT_TYPE_SKIP if same else RowResult.IMPORT_TYPE_UPDATE), saved

    def read(self, name: str, value: Any) -> Any:
        """A cell as the plain value of its column. Raises ValidationError."""
        field: Any = self._meta.model._meta.get_field(name)
        if "\0" in str(value):
            raise ValidationError({name: [_("A text cannot hold the character NUL.")]})
        text = "" if value is None else str(value).strip() if not isinstance(value, str) else value
        if field.get_internal_type() == "JSONField":
            try:
                return json.loads(text) if text else {}
            except json.JSONDecodeError:
                raise ValidationError({name: [_("This is no JSON.")]}) from None
        if field.related_model is City and text in self.cities:
            return self.cities[text]
        if not text and isinstance(field, CharField | TextField):
            return ""
        try:
            return plain(field.to_python(text if text or not field.null else None))
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from None

    def known(self, pk: str) -> Any:
        try:
            return self._meta.model.objects.get(pk=UUID(pk))
        except (ValueError, self._meta.model.DoesNotExist):
            raise ValidationError({"id": [_("There is no record with this id.")]}) from None

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Ids are UUIDs: there is no sequence to set."""


def by_column(error: Exception, model: Any) -> ValidationError:
    """A refusal as import-export lists it: sentences by column."""
    if isinstance(error, ValidationError):
        return error
    if isinstance(error, EditConflict):
        said_of_version = _(
            "Somebody changed this record after the file was made (now version %(version)d)."
        )
        return ValidationError({"version": [said_of_version % {"version": error.version}]})
    if isinstance(error, Invalid):
        # A file has a column for each language of a text, and none that they share.
        shared = {name: column(name, LANGUAGES[0]) for name in translated_fields(model)}
        said: dict[str, list[str]] = {}
        for name, sentences in error.errors.items():
            where = shared.get(name, name) or NON_FIELD_ERRORS
            said.setdefault(where, []).extend(text for text in sentences if text not in said.get(where, ()))
        return ValidationError(said)
    if isinstance(error, NotAllowed):
        return ValidationError(f"{error.reason} {error.remedy}".strip())
    return ValidationError(_("There is no such record any more."))


class ExchangeMixin(ExportMixin):
    """Export of a list as it is searched and filtered; the other city's own records come out masked."""

    import_export_change_list_template = "admin/exchange_list.html"
    formats = {"csv": CSV, "xlsx": XLSX}

    def get_export_resource_class(self) -> Any:
        meta = type("Meta", (RecordResource.Meta,), {"model": self.model})  # type: ignore[attr-defined]
        return type("Exported", (RecordResource,), {"Meta": meta})

    def export_action(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("as", "csv")
        request.GET = request.GET.copy()  # type: ignore[assignment]  # the list takes every parameter for a filter
        request.GET.pop("as", None)
        chosen = self.formats.get(asked, CSV)()
        resource = self.get_export_resource_class()(actor=request.actor)  # type: ignore[attr-defined]
        data = chosen.export_data(resource.export(self.get_export_queryset(request)))
        response = HttpResponse(data, content_type=chosen.get_content_type())
        day = timezone.localdate().isoformat()
        name = f"{self.opts.model_name}-{day}.{chosen.get_extension()}"  # type: ignore[attr-defined]
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class FileForm(ImportForm):
    """The file, before anything reads it: a small workbook can unpack into a very large one."""

    def clean_import_file(self) -> Any:
        given = self.cleaned_data["import_file"]
        unpacked = 0
        if zipfile.is_zipfile(given):
            with zipfile.ZipFile(given) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
        given.seek(0)
        if given.size > MOST_BYTES or unpacked > MOST_UNPACKED:
            raise ValidationError(_("This file is too large for reference data."))
        return given


class ReferenceImportMixin(ImportMixin):
    """Import of reference data: a file is taken whole or not at all."""

    import_formats = [CSV, XLSX]
    import_form_class = FileForm
    import_template_name = "admin/import.html"
    import_export_change_list_template = "admin/exchange_list.html"
    import_resource: Any = None

    def get_import_resource_classes(self, request: HttpRequest) -> list[Any]:
        return [self.import_resource]

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"actor": request.actor.correcting()}  # type: ignore[attr-defined]

    def get_urls(self) -> list[Any]:
        """Without the second step, which this import does not have."""
        return [url for url in super().get_urls() if not str(url.name).endswith("process_import")]
