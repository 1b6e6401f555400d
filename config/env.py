"""Typed readers of the environment.

Every setting that differs between installations comes through here. A value
that cannot be used stops the start with the variable's name and what it must
look like, so that a typing error is found at once and not in the middle of work.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Environment:
    """Reads variables from `values`; an empty value counts as absent."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self.values = values

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set, and there is no safe default for it.")
        return default

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, str(default)).lower()
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
        return value in TRUE

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"\d+", value) or not least <= int(value) <= most:
            raise ImproperlyConfigured(
                f"{name} must be a whole number from {least} to {most}, not {value!r}."
            )
        return int(value)

    def names(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A comma-separated list of host names; wildcards for every host are refused."""
        names = [part.strip() for part in self.text(name, ",".join(default) or " ").split(",")]
        names = [part for part in names if part]
        for part in names:
            if part == "*" or not re.fullmatch(r"\.?[A-Za-z0-9.\-\[\]:]+", part):
                raise ImproperlyConfigured(f"{name} must list host names, and {part!r} is none.")
        return names

    def origins(self, name: str) -> list[str]:
        """A comma-separated list of origins such as `https://tracker.example.org`."""
        origins = [part.strip() for part in self.text(name, " ").split(",") if part.strip()]
        for part in origins:
            url = urlsplit(part)
            if url.scheme not in {"http", "https"} or not url.netloc or url.path:
                raise ImproperlyConfigured(
                    f"{name} must list origins such as https://tracker.example.org, not {part!r}."
                )
        return origins

    def origin(self, name: str, default: str) -> str:
        """One origin such as `https://tracker.example.org`."""
        value = self.text(name, default)
        url = urlsplit(value)
        if url.scheme not in {"http", "https"} or not url.netloc or url.path:
            raise ImproperlyConfigured(
                f"{name} must be an origin such as https://tracker.example.org, not {value!r}."
            )
        return value

    def mail(self, name: str, default: str) -> dict:
        """A mail server's URL as Django's `EMAIL_` settings. What is wrong is said without the password."""
        value = self.text(name, default)
        try:
            url = urlsplit(value)
            url.port  # noqa: B018 — urlsplit checks the port only when it is asked for
            settings = environ.Env.email_url_config(value)
        except (ValueError, KeyError, ImproperlyConfigured):
            url, settings = None, {}
        if url is None or url.scheme not in {"smtp", "smtp+tls", "smtp+ssl"} or not url.hostname:
            raise ImproperlyConfigured(
                f"{name} must look like smtp+tls://user:password@host:587 (or smtp://, smtp+ssl://)."
            )
        return {key: setting for key, setting in settings.items() if key != "EMAIL_FILE_PATH"}

    def folder(self, name: str, default: Path) -> Path:
        value = Path(self.text(name, str(default)))
        if not value.is_absolute():
            raise ImproperlyConfigured(f"{name} must be an absolute path, not {str(value)!r}.")
        return value

    def database(self, name: str) -> dict:
        """A PostgreSQL URL as Django's `DATABASES` entry."""
        value = self.text(name)
        wanted = "postgres://user:password@host:5432/name"
        try:
            url = urlsplit(value)
            url.port  # noqa: B018 — urlsplit checks the port only when it is asked for
            settings = environ.Env.db_url_config(value)
        except (ValueError, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"{name} must look like {wanted}.") from error
        if url.scheme not in {"postgres", "postgresql"} or not settings.get("NAME"):
            raise ImproperlyConfigured(f"{name} must look like {wanted}.")
        return settings

    def redis(self, name: str) -> str:
        """A Redis URL, without a database number: the product uses 0 for jobs and 1 for its cache."""
        value = self.text(name)
        url = urlsplit(value)
        good = (url.scheme in {"redis", "rediss"} and url.hostname) or (
            url.scheme == "unix" and unquote(url.path).startswith("/")
        )
        if not good:
            raise ImproperlyConfigured(
                f"{name} must look like redis://host:6379 or unix:///path/to/socket, not {value!r}."
            )
        return value.rstrip("/")
