"""The people of `deploy/cross-account/` and a day of theirs: who tries to switch how, and what they can do in
the role.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import botocore.session

from . import totp
from .accounts import DEVELOPMENT, FOREIGN, PRODUCTION
from .cross_account import BUCKET, EVERYTHING, EXTERNAL_ID, LOGS, OWN_BUCKET, OWN_RIGHTS, Attempt, SetUp, attempt, refusal
from .emulator import Emulator
from .people import Credentials, Person, hire

People = dict[str, Person]
HOUR = 3600


@dataclass
class Day:
    """The results: attempts to switch, and the error code of each later call (empty if it succeeded)."""

    tried: dict[str, Attempt] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)


def hired(built: SetUp) -> People:
    """Creates the people.

    Developers have MFA devices, except carol. tess, tom and ben are testers, and ben is also a developer.
    nora is in no group. pat belongs to a third party.
    """
    people = {name: built.developer(name) for name in ("erin", "dave", "olga", "chris", "lena", "ben")}
    people["alice"] = built.developer("alice", device=False, may=OWN_RIGHTS)
    # Enrolls the device herself, with her group's permissions.
    people["alice"].enroll(people["alice"].client("iam"))
    people["carol"] = built.developer("carol", device=False)
    people["tess"] = built.tester("tess")
    people["tom"] = built.tester("tom", may=EVERYTHING)
    built.accounts.client("iam", DEVELOPMENT).add_user_to_group(GroupName=built.groups["TestersName"], UserName="ben")
    people["sid"] = hire(built.accounts, "sid", built.strict["DevelopersName"], device=True, may=None)
    people["nora"] = hire(built.accounts, "nora", device=True, may=None)
    people["pat"] = hire(built.accounts, "pat", may=EVERYTHING, account=FOREIGN)
    return people


def lived(built: SetUp, people: People, emulator: Emulator) -> Day:
    day = Day()
    alice, olga, chris = people["alice"], people["olga"], people["chris"]
    update, terminate = built.update_app, built.terminate
    own = alice.client("s3")
    day.called["alice her own bucket before"] = refusal(own.put_object, Bucket=OWN_BUCKET, Key="notes", Body=b"own")
    day.tried["alice by a code in the call"] = attempt(alice, update, **alice.with_code())
    day.tried["alice from a session with MFA"] = attempt(alice, update, alice.sign_in())
    day.tried["alice the other role"] = attempt(alice, terminate, **alice.with_code())
    update_the_application(day, alice, day.tried["alice by a code in the call"].entered)
    terminate_instances(day, built, alice, day.tried["alice the other role"].entered)

    day.tried["carol"] = attempt(people["carol"], update)
    day.tried["erin"] = attempt(people["erin"], update, without_mfa(people["erin"]))
    day.tried["dave"] = attempt(people["dave"], update, RoleSessionName="alice", **people["dave"].with_code())
    for name in ("tess", "tom", "ben", "nora"):
        day.tried[name] = attempt(people[name], update, **people[name].with_code())
    day.tried["lena"] = attempt(people["lena"], update, DurationSeconds=2 * HOUR, **people["lena"].with_code())
    day.tried["chris enters"] = attempt(chris, update, **chris.with_code())
    day.tried["chris"] = attempt(chris, terminate, day.tried["chris enters"].entered)
    where_mfa_is_asked_for(day, built, people)

    signed_in = olga.sign_in()
    emulator.later(HOUR)
    over = alice.client("s3", day.tried["alice by a code in the call"].entered)
    day.called["alice the role's bucket after an hour"] = refusal(over.get_object, Bucket=BUCKET, Key="app")
    day.called["alice her own bucket after"] = refusal(own.get_object, Bucket=OWN_BUCKET, Key="notes")
    day.called["alice the role's bucket as herself"] = refusal(own.get_object, Bucket=BUCKET, Key="app")
    day.tried["olga"] = attempt(olga, update, signed_in)
    day.tried["olga after signing in anew"] = attempt(olga, update, olga.sign_in())
    return day


def update_the_application(day: Day, alice: Person, session: Credentials) -> None:
    """Tries what the role may do, and what it may not."""
    s3, called = alice.client("s3", session), day.called
    called["update write"] = refusal(s3.put_object, Bucket=BUCKET, Key="app", Body=b"2.0")
    called["update read"] = refusal(s3.get_object, Bucket=BUCKET, Key="app")
    called["update list"] = refusal(s3.list_objects_v2, Bucket=BUCKET)
    called["update write and delete"] = refusal(s3.put_object, Bucket=BUCKET, Key="old", Body=b"1.0") or refusal(
        s3.delete_object, Bucket=BUCKET, Key="old"
    )
    called["beyond: another bucket"] = refusal(s3.get_object, Bucket=LOGS, Key="log")
    called["beyond: the list of buckets"] = refusal(s3.list_buckets)
    called["beyond: who may use the bucket"] = refusal(s3.put_bucket_policy, Bucket=BUCKET, Policy="{}")
    called["beyond: the bucket itself"] = refusal(s3.delete_bucket, Bucket=BUCKET)
    called["beyond: alice's own bucket"] = refusal(s3.get_object, Bucket=OWN_BUCKET, Key="notes")
    called["beyond: users"] = refusal(alice.client("iam", session).list_users)
    called["beyond: instances"] = refusal(alice.client("ec2", session).describe_instances)


def terminate_instances(day: Day, built: SetUp, alice: Person, session: Credentials) -> None:
    """Only one of the two instances has the tag."""
    owner = built.accounts.client("ec2", PRODUCTION)
    made = owner.run_instances(ImageId="ami-0123456789EXAMPLE", MinCount=2, MaxCount=2, InstanceType="t3.micro")["Instances"]
    critical, other = (instance["InstanceId"] for instance in made)
    owner.create_tags(Resources=[critical], Tags=[{"Key": "business-critical", "Value": "true"}])
    ec2 = alice.client("ec2", session)
    day.called["terminate finds"] = refusal(ec2.describe_instances)
    day.called["beyond: terminate what bears no tag"] = refusal(ec2.terminate_instances, InstanceIds=[other])
    day.called["beyond: tag it"] = refusal(ec2.create_tags, Resources=[other], Tags=[{"Key": "business-critical", "Value": "true"}])
    day.called["terminate what bears the tag"] = refusal(ec2.terminate_instances, InstanceIds=[critical])


def where_mfa_is_asked_for(day: Day, built: SetUp, people: People) -> None:
    """Shows what the groups require, with a role that doesn't require MFA."""
    erin, sid, pat = people["erin"], people["sid"], people["pat"]
    day.tried["careless erin bare key"] = attempt(erin, built.careless)
    day.tried["careless erin session without MFA"] = attempt(erin, built.careless, without_mfa(erin))
    day.tried["careless sid bare key"] = attempt(sid, built.careless)
    day.tried["careless sid session with MFA"] = attempt(sid, built.careless, sid.sign_in())
    day.tried["partner"] = attempt(pat, built.partner, ExternalId=EXTERNAL_ID)
    day.tried["partner without ExternalId"] = attempt(pat, built.partner)
    day.tried["partner with another's ExternalId"] = attempt(pat, built.partner, ExternalId="EXAMPLE-0815")
    partner = pat.client("s3", day.tried["partner"].credentials)
    day.called["partner read"] = refusal(partner.get_object, Bucket=BUCKET, Key="app")
    day.called["beyond: partner write"] = refusal(partner.put_object, Bucket=BUCKET, Key="app", Body=b"3.0")


def without_mfa(person: Person) -> Credentials:
    """Calls GetSessionToken without a code, like a console sign-in without MFA."""
    return dict(person.sts().get_session_token()["Credentials"])


def by_profile(person: Person, profiles: str, scratch: Path) -> str:
    """Writes an object into the bucket with the profile `production-update`, as the AWS CLI would. Returns
    the error code.
    """
    config, keys = scratch / "config", scratch / "credentials"
    config.write_text(profiles)
    keys.write_text(
        f"[development]\naws_access_key_id = {person.key['AccessKeyId']}\naws_secret_access_key = {person.key['SecretAccessKey']}\n"
    )
    endpoint = person.accounts.endpoint
    files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(keys), "AWS_ENDPOINT_URL": endpoint}
    with mock.patch.dict(os.environ, files):
        session = botocore.session.Session(profile="production-update")
        # Replaces the prompt for the MFA code.
        asking = session.get_component("credential_provider").get_provider("assume-role")
        asking._prompter = lambda _: totp.code(person.seed)
        return refusal(lambda: session.create_client("s3").put_object(Bucket=BUCKET, Key="app", Body=b"2.1"))
