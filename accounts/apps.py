from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.holding import hold
from records.refusals import explain
from records.registry import RecordType, register


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and reference data")

    def ready(self) -> None:
        from accounts.erasure import REACHES
        from records.erasure import reach

        reach(*REACHES)
        from accounts.holding import HOLDINGS
        from accounts.models import City, Organisation

        hold(*HOLDINGS)
        explain(
            "a role stands in the city that its person belongs to",
            _(
                "The database refuses this: a role stands in the city that its person belongs to,"
                " and every official has a city."
            ),
        )
        register(
            RecordType(
                kind="city",
                model=City,
                label=_("city"),
                plural=_("cities"),
                edited=(
                    "name",
                    "letter",
                    "timezone",
                    "country",
                    "language",
                    "colour",
                    "colour_dark",
                    "external",
                ),
            )
        )
        register(
            RecordType(
                kind="organisation",
                model=Organisation,
                label=_("organisation"),
                plural=_("organisations"),
                edited=("name", "other_names", "city", "kind", "website"),
            )
        )
