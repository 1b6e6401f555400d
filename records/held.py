"""What was posted by somebody whose login had run out is kept, encrypted, for half an hour.

The token lives only in the browser that sent the form, and the post is given back
only to the same person: a shared computer shows nobody what another had typed.
"""

import base64
import hashlib
import json
import secrets
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from records.models import HeldPost

KEPT_FOR = timedelta(minutes=30)
LARGEST = 1_000_000  # characters of form data


def seal() -> Fernet:
    key = hashlib.sha256(b"held posts:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def hold(*, user_id: int, path: str, post: QueryDict) -> str | None:
    """Keep a post and give back the token that fetches it; None when it is too large."""
    data = {name: values for name, values in post.lists() if name != "csrfmiddlewaretoken"}
    text = json.dumps(data)
    if len(text) > LARGEST:
        return None
    token = secrets.token_urlsafe(32)
    HeldPost.objects.create(
        token_hash=digest(token), user_id=user_id, path=path[:300], sealed=seal().encrypt(text.encode())
    )
    return token


def fetch(*, token: str, user_id: int, path: str) -> QueryDict | None:
    """What the same person had posted to the same page; it stays held until saved, discarded or expired."""
    held = HeldPost.objects.filter(
        token_hash=digest(token), user_id=user_id, path=path, held_at__gt=timezone.now() - KEPT_FOR
    ).first()
    if held is None:
        return None
    try:
        data = json.loads(seal().decrypt(bytes(held.sealed)))
    except InvalidToken:  # the installation's key has changed since
        return None
    post = QueryDict(mutable=True)
    for name, values in data.items():
        post.setlist(name, values)
    return post


def forget(*, token: str, user_id: int) -> None:
    """Delete a held post that its author has saved or discarded."""
    HeldPost.objects.filter(token_hash=digest(token), user_id=user_id).delete()


def forget_expired() -> int:
    """Delete what has been kept for half an hour. Returns how many there were."""
    return HeldPost.objects.filter(held_at__lte=timezone.now() - KEPT_FOR).delete()[0]
