"""The forms in which documents, remarks and links are added and edited."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from attachments.access import Seen, visibilities
from attachments.content import ALLOWED, ENDINGS
from attachments.models import Link
from attachments.subjects import named_by_path
from records.models import Visibility
from records.pages.forms import RecordForm


def language_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class NewForm(forms.Form):
    """Something new on a record: its language and, in words, who will see it."""

    language = language_field()
    visibility = forms.ChoiceField(label=_("Who sees it"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, files: Any = None, *, subject: Any, actor: Actor) -> None:
        super().__init__(data, files, auto_id=f"{self.name}_%s", use_required_attribute=False)
        allowed = visibilities(subject, actor)
        self.fields["visibility"].choices = [  # type: ignore[attr-defined]
            (choice.value, self.who_sees(choice, actor)) for choice in allowed
        ]
        usual = [Visibility.SHARED] if Visibility.SHARED in allowed else allowed
        self.fields["visibility"].initial = next(iter(usual), None)
        self.fields["language"].initial = translation.get_language()

    name = "new"

    @staticmethod
    def who_sees(choice: str, actor: Actor) -> Any:
        if choice == Visibility.OWN and actor.city:
            return translation.gettext("Seen by %(city)s only") % {"city": actor.city}
        return Seen(choice).label

    def refuse(self, errors: Any) -> None:
        """Put a service's sentences beside their fields."""
        for field, sentences in errors.items():
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)


class DocumentForm(NewForm):
    name = "document"

    upload = forms.FileField(
        label=_("File"),
        error_messages={"empty": _("This file is empty."), "required": _("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
    )
    title = forms.CharField(
        label=_("Title"), required=False, max_length=300, help_text=_("Empty: as the file is called.")
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ["upload", "title", "language", "note", "visibility"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].help_text = translation.gettext("%(kinds)s; up to %(most)s MB.") % {
            "kinds": ALLOWED,
            "most": settings.UPLOAD_MAX_MB,
        }


class RemarkForm(NewForm):
    name = "remark"

    text = forms.CharField(
        label=_("Remark"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Plain text. Name a person with @ and their name."),
        error_messages={"required": _("Write something first.")},
    )
    field_order = ["text", "language", "visibility"]


class LinkForm(forms.Form):
    """The other record is named by the address of its page, as it stands in the browser."""

    relation = forms.ChoiceField(label=_("This record"), choices=Link.Relation.choices)
    target = forms.CharField(
        label=_("Address of the other record's page"),
        max_length=500,
        error_messages={"required": _("Paste the address of the other record's page.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="link_%s", use_required_attribute=False)

    def clean_target(self) -> Any:
        """The kind and id that the address names."""
        try:
            found = named_by_path(urlsplit(self.cleaned_data["target"].strip()).path)
        except ValueError:  # an address that can't be taken apart
            found = None
        if found is None:
            raise forms.ValidationError(_("This is not the address of a record's page."))
        return found

    def refuse(self, errors: Any) -> None:
        for field, sentences in errors.items():
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)


class DocumentEditForm(RecordForm):
    title = forms.CharField(label=_("Title"), max_length=300)
    language = language_field()
    note = forms.CharField(label=_("Note"), required=False, max_length=2_000, widget=forms.Textarea)


class RemarkEditForm(RecordForm):
    text = forms.CharField(label=_("Remark"), max_length=5_000, widget=forms.Textarea)
    language = language_field()
