"""The try-out accounts of a local installation; no other installation has them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from oauth2_provider.settings import oauth2_settings

from accounts.models import City, PartnerClient, Role, User
from accounts.services import client_create, person_create

PASSWORD = "two-cities-one-record"  # noqa: S105 — known to everyone, and made in local mode only


class Command(BaseCommand):
    help = "Makes the try-out accounts (MODE=local only) and prints them."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("The try-out accounts are made with MODE=local only.")
        with transaction.atomic():
            for email, name, city, role in self.wanted():
                if not User.objects.filter(email=email).exists():
                    language = city.language if city else "en"
                    person_create(
                        email=email,
                        name=name,
                        password=PASSWORD,
                        city=city,
                        roles=[role],
                        language=language,
                    )
                self.stdout.write(f"  {email:<30} {role.label}")
            for client_id, official in self.clients():
                if not PartnerClient.objects.filter(client_id=client_id).exists():
                    scopes = list(oauth2_settings.SCOPES)
                    client_create(
                        client_id=client_id,
                        secret=PASSWORD,
                        name=client_id,
                        official=official,
                        scopes=scopes,
                    )
                self.stdout.write(f"  {client_id:<30} partner system")
        self.stdout.write(f"  password and secret of all: {PASSWORD}")

    def clients(self) -> list[tuple[str, User]]:
        """A partner system for each city; its secretary answers for it."""
        secretaries = User.objects.filter(memberships__role=Role.SECRETARY, city__isnull=False)
        return [
            (f"demo-{user.email.partition('@')[0]}", user)
            for user in secretaries.order_by("pk")
            if user.email.endswith("@example.org")
        ]

    def wanted(self) -> list[tuple[str, str, City | None, Role]]:
        accounts: list[tuple[str, str, City | None, Role]] = []
        for city in City.objects.order_by("created_at", "code"):
            place = city.name_en.lower().replace(" ", "-")  # type: ignore[attr-defined]
            accounts += [
                (f"{place}@example.org", f"{city.name_en}: secretary", city, Role.SECRETARY),  # type: ignore[attr-defined]
                (f"{place}.editor@example.org", f"{city.name_en}: editor", city, Role.EDITOR),  # type: ignore[attr-defined]
            ]
        return [
            *accounts,
            ("reader@example.org", "Reader", None, Role.READER),
            ("admin@example.org", "Administrator", None, Role.ADMINISTRATOR),
        ]
