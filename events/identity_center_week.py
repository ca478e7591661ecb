"""A week in the life of a company whose people come through IAM Identity Center, 2026-03-02 to 2026-03-08.

`STORIES` are its paragraphs. Each one names the findings that it leads to; a test compares them with what
`rolewatch audit` finds.
"""

import base64
from dataclasses import dataclass, field
from datetime import timedelta

from shapes import (
    BROWSER, CLI, HIDDEN, HOME, MANAGEMENT, PRODUCTION, STAGING, TOKYO, Person, Role, Session, api, assume_role, at,
    by_session, digest, guid, iso, issued, made_key, used
)

STORE = "d-1234567890"
INSTANCE = "ssoins-0123456789example"
ADMIN = Person("paula", "192.0.2.32", MANAGEMENT)

UPDATE_APP = Role(PRODUCTION, "UpdateApp")
DEPLOY = Role(PRODUCTION, "Deploy")

# Since when everybody is in their groups, unless a story says otherwise.
SINCE = "2026-01-05T09:00:00.120000+00:00"
GROUPS = ("Platform", "Release", "Guests")


def user(name, count=1):
    """The id of a user. `count` tells users of one name apart."""
    return guid("identity store", "week", name, count)


def group(name):
    return guid("identity store", "week group", name)


def membership(name, of):
    return guid("identity store", "week membership", name, of)


def provisioned(name, account, suffix="0123456789abcdef"):
    """The role of a permission set in an account. Its suffix changes when it is provisioned again."""
    path = f"aws-reserved/sso.amazonaws.com/{TOKYO}/AWSReservedSSO_{name}_{suffix}"
    return SetRole(account, path)


@dataclass(frozen=True)
class SetRole(Role):
    @property
    def id(self):
        return f"AROAEXAMPLE{digest(self.arn).hex()[:10].upper()}"

    @property
    def set(self):
        return self.name.removeprefix("AWSReservedSSO_").rsplit("_", 1)[0]


PRODUCTION_ADMIN = provisioned("ProductionAdmin", PRODUCTION)
RELEASE_MANAGER = provisioned("Release_Manager", PRODUCTION)
AUDITOR = provisioned("Auditor", STAGING)


@dataclass
class Told:
    """What was told of one story."""

    name: str
    findings: list
    events: list = field(default_factory=list)


class CenterTrail:
    """All records of the week, by story."""

    def __init__(self):
        self.records = []
        self.stories = []

    def begin(self, name, findings):
        self.stories.append(Told(name, findings))

    def tell(self, record):
        self.records.append(record)
        self.stories[-1].events.append(record["eventID"])
        return record

    def sign_in(self, name, time, factors, *, shown=None, old=False, region=TOKYO, count=1):
        """The records of one sign-in. With a password there is a challenge first, which has the name."""
        time = at(time)
        workflow = guid("workflow", name, iso(time))
        steps = [("UserAuthentication", time, factors)]
        if factors.startswith("PASSWORD"):
            steps.insert(0, ("CredentialChallenge", time - timedelta(seconds=11), "PASSWORD"))
            steps.insert(1, ("CredentialVerification", time - timedelta(seconds=4), "PASSWORD"))
        for step, when, words in steps:
            data = {"AuthWorkflowID": workflow, "CredentialType": words}
            if step == "UserAuthentication":
                data["LoginTo"] = "https://example.awsapps.com/start/"
            if not old and (step == "CredentialChallenge" or words == "EXTERNAL_IDP"):
                data["UserName"] = shown or name
            identity = by_name(name) if old else by_id(name, workflow, count)
            record = api(
                MANAGEMENT, when, "signin", step, identity, region=region, ip="192.0.2.50", agent=BROWSER,
                additionalEventData=data, tag=f"{name} {step} {region}"
            )
            self.tell(as_service_event(record, {step: "Success"}))

    def portal(self, name, time, role, *, api_name="GetRoleCredentials", old=False, count=1, credential=None, failed=False):
        """Somebody asks the access portal for a permission set."""
        identity = by_name(name) if old else by_id(name, credential or guid("portal", name, iso(at(time))), count)
        more = {"errorCode": "ForbiddenException", "errorMessage": "No access"} if failed else {}
        agent = BROWSER if api_name == "Federate" else CLI
        record = api(
            MANAGEMENT, time, "sso", api_name, identity, region=TOKYO, ip="192.0.2.50", agent=agent, tag=f"portal {name}", **more
        )
        self.tell(as_service_event(record, {"role_name": role.set, "account_id": role.account}))

    def issue(self, name, time, role, *, seconds=3600, account=MANAGEMENT, provider="AWSSSO_0123456789abcdef_DO_NOT_DELETE"):
        """Identity Center enters the role for somebody: AssumeRoleWithSAML in the role's account."""
        time = at(time)
        key = made_key("ASIA", role.arn, name, iso(time))
        session = Session(role, name, time, key, "192.0.2.50", CLI, console=True)
        provider = f"arn:aws:iam::{role.account}:saml-provider/{provider}"
        qualifier = base64.b64encode(digest(provider)[:20]).decode()
        instance = base64.b64encode(f"{account}_ins-0123456789example".encode()).decode()
        request = {
            "sAMLAssertionID": f"_{guid('assertion', name, iso(time))}",
            "roleSessionName": name,
            "roleArn": role.arn,
            "principalArn": provider,
            "durationSeconds": seconds,
        }
        response = {
            "credentials": issued(time, key, seconds),
            "assumedRoleUser": {"assumedRoleId": session.id, "arn": session.arn},
            "subject": name,
            "subjectType": "persistent",
            "issuer": f"https://portal.sso.{TOKYO}.amazonaws.com/saml/assertion/{instance}",
            "audience": "https://signin.aws.amazon.com/saml",
            "nameQualifier": qualifier,
        }
        resources = [
            {"accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.arn},
            {"accountId": role.account, "type": "AWS::IAM::SAMLProvider", "ARN": provider},
        ]
        identity = {"type": "SAMLUser", "principalId": f"{qualifier}:{name}", "userName": name, "identityProvider": qualifier}
        self.tell(api(
            role.account, time, "sts", "AssumeRoleWithSAML", identity, region=TOKYO, ip="203.0.113.198",
            agent="aws-sdk-java/2.46.14 md/io#sync md/http#Apache md/internal", request=request, response=response,
            resources=resources, tag=name
        ))
        return session

    def work(self, session, *times, who=None, count=1):
        """Calls of a session. `who`: they say on whose behalf."""
        for time in times:
            record = used(session, at(time), "ecs", "DescribeServices", region=TOKYO, request={"cluster": "app"})
            if who:
                record["userIdentity"]["onBehalfOf"] = behalf(who, count)
            self.tell(record)

    def take(self, name, time, role=PRODUCTION_ADMIN, *, api_name="GetRoleCredentials", old=False, count=1, uses=None, **how):
        """The call at the portal, the role entered in the same second, and calls of the session."""
        self.portal(name, time, role, api_name=api_name, old=old, count=count)
        session = self.issue(name, time, role, **how)
        minutes = (1, 20) if uses is None else uses
        who = None if old else name
        self.work(session, *(at(time) + timedelta(minutes=minute) for minute in minutes), who=who, count=count)
        return session

    def change(self, time, source, name, request, response=None):
        """Paula changes the directory."""
        identity = by_session(ADMIN, at(time) - timedelta(hours=1))
        self.tell(api(
            MANAGEMENT, time, source, name, identity, region=TOKYO, ip=ADMIN.ip, request={"identityStoreId": STORE} | request,
            response=response, tag=str(request)
        ))

    def scim(self, time, name, of):
        """The identity provider changes a group. Who came or went is hidden."""
        body = {"operations": [{"op": "REMOVE", "value": HIDDEN}], "schemas": [HIDDEN]}
        identity = {"type": "Unknown", "accountId": MANAGEMENT, "accessKeyId": ""}
        self.tell(api(
            MANAGEMENT, time, "identitystore-scim", name, identity, region=TOKYO, ip="192.0.2.70", agent="Okta SCIM Client",
            request={"httpBody": body, "tenantId": guid("tenant"), "id": of}, tag=name
        ))


def behalf(name, count=1):
    return {
        "userId": user(name, count),
        "identityStoreArn": f"arn:aws:identitystore::{MANAGEMENT}:identitystore/{STORE}",
    }


def by_id(name, credential, count=1):
    """How Identity Center names people since 2025."""
    return {
        "type": "IdentityCenterUser",
        "accountId": MANAGEMENT,
        "onBehalfOf": behalf(name, count),
        "credentialId": credential,
    }


def by_name(name):
    """How it named them before: the record has no id."""
    return {"type": "Unknown", "principalId": MANAGEMENT, "arn": "", "accountId": MANAGEMENT, "accessKeyId": "", "userName": name}


def as_service_event(record, details):
    record["eventType"] = "AwsServiceEvent"
    record["serviceEventDetails"] = details
    return record


# Compliant


def aiko_uses_the_cli(trail):
    trail.sign_in("aiko", "Mon 09:00", "PASSWORD,TOTP")
    trail.take("aiko", "Mon 09:10")


def ben_uses_the_console(trail):
    trail.sign_in("ben", "Mon 10:00", "PASSWORD,WEBAUTHN", region=HOME)
    trail.take("ben", "Mon 10:02", api_name="Federate")


def hiro_joined_in_time(trail):
    request = {"groupId": group("Platform"), "memberId": {"userId": user("hiro")}}
    response = {"membershipId": membership("hiro", "Platform"), "identityStoreId": STORE}
    trail.change("Tue 08:00", "identitystore", "CreateGroupMembership", request, response)
    trail.sign_in("hiro", "Tue 09:30", "WEBAUTHN")
    trail.take("hiro", "Tue 09:40")


def nora_is_renamed(trail):
    operations = [{"attributePath": "userName", "attributeValue": "nora.smith"}]
    trail.change("Tue 11:00", "identitystore", "UpdateUser", {"userId": user("nora"), "operations": operations})
    trail.sign_in("nora", "Tue 13:00", "PASSWORD,TOTP", shown="nora.smith")
    session = trail.issue("nora.smith", "Tue 13:05", PRODUCTION_ADMIN)
    trail.portal("nora", "Tue 13:05", PRODUCTION_ADMIN)
    trail.work(session, "Tue 13:20")


def oscar_has_records_without_an_id(trail):
    trail.sign_in("oscar", "Tue 14:00", "PASSWORD,TOTP", old=True)
    trail.take("oscar", "Tue 14:05", old=True)


def petra_and_quinn_at_once(trail):
    trail.sign_in("petra", "Tue 15:00", "PASSWORD,TOTP")
    trail.sign_in("quinn", "Tue 15:01", "WEBAUTHN")
    trail.take("petra", "Tue 15:10:07")
    trail.take("quinn", "Tue 15:10:07")


def ben_chains_where_he_may(trail):
    trail.sign_in("ben", "Wed 09:00", "PASSWORD,WEBAUTHN")
    session = trail.take("ben", "Wed 09:05")
    chain(trail, session, "ben", DEPLOY, "Wed 09:30")


def leo_before_the_group_was_changed(trail):
    trail.sign_in("leo", "Wed 10:00", "PASSWORD,TOTP")
    trail.take("leo", "Wed 10:05", RELEASE_MANAGER)


def aiko_after_it_was_provisioned_again(trail):
    trail.sign_in("aiko", "Fri 09:00", "PASSWORD,TOTP")
    trail.take("aiko", "Fri 09:10", provisioned("ProductionAdmin", PRODUCTION, "fedcba9876543210"))


# Violations


def daan_is_a_guest(trail):
    trail.sign_in("daan", "Mon 11:00", "PASSWORD,TOTP")
    trail.take("daan", "Mon 11:05")


def chie_has_only_a_password(trail):
    trail.sign_in("chie", "Mon 12:00", "PASSWORD")
    trail.take("chie", "Mon 12:05")


def gail_joined_just_before(trail):
    request = {"groupId": group("Platform"), "member": {"memberId": user("gail")}}
    trail.change("Mon 13:00", "sso-directory", "AddMemberToGroup", request)
    trail.sign_in("gail", "Mon 13:05", "PASSWORD,TOTP")
    trail.take("gail", "Mon 13:10")


def ivan_has_a_new_device(trail):
    trail.change("Mon 14:00", "sso-directory", "CompleteVirtualMfaDeviceRegistration", {"userId": user("ivan")})
    trail.sign_in("ivan", "Mon 14:05", "PASSWORD,TOTP")
    trail.take("ivan", "Mon 14:10")


def jun_was_removed(trail):
    request = {"groupId": group("Platform"), "member": {"memberId": user("jun")}}
    trail.change("Tue 16:00", "sso-directory", "RemoveMemberFromGroup", request)
    trail.sign_in("jun", "Wed 16:00", "PASSWORD,TOTP")
    trail.take("jun", "Wed 16:05")


def kana_was_removed_by_an_id(trail):
    request = {"groupId": group("Platform"), "memberId": {"userId": user("kana")}}
    response = {"membershipId": membership("kana", "Platform"), "identityStoreId": STORE}
    trail.change("Mon 08:00", "identitystore", "CreateGroupMembership", request, response)
    trail.change("Thu 08:00", "identitystore", "DeleteGroupMembership", {"membershipId": membership("kana", "Platform")})
    trail.sign_in("kana", "Thu 09:00", "PASSWORD,TOTP")
    trail.take("kana", "Thu 09:05")


def another_erin(trail):
    trail.change("Tue 17:00", "identitystore", "DeleteUser", {"userId": user("erin")})
    response = {"user": {"userId": user("erin", 2)}}
    trail.change("Wed 08:00", "sso-directory", "CreateUser", {"userName": "erin"}, response)
    trail.sign_in("erin", "Wed 11:00", "PASSWORD,TOTP", count=2)
    trail.take("erin", "Wed 11:05", count=2)


def tara_is_disabled(trail):
    trail.sign_in("tara", "Thu 10:00", "PASSWORD,TOTP")
    trail.change("Thu 10:30", "sso-directory", "DisableUser", {"userId": user("tara")})
    trail.take("tara", "Thu 10:40")


def aiko_chains(trail):
    trail.sign_in("aiko", "Wed 13:00", "PASSWORD,TOTP")
    session = trail.take("aiko", "Wed 13:05")
    chain(trail, session, "aiko", UPDATE_APP, "Wed 13:30")


def ben_takes_three_hours(trail):
    trail.sign_in("ben", "Thu 13:00", "PASSWORD,WEBAUTHN")
    trail.take("ben", "Thu 13:05", seconds=3 * 3600)


def sven_stays_all_day(trail):
    trail.sign_in("sven", "Thu 12:00", "PASSWORD,TOTP")
    for hour in (12, 13, 14, 15, 16):
        trail.take("sven", f"Thu {hour}:05", uses=(1, 30, 55))


def daan_is_refused(trail):
    for second in (0, 20):
        trail.portal("daan", f"Fri 11:00:{second:02}", PRODUCTION_ADMIN, failed=True)
    for minute in range(6):
        trail.portal("daan", f"Fri 15:{minute:02}", PRODUCTION_ADMIN, failed=True)


def a_provider_has_a_name_like_it(trail):
    session = trail.issue("aiko", "Fri 16:00", UPDATE_APP, provider="AWSSSO_0f0f0f0f0f0f0f0f_DO_NOT_DELETE")
    trail.work(session, "Fri 16:10")


# Unproven


def emi_comes_from_another_provider(trail):
    trail.sign_in("emi", "Mon 15:00", "EXTERNAL_IDP")
    trail.take("emi", "Mon 15:05")


def fumi_signed_in_too_long_ago(trail):
    trail.sign_in("fumi", "Mon 06:00", "PASSWORD,TOTP")
    trail.take("fumi", "Mon 16:00")


def mika_before_the_group_was_changed(trail):
    trail.sign_in("mika", "Wed 10:30", "PASSWORD,TOTP")
    trail.take("mika", "Wed 10:35", RELEASE_MANAGER)
    trail.scim("Wed 12:00", "PatchGroup", group("Release"))


def ruth_has_two_ids(trail):
    trail.sign_in("ruth", "Fri 10:00", "PASSWORD,TOTP")
    session = trail.issue("ruth", "Fri 10:05", PRODUCTION_ADMIN)
    trail.portal("ruth", "Fri 10:05", PRODUCTION_ADMIN)
    trail.work(session, "Fri 10:10", who="ruth")
    trail.work(session, "Fri 10:20", who="daan")


def an_application_acts_for_sven(trail):
    credential = "AAAAAGEXAMPLEcredential"
    role = Role(MANAGEMENT, "AppFunctionRole")
    app = Session(role, "app", at("Sat 09:59"), made_key("ASIA", "app"), "192.0.2.90")
    data = {
        "identitystore:UserId": user("sven"),
        "identitystore:IdentityStoreArn": behalf("sven")["identityStoreArn"],
        "identitycenter:CredentialId": credential,
    }
    request = {
        "clientId": f"arn:aws:sso::{MANAGEMENT}:application/{INSTANCE}/apl-0123456789example",
        "grantType": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "scope": ["sso:account:access"],
        "assertion": HIDDEN,
    }
    trail.tell(api(
        MANAGEMENT, "Sat 10:00", "sso-oauth", "CreateTokenWithIAM", app.caller, region=TOKYO, ip=app.ip, request=request,
        response={"accessToken": HIDDEN, "expiresIn": 3600, "tokenType": "Bearer"}, additionalEventData=data
    ))
    trail.portal("sven", "Sat 10:00:01", PRODUCTION_ADMIN, credential=credential)
    session = trail.issue("sven", "Sat 10:00:02", PRODUCTION_ADMIN)
    trail.work(session, "Sat 10:05", who="sven")


def another_company_lets_somebody_in(trail):
    session = trail.issue("aiko", "Sat 11:00", PRODUCTION_ADMIN, account="999988887777")
    trail.work(session, "Sat 11:05")


def somebody_looks_around(trail):
    session = trail.issue("umberto", "Sat 12:00", AUDITOR)
    trail.work(session, "Sat 12:05")


def chie_after_the_setting_was_changed(trail):
    lasting = {"sessionConfiguration": {"maxAuthenticationAge": "PT2H"}}
    trail.tell(api(
        MANAGEMENT, "Sun 08:00", "sso", "UpdateSsoConfiguration", by_session(ADMIN, at("Sun 07:00")), region=TOKYO, ip=ADMIN.ip,
        request={"ssoConfiguration": lasting, "configurationType": "SESSION"}
    ))
    trail.sign_in("chie", "Sun 09:00", "PASSWORD,TOTP")
    trail.take("chie", "Sun 12:00")


def only_the_half_in_production(trail):
    role = provisioned("Auditor", STAGING)
    start = at("Sun 13:00")
    session = Session(role, "quinn", start, made_key("ASIA", "quinn", iso(start)), "192.0.2.50", console=True)
    chain(trail, session, "quinn", DEPLOY, "Sun 13:10", halves=("owner",))


def chain(trail, session, name, role, time, halves=("caller", "owner")):
    """AssumeRole from a permission set's session."""
    principal = (session.account, session.id)
    entry = assume_role(role, name, time, session.caller, principal, ip=session.ip, seconds=1800)
    for half in halves:
        if getattr(entry, half):
            trail.tell(getattr(entry, half))
    trail.work(entry.session, at(time) + timedelta(minutes=1))
    if "caller" in halves:
        trail.work(session, at(time) + timedelta(minutes=2))


# The night watch signs in at all hours, in both Regions: the logs have no gap.


def night_watch(trail):
    for day in ("Mon-1", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        for hour in (2, 8, 14, 20):
            for region in (TOKYO, HOME):
                trail.sign_in("wanda", f"{day} {hour:02}:17", "WEBAUTHN", region=region)


STORIES = [
    ("aiko takes ProductionAdmin by CLI; she signed in with a code", aiko_uses_the_cli, []),
    ("ben takes it in the console; he signed in with a security key, in another Region", ben_uses_the_console, []),
    ("daan, a guest, takes it", daan_is_a_guest, ["RW001 violation"]),
    ("chie takes it; she signed in with nothing but a password", chie_has_only_a_password, ["RW002 violation"]),
    ("gail was added in the console ten minutes before", gail_joined_just_before, ["RW010 violation"]),
    ("ivan enrolled a device five minutes before he signed in", ivan_has_a_new_device, ["RW015 violation"]),
    ("emi signed in through another provider", emi_comes_from_another_provider, ["RW002 unproven"]),
    ("fumi signed in ten hours before", fumi_signed_in_too_long_ago, ["RW002 unproven"]),
    ("hiro was added by API 100 minutes before", hiro_joined_in_time, []),
    ("nora takes it under her new name", nora_is_renamed, []),
    ("oscar's records have a name and no id", oscar_has_records_without_an_id, []),
    ("petra and quinn take it in the same second", petra_and_quinn_at_once, []),
    ("jun was removed the day before", jun_was_removed, ["RW001 violation"]),
    ("another erin takes it; the first one, a member, was deleted", another_erin, ["RW001 violation"]),
    ("ben goes on to Deploy, which allows chaining", ben_chains_where_he_may, []),
    ("leo takes Release_Manager; a roster shows since when he is a member", leo_before_the_group_was_changed, []),
    ("mika takes it too, and then SCIM changes the group", mika_before_the_group_was_changed, ["RW001 unproven"]),
    ("aiko goes on to UpdateApp, which denies chaining", aiko_chains, ["RW011 violation"]),
    ("kana's membership was deleted by its id", kana_was_removed_by_an_id, ["RW001 violation"]),
    ("tara takes it ten minutes after she was disabled", tara_is_disabled, ["RW001 violation"]),
    ("ben takes it for three hours and uses it for 20 minutes", ben_takes_three_hours, ["RW003 violation", "RW004 unproven"]),
    ("sven takes it five hours in a row", sven_stays_all_day, ["RW004 violation", "RW005 violation"]),
    ("aiko takes it after it was provisioned again", aiko_after_it_was_provisioned_again, []),
    ("daan is refused twice, and later six times", daan_is_refused, ["RW009 violation", "RW009 violation"]),
    ("ruth's session is used on behalf of two people", ruth_has_two_ids,
     ["RW001 unproven", "RW002 unproven", "RW006 unproven"]),
    ("a provider of the role's own account is called like Identity Center's", a_provider_has_a_name_like_it,
     ["RW012 violation"]),
    ("an application acts for sven, who didn't sign in", an_application_acts_for_sven, ["RW002 unproven"]),
    ("another company's Identity Center lets somebody in", another_company_lets_somebody_in,
     ["RW001 unproven", "RW002 unproven", "RW006 unproven"]),
    ("somebody without any record takes Auditor, which everybody may", somebody_looks_around, ["RW006 unproven"]),
    ("chie signed in three hours before, and a sign-in lasts two hours now", chie_after_the_setting_was_changed,
     ["RW002 unproven"]),
    ("quinn goes on to Deploy; only the half in production arrived", only_the_half_in_production, ["RW002 unproven"]),
    ("wanda watches at night", night_watch, []),
]


def center_week():
    """The records and stories of the week."""
    trail = CenterTrail()
    for name, tell, findings in STORIES:
        trail.begin(name, findings)
        tell(trail)
    trail.records.sort(key=lambda record: (record["eventTime"], record["eventID"]))
    return trail


PLATFORM = (
    "aiko", "ben", "chie", "emi", "fumi", "ivan", "nora", "oscar", "petra", "quinn", "tara", "ruth", "sven"
)
JOINED = {"gail": "2026-03-02T13:00:00.310000+00:00", "hiro": "2026-03-03T08:00:00.450000+00:00"}


def directory():
    """The directory on the Monday after the week, as the AWS CLI lists it."""
    members = [("Platform", name, SINCE) for name in PLATFORM]
    members += [("Platform", name, since) for name, since in JOINED.items()]
    members += [("Release", "leo", SINCE), ("Guests", "daan", SINCE)]
    names = {name: name for _, name, _ in members} | {"nora": "nora.smith"}
    names |= {name: name for name in ("jun", "kana", "mika", "wanda")}
    users = [(user(name), shown) for name, shown in names.items()] + [(user("erin", 2), "erin")]
    return {
        "IdentityStoreId": STORE,
        "Users": [
            {"UserName": name, "UserId": of, "DisplayName": name.title(), "IdentityStoreId": STORE} for of, name in users
        ],
        "Groups": [{"GroupId": group(name), "DisplayName": name, "IdentityStoreId": STORE} for name in GROUPS],
        "GroupMemberships": [
            {
                "IdentityStoreId": STORE,
                "MembershipId": membership(name, of),
                "GroupId": group(of),
                "MemberId": {"UserId": user(name)},
                "CreatedAt": since,
            }
            for of, name, since in members
        ],
    }
