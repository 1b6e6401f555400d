"""The forms in which a side gives its word."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from approvals.services import LetterData
from attachments.content import ENDINGS
from records.errors import Invalid


class LetterForm(forms.Form):
    """What goes with a side's word: what it says, in which language, and the letter on paper."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    letter_number = forms.CharField(label=_("Number of the letter"), required=False, max_length=80)
    letter_date = forms.DateField(
        label=_("Date of the letter"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    signatory = forms.CharField(label=_("Signed by"), required=False, max_length=200)
    scan = forms.FileField(
        label=_("Scan of the letter"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
    )

    letter_fields = ("letter_number", "letter_date", "signatory", "scan")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.fields["language"].initial = translation.get_language()

    @property
    def has_letter(self) -> bool:
        """Whether something of a letter has been filled in, or is wrong: then it is shown open."""
        return any(self[name].value() or self[name].errors for name in self.letter_fields)

    def letter(self, scan: Any = None) -> LetterData:
        data = self.cleaned_data
        return LetterData(data["letter_number"], data["letter_date"], data["signatory"], scan)

    def refuse(self, refusal: Invalid) -> None:
        """Put a service's sentences beside their fields."""
        names = {"upload": "scan", "": None}
        for path, sentences in refusal.errors.items():
            name = names.get(path, path)
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


class WordForm(LetterForm):
    """The answer to a proposal, or its confirmation."""

    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("To refuse, say why."),
    )
    field_order = ["comment", "language"]


class MessageForm(LetterForm):
    """What goes with a proposal."""

    message = forms.CharField(
        label=_("Message to the other side"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expires_on = forms.DateField(
        label=_("Answer asked by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Left empty, the proposal does not expire."),
    )
    field_order = ["message", "language", "expires_on"]

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("Ask for an answer by a day that is still to come."))
        return day
