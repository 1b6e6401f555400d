"""Collects the strings of the product's own files into `locale/`."""

from typing import Any

from django.core.management.commands import makemessages

IGNORED = [".venv", "var", "node_modules", "frontend", "tests", "benchmarks", "static"]


class Command(makemessages.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        options["ignore_patterns"] = [*(options.get("ignore_patterns") or []), *IGNORED]
        options["no_location"], options["no_wrap"] = True, True
        if not options.get("locale"):
            options["locale"] = ["ru", "zh_Hans"]
        super().handle(*args, **options)
