"""Notices in the administration, to look at: who is told of what, and what became of the mail.

A notice holds no title and no content, so there is nothing to mask.
"""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.administration.jobs import KIND, USER, LookOnlyAdmin, told
from delivery.models import Notice


@admin.register(Notice)
class NoticeAdmin(LookOnlyAdmin):
    list_display = (
        told("created_at", gettext_lazy("when")), USER, told("reason", gettext_lazy("why")), KIND,
        told("record_id", gettext_lazy("id of the record")), told("read_at", gettext_lazy("read")),
        told("mail", gettext_lazy("e-mail")), told("mail_tries", gettext_lazy("attempts")),
    )  # fmt: skip
    list_filter = ("reason", "mail")
    list_select_related = ("user",)
    ordering = ("-created_at", "-id")
    fields = (*list_display, told("mail_due_at", gettext_lazy("e-mail not before")))
