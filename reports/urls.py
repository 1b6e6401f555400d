from django.urls import path, register_converter

from records.texts import LANGUAGES
from reports import views
from reports.brief.files import TYPES as BRIEF_TYPES
from reports.models import FORMATS


class Language:
    regex = "|".join(LANGUAGES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Format(Language):
    regex = "|".join(FORMATS)


class BriefFormat(Language):
    regex = "|".join(BRIEF_TYPES)


register_converter(Language, "report_language")
register_converter(BriefFormat, "brief_format")
register_converter(Format, "report_format")

app_name = "reports"
urlpatterns = [
    path("reports/", views.report_list, name="report-list"),
    path("reports/ask/", views.report_ask, name="report-ask"),
    path("reports/<uuid:pk>/", views.report_detail, name="report-detail"),
    path("reports/<uuid:pk>/stop/", views.report_stop, name="report-stop"),
    path("reports/<uuid:pk>/again/", views.report_again, name="report-again"),
    path(
        "reports/<uuid:pk>/files/<report_language:language>.<report_format:format>",
        views.report_file,
        name="report-file",
    ),
    path(
        "events/<uuid:pk>/brief/<report_language:language>.<brief_format:format>",
        views.brief_file,
        name="brief-file",
    ),
]
