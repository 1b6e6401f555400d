"""E-mails of notices: in the reader's language, once, and nothing that is not theirs to see."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.template.loader import render_to_string
from django.utils import timezone, translation

from delivery.mail import KIND, mails_send, subject
from delivery.models import Notice
from records.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(stage, scene):
    scene.follow("beijing_editor")
    scene.edit()
    scene.tell()
    return Notice.objects.get()


def write_in(stage, language, name="beijing_editor"):
    person = stage.people[name]
    person.language = language
    person.save(update_fields=["language"])


def state():
    return Notice.objects.get().mail


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Signals"), ("ru", "Сигнализация"), ("zh-hans", "地铁信号")]
)
def test_it_comes_in_the_readers_language_with_a_link(stage, scene, told, settings, language, title):
    settings.SITE_URL = "https://tracker.example.org"
    write_in(stage, language)
    assert Job.objects.get().kind == KIND
    assert mails_send() == 1
    (letter,) = mail.outbox
    html, kind = letter.alternatives[0]
    assert letter.to == ["beijing_editor@example.org"]
    assert title in letter.subject
    assert kind == "text/html"
    for text in (letter.body, html):
        assert title in text
        assert f"https://tracker.example.org{scene.project.get_absolute_url()}" in text
        assert "Canary" not in text
    assert f'lang="{"zh-Hans" if language == "zh-hans" else language}"' in html


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_every_word_of_it_is_said_in_the_readers_language(stage, told, monkeypatch, language):
    """Whatever language the worker happens to run in."""
    spoken = []

    def rendered(template, context):
        spoken.append(translation.get_language())
        return render_to_string(template, context)

    monkeypatch.setattr("delivery.mail.render_to_string", rendered)
    monkeypatch.setattr(
        "delivery.mail.subject", lambda line: spoken.append(translation.get_language()) or ""
    )
    write_in(stage, language)
    with translation.override("en"):
        mails_send()
        assert translation.get_language() == "en"
    assert spoken == [language] * 3


def test_it_is_sent_once(told):
    assert mails_send() == 1
    assert mails_send() == 0
    assert (len(mail.outbox), state()) == (1, "sent")
    headers = mail.outbox[0].message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"].startswith(f"<notice-{told.pk}@")


def test_nothing_is_mailed_of_what_ceased_to_be_visible(scene, told):
    scene.hide()
    assert mails_send() == 0
    assert (mail.outbox, state()) == ([], "dropped")


def test_nor_to_somebody_who_has_left(stage, told):
    stage.people["beijing_editor"].memberships.all().delete()
    assert mails_send() == 0
    assert mail.outbox == []


class Away(locmem.EmailBackend):
    def open(self):
        raise ConnectionRefusedError("away")


class Failing(locmem.EmailBackend):
    error: Exception

    def send_messages(self, messages):
        raise self.error


def use(settings, backend):
    settings.EMAIL_BACKEND = f"{__name__}.{backend}"


def test_while_the_mail_server_is_away_it_waits_and_then_is_sent(stage, settings, told):
    fine = settings.EMAIL_BACKEND
    use(settings, "Away")
    assert mails_send() == 0
    assert state() == "waiting"
    settings.EMAIL_BACKEND = fine
    assert mails_send() == 0, "not at once again"
    Notice.objects.update(mail_due_at=timezone.now())
    assert mails_send() == 1
    assert state() == "sent"


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (SMTPDataError(451, b"later"), "waiting"),  # the server answered: it took nothing
        (SMTPRecipientsRefused({}), "dropped"),
        (SMTPServerDisconnected("in the middle"), "sending"),  # nobody knows: never doubled
    ],
)
def test_what_certainly_was_not_taken_is_tried_again_and_nothing_else(
    settings, monkeypatch, told, error, after
):
    monkeypatch.setattr(Failing, "error", error, raising=False)
    use(settings, "Failing")
    assert mails_send() == 0
    assert state() == after


def test_a_choice_keeps_the_notice_and_leaves_the_mail_out(stage, scene):
    client = stage.client("beijing_editor")
    client.post("/notices/mail/", {"save": "1", "reasons": ["mentioned", "job_done"]})
    page = client.get("/notices/")
    chosen = {choice["reason"] for choice in page.context["choices"] if choice["by_mail"]}
    assert chosen == {"mentioned", "job_done"}
    scene.follow("beijing_editor")
    scene.edit()
    scene.tell()
    assert state() == "none"
    assert mails_send() == 0
    assert client.post("/notices/mail/", {"save": "1", "reasons": ["no-such"]}).status_code == 400


def test_a_subject_is_one_line_whatever_a_title_holds():
    line = SimpleNamespace(title="One\nBcc: x@example.org\r\n" + "y" * 400, said="edited")
    assert "\n" not in subject(line)
    assert len(subject(line)) <= 200


def test_the_local_mailbox_shows_text_and_source(stage, told, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert mails_send() == 1
    client = stage.client("anonymous")
    listed = client.get("/dev/mail/")
    assert "Signals" in listed.text
    (file,) = [path.name for path in tmp_path.iterdir()]
    letter = client.get(f"/dev/mail/{file}/0/").text
    assert "&lt;html" in letter
    assert "Signals" in letter
    for name in (f"{file}/1", "settings.py/0", "..%2Fx.log/0"):
        assert client.get(f"/dev/mail/{name}/").status_code == 404
