"""Handing out a file: always as a download, never as a page of ours."""

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from attachments.models import Document


def file_response(request: HttpRequest, document: Document) -> HttpResponse:
    """The file of a document that the reader may see; 304 where they have it already.

    It is asked for anew each time (`no-cache`), so that visibility is judged each
    time; nothing between keeps it (`private`). Should a browser show it after all, it
    runs in a sandbox with no origin.
    """
    etag = f'"{document.blob.sha256}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in {tag.removeprefix("W/") for tag in known}:
        response: HttpResponse = HttpResponseNotModified()
    else:
        # These files are compressed already; the middleware would do it again, and lose their length.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        response = FileResponse(  # type: ignore[assignment]
            default_storage.open(document.blob.path),
            as_attachment=True,
            filename=document.file_name,
            content_type=document.media_type,
        )
        response["Content-Length"] = str(document.blob.size)
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-cache"
    return response
