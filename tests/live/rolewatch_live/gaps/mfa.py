"""MFA that proves something: a code is checked against the device's seed, and only then is `aws:MultiFactorAuthPresent` true.

In the call itself it counts for the role's trust policy; sessions of GetSessionToken carry it on, sessions of AssumeRole do not. Unlike AWS,
a code may be used twice within its time.
"""

import base64
import contextvars
import re
import secrets
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_evaluator
from ministack.services import iam, sts

from ..totp import matches

DENIED = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
KEY = "aws:multifactorauthpresent"

proved_in_call: contextvars.ContextVar[bool] = contextvars.ContextVar("proved_in_call", default=False)
proved_sessions: set[str] = set()


def fill() -> None:
    _give_real_seeds()
    _tell_policies()
    _check_codes()


def _give_real_seeds() -> None:
    """ministack's seeds are hexadecimal; AWS gives 64 characters of base32, which is what an authenticator reads."""
    create = iam._create_virtual_mfa_device

    def create_with_seed(parameters: Any) -> Any:
        before = set(iam._mfa_devices)
        status, headers, body = create(parameters)
        for serial in set(iam._mfa_devices) - before:
            device = iam._mfa_devices[serial]
            old, new = device["Base32StringSeed"], base64.b32encode(secrets.token_bytes(40)).decode()
            device["Base32StringSeed"] = new
            body = body.replace(base64.b64encode(old.encode()), base64.b64encode(new.encode()))
        return status, headers, body

    iam._create_virtual_mfa_device = create_with_seed
    for table in vars(iam).values():
        if isinstance(table, dict) and table.get("CreateVirtualMFADevice") is create:
            table["CreateVirtualMFADevice"] = create_with_seed


def _tell_policies() -> None:
    principal_keys = iam_evaluator._principal_keys

    def keys(credential: Any) -> dict[str, Any]:
        found: dict[str, Any] = principal_keys(credential)
        if proved_in_call.get() or credential.access_key_id in proved_sessions:
            found[KEY] = "true"
        return found

    iam_evaluator._principal_keys = keys
    sts._principal_keys = keys


def _check_codes() -> None:
    handle_request = sts.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
        asked = {name: values[0] for name, values in parse_qs((body or b"").decode("utf-8", "replace")).items()}
        if "SerialNumber" in asked:
            if not proves(asked["SerialNumber"], asked.get("TokenCode", "")):
                return sts._error(403, "AccessDenied", DENIED, ns="sts")
            proved_in_call.set(True)
        answer = await handle_request(method, path, headers, body, query)
        issued = re.search(rb"<AccessKeyId>(\w+)<", _bytes(answer[2]))
        if proved_in_call.get() and asked.get("Action") == "GetSessionToken" and issued:
            proved_sessions.add(issued[1].decode())
        return answer

    sts.handle_request = handle


def proves(serial: str, code: str) -> bool:
    """Whether the device is somebody's in the caller's account and shows this code now."""
    device = iam._mfa_devices.get(serial)
    return bool(device and device.get("User")) and matches(device["Base32StringSeed"], code)


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode()
