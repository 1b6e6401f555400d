"""Documents and remarks on a person's records, and the files that no other document has."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from attachments.models import Blob, Document, Remark
from attachments.storage import blobs_erase
from records.erasure import hanging


def files_of(documents: Any, past: Any) -> Callable[[], None]:
    """Their files go as well, but for those that another document has too."""
    blobs = {*documents.values_list("blob", flat=True), *past.values_list("blob", flat=True)}
    used = Exists(Document.objects.filter(blob=OuterRef("pk")))
    return partial(blobs_erase, Blob.objects.filter(~used, pk__in=blobs))


REACHES = (
    hanging(
        model=Document,
        name="documents",
        label=_("documents with their files"),
        texts=("title", "file_name", "note"),
        then=files_of,
    ),
    hanging(model=Remark, name="remarks", label=_("remarks"), texts=("text",)),
)
