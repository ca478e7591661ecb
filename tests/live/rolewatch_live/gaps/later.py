"""Ages temporary credentials: `POST /_rolewatch/later?seconds=3600` makes them, and their MFA, that much
older.

The clock itself doesn't change. Later calls are recorded at their own time.
"""

from typing import Any
from urllib.parse import parse_qs

from ministack import app as ministack_app
from ministack.services import sts

from . import mfa

PATH = "/_rolewatch/later"


def fill() -> None:
    serve = ministack_app.app

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await serve(scope, receive, send)
            return
        age(int(parse_qs(scope["query_string"].decode())["seconds"][0]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    ministack_app.app = app


def age(seconds: int) -> None:
    for session in sts._sessions.values():
        if isinstance(session.get("Expiration"), (int, float)):
            session["Expiration"] -= seconds
    for key in mfa.proved_sessions:
        mfa.proved_sessions[key] -= seconds
