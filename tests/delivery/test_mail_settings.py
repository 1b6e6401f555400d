"""How the mail server and the product's own address are configured."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost:25", {"EMAIL_HOST": "localhost", "EMAIL_PORT": 25}),
        (
            "smtp+tls://a%40b:p%2Fw@mail.example.org:587",
            {"EMAIL_HOST_USER": "a@b", "EMAIL_HOST_PASSWORD": "p/w", "EMAIL_USE_TLS": True},
        ),
        ("smtp+ssl://u:p@mail.example.org:465", {"EMAIL_USE_SSL": True, "EMAIL_PORT": 465}),
    ],
)
def test_a_mail_server(url, expected):
    found = Environment({"EMAIL_URL": url}).mail("EMAIL_URL", "")
    assert expected.items() <= found.items()
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://x", "filemail:///tmp", "smtp://", "smtp://u:secret@h:port"]
)
def test_what_is_no_mail_server_is_refused_without_its_password(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must look like") as refusal:
        Environment({"EMAIL_URL": url}).mail("EMAIL_URL", "")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("value", ["tracker.example.org", "https://x/path", "ftp://x"])
def test_what_is_no_origin_is_refused(value):
    with pytest.raises(ImproperlyConfigured, match="SITE_URL must be an origin"):
        Environment({"SITE_URL": value}).origin("SITE_URL", "")
