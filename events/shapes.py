"""The shapes of CloudTrail records: identities, and what STS, sign-in and IAM write. One function per shape.

IDs are derived from names, so they are the same in every run. No account, key, address or person is real.
"""

import base64
import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

MONDAY = datetime(2026, 3, 2, tzinfo=timezone.utc)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

DEVELOPMENT = "111122223333"
PRODUCTION = "444455556666"
STAGING = "555555555555"
MANAGEMENT = "123456789012"
FOREIGN = "999988887777"

HOME = "us-east-1"
TOKYO = "ap-northeast-1"

CLI = "aws-cli/2.22.7 md/awscrt#0.23.4 ua/2.0 os/linux#6.8 md/arch#x86_64 lang/python#3.12.6 cfg/retry-mode#standard"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:135.0) Gecko/20100101 Firefox/135.0"
CONSOLE = "AWS Internal"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


# Times and ids


def at(text):
    """Converts `Mon 09:05` or `Mon 09:05:30` of the week, in UTC. `Mon-1` is the Sunday before."""
    if isinstance(text, datetime):
        return text
    day, clock = text.split()
    before = day.endswith("-1")
    hours, minutes, *seconds = map(int, clock.split(":"))
    start = MONDAY + timedelta(days=DAYS.index(day[:3]) - before)
    return start + timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def java(time, comma=True):
    """`Mar 2, 2026, 10:05:00 AM`; AWS also writes it without the comma after the year."""
    hour = time.hour % 12 or 12
    half = "AM" if time.hour < 12 else "PM"
    return f"{time:%b} {time.day}, {time.year}{',' if comma else ''} {hour}:{time:%M:%S} {half}"


def digest(*of):
    return hashlib.sha256("\0".join(map(str, of)).encode()).digest()


def number(*of):
    """Returns a number that looks random and depends only on `of`."""
    return int.from_bytes(digest(*of)[:6], "big")


def pick(choices, *of):
    return choices[number(*of) % len(choices)]


def guid(*of):
    return str(uuid.UUID(bytes=digest(*of)[:16], version=4))


def made_id(prefix, name, count=1):
    """21 characters, such as `AIDAEXAMPLEALICE00001`."""
    letters = "".join(c for c in name.upper() if c.isalnum())
    return f"{prefix}EXAMPLE{letters[:9]:0<9}{count}"


def made_key(prefix, *of):
    """20 characters, such as `ASIAEXAMPLEQ2W3E4R5T`."""
    return f"{prefix}EXAMPLE{base64.b32encode(digest(*of)).decode()[:9]}"


# Identities and roles


@dataclass(frozen=True)
class Person:
    """An IAM user. `count` distinguishes users with the same name."""

    name: str
    ip: str
    account: str = DEVELOPMENT
    count: int = 1
    agent: str = CLI
    born_as: str = ""

    @property
    def id(self):
        return made_id("AIDA", self.born_as or self.name, self.count)

    @property
    def arn(self):
        return f"arn:aws:iam::{self.account}:user/{self.name}"

    @property
    def device(self):
        return f"arn:aws:iam::{self.account}:mfa/{self.born_as or self.name}"


@dataclass(frozen=True)
class Role:
    account: str
    path: str

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def id(self):
        return made_id("AROA", self.name)

    @property
    def arn(self):
        return f"arn:aws:iam::{self.account}:role/{self.path}"


@dataclass(frozen=True)
class Session:
    """The session that a call issues. `caller` is its identity in later records."""

    role: Role
    name: str
    start: datetime
    key: str
    ip: str
    agent: str = CLI
    console: bool = False
    ec2: bool = False
    mfa: bool = False

    @property
    def id(self):
        return f"{self.role.id}:{self.name}"

    @property
    def arn(self):
        return f"arn:aws:sts::{self.role.account}:assumed-role/{self.role.name}/{self.name}"

    @property
    def account(self):
        return self.role.account

    @property
    def caller(self):
        context = {
            "sessionIssuer": {
                "type": "Role",
                "principalId": self.role.id,
                "arn": self.role.arn,
                "accountId": self.role.account,
                "userName": self.role.name,
            },
            "webIdFederationData": {},
            "attributes": {"creationDate": iso(self.start), "mfaAuthenticated": "true" if self.mfa else "false"},
        }
        if self.ec2:
            context["ec2RoleDelivery"] = "2.0"
        # The console signs with its own keys, not with the key that AssumeRole issued.
        key = made_key("ASIA", "console", self.key) if self.console else self.key
        return {
            "type": "AssumedRole",
            "principalId": self.id,
            "arn": self.arn,
            "accountId": self.role.account,
            "accessKeyId": key,
            "sessionContext": context,
        }


# `userIdentity`


def user(person, key):
    return {
        "type": "IAMUser",
        "principalId": person.id,
        "arn": person.arn,
        "accountId": person.account,
        "accessKeyId": key,
        "userName": person.name,
    }


def by_permanent_key(person):
    return user(person, made_key("AKIA", person.id))


def by_session(person, start, mfa=True, key=None):
    """Temporary credentials of the user, from GetSessionToken or a console sign-in."""
    identity = user(person, key or made_key("ASIA", person.id, iso(start)))
    attributes = {"creationDate": iso(start), "mfaAuthenticated": "true" if mfa else "false"}
    identity["sessionContext"] = {"sessionIssuer": {}, "webIdFederationData": {}, "attributes": attributes}
    return identity


def by_console(person, start, mfa=True):
    return by_session(person, start, mfa) | {"invokedBy": CONSOLE}


def service(name):
    return {"type": "AWSService", "invokedBy": name}


def other_account(account, principal):
    """What the role owner's copy contains about a caller from another account."""
    return {"type": "AWSAccount", "principalId": principal, "accountId": account}


def root(account, start):
    attributes = {"creationDate": iso(start), "mfaAuthenticated": "true"}
    return {
        "type": "Root",
        "principalId": account,
        "arn": f"arn:aws:iam::{account}:root",
        "accountId": account,
        "accessKeyId": made_key("ASIA", "root", account, iso(start)),
        "sessionContext": {"sessionIssuer": {}, "webIdFederationData": {}, "attributes": attributes},
    }


def identity_center(name):
    return {
        "type": "IdentityCenterUser",
        "accountId": MANAGEMENT,
        "onBehalfOf": {
            "userId": guid("identity store", name),
            "identityStoreArn": f"arn:aws:identitystore::{MANAGEMENT}:identitystore/d-9067example",
        },
        "credentialId": guid("credential", name),
    }


# Records


def api(
    account, time, source, name, identity, *, region=HOME, ip="192.0.2.1", agent=CLI, request=None,
    response=None, tag="", version="1.09", **more
):
    """One record of an API call, in the copy of `account`. `more` are members such as `resources` or
    `errorCode`.
    """
    time = at(time)
    what = (account, iso(time), source, name, tag)
    record = {
        "eventVersion": version,
        "userIdentity": identity,
        "eventTime": iso(time),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": ip,
        "userAgent": agent,
    }
    for key in ("errorCode", "errorMessage"):
        if key in more:
            record[key] = more.pop(key)
    record |= {"requestParameters": request, "responseElements": response}
    if "additionalEventData" in more:
        record["additionalEventData"] = more.pop("additionalEventData")
    # Both accounts' copies of a call have the same request ID.
    record["requestID"] = guid("request", *(more.pop("call", None) or what))
    record["eventID"] = guid("event", *what)
    record["readOnly"] = more.pop("readOnly", name.startswith(("Get", "List", "Describe", "Head", "AssumeRole")))
    record |= {"eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": account}
    record |= more
    record["eventCategory"] = "Management"
    if ip != CONSOLE and not ip.endswith(".amazonaws.com"):
        host = f"{source}.amazonaws.com" if region == HOME else f"{source}.{region}.amazonaws.com"
        record["tlsDetails"] = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": host}
    return record


def sign_in(account, time, name, identity, person, *, region=HOME, outcome="Success", more=None, tag="", **rest):
    """One record of the console's sign-in service. It has no request ID and no resources, but the real
    browser.
    """
    time = at(time)
    record = {
        "eventVersion": "1.08",
        "userIdentity": identity,
        "eventTime": iso(time),
        "eventSource": "signin.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": person.ip,
        "userAgent": BROWSER,
    }
    record |= rest
    record |= {
        "requestParameters": None,
        "responseElements": {name: outcome},
        "additionalEventData": more,
        "eventID": guid("event", account, iso(time), "signin", name, tag),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    return record


def console_user(person):
    identity = user(person, "")
    del identity["accessKeyId"]
    return identity


def console_login(person, time, mfa=True, region=HOME):
    more = {"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "Yes" if mfa else "No"}
    if mfa:
        more["MFAIdentifier"] = person.device
    return sign_in(person.account, time, "ConsoleLogin", console_user(person), person, region=region, more=more)


def issued(time, key, seconds, comma=True):
    return {"accessKeyId": key, "sessionToken": HIDDEN, "expiration": java(time + timedelta(seconds=seconds), comma)}


def session_token(person, time, seconds=43200, serial=True):
    """GetSessionToken. With a device, the issued credentials carry MFA."""
    time = at(time)
    request = {"durationSeconds": seconds} | ({"serialNumber": person.device} if serial else {})
    key = made_key("ASIA", person.id, iso(time))
    response = {"credentials": issued(time, key, seconds)}
    identity = by_permanent_key(person)
    return api(
        person.account, time, "sts", "GetSessionToken", identity, ip=person.ip, request=request, response=response, readOnly=False
    )


def federation_token(person, time, name):
    time = at(time)
    response = {
        "credentials": issued(time, made_key("ASIA", "federated", person.id, iso(time)), 43200),
        "federatedUser": {"federatedUserId": f"{person.account}:{name}", "arn": f"arn:aws:sts::{person.account}:federated-user/{name}"},
        "packedPolicySize": 4,
    }
    request = {"name": name, "durationSeconds": 43200}
    identity = by_permanent_key(person)
    return api(
        person.account, time, "sts", "GetFederationToken", identity, ip=person.ip, request=request, response=response, readOnly=False
    )


@dataclass
class Entry:
    """AssumeRole: the session, and each account's copy (half) of the call. Within one account, there is only
    one copy.
    """

    session: Session
    caller: dict
    owner: dict = field(default=None)


def assume_role(
    role, name, time, identity, principal, *, seconds=3600, asked=True, serial=None, region=HOME, ip, agent=CLI, comma=True, more=None,
    console=False, mfa=False
):
    """`principal` is the caller's (account, ID). `asked`: the caller sent `durationSeconds`."""
    time = at(time)
    account, principal_id = principal
    key = made_key("ASIA", role.arn, name, iso(time))
    session = Session(role, name, time, key, ip, agent, console=console, mfa=mfa)
    request = {"roleArn": role.arn, "roleSessionName": name}
    if asked and not console:
        request["durationSeconds"] = seconds
    if serial:
        request["serialNumber"] = serial
    if more and "request" in more:
        request |= more["request"]
    response = {
        "credentials": issued(time, key, seconds, comma),
        "assumedRoleUser": {"assumedRoleId": session.id, "arn": session.arn},
    }
    call = ("assume", role.arn, name, iso(time))
    rest = {"resources": [{"accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.arn}], "call": call}
    if account != role.account or identity["type"] == "AWSService":
        rest["sharedEventID"] = guid("shared", *call)
    if more and "additionalEventData" in more:
        rest["additionalEventData"] = more["additionalEventData"]
    if console:
        ip = agent = CONSOLE
    common = {"region": region, "ip": ip, "agent": agent, "request": request, "response": response}

    def copy(recipient, who):
        return api(recipient, time, "sts", "AssumeRole", who, tag=f"{role.arn} {name}", **common, **rest)

    owner = copy(role.account, other_account(account, principal_id)) if account != role.account else None
    return Entry(session, copy(account, identity), owner)


def with_saml(role, subject, provider, provider_arn, time, *, seconds, region=HOME, ip, agent=BROWSER):
    """AssumeRoleWithSAML, by Identity Center (`AWSSSO_…`) or any other provider. Only the role's account gets
    a record.
    """
    time = at(time)
    key = made_key("ASIA", role.arn, subject, iso(time))
    session = Session(role, subject, time, key, ip, BROWSER, console=True)
    qualifier = base64.b64encode(digest(provider_arn)[:20]).decode()
    request = {
        "sAMLAssertionID": f"_{guid('assertion', subject, iso(time))}",
        "roleSessionName": subject,
        "roleArn": role.arn,
        "principalArn": provider_arn,
        "durationSeconds": seconds,
    }
    response = {
        "credentials": issued(time, key, seconds),
        "assumedRoleUser": {"assumedRoleId": session.id, "arn": session.arn},
        "subject": subject,
        "subjectType": "persistent",
        "issuer": provider,
        "audience": "https://signin.aws.amazon.com/saml",
        "nameQualifier": qualifier,
    }
    resources = [
        {"accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.arn},
        {"accountId": role.account, "type": "AWS::IAM::SAMLProvider", "ARN": provider_arn},
    ]
    identity = {"type": "SAMLUser", "principalId": f"{qualifier}:{subject}", "userName": subject, "identityProvider": qualifier}
    record = api(
        role.account, time, "sts", "AssumeRoleWithSAML", identity, region=region, ip=ip, agent=agent, request=request, response=response,
        resources=resources, tag=subject
    )
    return Entry(session, record)


def with_web_identity(role, subject, time, *, run, ip):
    time = at(time)
    provider = f"arn:aws:iam::{role.account}:oidc-provider/token.actions.githubusercontent.com"
    key = made_key("ASIA", role.arn, subject, iso(time))
    agent = "configure-aws-credentials-for-github-actions"
    session = Session(role, run, time, key, ip, agent)
    response = {
        "credentials": issued(time, key, 3600),
        "subjectFromWebIdentityToken": subject,
        "assumedRoleUser": {"assumedRoleId": session.id, "arn": session.arn},
        "provider": provider,
        "audience": "sts.amazonaws.com",
    }
    identity = {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }
    request = {"roleArn": role.arn, "roleSessionName": run, "durationSeconds": 3600}
    resources = [{"accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.arn}]
    record = api(
        role.account, time, "sts", "AssumeRoleWithWebIdentity", identity, ip=ip, agent=agent, request=request, response=response,
        resources=resources
    )
    return Entry(session, record)


def by_service(role, name, invoked_by, time, *, seconds=3600, region=HOME, ec2=False):
    """An AWS service assumes a role for a workload."""
    identity = service(invoked_by)
    entry = assume_role(
        role, name, time, identity, (role.account, invoked_by), seconds=seconds, asked=False, region=region, ip=invoked_by, agent=invoked_by
    )
    inside = Session(role, name, entry.session.start, entry.session.key, "203.0.113.40", "aws-sdk-go-v2/1.36.1", ec2=ec2)
    return Entry(inside, entry.caller)


def denied(identity, arn, role_arn, account, time, *, ip, agent=CLI, name="AssumeRole", because=True):
    """IAM denied the call. There are no parameters and no resources; only the message names the role."""
    message = f"User: {arn} is not authorized to perform: sts:{name} on resource: {role_arn}"
    if because:
        message += f" because no identity-based policy allows the sts:{name} action"
    return api(
        account, time, "sts", name, identity, ip=ip, agent=agent, errorCode="AccessDenied", errorMessage=message, tag=arn
    )


def switch_role(session, person, time, *, act="SwitchRole", region=HOME):
    """The role account's copy of SwitchRole, ExitRole or RenewRole."""
    identity = {k: v for k, v in session.caller.items() if k not in ("accessKeyId", "sessionContext")}
    who = {"RenewedBy": "autorenew"} if act == "RenewRole" else {"SwitchFrom": person.arn}
    more = who | {"RedirectTo": "https://console.aws.amazon.com/ecs/v2/clusters?region=us-east-1"}
    return sign_in(session.account, time, act, identity, person, region=region, more=more, tag=session.id)


def switch_role_seen_by_user(session, person, time, *, region=HOME):
    """The user account's copy of SwitchRole."""
    more = {"SwitchTo": session.role.arn, "RedirectTo": "https://console.aws.amazon.com/ecs/v2/clusters?region=us-east-1"}
    return sign_in(person.account, time, "SwitchRole", console_user(person), person, region=region, more=more, tag=session.id)


def used(session, time, source, name, *, region=HOME, request=None, response=None, **more):
    """An action of a session."""
    if session.console:
        more["sessionCredentialFromConsole"] = "true"
    return api(
        session.account, time, source, name, session.caller, region=region, ip=session.ip, agent=session.agent, request=request,
        response=response, tag=session.id, **more
    )


def iam(identity, account, time, name, *, ip, agent=CLI, request=None, response=None, **more):
    """A call to IAM. All of them are logged in us-east-1."""
    return api(account, time, "iam", name, identity, ip=ip, agent=agent, request=request, response=response, tag=str(request), **more)


def envelope(record):
    """The record as EventBridge delivers it."""
    source = record["eventSource"].split(".")[0]
    kinds = {"AwsConsoleSignIn": "AWS Console Sign In via CloudTrail", "AwsServiceEvent": "AWS Service Event via CloudTrail"}
    return {
        "version": "0",
        "id": guid("envelope", record["eventID"]),
        "detail-type": kinds.get(record["eventType"], "AWS API Call via CloudTrail"),
        "source": f"aws.{source}",
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }
