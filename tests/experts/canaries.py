"""An expert of whom every place that may hold something holds a word of its own, and the search for them.

Each word is unlike any other in the database, so that one found says where it was left.
"""

import json
import logging
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.filebased import EmailBackend
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from accounts.actors import Actor
from approvals.assignments import assignment_answer, assignment_create
from attachments.services import document_upload, remark_amend, remark_write
from experts.link import opened, token_of
from experts.models import Expert, ExpertImport, ExpertiseRequest, Invitation, InvitationMessage, Work
from experts.services import answers, engagements, invitations, requests
from experts.services.experts import contact_write, expert_amend, work_amend, work_create
from programme.models import Citation, Source
from programme.services import record_create
from records import held
from records.models import HeldPost, IdempotentAnswer, Job, ResultFile

# The place that must hold it → the word. All in small letters and digits, but for what has a form.
WORDS = {
    "native name": "Qanaryone", "latin name": "Qanarytwo", "russian name": "Канарейкина",
    "chinese name": "金丝雀羽",
    "former name": "Qanarythree", "affiliation": "qanaryfour", "affiliation in Russian": "канарейкапять",
    "summary": "qanarysix", "summary in Chinese": "金丝雀学说", "orcid": "0000-0002-1825-0097",
    "reference": "qanary-8", "consent": "qanarynine", "work": "qanaryten", "former work": "qanaryeleven",
    "link": "https://qanarytwelve.example.org/", "address of mail": "qanary13@example.org",
    "telephone": "+7 000 444 13 14", "address": "qanary street 15", "document": "qanarysixteen",
    "file": "qanaryseventeen", "remark": "qanaryeighteen", "former remark": "qanarynineteen",
    "task": "qanarytwenty", "opinion": "qanarytwentyone", "why this expert": "qanarytwentytwo",
    "message": "qanarytwentythree", "question": "qanarytwentyfour", "work done": "qanarytwentyfive",
    "outcome": "qanarytwentysix", "reason of a correction": "qanarytwentyseven",
    "citation": "qanarytwentyeight", "export": "qanarytwentynine", "import": "qanarythirty",
}  # fmt: skip
CONTENT = f"A letter. {WORDS['file']}".encode()


def long(word: str) -> str:
    """A text that is long enough to be known again elsewhere."""
    return f"Words about {word} and more"


def make_profile(stage: Any) -> Expert:
    moscow = stage.actor("moscow_editor")
    w = WORDS
    expert = stage.expert(
        native_name=w["native name"], latin_name=w["former name"], russian_name=w["russian name"],
        chinese_name=w["chinese name"], affiliation_en=w["affiliation"],
        affiliation_ru=w["affiliation in Russian"], summary_en=long(w["summary"]),
        summary_zh_hans=w["summary in Chinese"], orcid=w["orcid"], reference=w["reference"],
        languages={"ru": "native"},
    )  # fmt: skip
    changes = {"latin_name": w["latin name"]}
    with_reason = {"reason": long(w["reason of a correction"])}
    expert = expert_amend(
        expert=expert, changes=changes, base_version=expert.version, by=Actor.system("tests"), **with_reason
    )
    Expert.objects.filter(pk=expert.pk).update(consent_purpose=long(w["consent"]))
    work = work_create(work=Work(expert=expert, title=long(w["former work"]), link=w["link"]), by=moscow)
    work_amend(work=work, changes={"title": long(w["work"])}, base_version=work.version, by=moscow)
    contact = {"email": w["address of mail"], "phone": w["telephone"], "address": w["address"]}
    contact_write(expert=expert, changes=contact, base_version=0, by=moscow)
    return Expert.objects.get(pk=expert.pk)


def hang_on(stage: Any, expert: Expert) -> None:
    moscow, secretary = stage.actor("moscow_editor"), stage.actor("moscow_secretary")
    own = {"language": "en", "visibility": "own", "by": moscow}
    upload = SimpleUploadedFile(f"{WORDS['document']}.txt", CONTENT)
    document_upload(subject=expert, upload=upload, title=long(WORDS["document"]), **own)
    remark = remark_write(subject=expert, text=long(WORDS["former remark"]), **own)
    remark_amend(remark=remark, changes={"text": long(WORDS["remark"])}, base_version=1, by=moscow)
    asked = assignment_create(
        subject=expert, assignee=stage.people["moscow_editor"], task=long(WORDS["task"]), by=secretary
    )
    assignment_answer(assignment=asked, opinion=long(WORDS["opinion"]), base_version=1, by=moscow)
    record_create(
        record=Citation(
            subject_kind="expert", subject_id=expert.pk, source=Source.objects.get(),
            note=long(WORDS["citation"]), programme=expert.programme, visibility="shared",
        ),
        by=Actor.system("tests"),
    )  # fmt: skip


def make_invitation(stage: Any, expert: Expert) -> Invitation:
    """As far as an engagement under way with a thread of messages."""
    beijing, moscow = stage.actor("beijing_editor"), stage.actor("moscow_secretary")
    request = ExpertiseRequest(
        programme=stage.programme, title_en="Signals", text_en="Who knows them?", city=stage.cities["BJS"]
    )
    request = requests.request_create(
        request=request, parts={"fields": [str(stage.expertise().pk)]}, original="en", by=beijing
    )
    request = requests.request_open(request=request, base_version=request.version, by=beijing)
    made = invitations.invitation_shortlist(
        request=request, expert=expert, note=long(WORDS["why this expert"]), by=beijing
    )
    made = invitations.invitation_invite(
        invitation=made, message=long(WORDS["message"]), base_version=made.version, by=beijing
    )
    made, _link = invitations.invitation_release(invitation=made, base_version=made.version, by=moscow)
    link = opened(token_of(made))
    engagement = answers.invitation_accept(link=link)
    InvitationMessage.objects.create(
        invitation=made, kind="question", by_expert=True, text=long(WORDS["question"])
    )
    engagements.engagement_amend(
        engagement=engagement, base_version=engagement.version, by=beijing,
        changes={"work_en": long(WORDS["work done"]), "outcome_en": long(WORDS["outcome"])},
    )  # fmt: skip
    return Invitation.objects.get(pk=made.pk)


def leave_copies(stage: Any, expert: Expert) -> None:
    """What the product's own work leaves behind for some time."""
    editor = stage.people["moscow_editor"]
    name = expert.latin_name
    over = {"user": editor, "state": Job.State.DONE, "finished_at": timezone.now()}
    Job.objects.create(
        kind="experts.export", arguments={"query": "search=qanarytw"}, log=[{"step": f"{name}"}], **over
    )
    made = Job.objects.create(kind="experts.export", started_at=timezone.now(), **over)
    kept = ResultFile(
        job=made, name="experts.csv", content_type="text/csv", size=1, standing="x" * 64,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    kept.stored.save(
        f"results/{made.pk}/experts.csv",
        BytesIO(f"{name}, {WORDS['export']}".encode()),
        save=True,  # type: ignore[arg-type]
    )
    table = f"imports/{made.pk}.csv"
    default_storage.save(table, ContentFile(f"{name}, {WORDS['import']}".encode()))
    ExpertImport.objects.create(
        programme=expert.programme, city=expert.owner_city, user=editor, name=f"{name}.csv", format="csv",
        language="en", sha256="x" * 64, size=1, stored=table,
    )  # fmt: skip
    answer = json.dumps({"id": str(expert.pk), "latin_name": name}, ensure_ascii=False)
    IdempotentAnswer.objects.create(
        caller="1", key="k", fingerprint="x" * 64, status=201, body=answer.encode()
    )
    post = QueryDict(mutable=True)
    post["latin_name"] = name
    held.hold(user_id=editor.pk, path="/experts/new/", post=post)
    session = SessionStore()
    session["form"], session["other"] = {"latin_name": name}, "kept"
    session.save()
    LogEntry.objects.create(
        user=editor, content_type=ContentType.objects.get_for_model(Expert), object_id=str(expert.pk),
        object_repr=name, action_flag=CHANGE, change_message=name,
    )  # fmt: skip
    cache.set("experts:seen", name)
    for to, about in ((WORDS["address of mail"], name), ("other@example.org", "Something else")):
        mail = EmailMultiAlternatives(subject=about, body=f"Dear {about}", to=[to])
        mail.attach_alternative(f"<p>{about}</p>", "text/html")
        EmailBackend().send_messages([mail])


def found_in_database() -> dict[str, set[str]]:
    """Word → the tables of which a row holds it, in whatever column, in clear or as bytes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p', 'm')"
            " AND relnamespace = current_schema()::regnamespace"
        )
        names = [name for (name,) in cursor.fetchall()]
        found: dict[str, set[str]] = {}
        for name in names:
            cursor.execute(f"SELECT lower(t::text) FROM {name} t")
            text = "\n".join(row for (row,) in cursor.fetchall())
            for word in WORDS.values():
                if word.lower() in text or word.encode().hex() in text:
                    found.setdefault(word, set()).add(name)
    for session in Session.objects.all():
        add(found, "sessions", str(session.get_decoded()))
    for post in HeldPost.objects.all():
        add(found, "posts", held.seal().decrypt(bytes(post.sealed)).decode("unicode_escape"))
    return found


def add(found: dict[str, set[str]], where: str, text: str) -> None:
    for word in WORDS.values():
        if word.lower() in text.lower():
            found.setdefault(word, set()).add(where)


def found_outside(files: Path) -> dict[str, set[str]]:
    """Word → files in the storage and the state folder, keys and values of Redis that hold it."""
    found: dict[str, set[str]] = {}
    for folder in (files, Path(settings.EMAIL_FILE_PATH)):
        for file in folder.rglob("*"):
            if file.is_file():
                add(found, f"file {file.name}", file.name + file.read_bytes().decode(errors="replace"))
    for number in (0, 1):
        url = settings.REDIS_URL
        store = redis.Redis.from_url(f"{url}?db={number}" if url.startswith("unix") else f"{url}/{number}")
        for key in store.scan_iter(count=1000):
            add(found, f"redis {number}", key.decode(errors="replace"))
            with suppress(redis.ResponseError):  # of another type than the one asked for
                add(found, f"redis {number}", (store.get(key) or b"").decode(errors="replace"))
            with suppress(redis.ResponseError):
                add(found, f"redis {number}", str(store.hgetall(key)))
            with suppress(redis.ResponseError):
                add(found, f"redis {number}", b"".join(store.lrange(key, 0, -1)).decode(errors="replace"))
    return found


def found_anywhere(files: Path, logged: str) -> dict[str, set[str]]:
    found = found_in_database()
    for word, places in found_outside(files).items():
        found.setdefault(word, set()).update(places)
    add(found, "log", logged)
    return found


class Lines(logging.Handler):
    """Every line that is logged, as the console has it."""

    def __init__(self) -> None:
        super().__init__()
        console = next(each for each in logging.getLogger().handlers if each.formatter)
        self.setFormatter(console.formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
