"""What the pages of notices show, in a constant number of queries."""

from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, Subquery, Value

from accounts.actors import Actor
from delivery.lines import is_told, line_of, with_subject
from delivery.models import ALWAYS_MAILED, Follow, MailChoice, Notice, Reason
from records.named import named, with_records

PER_PAGE = 25


def unread_count(actor: Actor) -> int:
    """How many records and jobs this person has unread notices of and may see now; one query."""
    unread = Notice.objects.filter(is_told(actor), user_id=actor.user_id, read_at=None)
    return unread.values("kind", "record_id").distinct().count()


def unread_and_followed(actor: Actor, record_id: UUID) -> tuple[int, set[str]]:
    """For a record's page: the unread count (up to 100), and the kinds it is followed as; one query."""
    unread = Notice.objects.filter(is_told(actor), user_id=actor.user_id, read_at=None)
    follows = Follow.objects.filter(user_id=actor.user_id, record_id=record_id)
    names = ("kind", "record_id")
    rows = list(
        unread.annotate(follow=Value(False))
        .values_list(*names, "follow")
        .order_by()
        .distinct()[:100]
        .union(follows.annotate(follow=Value(True)).values_list(*names, "follow"), all=True)
    )
    followed = {kind for kind, _pk, follow in rows if follow}
    return len(rows) - len(followed), followed


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
        if reason not in ALWAYS_MAILED
    ]
