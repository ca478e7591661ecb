"""A fake Identity Center on the loopback, which the emulator doesn't have: the calls that list users, groups,
memberships, permission sets and assignments, in small pages.
"""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

STORE = "d-1234567890"
OWNER = "555566667777"
CREATED = 1772355600.123
# The most entries of a page, whatever is asked for. AWS may return fewer than asked for, too.
PAGE = 2

Entry = dict[str, Any]


class Refused(Exception):
    """The call is refused, with an error code and a message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def denied(action: str) -> Refused:
    arn = f"arn:aws:sts::{OWNER}:assumed-role/Reader/dora"
    return Refused(400, "AccessDeniedException", f"User: {arn} is not authorized to perform: {action}")


MISSING = Refused(400, "ResourceNotFoundException", "not found")
BUSY = Refused(400, "ThrottlingException", "Rate exceeded")


class Server(ThreadingHTTPServer):
    """A server that doesn't mind clients that end without closing their connections."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@dataclass
class Directory:
    """What Identity Center has. Memberships are (id, group, member)."""

    instances: list[Entry] = field(default_factory=list)
    users: list[Entry] = field(default_factory=list)
    groups: list[Entry] = field(default_factory=list)
    memberships: list[tuple[str, str, Entry]] = field(default_factory=list)
    sets: dict[str, Entry] = field(default_factory=dict)
    assignments: list[Entry] = field(default_factory=list)


class Answers:
    """Identity Center's answers. Calls `before` with the action and the number of earlier calls of it, before every
    answer. What that raises is the answer.
    """

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.before: Callable[[str, int], None] = lambda action, earlier: None
        self.calls: list[str] = []
        self._lock = threading.Lock()

    def answer(self, action: str, body: Entry) -> Entry:
        with self._lock:
            earlier = self.calls.count(action)
            self.calls.append(action)
            self.before(action, earlier)
            return self._page(action, body)

    def _page(self, action: str, body: Entry) -> Entry:
        found = self.directory
        if not self._is_known(body):
            raise MISSING
        if action == "DescribePermissionSet":
            return {"PermissionSet": {"PermissionSetArn": body["PermissionSetArn"], **found.sets[body["PermissionSetArn"]]}}
        if action == "IsMemberInGroups":
            return {"Results": [self._is_member(group, body["MemberId"]) for group in body["GroupIds"]]}
        key, entries = {
            "ListInstances": ("Instances", lambda: found.instances),
            "ListUsers": ("Users", lambda: found.users),
            "ListGroups": ("Groups", lambda: found.groups),
            "ListGroupMemberships": ("GroupMemberships", lambda: self._memberships(body["GroupId"])),
            "ListPermissionSets": ("PermissionSets", lambda: list(found.sets)),
            "ListAccountsForProvisionedPermissionSet": ("AccountIds", lambda: sorted({one["AccountId"] for one in self._assignments(body)})),
            "ListAccountAssignments": ("AccountAssignments", lambda: [one for one in self._assignments(body) if one["AccountId"] == body["AccountId"]]),
        }[action]
        begin = int(body.get("NextToken") or 0)
        listed = entries()
        end = begin + min(PAGE, body.get("MaxResults") or PAGE)
        return {key: listed[begin:end]} | ({"NextToken": str(end)} if end < len(listed) else {})

    def _is_known(self, body: Entry) -> bool:
        """Whether everything exists that a request names."""
        found = self.directory
        named = {
            "InstanceArn": [one["InstanceArn"] for one in found.instances],
            "IdentityStoreId": [one["IdentityStoreId"] for one in found.instances],
            "GroupId": [one["GroupId"] for one in found.groups],
            "PermissionSetArn": list(found.sets),
        }
        asked = [("UserId", body["MemberId"]["UserId"])] if "MemberId" in body else []
        asked += [("GroupId", group) for group in body.get("GroupIds", [])]
        asked += [(key, body[key]) for key in named if key in body]
        named["UserId"] = [one["UserId"] for one in found.users]
        return all(value in named[key] for key, value in asked)

    def _is_member(self, group: str, member: Entry) -> Entry:
        known = [(of_group, of_member) for _, of_group, of_member in self.directory.memberships]
        return {"GroupId": group, "MemberId": member, "MembershipExists": (group, member) in known}

    def _memberships(self, group: str) -> list[Entry]:
        return [
            {"IdentityStoreId": STORE, "MembershipId": name, "GroupId": of_group, "MemberId": member, "CreatedAt": CREATED}
            for name, of_group, member in self.directory.memberships
            if of_group == group
        ]

    def _assignments(self, body: Entry) -> list[Entry]:
        return [one for one in self.directory.assignments if one["PermissionSetArn"] == body["PermissionSetArn"]]


class Center(Answers):
    """A server with these answers."""

    def __init__(self, directory: Directory) -> None:
        super().__init__(directory)
        center = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
                action = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
                try:
                    status, answer = 200, center.answer(action, body)
                except Refused as refused:
                    status, answer = refused.status, {"__type": refused.code, "message": refused.message}
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Logs nothing, because `calls` has everything."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def company() -> Directory:
    """Five users, three groups, three permission sets, two accounts: every list has more than one page."""
    users, groups = ("alice", "bob", "carol", "dora", "erin"), ("Platform", "Audit", "Nobody")
    sets = {f"arn:aws:sso:::permissionSet/ssoins-1/ps-{name}": {"Name": name, "SessionDuration": "PT4H"} for name in ("Admin", "Read", "Unused")}
    arns = list(sets)
    return Directory(
        instances=[instance(STORE)],
        users=[
            {
                "IdentityStoreId": STORE,
                "UserId": f"u-{name}",
                "UserName": name,
                "UserStatus": "DISABLED" if name == "erin" else "ENABLED",
                "Emails": [{"Value": f"{name}@example.com"}],
            }
            for name in users
        ],
        groups=[{"IdentityStoreId": STORE, "GroupId": f"g-{name}", "DisplayName": name} for name in groups],
        memberships=[(f"m-{name}", "g-Platform", {"UserId": f"u-{name}"}) for name in users[:3]] + [("m-4", "g-Audit", {"UserId": "u-dora"})],
        sets=sets,
        assignments=[
            assignment("444455556666", arns[0], "GROUP", "g-Platform"),
            assignment("444455556666", arns[0], "USER", "u-dora"),
            assignment("444455556666", arns[0], "GROUP", "g-Audit"),
            assignment("111122223333", arns[0], "GROUP", "g-Platform"),
            assignment("111122223333", arns[1], "GROUP", "g-Audit"),
        ],
    )


def instance(store: str, name: str = "") -> Entry:
    named = {"Name": name} if name else {}
    return {"InstanceArn": f"arn:aws:sso:::instance/ssoins-{store}", "IdentityStoreId": store, "OwnerAccountId": OWNER, **named}


def assignment(account: str, arn: str, kind: str, principal: str) -> Entry:
    return {"AccountId": account, "PermissionSetArn": arn, "PrincipalType": kind, "PrincipalId": principal}
