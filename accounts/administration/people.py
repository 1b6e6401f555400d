"""People in the administration: accounts, roles, deputies, passwords, and what each of them sees."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources

from accounts.access import person_refusal
from accounts.administration import why
from accounts.administration.base import PlainChoices, RefusedForm, ServiceAdmin, history_page, sentence
from accounts.administration.exchange import ExchangeMixin, cell
from accounts.models import City, Membership, User
from accounts.services import PERSON_FIELDS, password_set, person_add, person_amend, person_deactivate
from records.errors import Refused
from records.pages.history import history_of
from records.registry import RecordType, registry

# What a history needs to know of a person, who is no record and in no list of kinds.
PERSON: Any = RecordType(
    kind="person",
    model=User,  # type: ignore[arg-type]
    label=gettext_lazy("person"),
    plural=gettext_lazy("people"),
    edited=PERSON_FIELDS,
)


class PersonForm(RefusedForm):
    class Meta:
        model = User
        fields = PERSON_FIELDS


class NewPersonForm(PersonForm):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=gettext_lazy("At least 12 characters. Tell it to the person by another way than mail."),
    )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password)
        return password


class RolesFormSet(forms.BaseInlineFormSet):
    def roles(self) -> list[tuple[str, City | None]]:
        """What stands in the rows that are not struck out."""
        rows = [
            form.cleaned_data for form in self.forms if form.cleaned_data and form not in self.deleted_forms
        ]
        return [(row["role"], row.get("city")) for row in rows if row.get("role")]


class RoleInline(PlainChoices, admin.TabularInline):
    model = Membership
    formset = RolesFormSet
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever has come as far as the person's page

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class WhyForm(forms.Form):
    """Which record is meant."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    asked = forms.CharField(
        label=gettext_lazy("Its address, id or code"),
        max_length=500,
        help_text=gettext_lazy(
            "Paste the address of its page, or write an id, or a code such as TRA-2021-003."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(record_type.kind, record_type.label) for record_type in registry]
        self.fields["kind"].choices = [("", _("any")), *kinds]  # type: ignore[attr-defined]


class PersonResource(resources.ModelResource):
    """A list of people goes out with what administrators keep of them; nothing comes in this way."""

    COLUMNS = (
        "name", "email", "city", "organisation", "roles", "language", "timezone", "deputy",
        "is_active", "is_staff", "last_login",
    )  # fmt: skip

    class Meta:
        model = User
        fields = ("id",)

    def __init__(self, *, actor: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [*self.COLUMNS]

    def export_resource(self, instance: Any, selected_fields: Any = None, **kwargs: Any) -> list[Any]:
        roles = "; ".join(str(role) for role in instance.memberships.all())
        shown = {
            "roles": roles,
            "city": instance.city.code if instance.city else "",
            "organisation": str(instance.organisation or ""),
            "deputy": instance.deputy.email if instance.deputy else "",
            "last_login": instance.last_login.isoformat() if instance.last_login else "",
        }
        return [cell(shown.get(name, getattr(instance, name, ""))) for name in self.COLUMNS]


class PersonAdmin(ExchangeMixin, ServiceAdmin):
    """`UserAdmin` of Django writes by itself, so its pages are made here, on the services."""

    may_add = True
    form = PersonForm
    inlines = [RoleInline]
    list_display = ("name", "email", "city", "roles_shown", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "city", "memberships__role")
    list_select_related = ("city",)
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    autocomplete_fields = ("organisation", "deputy")
    actions = ("deactivate_chosen",)
    change_form_template = "admin/person.html"
    fieldsets = (
        (None, {"fields": ("name", "email", "city", "organisation")}),
        (gettext_lazy("Habits"), {"fields": ("language", "timezone", "deputy")}),
        (gettext_lazy("Access"), {"fields": ("is_active", "is_staff")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found = super().get_queryset(request).select_related("city", "organisation", "deputy")
        return found.prefetch_related("memberships__city")

    def get_export_resource_class(self) -> Any:
        return PersonResource

    @admin.display(description=gettext_lazy("roles"))
    def roles_shown(self, person: User) -> str:
        return "; ".join(str(role) for role in person.memberships.all()) or "—"

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return "password" not in lookup and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewPersonForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return (*self.fieldsets, (gettext_lazy("Password"), {"fields": ("password",)}))
        return self.fieldsets

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or person_refusal(self.actor(request), obj) is None

    # Writing. Django asks for the person and then for the roles; the service takes them together.

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Left to `save_related`, which knows the roles too."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        roles = [role for formset in formsets for role in formset.roles()]
        values = {name: form.cleaned_data[name] for name in PERSON_FIELDS}
        by = self.actor(request)
        if change:
            person_amend(person=form.instance, values=values, roles=roles, by=by)
        else:
            made = person_add(values=values, password=form.cleaned_data["password"], roles=roles, by=by)
            form.instance.pk = made.pk
            form.instance.__dict__.update(made.__dict__)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list:
        return []  # it would be kept in Django's own log, which is not

    @admin.action(description=gettext_lazy("Close the chosen accounts"))
    def deactivate_chosen(self, request: HttpRequest, chosen: QuerySet) -> None:
        by = self.actor(request)
        self.one_by_one(
            request,
            chosen,
            lambda person: person_deactivate(person=person, by=by),
            _("%(count)d accounts closed."),
        )

    def get_urls(self) -> list[Any]:
        own = [
            path(f"<int:pk>/{page}/", self.admin_site.admin_view(view), name=self.url_name(page))
            for page, view in (("password", self.password_view), ("why", self.why_view))
        ]
        return [*own, *super().get_urls()]

    def person(self, pk: int) -> User:
        found = User.objects.with_standing().filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def page(
        self, request: HttpRequest, template: str, person: User, status: int = 200, **context: Any
    ) -> Any:
        about = {"opts": self.opts, "person": person, **context}
        return TemplateResponse(
            request, template, self.admin_site.each_context(request) | about, status=status
        )

    def password_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        person, by = self.person(pk), self.actor(request)
        if refusal := person_refusal(by, person):
            raise refusal
        form = AdminPasswordChangeForm(person, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                password_set(person=person, password=form.cleaned_data["password1"], by=by)
            except Refused as error:
                messages.warning(request, sentence(error))
            else:
                messages.success(request, _("The new password is set. The person's sessions have ended."))
            return redirect(f"admin:{self.url_name('change')}", pk)
        title = _("A new password for %(name)s") % {"name": person.name}
        return self.page(
            request, "admin/password.html", person, 422 if form.errors else 200, form=form, title=title
        )

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who changed what on an account, its roles among it. The history holds no password."""
        if not object_id.isdecimal():
            raise Http404
        person = self.person(int(object_id))
        entries = history_of(
            person,
            record_type=PERSON,
            readable=lambda model, pks: model._default_manager.filter(pk__in=pks),
            hidden=lambda visibility, owner: False,
        )
        page = history_page(entries, request.GET.get("p"))
        return self.page(request, "admin/history.html", person, record=person, page=page, title=person.name)

    def why_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Why this person sees a record, or does not."""
        person = self.person(pk)
        form = WhyForm(request.GET if "asked" in request.GET else None)
        answer, nothing = None, False
        if form.is_valid():
            by = self.actor(request)
            found = why.find(form.cleaned_data["asked"], form.cleaned_data["kind"], by)
            nothing = found is None
            answer = why.explain(person, *found, by) if found else None
        title = _("What can %(name)s see, and why?") % {"name": person.name}
        return self.page(
            request, "admin/why.html", person, form=form, answer=answer, nothing=nothing, title=title
        )
