"""Records in the administration: corrected through the services, masked where they are the other city's."""

import csv
import io

import pytest
from django.db import connection
from django.urls import reverse

from accounts import access
from accounts.administration import exchange, records
from accounts.models import Role
from accounts.services import person_create
from programme.models import Agreement, Area, Event, Programme, Statement
from programme.services import record_create
from projects.models import Project
from records.models import Change, Visibility
from records.texts import LANGUAGES, column
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
SECRET = "Canary of the other side"


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def where(record, name="change"):
    return page(type(record), name, record.pk)


@pytest.fixture
def admin(stage):
    return stage.client("administrator")


@pytest.fixture
def moscow_admin(stage):
    stage.people["moscow_admin"] = person_create(
        email="ma@example.org", name="Moscow admin", password="x" * 14,
        city=stage.cities["MOW"], roles=[Role.ADMINISTRATOR],
    )  # fmt: skip
    return stage.client("moscow_admin")


@pytest.fixture
def own(stage):
    """Beijing's own project, with a canary in every text."""
    texts = {
        column(field, code): f"{SECRET} {field}" for field in ("title", "summary") for code in LANGUAGES
    }
    return stage.project(visibility="own", owner="BJS", **texts)


@pytest.fixture
def post_form():
    """Like the fixture of all tests, and knows values that several fields make together."""

    def post(client, url, opened=None, **changes):
        data = {}
        for bound in (opened or client.get(url)).context["form"]:
            value = bound.value()
            if isinstance(value, dict):
                data |= {f"{bound.html_name}_{key}": inner for key, inner in value.items() if inner}
            elif value not in (None, "", False):
                data[bound.html_name] = value
        return client.post(url, {**data, **changes})

    return post


def fresh(record):
    return type(record).objects.get(pk=record.pk)


# Correcting


def test_a_correction_raises_the_version_by_one_and_keeps_the_reason_in_the_history(
    stage, admin, post_form
):
    project = stage.project(title_en="Wrong")
    answer = post_form(admin, where(project), title_en="Right", reason="The source says so")
    assert answer.status_code == 302
    assert (fresh(project).title_en, fresh(project).version) == ("Right", 2)
    change = Change.objects.filter(record_id=project.pk).latest("id")
    assert (change.verb, change.fields, change.user.name) == ("edited", ["title_en"], "Administrator")
    told = fresh(project).history.latest("pgh_id").pgh_context.metadata
    assert (told["reason"], told["actor"]) == ("The source says so", "Administrator")
    shown = admin.get(where(project, "history")).text
    for text in ("The source says so", "Wrong", "Right", "Administrator", "Title (English)"):
        assert text in shown


def test_a_correction_without_a_reason_is_not_saved_and_keeps_what_was_typed(stage, admin, post_form):
    project = stage.project()
    answer = post_form(admin, where(project), title_en="Typed")
    assert answer.status_code == 422
    assert "Typed" in answer.text
    assert fresh(project).version == 1


def test_a_conflict_shows_what_it_was_theirs_and_mine_and_loses_nothing(stage, admin, post_form):
    project = stage.project(summary_en="Base text")
    opened = admin.get(where(project))
    post_form(
        stage.client("moscow_editor"),
        reverse("projects:project-edit", args=[project.pk]),
        summary_en="Theirs",
    )
    answer = post_form(admin, where(project), opened, summary_en="Mine", title_ru="Моё", reason="Because")
    assert answer.status_code == 409
    conflict = answer.context["form"].conflicts["summary_en"]
    assert (conflict.base, conflict.theirs, conflict.by) == ("Base text", "Theirs", "Moscow Editor")
    for text in ("Base text", "Theirs", "Mine", "Моё", "Because"):
        assert text in answer.text
    assert fresh(project).summary_en == "Theirs"
    again = post_form(admin, where(project), answer)
    assert again.status_code == 302
    assert (fresh(project).summary_en, fresh(project).title_ru, fresh(project).version) == (
        "Mine",
        "Моё",
        3,
    )


def test_separate_fields_merge(stage, admin, post_form):
    project = stage.project(summary_en="Old")
    opened = admin.get(where(project))
    post_form(
        stage.client("moscow_editor"),
        reverse("projects:project-edit", args=[project.pk]),
        summary_en="Theirs",
    )
    post_form(admin, where(project), opened, title_en="Mine", reason="Because")
    assert (fresh(project).summary_en, fresh(project).title_en) == ("Theirs", "Mine")


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Programme, {"title_en": "Other", "authentic": ["ru"]}),
        (Area, {"name_en": "Other", "position": "7"}),
        (Agreement, {"title_en": "Other", "is_signed": "on", "signed_on": "2020-09"}),
        (Event, {"title_en": "Other", "held": "2020-11-05"}),
        (Statement, {"text_en": "Other", "kind": "initiative"}),
    ],
)
def test_records_of_every_kind_are_corrected(stage, admin, post_form, model, changes):
    record = model.objects.first()
    answer = post_form(admin, where(record), reason="Checked", **changes)
    assert answer.status_code == 302, answer.context["form"].errors
    assert fresh(record).version == record.version + 1
    assert "Other" in str(fresh(record).text_state("title" if hasattr(record, "title") else
                          "name" if hasattr(record, "name") else "text", "en").value)  # fmt: skip


def test_saving_what_was_shown_changes_nothing(stage, admin, post_form):
    for model in (Programme, Area, Agreement, Event, Statement):
        record = model.objects.first()
        assert post_form(admin, where(record), reason="Nothing").status_code == 302
        assert fresh(record).version == record.version, model


def test_the_signatories_and_participants_are_corrected_and_stand_in_the_history(stage, admin, post_form):
    metro = stage.cities["MOW"].organisations.get()
    programme, event = stage.programme, Event.objects.get()
    answer = post_form(admin, where(programme), reason="Spelling", sides__MOW_signatory_en="New name")
    assert answer.status_code == 302
    assert programme.sides.get(city__code="MOW").signatory_en == "New name"
    assert programme.sides.get(city__code="BJS").signatory_en == "B"
    assert "New name" in admin.get(where(programme, "history")).text
    post_form(admin, where(event), reason="From the programme", participants_organiser=[str(metro.pk)])
    assert event.participants.get().organisation == metro
    assert "Moscow Metro" in admin.get(where(event, "history")).text


def test_an_administrator_names_no_contact_of_a_side(stage, admin):
    form = admin.get(where(stage.project())).context["form"]
    assert "leads__MOW" in form.fields
    assert not [name for name in form.fields if name.startswith("contacts")]


def test_archived_with_a_reason_and_restored(stage, admin):
    project = stage.project()
    admin.post(where(project), {"act": "archive", "version": "1", "reason": ""})
    assert fresh(project).archived_at is None
    admin.post(where(project), {"act": "archive", "version": "1", "reason": "Entered twice"})
    assert fresh(project).archived_at
    assert "Entered twice" in admin.get(where(project, "history")).text
    admin.post(where(project), {"act": "restore", "version": "2", "reason": "It was not"})
    assert (fresh(project).archived_at, fresh(project).version) == (None, 3)


def test_several_are_archived_one_by_one_and_the_masked_one_is_not(stage, admin, own):
    projects = [stage.project(title_en=f"P{number}") for number in range(2)]
    data = {"action": "archive_chosen", "_selected_action": [str(item.pk) for item in (*projects, own)]}
    asked = admin.post(page(Project, "changelist"), data)
    assert "Why?" in asked.text
    assert SECRET not in asked.text
    assert not Project.objects.exclude(archived_at=None).exists()
    answer = admin.post(page(Project, "changelist"), data | {"reason": "Tidying"}, follow=True)
    assert Project.objects.exclude(archived_at=None).count() == 2
    assert fresh(own).archived_at is None
    assert str(own.pk) in answer.text
    assert SECRET not in answer.text
    assert Change.objects.filter(verb="archived").count() == 2


# Masking


def addresses(own):
    """Every way by which content of a record could come out."""
    listed = page(Project, "changelist")
    auto = reverse("admin:autocomplete")
    return [
        listed,
        f"{listed}?o=4.5",
        f"{listed}?q=Canary",
        where(own),
        where(own, "history"),
        page(Project, "export"),
        f"{page(Project, 'export')}?q=Canary&as=csv",
    ] + [
        f"{auto}?term={term}&app_label=projects&model_name=lead&field_name=project"
        for term in ("", "Canary")
    ]


def leaks(client, own):
    found = []
    for address in addresses(own):
        answer = client.get(address)
        assert answer.status_code in (200, 302, 403), address
        # The search field repeats the term; the whole text of the record must not come back.
        if SECRET in answer.text or own.code in answer.text:
            found.append(address)
    return found


def test_the_other_citys_own_record_is_masked_everywhere(stage, admin, moscow_admin, own):
    for client in (admin, moscow_admin):
        assert leaks(client, own) == []
        listed = client.get(page(Project, "changelist")).text
        assert f"One side&#x27;s own record {own.pk}" in listed
        assert "Beijing" in listed
        shown = client.get(where(own)).text
        for text in (str(own.pk), "Beijing", "joint project"):
            assert text in shown
        assert '<form class="correction"' not in shown


def test_without_the_mask_the_same_test_finds_it(stage, admin, own, monkeypatch):
    monkeypatch.setattr(records, "is_masked", lambda actor, record: False)
    monkeypatch.setattr(records, "unmasked", lambda queryset, actor: queryset)
    monkeypatch.setattr(exchange, "is_masked", lambda actor, record: False)
    assert len(leaks(admin, own)) >= 6


def test_its_own_city_reads_and_corrects_it(stage, own, post_form):
    stage.people["beijing_admin"] = person_create(
        email="ba@example.org",
        name="BA",
        password="x" * 14,
        city=stage.cities["BJS"],
        roles=[Role.ADMINISTRATOR],
    )
    client = stage.client("beijing_admin")
    assert len(leaks(client, own)) >= 5
    assert post_form(client, where(own), title_en="Ours", reason="Ours").status_code == 302


def test_a_masked_record_is_not_corrected_by_a_forged_post_either(stage, admin, own):
    before = fresh(own).version
    admin.post(where(own), {"title_en": "Bent", "version": "1", "reason": "x" * 5, "base": "x"})
    admin.post(where(own), {"act": "archive", "version": "1", "reason": "x" * 5})
    assert (fresh(own).version, fresh(own).archived_at) == (before, None)


@pytest.mark.parametrize(
    "lookup",
    ["title_en__startswith=Canary", "summary_ru__contains=Canary", "code__startswith=TRA", "state=draft"],
)
def test_no_filter_of_the_list_answers_questions_about_masked_content(stage, admin, own, lookup):
    answer = admin.get(f"{page(Project, 'changelist')}?{lookup}")
    assert answer.status_code == 400 or str(own.pk) not in answer.text


def test_that_a_filter_would_answer_if_it_were_let_through(stage, admin, own, monkeypatch):
    monkeypatch.setattr(records.RecordAdmin, "lookup_allowed", lambda self, lookup, value, request: True)
    listed = page(Project, "changelist")
    assert str(own.pk) in admin.get(f"{listed}?title_en__startswith=Canary").text
    assert str(own.pk) not in admin.get(f"{listed}?title_en__startswith=Nothing").text


def test_what_refers_to_a_masked_record_does_not_name_it_and_keeps_it(stage, admin, post_form):
    hidden = record_create(
        record=Agreement(
            programme=stage.programme, visibility="own", owner_city=stage.cities["BJS"], kind="sectoral",
            title_en=SECRET,
        ),
        parts={"cities": []},
        original="en",
        by=SYSTEM,
    )  # fmt: skip
    project = stage.project()
    project.agreements.add(hidden)
    for address in (where(project), where(project, "history")):
        assert SECRET not in admin.get(address).text
    assert "one side&#x27;s own record" in admin.get(where(project, "history")).text
    post_form(admin, where(project), title_en="Other", reason="Because")
    assert list(project.agreements.all()) == [hidden]


@pytest.mark.django_db(transaction=True)
def test_the_time_when_a_shared_record_was_one_sides_own_stays_theirs(stage, admin, own):
    columns = [column(field, code) for field in ("title", "summary") for code in LANGUAGES]
    texts = dict.fromkeys(["title", "summary", *columns], "Now shared")
    Project.objects.filter(pk=own.pk).update(visibility=Visibility.SHARED, **texts)
    Project.objects.filter(pk=own.pk).update(title_en="Later")
    shown = admin.get(where(own, "history")).text
    assert SECRET not in shown
    assert "stays theirs" in shown
    assert "Later" in shown


def test_the_page_rule_is_not_widened_for_administrators(stage, own):
    actor = stage.actor("administrator")
    shared = stage.project(title_en="S")
    assert not Project.objects.visible_to(actor).filter(pk__in=[own.pk, shared.pk]).exists()
    assert access.edit_refusal(actor, shared) is not None
    assert access.correct_refusal(stage.actor("moscow_secretary"), shared) is not None


def test_a_reference_to_a_masked_record_is_not_offered_and_stays(stage, admin, post_form):
    hidden = record_create(
        record=Event(
            programme=stage.programme, visibility="own", owner_city=stage.cities["BJS"], kind="forum",
            title_en=SECRET,
        ),
        original="en",
        by=SYSTEM,
    )  # fmt: skip
    event = Event.objects.exclude(pk=hidden.pk).get()
    Event.objects.filter(pk=event.pk).update(within=hidden)
    assert SECRET not in admin.get(where(event)).text
    assert post_form(admin, where(event), title_en="Other", reason="Because").status_code == 302
    assert fresh(event).within == hidden


# History


@pytest.mark.django_db(transaction=True)  # the database knows the author until a transaction ends
def test_a_bulk_update_and_raw_sql_stand_in_the_history_as_from_outside(stage, admin):
    project = stage.project(title_en="First")
    Project.objects.filter(pk=project.pk).update(title_en="By bulk")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET title_en = 'By SQL' WHERE id = %s", [project.pk])
    project.areas.add(stage.areas[1])
    page_shown = admin.get(where(project, "history"))
    for text in ("By bulk", "By SQL", "outside the product", "Education", "Transport"):
        assert text in page_shown.text
    newest, *_rest, first = page_shown.context["page"].object_list
    assert first.created
    assert not first.outside
    assert newest.outside


def test_the_history_says_from_what_to_what(stage, admin, post_form):
    project = stage.project(title_en="A")
    both = [str(area.pk) for area in stage.areas]
    metro = stage.cities["MOW"].organisations.get()
    post_form(
        stage.client("moscow_editor"), reverse("projects:project-edit", args=[project.pk]),
        areas=both, lead_MOW=str(metro.pk), starts_on="2021-03-01", title_zh_hans="地铁",
    )  # fmt: skip
    entry = admin.get(where(project, "history")).context["page"].object_list[0]
    assert (entry.by, entry.city) == ("Moscow Editor", "MOW")
    told = {item.label: (item.before, item.after) for item in entry.altered}
    assert told == {
        "title (中文)": ("", "地铁"),
        "starts": ("", "1 March 2021"),
        "areas": ("Transport", "Education, Transport"),
        "lead organisation (Moscow)": ("", "Moscow Metro"),
    }


# Files


def test_an_export_holds_no_formula_and_the_masked_rows_no_content(stage, admin, own):
    stage.project(title_en="=HYPERLINK(1)", summary_en="+1", title_ru="@x")
    rows = list(csv.DictReader(io.StringIO(admin.get(page(Project, "export")).content.decode("utf-8-sig"))))
    assert not [
        cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    ]
    masked = next(row for row in rows if row["id"] == str(own.pk))
    assert {name for name, value in masked.items() if value} == {
        "id", "visibility", "owner_city", "created_at", "updated_at",
    }  # fmt: skip
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(admin.get(page(Project, "export") + "?as=xlsx").content))
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]
