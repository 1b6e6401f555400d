"""What is kept of each account: who changed what, its roles among it, and never a password."""

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import Membership, User
from accounts.services import language_choose, password_set, person_amend, person_create
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(stage):
    return stage.people["moscow_editor"]


@pytest.fixture
def history(stage, person):
    """The entries on the history page of a person, the latest first."""

    def read():
        address = reverse("admin:accounts_user_history", args=[person.pk])
        answer = stage.client("administrator").get(address)
        assert answer.status_code == 200
        return list(answer.context["page"])

    return read


def told(entry):
    return {item.label: (item.before, item.after) for item in entry.altered}


def test_an_edit_is_told_with_its_author_and_both_values(stage, person, history):
    by = stage.actor("administrator").correcting()
    roles = [("editor", person.city), ("coordinator", person.city)]
    person_amend(person=person, values={"name": "Renamed"}, roles=roles, by=by)
    latest, first = history()
    assert (latest.by, latest.outside) == ("Administrator", False)
    # The role that stays is not told again.
    assert told(latest) == {"name": ("Moscow Editor", "Renamed"), "role (Moscow)": ("", "coordinator")}
    assert first.created
    assert told(first)["role (Moscow)"] == ("", "editor")
    assert told(first)["e-mail address"] == ("", "moscow_editor@example.org")
    person_amend(person=person, values={}, roles=roles[1:], by=by)
    assert told(history()[0]) == {"role (Moscow)": ("editor", "")}


@pytest.mark.django_db(transaction=True)
def test_a_bulk_update_and_raw_sql_are_told_as_from_outside(person, history):
    User.objects.filter(pk=person.pk).update(is_staff=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET name = 'By SQL' WHERE id = %s", [person.pk])
        cursor.execute("UPDATE accounts_membership SET role = 'secretary' WHERE user_id = %s", [person.pk])
        cursor.execute("DELETE FROM accounts_membership WHERE user_id = %s", [person.pk])
    *outside, first = history()
    assert first.created
    assert not first.outside
    assert all(entry.outside for entry in outside)
    assert [told(entry) for entry in reversed(outside)] == [
        {"may enter the administration": ("no", "yes")},
        {"name": ("Moscow Editor", "By SQL")},
        {"role (Moscow)": ("editor", "secretary")},
        {"role (Moscow)": ("secretary", "")},
    ]


def test_history_can_not_be_edited(person):
    for rows in (person.history.all(), apps.get_model("accounts", "MembershipHistory").objects.all()):
        assert rows.exists()
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            rows.delete()


def test_no_password_gets_into_any_history(stage, person):
    before = person.history.count()
    first = User.objects.get(pk=person.pk).password
    password_set(person=person, password="another-long-word-7", by=stage.actor("administrator"))
    second = User.objects.get(pk=person.pk).password
    assert first != second
    stage.client("moscow_editor")  # signing in notes the time of the last visit on the account
    assert person.history.count() == before
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I', table_name) FROM information_schema.tables"
            " WHERE table_schema = current_schema()"
            " AND (table_name LIKE '%history' OR table_name LIKE 'pghistory%')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        assert "accounts_userhistory" in tables
        held = {}
        for table in [*tables, "accounts_user"]:
            cursor.execute(f"SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') FROM {table} t")
            held[table] = cursor.fetchone()[0]
    assert second in held.pop("accounts_user")  # so it would be found
    for secret in (first, second, PASSWORD, "another-long-word-7", "pbkdf2_", "argon2"):
        assert not [table for table, text in held.items() if secret in text]
    kept = {field.name for field in apps.get_model("accounts", "UserHistory")._meta.fields}
    assert kept.isdisjoint({"password", "last_login"})


def test_a_role_whose_person_leaves_its_city_is_still_refused(stage, person):
    by = stage.actor("administrator").correcting()
    with pytest.raises(Exception, match="a role stands in the city"):
        person_amend(
            person=person,
            values={"city": stage.cities["BJS"]},
            roles=[("editor", stage.cities["MOW"])],
            by=by,
        )


def test_a_language_chosen_in_the_header_is_the_persons_own_doing(person, history):
    language_choose(user=person, language="ru")
    latest = history()[0]
    assert (latest.by, told(latest)) == ("Moscow Editor", {"language": ("English", "Русский")})


def test_a_new_account_is_told_as_made_by_the_product(stage):
    made = person_create(email="n@example.org", name="New", password="x" * 14, city=None, roles=["reader"])
    kept = made.history.get()
    assert kept.pgh_context.metadata["actor"] == "system"


def test_the_page_costs_the_same_whatever_the_history(stage, person, django_assert_max_num_queries):
    client = stage.client("administrator")
    by = stage.actor("administrator").correcting()
    for number in range(30):
        roles = [("editor", person.city)] if number % 2 else [("secretary", person.city)]
        person_amend(person=person, values={"name": f"Name {number}"}, roles=roles, by=by)
    address = reverse("admin:accounts_user_history", args=[person.pk])
    client.get(address)
    with django_assert_max_num_queries(20):
        answer = client.get(address)
    assert len(answer.context["page"].object_list) == 25
    assert Membership.objects.filter(user=person).count() == 1
    assert client.get("/admin/accounts/user/x/history/").status_code == 404
