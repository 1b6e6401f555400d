"""What proposals bring before the next meeting: see `records.matters`."""

from django.utils.timezone import localtime

from approvals.marks import days, since
from approvals.models import Proposal
from records.matters import Found, Matter, Occasion
from records.named import named, of_seen_records
from records.pages.display import listed


def awaited_answers(occasion: Occasion, most: int) -> Found:
    """The proposals that a side has not answered yet."""
    asked = (
        Proposal.objects.visible_to(occasion.reader)
        .live()
        .filter(programme=occasion.programme, state=Proposal.State.OPEN)
    )
    if occasion.city is not None:
        asked = asked.exclude(city=occasion.city)
    rows = of_seen_records(
        asked, occasion.reader, kind="subject_kind", pk="subject_id", among=Proposal.subject_types()
    )
    first = [
        matter(proposal) for proposal in rows.select_related("city").order_by("opened_at", "pk")[:most]
    ]
    return Found(first, rows.count() if len(first) == most else len(first))


def matter(proposal: Proposal) -> Matter:
    subject = named(proposal.subject_kind, proposal.record_json)  # type: ignore[attr-defined]  # annotated
    return Matter(
        text=subject.title,
        detail=listed([proposal, days(since(proposal))]),
        cities=[proposal.city],
        on=localtime(since(proposal)).date(),
    )
