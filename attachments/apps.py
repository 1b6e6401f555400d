from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.registry import RecordType, register


class AttachmentsConfig(AppConfig):
    name = "attachments"

    def ready(self) -> None:
        from attachments.erasure import REACHES
        from records.erasure import reach

        reach(*REACHES)
        from attachments.models import Document, Link, Remark

        register(
            RecordType(
                kind="document",
                model=Document,
                label=_("document"),
                plural=_("documents"),
                edited=("title", "language", "note"),
            )
        )
        register(
            RecordType(
                kind="remark",
                model=Remark,
                label=_("remark"),
                plural=_("remarks"),
                edited=("text", "language"),
                mentions=lambda remark: remark.mentions.values_list("user_id", flat=True),
            )
        )
        register(
            RecordType(kind="link", model=Link, label=_("link"), plural=_("links"), edited=("relation",))
        )
