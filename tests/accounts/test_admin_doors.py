"""The administration: who enters, what its pages cost, that they stand in three languages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from accounts.services import person_create
from programme.models import Agreement, Area, Citation, Event, Programme, Provision, Source, Statement
from programme.services import record_create
from projects.models import Project
from records.models import Job
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20
KINDS = (Programme, Area, Provision, Agreement, Event, Statement, Source, Citation, Project)


@pytest.fixture
def full_stage(stage):
    project = stage.project(title_en="Shared one", visibility="shared")
    for name, model in (("provisions", Provision), ("agreements", Agreement), ("events", Event)):
        getattr(project, name).set(model.objects.all())
    project.leads.create(
        city=stage.cities["MOW"],
        organisation=stage.cities["MOW"].organisations.first(),
        contact=stage.people["moscow_editor"],
    )
    stage.people["moscow_administrator"] = person_create(
        email="ma@example.org",
        name="Moscow administrator",
        password="x" * 14,
        city=stage.cities["MOW"],
        roles=[Role.ADMINISTRATOR],
    )
    stage.project(title_en="Owned one", visibility="own")
    record_create(
        record=Citation(
            programme=stage.programme,
            visibility="public",
            subject_kind="area",
            subject_id=stage.areas[0].pk,
            source=Source.objects.get(),
            locator="p. 1",
        ),
        by=SYSTEM,
    )
    return stage


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_an_ordinary_editor_cannot_enter_even_with_the_mark_of_staff(stage):
    User.objects.update(is_staff=True)
    for name in ("moscow_editor", "moscow_secretary", "beijing_coordinator", "reader", "stranger"):
        answer = stage.client(name).get("/admin/")
        assert answer.status_code == 403, name
        assert "for administrators" in answer.text
    assert stage.client("administrator").get("/admin/").status_code == 200


def test_the_role_without_the_mark_does_not_let_in_either(stage):
    User.objects.filter(name="Administrator").update(is_staff=False)
    assert stage.client("administrator").get("/admin/").status_code == 403


def test_a_stranger_is_sent_to_the_sign_in_of_the_product(stage):
    answer = stage.client("anonymous").get("/admin/accounts/user/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/login/")


def test_there_is_no_page_for_deleting(full_stage):
    from tests.test_permissions import routes

    names = [name for name, _pattern in routes() if name.startswith("admin:")]
    assert names
    assert not [name for name in names if "delete" in name]
    client = full_stage.client("administrator")
    for model in KINDS:
        answer = client.post(
            page(model, "changelist"),
            {
                "action": "delete_selected",
                "_selected_action": [str(model.objects.first().pk)],
                "post": "yes",
            },
        )
        assert answer.status_code in (200, 302)
        assert model.objects.exists()


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_every_page_stands_in_every_language_with_few_queries_and_nothing_inline(full_stage, language):
    client = full_stage.client("moscow_administrator")
    client.cookies["language"] = language
    Job.objects.create(kind="t", log=[{"at": "now", "step": "s"}])
    pages = ["/admin/", page(User, "changelist"), page(User, "add"), page(Job, "changelist")]
    pages += [page(Job, "change", Job.objects.get().pk), reverse("admin:records_change_changelist")]
    person = full_stage.people["moscow_editor"]
    pages += [page(User, name, person.pk) for name in ("change", "password", "why")]
    project = Project.objects.get(visibility="shared")
    pages += [f"{page(User, 'why', person.pk)}?asked={project.pk}"]
    for model in (
        *KINDS,
        type(full_stage.cities["MOW"]),
        type(full_stage.cities["MOW"].organisations.first()),
    ):
        record = model.objects.order_by("created_at").first()
        pages += [
            page(model, "changelist"),
            page(model, "change", record.pk),
            page(model, "history", record.pk),
        ]
        pages += [page(model, "export"), page(model, "export") + "?as=xlsx"]
    pages += [
        reverse(f"admin:accounts_{kind}_{name}")
        for kind in ("city", "organisation")
        for name in ("add", "import")
    ]
    for address in pages:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(asked) <= MOST_QUERIES, (address, len(asked))
        if answer["Content-Type"].startswith("text/html"):
            assert " style=" not in answer.text, address
            assert "<style" not in answer.text, address
            assert " onclick=" not in answer.text, address
            assert "'self'" in answer["Content-Security-Policy"]
            assert f'value="{language}"' in answer.text  # the switch


def test_a_list_costs_the_same_however_long_it_is(full_stage):
    client = full_stage.client("administrator")
    client.get(page(Project, "changelist"))

    def cost():
        with CaptureQueriesContext(connection) as asked:
            client.get(page(Project, "changelist"))
        return len(asked)

    before = cost()
    for number in range(10):
        full_stage.project(title_en=f"More {number}", visibility="own" if number % 2 else "shared")
    assert cost() == before


def test_a_history_costs_the_same_however_long_it_is(full_stage):
    from projects.services import project_amend

    client = full_stage.client("administrator")
    project = Project.objects.get(visibility="shared")
    editor = full_stage.actor("moscow_editor")
    both = [str(area.pk) for area in full_stage.areas]

    def edit(number):
        project.refresh_from_db()
        project_amend(
            project=project,
            changes={"title_en": f"Title {number}", "areas": both[: 1 + number % 2]},
            base_version=project.version,
            by=editor,
        )

    def cost():
        with CaptureQueriesContext(connection) as asked:
            client.get(page(Project, "history", project.pk))
        return len(asked)

    edit(1)
    before = cost()
    for number in range(2, 12):
        edit(number)
    assert cost() == before <= MOST_QUERIES


def test_the_language_switch_comes_back_to_the_same_page(stage):
    client = stage.client("administrator")
    answer = client.post("/language/", {"language": "ru", "next": "/admin/accounts/city/"})
    assert answer.url == "/admin/accounts/city/"
    assert 'lang="ru"' in client.get(answer.url).text
