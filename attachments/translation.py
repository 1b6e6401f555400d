"""The history of what hangs on records; none of it has a text in three languages."""

from attachments.models import Document, Link, Remark, RemarkMention
from records.history import track, track_parts

track(Document, Remark, Link)
track_parts(RemarkMention)
