"""What the pages of notices show, in a constant number of queries."""

from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, Subquery, Value

from accounts.actors import Actor
from delivery.lines import is_told, line_of, with_subject
from delivery.models import Follow, MailChoice, Notice, Reason
from records.named import named, with_records

PER_PAGE = 25


def unread_count(actor: Actor) -> int:
    """How many records and jobs this person has unread notices of and may see now.

    One query tells which kinds they are of, and none more is asked where there are
    none: the rule of who sees what is long, so it is written for those kinds only.
    """
    kinds = unread_of(actor).order_by().values_list("kind", flat=True).distinct()
    return seen_count(actor, set(kinds))


def unread_and_followed(actor: Actor, record_id: UUID) -> tuple[int, set[str]]:
    """For a record's page: `unread_count`, and the kinds that the record is followed as."""
    kinds = (
        unread_of(actor).order_by().annotate(follow=Value(False)).values_list("kind", "follow").distinct()
    )
    follows = Follow.objects.filter(user_id=actor.user_id, record_id=record_id)
    rows = set(kinds.union(follows.annotate(follow=Value(True)).values_list("kind", "follow"), all=True))
    return (
        seen_count(actor, {kind for kind, follow in rows if not follow}),
        {kind for kind, follow in rows if follow},
    )


def unread_of(actor: Actor) -> Any:
    return Notice.objects.filter(user_id=actor.user_id, read_at=None)


def seen_count(actor: Actor, kinds: set[str]) -> int:
    if not kinds:
        return 0
    seen = unread_of(actor).filter(is_told(actor, kinds))
    return seen.values("kind", "record_id").distinct().count()


def notice_page(actor: Actor, number: Any) -> Page[Any]:
    """One line for each record or job, its latest notice; what is unread comes first.

    A notice whose record its reader no longer sees is not listed at all.
    """
    own = Notice.objects.filter(user_id=actor.user_id)
    same = own.filter(kind=OuterRef("kind"), record_id=OuterRef("record_id"))
    unread = same.filter(read_at=None).order_by().values("record_id").annotate(n=Count("pk")).values("n")
    latest = own.filter(~Exists(same.filter(pk__gt=OuterRef("pk")))).annotate(
        count=Subquery(unread),
        is_read=ExpressionWrapper(Q(read_at__isnull=False), output_field=BooleanField()),
    )
    rows = with_subject(latest, actor).select_related("change__city", "change__user")
    page = Paginator(rows.order_by("is_read", "-created_at", "-pk"), PER_PAGE).get_page(number)
    page.object_list = [line_of(notice, actor) for notice in page.object_list]
    return page


def follow_page(actor: Actor, number: Any) -> Page[Any]:
    """What this person follows, the latest first; a record that they no longer see has no name here."""
    follows = Follow.objects.filter(user_id=actor.user_id).order_by("-created_at", "-pk")
    found = with_records(follows, actor, kind="kind", pk="record_id")
    page = Paginator(found, PER_PAGE).get_page(number)
    for follow in page.object_list:
        follow.record = named(follow.kind, follow.record_json) if follow.record_json else None
    return page


def mail_choices(actor: Actor) -> list[dict[str, Any]]:
    """Each reason, and whether this person is told by e-mail as well."""
    chosen = dict(MailChoice.objects.filter(user_id=actor.user_id).values_list("reason", "by_mail"))
    return [
        {"reason": reason.value, "label": reason.label, "by_mail": chosen.get(reason.value, True)}
        for reason in Reason
    ]
