"""Safe retries of `POST`: the same key and the same body give the same answer, once done.

The key's row is written in the transaction of the work itself. A second call with
the key waits for the first to end; if that one failed or its process died, nothing
of it stands, the key included, and the second does the work. So no key is ever stuck.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from records.api.errors import BadParameter, fault
from records.jobs import every_minute
from records.models import IdempotentAnswer

KEPT_FOR = timedelta(hours=24)
LONGEST = 200


class AnotherBody(APIException):
    status_code, default_code = 422, "idempotency_key_reused"


def once(request: Request, actor: Any, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work, or give the answer that the same key had before. Raises `AnotherBody`."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        sentence = _("Give a key of 1 to %(most)s printable characters.") % {"most": LONGEST}
        raise BadParameter([fault("Idempotency-Key", "invalid", sentence)])
    body = request._request.body
    fingerprint = hashlib.sha256(b"\n".join([request.path.encode(), body])).hexdigest()
    row = IdempotentAnswer(caller=actor.caller, key=key, fingerprint=fingerprint)
    with transaction.atomic():
        IdempotentAnswer.objects.bulk_create([row], ignore_conflicts=True)
        kept = IdempotentAnswer.objects.get(caller=row.caller, key=key)
        if kept.status:
            return replayed(kept, fingerprint)
        response = work()
        IdempotentAnswer.objects.filter(pk=kept.pk).update(
            status=response.status_code,
            body=response.content,
            headers={
                name: response[name] for name in ("Content-Type", "ETag", "Location") if name in response
            },
        )
    return response


def replayed(kept: IdempotentAnswer, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        raise AnotherBody(_("This key was used with another body. Nothing was done: choose a new key."))
    response = HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response


@every_minute
def forget_old_answers() -> int:
    """Delete answers that are a day old. Returns how many there were."""
    return IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]
