"""Checks MFA codes against the device's seed. Only a correct code makes `aws:MultiFactorAuthPresent` true.

A code in a call to AssumeRole counts for the role's trust policy. Sessions of GetSessionToken keep the MFA,
sessions of AssumeRole don't. `aws:MultiFactorAuthAge` is the number of seconds since then. Unlike on AWS, a
code may be used twice while it is valid.
"""

import base64
import contextvars
import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_evaluator
from ministack.services import iam, sts

from ..totp import matches

DENIED = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
KEY = "aws:multifactorauthpresent"
AGE = "aws:multifactorauthage"

proved_in_call: contextvars.ContextVar[bool] = contextvars.ContextVar("proved_in_call", default=False)
# The keys of such sessions, with the time of their MFA (epoch seconds).
proved_sessions: dict[str, float] = {}


def fill() -> None:
    _give_real_seeds()
    _tell_policies()
    _check_codes()


def _give_real_seeds() -> None:
    """ministack's seeds are hexadecimal. AWS returns 64 characters of base32, which authenticator apps read.
    """
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
        proved = time.time() if proved_in_call.get() else proved_sessions.get(credential.access_key_id)
        if proved is not None:
            found |= {KEY: "true", AGE: str(int(time.time() - proved))}
        return found

    iam_evaluator._principal_keys = keys
    sts._principal_keys = keys


def _check_codes() -> None:
    handle_request = sts.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
        asked = {name: values[0] for name, values in parse_qs((body or b"").decode("utf-8", "replace")).items()}
        if "SerialNumber" in asked:
            if not proves(sts._caller_identity(headers, query), asked["SerialNumber"], asked.get("TokenCode", "")):
                return sts._error(403, "AccessDenied", DENIED, ns="sts")
            proved_in_call.set(True)
        answer = await handle_request(method, path, headers, body, query)
        issued = re.search(rb"<AccessKeyId>(\w+)<", _bytes(answer[2]))
        if proved_in_call.get() and asked.get("Action") == "GetSessionToken" and issued:
            proved_sessions[issued[1].decode()] = time.time()
        return answer

    sts.handle_request = handle


def proves(caller: Any, serial: str, code: str) -> bool:
    """Whether the device belongs to the caller and shows this code now."""
    device = iam._mfa_devices.get(serial)
    name = caller.get("principalName") if isinstance(caller, dict) else ""
    return bool(name and device and device.get("User") == name) and matches(device["Base32StringSeed"], code)


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode()
