"""A week in the life of a small company, 2026-03-02 to 2026-03-08, as CloudTrail would write it.

`STORIES` are its paragraphs. `README.md` says which finding each one leads to. A record with a label is also
written to a file of its own, `events/LABEL.json`.
"""

from dataclasses import replace
from datetime import timedelta

from shapes import *

# Roles. The first five are in rolewatch.yaml, the others aren't elevated.
UPDATE_APP = Role(PRODUCTION, "UpdateApp")
BREAK_GLASS = Role(PRODUCTION, "ops/BreakGlass")
MIGRATE_DATA = Role(PRODUCTION, "MigrateData")
RELEASE_APP = Role(PRODUCTION, "ReleaseApp")
RELEASE_MANAGER = Role(PRODUCTION, f"aws-reserved/sso.amazonaws.com/{TOKYO}/AWSReservedSSO_ReleaseManager_0123456789abcdef")
APP_SERVER = Role(PRODUCTION, "service-role/AppServer")
JUMP = Role(STAGING, "Jump")

# People of the development account.
ALICE = Person("alice", "192.0.2.10")
BOB = Person("bob", "192.0.2.11")
CAROL = Person("carol", "192.0.2.12")
CAROL_SMITH = Person("carol.smith", "192.0.2.12", born_as="carol")
DAVE = Person("dave", "192.0.2.13")
ERIN = Person("erin", "192.0.2.14")
OTHER_ERIN = Person("erin", "192.0.2.24", count=2)
FRANK = Person("frank", "192.0.2.15")
TESS = Person("tess", "192.0.2.20")
TOM = Person("tom", "192.0.2.21")
INGRID = Person("ingrid", "192.0.2.30")
OSCAR = Person("oscar", "192.0.2.31")
BATCH = Person("batch", "203.0.113.50", agent="Boto3/1.36.11 md/Botocore#1.36.11 ua/2.0 os/linux#6.8 lang/python#3.12.6")

# People and identities outside the development account.
PAULA = Person("paula", "192.0.2.32", MANAGEMENT)
STRANGER = Person("quinn", "192.0.2.40", STAGING)
MALLORY = Person("mallory", "198.51.100.66", FOREIGN)

SAML_PROVIDER = f"arn:aws:iam::{PRODUCTION}:saml-provider"

# What elevated sessions do: service, call, parameters.
WORK = [
    ("ecs", "DescribeServices", {"cluster": "app", "services": ["web"]}),
    ("ecs", "UpdateService", {"cluster": "app", "service": "web", "forceNewDeployment": True}),
    ("ec2", "DescribeInstances", {"maxResults": 50}),
    ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "checkout", "s3Bucket": "app-artifacts", "publish": True}),
    ("cloudformation", "DescribeStacks", {"stackName": "app"}),
    ("secretsmanager", "DescribeSecret", {"secretId": "app/database"}),
]


class Trail:
    """All records of the week, and those that get their own files."""

    def __init__(self):
        self.records = []
        self.labelled = {}

    def tell(self, record, label=None):
        self.records.append(record)
        if label:
            assert label not in self.labelled, label
            self.labelled[label] = record
        return record

    def mint(self, entry, label=None, halves=("caller", "owner")):
        """Both halves of AssumeRole, or only those that were delivered. A label with `*` applies to both, any
        other to the first.
        """
        told = [(half, getattr(entry, half)) for half in halves if getattr(entry, half)]
        for count, (half, record) in enumerate(told):
            both = label and "*" in label
            self.tell(record, label.replace("*", half) if both else label if count == 0 else None)
        return entry.session

    def work(self, session, *times, region=HOME):
        for count, time in enumerate(times):
            source, name, request = WORK[(number(session.key) + count) % len(WORK)]
            self.tell(used(session, at(time), source, name, region=region, request=request))

    def enter(self, person, time, *, label=None, halves=("caller", "owner"), role=UPDATE_APP, since=None, region=HOME, **how):
        """A switch through the API, with credentials of GetSessionToken with MFA. They are an hour old unless
        `since` says otherwise.
        """
        start = at(since) if since else at(time) - timedelta(hours=1)
        identity = how.pop("identity", None) or by_session(person, start)
        principal = (person.account, person.id)
        how = {"ip": person.ip, "agent": person.agent} | how
        return self.mint(assume_role(role, person.name, time, identity, principal, region=region, **how), label, halves)

    def enter_by_console(self, person, time, *, label=None, halves=("caller", "owner"), copies=("role", "user"), role=UPDATE_APP, since):
        identity = by_console(person, at(since))
        principal = (person.account, person.id)
        entry = assume_role(role, person.name, time, identity, principal, console=True, ip=person.ip, agent=BROWSER, mfa=True)
        self.mint(entry, label, halves)
        if "role" in copies:
            self.tell(switch_role(entry.session, person, time), label and label.replace("*", "switch-role"))
        if "user" in copies:
            self.tell(switch_role_seen_by_user(entry.session, person, time), label and label.replace("*", "switch-role-user-copy"))
        return entry.session

    def change(self, who, time, name, request, response=None, label=None, **more):
        """Somebody changes IAM in the development account."""
        identity = by_session(who, at(time) - timedelta(hours=1))
        self.tell(iam(identity, who.account, time, name, ip=who.ip, request=request, response=response, **more), label)


# Compliant


def alice_deploys(trail):
    """A session with MFA: UpdateApp for an hour, used for half of it."""
    trail.tell(session_token(ALICE, "Mon 09:00"), "get-session-token")
    session = trail.enter(ALICE, "Mon 09:05", since="Mon 09:00", label="assume-role-mfa-*")
    update = used(session, "Mon 09:07", "ecs", "UpdateService", request={"cluster": "app", "service": "web", "forceNewDeployment": True})
    trail.tell(update, "elevated-use")
    trail.work(session, "Mon 09:12", "Mon 09:26", "Mon 09:40")


def bob_uses_the_console(trail):
    """ConsoleLogin with MFA, SwitchRole, work, ExitRole. AWS writes both halves as "AWS Internal" and two
    copies of SwitchRole.
    """
    trail.tell(console_login(BOB, "Mon 10:20"), "console-login")
    session = trail.enter_by_console(BOB, "Mon 10:30:12", since="Mon 10:20", label="console-switch-*")
    trail.work(session, "Mon 10:31", "Mon 10:45", "Mon 11:02")
    trail.tell(switch_role(session, BOB, "Mon 11:10", act="ExitRole"), "exit-role")


def carol_names_her_device(trail):
    """A permanent key, with MFA serial number and code in the call. The expiration is in AWS's older format.
    """
    session = trail.enter(
        CAROL, "Mon 14:00", identity=by_permanent_key(CAROL), serial=CAROL.device, seconds=900, comma=False,
        label="assume-role-serial-in-call-*"
    )
    trail.work(session, "Mon 14:01", "Mon 14:10")


def bob_works_from_tokyo(trail):
    """The same through a Regional endpoint of STS. Its records are in that Region."""
    trail.tell(session_token(BOB, "Tue 16:20"))
    session = trail.enter(BOB, "Tue 16:30", since="Tue 16:20", region=TOKYO)
    trail.work(session, "Tue 16:31", "Tue 16:58", region=TOKYO)


def dave_is_new(trail):
    """Created, added to Developers and given a device on Tuesday. Switches on Wednesday, and on Friday in the
    console with a renewal.
    """
    created = {"userName": "dave", "userId": DAVE.id, "arn": DAVE.arn, "path": "/", "createDate": "Mar 3, 2026, 9:00:00 AM"}
    trail.change(INGRID, "Tue 09:00", "CreateUser", {"userName": "dave"}, {"user": created}, "create-user")
    trail.change(INGRID, "Tue 09:02", "AddUserToGroup", {"userName": "dave", "groupName": "Developers"})
    virtual = {"virtualMFADevice": {"serialNumber": DAVE.device}}
    trail.change(DAVE, "Tue 09:10", "CreateVirtualMFADevice", {"virtualMFADeviceName": "dave"}, virtual)
    trail.change(DAVE, "Tue 09:11", "EnableMFADevice", {"userName": "dave", "serialNumber": DAVE.device})
    session = trail.enter(DAVE, "Wed 11:00")
    trail.work(session, "Wed 11:02", "Wed 11:20")
    trail.tell(console_login(DAVE, "Fri 09:50"))
    session = trail.enter_by_console(DAVE, "Fri 10:00", since="Fri 09:50")
    trail.work(session, "Fri 10:05", "Fri 10:40")
    renewal = assume_role(
        UPDATE_APP, "dave", "Fri 10:55", by_console(DAVE, at("Fri 09:50")), (DAVE.account, DAVE.id), console=True, ip=DAVE.ip, mfa=True
    )
    renewed = trail.mint(renewal)
    trail.tell(switch_role(renewed, DAVE, "Fri 10:55", act="RenewRole"), "renew-role")
    trail.work(renewed, "Fri 10:56", "Fri 10:58")
    trail.tell(switch_role(renewed, DAVE, "Fri 10:59", act="ExitRole"))


def carol_marries(trail):
    """The user is renamed. She is the same person, and still in Developers."""
    trail.change(INGRID, "Thu 09:00", "UpdateUser", {"userName": "carol", "newUserName": "carol.smith"}, label="update-user")
    session = trail.enter(CAROL_SMITH, "Fri 15:00")
    trail.work(session, "Fri 15:01", "Fri 15:30")


def oscar_breaks_the_glass(trail):
    """On call at night, with his device, for forty minutes. The role has a path, which the session's ARN
    lacks.
    """
    session = trail.enter(
        OSCAR, "Tue 03:10", role=BREAK_GLASS, identity=by_permanent_key(OSCAR), serial=OSCAR.device, label="break-glass"
    )
    trail.work(session, "Tue 03:11", "Tue 03:30", "Tue 03:48")


def grace_comes_by_identity_center(trail):
    """GetRoleCredentials in the management account, AssumeRoleWithSAML in production. Only the name connects
    the two.
    """
    start = at("Tue 10:00")
    event = api(
        MANAGEMENT, start, "sso", "GetRoleCredentials", identity_center("grace"), region=TOKYO, ip="192.0.2.50", agent=BROWSER,
        tag="grace", readOnly=True
    )
    event["eventType"] = "AwsServiceEvent"
    event["serviceEventDetails"] = {"role_name": "ReleaseManager", "account_id": PRODUCTION}
    trail.tell(event, "identity-center-get-role-credentials")
    provider = f"{SAML_PROVIDER}/AWSSSO_0123456789abcdef_DO_NOT_DELETE"
    issuer = f"https://portal.sso.{TOKYO}.amazonaws.com/saml/assertion/example"
    entry = with_saml(RELEASE_MANAGER, "grace", issuer, provider, start, seconds=28800, region=TOKYO, ip="192.0.2.50")
    session = trail.mint(entry, "identity-center-assume-role-with-saml")
    trail.tell(used(session, "Tue 10:02", "ecs", "DescribeServices", region=TOKYO, request=WORK[0][2]), "identity-center-use")
    trail.work(session, "Tue 10:20", "Tue 11:45", region=TOKYO)


def hana_comes_by_saml(trail):
    """A role that allows the company's own SAML provider."""
    entry = with_saml(
        RELEASE_APP, "hana", "https://idp.example.com/saml", f"{SAML_PROVIDER}/CorpIdP", "Mon 13:00", seconds=3600, ip="192.0.2.51"
    )
    trail.work(trail.mint(entry, "saml"), "Mon 13:01", "Mon 13:20")


def pipelines_release(trail):
    """A role that allows GitHub Actions, from Monday to Friday."""
    for count, day in enumerate(DAYS[:5]):
        entry = with_web_identity(
            RELEASE_APP, "repo:example/app:ref:refs/heads/main", f"{day} 12:00", run=f"run-{8100 + count}", ip="203.0.113.60"
        )
        trail.work(trail.mint(entry, "web-identity" if day == "Mon" else None), f"{day} 12:01", f"{day} 12:04")


# Suppressed


def batch_migrates(trail):
    """Three hours instead of one. The policy suppresses this until the end of the year."""
    session = trail.enter(BATCH, "Tue 16:00", role=MIGRATE_DATA, identity=by_permanent_key(BATCH), seconds=10800, label="suppressed")
    trail.work(session, "Tue 16:01", "Tue 17:10", "Tue 18:02")


# Violations


def tess_is_no_developer(trail):
    """RW001: the day before, somebody allowed the testers to assume the role."""
    policy = f"arn:aws:iam::{DEVELOPMENT}:policy/SwitchToUpdateApp"
    trail.change(INGRID, "Mon 17:30", "AttachGroupPolicy", {"groupName": "Testers", "policyArn": policy})
    session = trail.enter(TESS, "Tue 09:40", label="outside-group")
    trail.work(session, "Tue 09:41", "Tue 10:05")


def carol_forgets_mfa(trail):
    """RW002: a permanent key, no device."""
    session = trail.enter(CAROL, "Tue 11:00", identity=by_permanent_key(CAROL), label="assume-role-no-mfa-permanent-key")
    trail.work(session, "Tue 11:01", "Tue 11:20")


def alice_asks_for_more(trail):
    """RW003: three hours. RW004 unproven: only the first half hour has recorded activity."""
    session = trail.enter(ALICE, "Tue 13:00", seconds=10800, label="session-too-long")
    trail.work(session, "Tue 13:02", "Tue 13:30")


def bob_juggles(trail):
    """RW011 twice: the role assumes itself again and again, which RW014 reports once. RW004: more than two
    hours continuously. RW005: more than four hours that day.
    """
    session = trail.enter(BOB, "Thu 13:00")
    trail.work(session, "Thu 13:01", "Thu 13:25", "Thu 13:49")
    for time, label, uses in [
        ("Thu 13:50", "chain-to-itself", ["Thu 13:51", "Thu 14:20", "Thu 14:39"]),
        ("Thu 14:40", None, ["Thu 14:41", "Thu 15:10", "Thu 15:35"]),
    ]:
        implicit = {"additionalEventData": {"explicitTrustGrant": False}}
        again = assume_role(UPDATE_APP, "bob", time, session.caller, (PRODUCTION, session.id), ip=BOB.ip, more=implicit)
        session = trail.mint(again, label)
        trail.work(session, *uses)
    for time, uses in [("Thu 17:30", ["Thu 17:32", "Thu 18:00", "Thu 18:24"]), ("Thu 18:25", ["Thu 18:26", "Thu 19:00", "Thu 19:20"])]:
        trail.work(trail.enter(BOB, time), *uses)


def carol_keeps_a_console_open(trail):
    """RW014: a console that was opened with an hour of credentials outlives them. It signs with its own keys.
    """
    session = trail.enter(CAROL_SMITH, "Sat 11:00")
    trail.work(session, "Sat 11:01")
    token = sign_in(
        PRODUCTION, "Sat 11:05", "GetSigninToken", session.caller, CAROL_SMITH, more={"MobileVersion": "No", "MFAUsed": "No"}, tag=session.id
    )
    console = replace(session, agent=BROWSER, console=True)
    token["responseElements"] = {"credentials": {"accessKeyId": console.caller["accessKeyId"]}, "GetSigninToken": "Success"}
    trail.tell(token, "get-signin-token")
    trail.work(console, "Sat 11:06", "Sat 11:50")
    late = used(console, "Sat 12:40", "ecs", "DescribeServices", request={"cluster": "app", "services": ["web"]})
    trail.tell(late, "use-after-expiration")


def carol_takes_a_detour(trail):
    """RW011: from development into Jump in staging, which isn't elevated, and from there into UpdateApp."""
    jump = assume_role(JUMP, "carol", "Wed 14:00", by_session(CAROL, at("Wed 13:40")), (DEVELOPMENT, CAROL.id), ip=CAROL.ip)
    session = trail.mint(jump, "chain-first-*")
    onward = assume_role(
        UPDATE_APP, "carol", "Wed 14:03", session.caller, (STAGING, session.id), ip=CAROL.ip,
        more={"request": {"incomingTransitiveTags": {"team": "app"}}}
    )
    trail.work(trail.mint(onward, "chain-second-*"), "Wed 14:04", "Wed 14:30")


def tom_lends_himself_the_group(trail):
    """RW010, critical because he added himself: in, switch, out, within ten minutes. During the session he
    opens a back door for Mallory.
    """
    trail.change(TOM, "Wed 10:00", "AddUserToGroup", {"userName": "tom", "groupName": "Developers"}, label="add-user-to-group")
    session = trail.enter(TOM, "Wed 10:02:30", label="joined-just-before")
    trail.work(session, "Wed 10:03")
    omitted = {"reason": "requestParameters too large", "omitted": True, "originalSize": 110214}
    backdoor = used(session, "Wed 10:05", "iam", "UpdateAssumeRolePolicy", request=omitted, readOnly=False)
    trail.tell(backdoor, "omitted-parameters")
    trail.change(TOM, "Wed 10:09:40", "RemoveUserFromGroup", {"userName": "tom", "groupName": "Developers"}, label="remove-user-from-group")


def mallory_comes_from_outside(trail):
    """RW007, by API and by console. The logs of the foreign account are missing, so only an ID is known. The
    user agent is hostile text.
    """
    hostile = "\x1b]0;owned\x07\x1b[2J\x1b[31maws-cli\x1b[0m \u202edaolyap\u202c <script>alert(1)</script>"
    session = trail.enter(MALLORY, "Thu 02:13", agent=hostile, halves=("owner",), label="outside-trust")
    trail.work(session, "Thu 02:14", "Thu 02:31", "Thu 02:50")
    session = trail.enter_by_console(MALLORY, "Fri 03:00:05", since="Fri 02:50", halves=("owner",), copies=("role",))
    trail.work(session, "Fri 03:01", "Fri 03:20")


def erin_leaves_and_erin_comes(trail):
    """A developer leaves and her user is deleted. Another Erin gets the name. RW001: she isn't in the group.

    The first Erin's switch was first recorded with a wrong MFA flag. An addendum corrects it.
    """
    when, who = "Mon 16:00", (DEVELOPMENT, ERIN.id)
    entry = assume_role(UPDATE_APP, "erin", when, by_session(ERIN, at("Mon 15:00"), mfa=False), who, ip=ERIN.ip)
    session, wrong = trail.mint(entry), entry.caller
    addendum = assume_role(UPDATE_APP, "erin", when, by_session(ERIN, at("Mon 15:00")), who, ip=ERIN.ip).caller
    addendum["eventID"] = guid("event", "addendum", wrong["eventID"])
    addendum["addendum"] = {
        "reason": "UPDATED_DATA",
        "updatedFields": "userIdentity.sessionContext",
        "originalRequestID": wrong["requestID"],
        "originalEventID": wrong["eventID"],
    }
    trail.tell(addendum, "addendum")
    trail.work(session, "Mon 16:02", "Mon 16:20")
    trail.change(INGRID, "Wed 17:00", "RemoveUserFromGroup", {"userName": "erin", "groupName": "Developers"})
    trail.change(INGRID, "Wed 17:01", "DeleteUser", {"userName": "erin"}, label="delete-user")
    created = {"userName": "erin", "userId": OTHER_ERIN.id, "arn": OTHER_ERIN.arn, "path": "/", "createDate": "Mar 5, 2026, 9:30:00 AM"}
    trail.change(INGRID, "Thu 09:30", "CreateUser", {"userName": "erin"}, {"user": created})
    session = trail.enter(OTHER_ERIN, "Fri 09:30")
    trail.work(session, "Fri 09:31")


def frank_has_a_new_device(trail):
    """RW015: enrolled a device with only his permanent key, five minutes before."""
    key = by_permanent_key(FRANK)
    virtual = {"virtualMFADevice": {"serialNumber": FRANK.device}}
    call = {"ip": "198.51.100.23"}
    create = {"virtualMFADeviceName": "frank"}
    trail.tell(iam(key, DEVELOPMENT, "Thu 08:49", "CreateVirtualMFADevice", request=create, response=virtual, **call))
    enable = {"userName": "frank", "serialNumber": FRANK.device}
    trail.tell(iam(key, DEVELOPMENT, "Thu 08:50", "EnableMFADevice", request=enable, **call), "enable-mfa-device")
    trail.tell(session_token(FRANK, "Thu 08:52"))
    session = trail.enter(FRANK, "Thu 08:55", since="Thu 08:52", label="new-mfa-device", **call)
    trail.work(session, "Thu 08:56", "Thu 09:10")


def workloads_enter(trail):
    """RW012: an instance with its own role enters UpdateApp (RW011 too), a function gets it, a pipeline
    assumes it.
    """
    instance = by_service(APP_SERVER, "i-0123456789abcdef0", "ec2.amazonaws.com", "Thu 04:00", seconds=21600, ec2=True)
    inside = trail.mint(instance, "service-mint")
    chained = assume_role(
        UPDATE_APP, "app-server", "Thu 04:30", inside.caller, (PRODUCTION, inside.id), asked=False, ip=inside.ip, agent=inside.agent
    )
    trail.work(trail.mint(chained, "ec2-role-chained"), "Thu 04:31", "Thu 04:50")
    function = by_service(UPDATE_APP, "nightly-cleanup", "lambda.amazonaws.com", "Sat 01:00", seconds=43200)
    trail.mint(function, "service-mint-elevated")
    pipeline = with_web_identity(UPDATE_APP, "repo:example/scripts:ref:refs/heads/try", "Sat 16:00", run="run-77", ip="203.0.113.61")
    trail.work(trail.mint(pipeline, "web-identity-unexpected"), "Sat 16:01")


def grace_goes_on(trail):
    """RW012 and RW011: from her Identity Center session into UpdateApp."""
    start = at("Thu 15:00")
    session = Session(RELEASE_MANAGER, "grace", start, made_key("ASIA", "grace", iso(start)), "192.0.2.50")
    provider = f"{SAML_PROVIDER}/AWSSSO_0123456789abcdef_DO_NOT_DELETE"
    issuer = f"https://portal.sso.{TOKYO}.amazonaws.com/saml/assertion/example"
    trail.mint(with_saml(RELEASE_MANAGER, "grace", issuer, provider, start, seconds=28800, region=TOKYO, ip="192.0.2.50"))
    onward = assume_role(UPDATE_APP, "grace", "Thu 15:10", session.caller, (PRODUCTION, session.id), region=TOKYO, ip="192.0.2.50")
    trail.work(trail.mint(onward, "identity-center-chained"), "Thu 15:11", region=TOKYO)


def root_is_used(trail):
    """RW008: AssumeRoot from the management account, and a root user who is denied UpdateApp."""
    time = at("Wed 13:00")
    key = made_key("ASIA", "AssumeRoot", iso(time))
    request = {"targetPrincipal": STAGING, "taskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}}
    assume = api(
        MANAGEMENT, time, "sts", "AssumeRoot", by_session(PAULA, at("Wed 12:50")), region=TOKYO, ip=PAULA.ip, request=request,
        response={"credentials": issued(time, key, 900)}, readOnly=False
    )
    trail.tell(assume, "assume-root")
    inside = root(STAGING, time) | {"accessKeyId": key}
    inside["sessionContext"]["assumedRoot"] = "true"
    unlock = {"bucketName": "staging-logs"}
    trail.tell(api(STAGING, "Wed 13:02", "s3", "DeleteBucketPolicy", inside, region=TOKYO, ip=PAULA.ip, request=unlock))
    owner = root(STAGING, at("Thu 19:50"))
    refusal = denied(owner, owner["arn"], UPDATE_APP.arn, STAGING, "Thu 20:00", ip="192.0.2.33", because=False)
    trail.tell(refusal, "root-denied")


def doors_are_tried(trail):
    """RW009: two mistakes of a tester (low), six attempts of another at the break-glass role (medium)."""
    for count, time in enumerate(["Mon 15:30", "Mon 15:34"]):
        identity = by_session(TOM, at("Mon 15:00"))
        refusal = denied(identity, TOM.arn, UPDATE_APP.arn, DEVELOPMENT, time, ip=TOM.ip, because=False)
        trail.tell(refusal, None if count else "denied")
    for time in ["Fri 22:00", "Fri 22:04", "Fri 22:11", "Fri 22:19", "Fri 22:28", "Fri 22:37"]:
        trail.tell(denied(by_session(TESS, at("Fri 21:30")), TESS.arn, BREAK_GLASS.arn, DEVELOPMENT, time, ip=TESS.ip))


def ingrid_is_not_on_call(trail):
    """RW001, critical: an administrator in the break-glass role, which is for the people on call."""
    session = trail.enter(INGRID, "Sun 12:00", role=BREAK_GLASS, seconds=1800)
    trail.work(session, "Sun 12:01", "Sun 12:10")


# Unproven


def frank_switches_for_nothing(trail):
    """RW013 unproven: switched, and made no call that a trail logs."""
    trail.enter(FRANK, "Sun 17:00", label="unused")


def dave_goes_on_after_leaving(trail):
    """RW016: he is taken out of Developers during the session, and goes on for 25 minutes."""
    session = trail.enter(DAVE, "Sun 18:00")
    trail.work(session, "Sun 18:02", "Sun 18:14")
    trail.change(INGRID, "Sun 18:15", "RemoveUserFromGroup", {"userName": "dave", "groupName": "Developers"})
    trail.work(session, "Sun 18:17", "Sun 18:40")


def a_session_older_than_the_archive(trail):
    """RW006 unproven: the logs contain only the use of the session."""
    start = at("Mon-1 23:30")
    session = Session(UPDATE_APP, "alice", start, made_key("ASIA", "earlier", iso(start)), ALICE.ip)
    trail.tell(used(session, "Mon 00:10", "ecs", "DescribeServices", request=WORK[0][2]), "use-without-mint")
    trail.work(session, "Mon 00:20")


def daves_own_account_is_silent(trail):
    """RW002 unproven: only the role owner's half exists. It names a user whom the roster knows, but doesn't
    show MFA.
    """
    trail.work(trail.enter(DAVE, "Sat 10:00", halves=("owner",), label="owner-half-known-user"), "Sat 10:01", "Sat 10:20")


def quinn_is_unknown(trail):
    """RW001, RW002 and RW006 unproven: the ID is in no roster, and no record names it."""
    trail.work(trail.enter(STRANGER, "Sat 14:00", halves=("owner",), label="owner-half-unknown-user"), "Sat 14:01")


def a_chain_without_its_start(trail):
    """RW011, and everything about the person, unproven. The session name would be a formula in a spreadsheet.
    """
    inside = Session(JUMP, "=2+5+cmd", at("Sun 08:40"), made_key("ASIA", "lost", "Sun"), "198.51.100.70")
    onward = assume_role(UPDATE_APP, "=2+5+cmd", "Sun 09:00", inside.caller, (STAGING, inside.id), ip=inside.ip)
    trail.work(trail.mint(onward, "chain-without-start"), "Sun 09:01")


def only_the_consoles_word(trail):
    """RW002 unproven: SwitchRole names the person, but doesn't mention MFA."""
    session = Session(UPDATE_APP, "bob", at("Sun 15:00"), "", BOB.ip, console=True)
    trail.tell(switch_role(session, BOB, "Sun 15:00"), "switch-role-only")


# Not switches, but from the same services


def carol_takes_a_federation_token(trail):
    trail.tell(federation_token(CAROL, "Tue 15:00", "carol-report"), "get-federation-token")


def attempts_that_change_nothing(trail):
    """A wrong password, a denied change of a group, and a call that failed for another reason."""
    wrong = sign_in(
        DEVELOPMENT, "Wed 08:10", "ConsoleLogin", console_user(ALICE), ALICE, outcome="Failure",
        more={"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "No"},
        errorMessage="Failed authentication"
    )
    trail.tell(wrong)
    message = f"User: {TESS.arn} is not authorized to perform: iam:AddUserToGroup on resource: group Developers"
    refused = {"errorCode": "AccessDenied", "errorMessage": message}
    trail.change(TESS, "Fri 21:40", "AddUserToGroup", None, readOnly=False, **refused)
    expired = api(
        DEVELOPMENT, "Tue 08:55", "sts", "AssumeRole", by_session(ALICE, at("Mon 09:00")), ip=ALICE.ip, errorCode="ExpiredTokenException",
        errorMessage="The security token included in the request is expired"
    )
    trail.tell(expired)


STORIES = [
    alice_deploys,
    bob_uses_the_console,
    carol_names_her_device,
    bob_works_from_tokyo,
    dave_is_new,
    carol_marries,
    oscar_breaks_the_glass,
    grace_comes_by_identity_center,
    hana_comes_by_saml,
    pipelines_release,
    batch_migrates,
    tess_is_no_developer,
    carol_forgets_mfa,
    alice_asks_for_more,
    bob_juggles,
    carol_keeps_a_console_open,
    carol_takes_a_detour,
    tom_lends_himself_the_group,
    mallory_comes_from_outside,
    erin_leaves_and_erin_comes,
    frank_has_a_new_device,
    workloads_enter,
    grace_goes_on,
    root_is_used,
    doors_are_tried,
    ingrid_is_not_on_call,
    frank_switches_for_nothing,
    dave_goes_on_after_leaving,
    a_session_older_than_the_archive,
    daves_own_account_is_silent,
    quinn_is_unknown,
    a_chain_without_its_start,
    only_the_consoles_word,
    carol_takes_a_federation_token,
    attempts_that_change_nothing,
]


# Ordinary noise


READS = ["ListUsers", "ListRoles", "GetAccountSummary", "ListGroups", "GetUser", "ListPolicies"]

# Account, role of a workload, service that assumes it, duration in seconds.
SERVICES = [
    (DEVELOPMENT, "service-role/BuildFleet", "codebuild.amazonaws.com", 3600),
    (PRODUCTION, "service-role/AppServer", "ec2.amazonaws.com", 21600),
    (PRODUCTION, "service-role/Checkout", "lambda.amazonaws.com", 43200),
    (PRODUCTION, "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", "config.amazonaws.com", 3600),
    (STAGING, "service-role/Checkout", "lambda.amazonaws.com", 43200),
    (MANAGEMENT, "aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail", "cloudtrail.amazonaws.com", 3600),
]

CALLS = [
    ("ec2", "DescribeInstances", {"maxResults": 100}),
    ("ec2", "DescribeVolumes", {}),
    ("s3", "GetBucketAcl", {"bucketName": "app-artifacts"}),
    ("s3", "ListBuckets", None),
    ("kms", "Decrypt", {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::app-artifacts"}}),
    ("kms", "GenerateDataKey", {"keySpec": "AES_256"}),
    ("lambda", "ListFunctions20150331", None),
    ("logs", "DescribeLogGroups", {}),
    ("monitoring", "DescribeAlarms", {}),
    ("rds", "DescribeDBInstances", None),
    ("ecr", "BatchGetImage", {"repositoryName": "web"}),
]


def noise(trail):
    """Typical content of a trail: IAM reads, services that assume their roles, workloads that call APIs. None
    of it is a finding.
    """
    for day in DAYS:
        for hour in range(0, 24, 4):
            when = at(f"{day} {hour:02}:00") + timedelta(seconds=number("read", day, hour) % 14_000)
            read = pick(READS, day, hour)
            trail.tell(iam(by_permanent_key(INGRID), DEVELOPMENT, when, read, ip="203.0.113.10", agent="Boto3/1.36.11", readOnly=True))
            for account, path, invoked_by, seconds in SERVICES:
                if number("service", day, hour, account, path) % 2:
                    continue
                region = HOME if number(day, hour, path) % 4 else TOKYO
                start = when + timedelta(seconds=number("start", path, account, day) % 400)
                session_name = f"{invoked_by.split('.')[0]}-{number(path, day, hour):x}"
                entry = by_service(Role(account, path), session_name, invoked_by, start, seconds=seconds, region=region)
                session = trail.mint(entry)
                for count in range(number("calls", path, day, hour) % 3):
                    source, name, request = pick(CALLS, path, day, hour, count)
                    later = start + timedelta(seconds=17 + 90 * count)
                    trail.tell(used(session, later, source, name, region=region, request=request))


def week():
    trail = Trail()
    for story in STORIES:
        story(trail)
    noise(trail)
    return trail
