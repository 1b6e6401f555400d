"""Every write to what hangs on records."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from attachments.access import owner_of, place, require_author, require_clear, require_edit
from attachments.content import examine
from attachments.mentions import mentions_write
from attachments.models import Attached, Document, Link, Remark
from attachments.names import file_name, stem
from attachments.storage import blob_of, bytes_keep
from attachments.subjects import subject_types
from records import services
from records.errors import Invalid, NotVisible
from records.models import Verb, Visibility
from records.registry import registry

A = TypeVar("A", bound=Attached)


def document_upload(
    *, subject: Any, upload: Any, title: str = "", language: str, visibility: str, note: str = "", by: Actor
) -> Document:
    """Put a file on a record. Without a title the document is called as its file.

    `upload` is a Django `File` with its name. The file is looked at and stored before
    the record is locked; bytes that another document has already are not kept twice.

    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    require_edit(by, subject)
    owner_of(subject, visibility, by)
    name = file_name(upload.name)
    found = examine(upload, name)
    bytes_keep(file=upload, found=found)
    with services.locked(subject, by=by) as fresh:
        require_edit(by, fresh)
        document = Document(
            title=title.strip() or stem(name), language=language, file_name=name, note=note.strip()
        )
        place(document, subject=fresh, kind=kind_of(fresh), visibility=visibility, by=by)
        document.blob = blob_of(found, upload)
        return services.create(document, by=by)


def document_amend(
    *,
    document: Document,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
) -> Document:
    """Change what is said of a document, never its file. Raises as `records.services.amend`."""
    with services.locked(document, by=by) as fresh:
        require_edit(by, fresh)
        return services.amend(fresh, changes=changes, base_version=base_version, base=base, by=by)


def document_widen(*, document: Document, visibility: str, by: Actor) -> Document:
    """Show a document that was one side's own to whoever sees the record that it belongs to.

    For a service that has decided so, and holds the lock on that record. Raises `NotVisible`.
    """
    with services.locked(document, by=by) as fresh:
        if fresh.visibility == Visibility.OWN and visibility != Visibility.OWN:
            fresh.visibility, fresh.owner_city, fresh.version = visibility, None, fresh.version + 1
            fresh.updated_at, fresh.updated_by_id = timezone.now(), by.user_id
            fresh.save(update_fields=["visibility", "owner_city", "version", "updated_at", "updated_by"])
            services.note(fresh, registry.of(fresh), Verb.EDITED, by=by, fields=["visibility"])
        return fresh


def document_archive(*, document: Document, base_version: int, by: Actor) -> Document:
    """Take a document off its record; its file stays. Raises `NotVisible`, `NotAllowed`, `EditConflict`."""
    with services.locked(document, by=by) as fresh:
        require_edit(by, fresh)
        return services.archive(fresh, base_version=base_version, by=by)


def document_restore(*, document: Document, base_version: int, by: Actor) -> Document:
    """Put it back. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(document, by=by) as fresh:
        require_edit(by, fresh, archived=True)
        return services.restore(fresh, base_version=base_version, by=by)


def remark_write(*, subject: Any, text: str, language: str, visibility: str, by: Actor) -> Remark:
    """Say something about a record. Raises `NotVisible`, `NotAllowed` and `Invalid`."""
    require_edit(by, subject)
    with services.locked(subject, by=by) as fresh:
        require_edit(by, fresh)
        remark = Remark(text=text.replace("\r\n", "\n").strip(), language=language)
        place(remark, subject=fresh, kind=kind_of(fresh), visibility=visibility, by=by)
        services.create(remark, by=by)
        mentions_write(remark)
        return remark


def remark_amend(
    *,
    remark: Remark,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
) -> Remark:
    """Let its author say it better; what stood there before stays in its history.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(remark, by=by) as fresh:
        require_author(by, fresh)
        services.amend(fresh, changes=changes, base_version=base_version, base=base, by=by)
        mentions_write(fresh)
        return fresh


def remark_archive(*, remark: Remark, base_version: int, by: Actor) -> Remark:
    """Take a remark out of the lists. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(remark, by=by) as fresh:
        require_clear(by, fresh)
        return services.archive(fresh, base_version=base_version, by=by)


def remark_restore(*, remark: Remark, base_version: int, by: Actor) -> Remark:
    """Bring it back. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(remark, by=by) as fresh:
        require_clear(by, fresh, archived=True)
        return services.restore(fresh, base_version=base_version, by=by)


def link_create(*, subject: Any, target: Any, relation: str, by: Actor) -> Link:
    """Say how a record has to do with another one; whoever may edit the first may say so.

    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    require_edit(by, subject)
    target_kind = kind_of(target)
    if not type(target)._default_manager.visible_to(by).filter(pk=target.pk).exists():
        raise NotVisible
    if target.pk == subject.pk:
        raise Invalid({"target": [_("A record can't be linked to itself.")]})
    if relation not in Link.Relation.values:
        raise Invalid({"relation": [_("Choose one of the relations.")]})
    with services.locked(subject, by=by) as fresh:
        require_edit(by, fresh)
        link = Link(relation=relation, target_kind=target_kind, target_id=target.pk)
        seen_by = narrower(fresh, target)
        place(link, subject=fresh, kind=kind_of(fresh), visibility=seen_by, by=by)
        if (
            Link.objects.of(fresh)
            .live()
            .filter(target_kind=target_kind, target_id=target.pk, relation=relation)
        ):
            raise Invalid({"target": [_("These two records are linked so already.")]})
        return services.create(link, by=by)


def link_archive(*, link: Link, base_version: int, by: Actor) -> Link:
    """Take a link away. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(link, by=by) as fresh:
        require_edit(by, fresh)
        return services.archive(fresh, base_version=base_version, by=by)


def narrower(*records: Any) -> Visibility:
    """The visibility of what both records are seen by."""
    found = {record.visibility for record in records}
    return next(level for level in (Visibility.OWN, Visibility.SHARED, Visibility.PUBLIC) if level in found)


def kind_of(subject: Any) -> str:
    """The kind of a record that something can hang on. Raises `Invalid` for another."""
    kind = registry.of(subject).kind
    if kind not in {found.kind for found in subject_types()}:
        raise Invalid({"": [_("Nothing can be added to a record of this kind.")]})
    return kind
