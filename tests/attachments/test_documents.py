"""Documents: stored once, seen by whom they are meant for, handed out as downloads only."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection

from attachments import storage
from attachments.models import Blob, Document
from attachments.services import document_amend, document_archive, document_restore
from attachments.storage import put
from projects.services import project_archive
from records.errors import EditConflict, Invalid, NotAllowed
from records.models import Change
from tests.attachments.conftest import PDF

ROLES = (
    "anonymous", "reader", "stranger", "administrator",
    "moscow_reader", "moscow_editor", "moscow_secretary", "beijing_editor", "beijing_coordinator",
)  # fmt: skip
SIDES = {"moscow_reader", "moscow_editor", "moscow_secretary", "beijing_editor", "beijing_coordinator"}
MOSCOW = {"moscow_reader", "moscow_editor", "moscow_secretary"}
SEEN_BY = {"public": set(ROLES), "shared": SIDES, "own": MOSCOW}


# Stored once


@pytest.mark.django_db
def test_the_same_bytes_twice_are_one_file(stage, project, upload, files):
    first = upload(project, PDF, "minutes.pdf")
    second = upload(stage.provision, PDF, "протокол.pdf", who="beijing_editor")
    assert first.blob_id == second.blob_id
    assert [path.name for path in files.rglob("*") if path.is_file()] == [first.blob.sha256]
    assert (files / first.blob.path).read_bytes() == PDF


def many_uploads(stage, project, upload, number=6):
    meet = threading.Barrier(number, timeout=120)

    def one(index):
        try:
            meet.wait()
            return upload(project, PDF, f"{index}.pdf", visibility="shared").blob_id
        except IntegrityError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_at_once_are_one_file(stage, project, upload, files, monkeypatch):
    free_of_the_lock(monkeypatch)
    found = many_uploads(stage, project, upload)
    assert len(set(found)) == 1
    assert found[0] is not None
    assert Blob.objects.count() == 1
    assert Document.objects.count() == 6
    assert len([path for path in files.rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_look_before_the_write_would_not_have_sufficed(stage, project, upload, files, monkeypatch):
    """The negative control: a row written by whoever finds none fails for the others."""
    free_of_the_lock(monkeypatch)
    monkeypatch.setattr(storage, "hold", lambda sha256: None)
    looked = threading.Barrier(6, timeout=120)

    def look_then_write(blob):
        absent = not Blob.objects.filter(sha256=blob.sha256).exists()
        looked.wait()
        if absent:
            blob.save()

    monkeypatch.setattr(storage, "insert_once", look_then_write)
    assert many_uploads(stage, project, upload).count(None) == 5


def free_of_the_lock(monkeypatch):
    """Uploads to one record wait for each other; here they are to meet, as on different records."""
    from contextlib import contextmanager

    from records import services

    @contextmanager
    def not_locked(record, *, by, reason=""):
        with services.writing(by=by):
            yield type(record).objects.get(pk=record.pk)

    monkeypatch.setattr(services, "locked", not_locked)


def test_a_file_that_breaks_off_leaves_nothing(files):
    class Breaks(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("the line is gone")

    with pytest.raises(OSError, match="gone"):
        put("blobs/aa/whole", Breaks(b"halfhalf"))
    assert not [path for path in files.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_half_a_file_at_the_address_is_written_again(project, upload, files):
    blob = upload(project, PDF, "a.pdf").blob
    (files / blob.path).write_bytes(PDF[:10])
    upload(project, PDF, "b.pdf")
    assert (files / blob.path).read_bytes() == PDF


# Who sees it


@pytest.mark.django_db
@pytest.mark.parametrize("visibility", SEEN_BY)
def test_each_sees_what_is_theirs_everywhere(stage, project, upload, visibility):
    document = upload(project, name="Minutes-of-May.txt", visibility=visibility)
    section, where = f"/records/project/{project.pk}/documents/", "/api/v1/documents"
    for role in ROLES:
        client, sees = stage.client(role), role in SEEN_BY[visibility]
        expected = 200 if sees else 404
        for file in (f"/documents/{document.pk}/file/", f"{where}/{document.pk}/file"):
            answer = client.get(file)
            assert answer.status_code == expected, (role, file)
            if sees:
                assert b"".join(answer.streaming_content) == b"Minutes of the meeting"
                again = client.get(file, headers={"if-none-match": answer["ETag"]})
                assert again.status_code == 304
            else:
                known = client.get(file, headers={"if-none-match": f'"{document.blob.sha256}"'})
                assert known.status_code == 404
        assert client.get(f"{where}/{document.pk}").status_code == expected, role
        listed = client.get(where, {"subject_kind": "project", "subject_id": str(project.pk)}).json()
        assert len(listed["results"]) == int(sees), role
        for headers in ({}, {"hx-request": "true"}):
            page = client.get(section, headers=headers)
            assert page.status_code == 200
            assert ("Minutes-of-May" in page.text) == sees, role


@pytest.mark.django_db
def test_a_document_is_never_seen_wider_than_its_record(stage, files, upload):
    shared, own = stage.project(), stage.project(visibility="own")
    for project, visibility in ((shared, "public"), (own, "public"), (own, "shared")):
        with pytest.raises(Invalid, match="more people than the record"):
            upload(project, visibility=visibility)
    # Not even when its row says so.
    document = upload(own, visibility="own")
    Document.objects.filter(pk=document.pk).update(visibility="public", owner_city=None)
    for role in ("anonymous", "beijing_coordinator"):
        assert stage.client(role).get(f"/documents/{document.pk}/file/").status_code == 404
    assert Document.objects.visible_to(stage.actor("moscow_reader")).exists()


@pytest.mark.django_db
def test_own_is_the_uploaders_own(stage, project, upload):
    document = upload(project, visibility="own", who="beijing_editor")
    assert document.owner_city.code == "BJS"
    assert stage.client("moscow_secretary").get(f"/documents/{document.pk}/file/").status_code == 404


@pytest.mark.django_db
def test_only_editors_of_the_sides_add_documents(stage, project, upload):
    for role in ("anonymous", "reader", "stranger", "administrator", "moscow_reader"):
        with pytest.raises(NotAllowed):
            upload(project, who=role)
    project_archive(project=project, base_version=1, by=stage.actor("moscow_editor"))
    with pytest.raises(NotAllowed, match="archived"):
        upload(project)


@pytest.mark.django_db
def test_documents_hang_on_any_record_of_a_programme_and_on_nothing_else(stage, files, upload, remark):
    assert upload(stage.programme, visibility="public").programme_id == stage.programme.pk
    assert upload(stage.areas[0])
    client = stage.client("moscow_editor")
    said = remark(stage.areas[0])
    for kind, pk in (
        ("city", stage.cities["MOW"].pk),
        ("remark", said.pk),
        ("nothing", said.pk),
        ("project", said.pk),
    ):
        for section in ("documents", "remarks", "links"):
            assert client.get(f"/records/{kind}/{pk}/{section}/").status_code == 404


# Handing it out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("minutes.pdf", 'attachment; filename="minutes.pdf"'),
        ('a "b".pdf', 'attachment; filename="a \\"b\\".pdf"'),
        (
            "Протокол.pdf",
            "attachment; filename*=utf-8''%D0%9F%D1%80%D0%BE%D1%82%D0%BE%D0%BA%D0%BE%D0%BB.pdf",
        ),
        ("会议纪要.pdf", "attachment; filename*=utf-8''%E4%BC%9A%E8%AE%AE%E7%BA%AA%E8%A6%81.pdf"),
    ],
)
def test_a_download_is_nothing_but_a_download(stage, project, upload, name, disposition):
    document = upload(project, PDF, name, visibility="public")
    answer = stage.client("anonymous").get(
        f"/documents/{document.pk}/file/", headers={"accept-encoding": "gzip"}
    )
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == disposition
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(PDF))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["ETag"] == f'"{document.blob.sha256}"'


# Edited and archived as any record


@pytest.mark.django_db
def test_it_is_a_record_with_version_history_and_changes(stage, project, upload):
    document, editor = upload(project), stage.actor("beijing_editor")
    edited = document_amend(document=document, changes={"title": "Minutes"}, base_version=1, by=editor)
    assert edited.version == 2
    with pytest.raises(EditConflict):
        document_amend(document=document, changes={"title": "Other"}, base_version=1, by=editor)
    archived = document_archive(document=document, base_version=2, by=editor)
    assert not Document.objects.live().exists()
    document_restore(document=archived, base_version=3, by=editor)
    verbs = Change.objects.filter(kind="document").order_by("version").values_list("verb", flat=True)
    assert list(verbs) == ["created", "edited", "archived", "restored"]
    assert document.history.count() == 4
    assert {row.title for row in document.history.all()} == {"minutes", "Minutes"}


@pytest.mark.django_db
def test_two_people_edit_one_document_and_nothing_is_lost(stage, project, upload, post_form):
    document = upload(project)
    where = f"/documents/{document.pk}/edit/"
    client = stage.client("moscow_editor")
    opened = client.get(where)
    document_amend(
        document=document, changes={"title": "Theirs"}, base_version=1, by=stage.actor("beijing_editor")
    )
    answer = post_form(client, where, opened, title="Mine")
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine" in answer.text
    assert post_form(client, where, opened, note="A note").status_code == 302
    document.refresh_from_db()
    assert (document.title, document.note) == ("Theirs", "A note")


@pytest.mark.django_db
def test_upload_archive_and_restore_in_a_browser_without_script(stage, project):
    client = stage.client("moscow_editor")
    where = f"/records/project/{project.pk}/documents/add/"
    file = ContentFile(b"text", name="Справка.txt")
    data = {"upload": file, "title": "", "language": "ru", "visibility": "own", "note": ""}
    answer = client.post(where, data)
    assert answer["Location"] == f"/projects/{project.pk}/#documents"
    document = Document.objects.get()
    assert (document.title, document.owner_city.code) == ("Справка", "MOW")
    page = client.get(f"/records/project/{project.pk}/documents/")
    assert "Seen by Moscow only" in page.text
    client.post(f"/documents/{document.pk}/archive/", {"version": "1"})
    page = client.get(f"/records/project/{project.pk}/documents/")
    assert "No document has been added yet" in page.text
    assert "Archived documents" in page.text
    client.post(f"/documents/{document.pk}/restore/", {"version": "2"})
    assert Document.objects.live().exists()


# How much it costs


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
def test_a_section_takes_the_same_queries_however_long_it_is(
    stage, project, upload, remark, who, django_assert_max_num_queries
):
    client = stage.client(who)
    for section in ("documents", "remarks"):
        where = f"/records/project/{project.pk}/{section}/"
        add = upload if section == "documents" else remark
        client.get(where)
        counts = []
        for number in (2, 22):
            for _one in range(number):
                add(project, visibility="public")
            with django_assert_max_num_queries(12) as taken:
                page = client.get(where, headers={"hx-request": "true"})
            counts.append(len(taken))
        assert counts[0] == counts[1]
        assert "All 24" in page.text
        assert client.get(where, {"page": "2"}).status_code == 200
