"""The mailbox of a local or test installation: the files that Django's file backend writes, as pages."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

BETWEEN = b"\n" + b"-" * 79 + b"\n"  # what the file backend writes after each mail
NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]+\.log")
PER_PAGE = 25


@dataclass(frozen=True)
class Letter:
    file: str
    number: int
    message: EmailMessage

    def body(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return part.get_content() if part else ""

    @property
    def plain(self) -> str:
        return self.body("plain")

    @property
    def html(self) -> str:
        return self.body("html")


def letters(file: Path) -> list[Letter]:
    """The mails of one file, in the order in which they were sent."""
    texts = [text for text in file.read_bytes().split(BETWEEN) if text.strip()]
    return [
        Letter(file.name, number, message_from_bytes(text, policy=policy.default))  # type: ignore[arg-type]
        for number, text in enumerate(texts)
    ]


def mailbox() -> list[Path]:
    """The files, the latest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    found = [file for file in folder.glob("*.log") if NAME.fullmatch(file.name)] if folder.is_dir() else []
    return sorted(found, key=lambda file: file.name, reverse=True)


@login_not_required
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(mailbox(), PER_PAGE).get_page(request.GET.get("page"))
    found = [letter for file in page.object_list for letter in reversed(letters(file))]
    return render(request, "delivery/mail_list.html", {"page": page, "letters": found})


@login_not_required
@require_safe
def mail_detail(request: HttpRequest, file: str, number: int) -> HttpResponse:
    """One mail: its text, and its HTML as source; it is never drawn as a page."""
    found = {path.name: path for path in mailbox()}.get(file)
    listed = letters(found) if found else []
    if number >= len(listed):
        raise Http404
    return render(request, "delivery/mail_detail.html", {"letter": listed[number]})
