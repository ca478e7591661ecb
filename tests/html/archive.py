"""Writes archives of any size for the report's page: people who switch into one role."""

import datetime
import gzip
import hashlib
import json
import pathlib

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
ROLE = "arn:aws:iam::444455556666:role/UpdateApp"
POLICY = f"""version: 1
accounts:
  "111122223333": development
  "444455556666": production
roles:
  - arn: "{ROLE}"
    groups: [development/Developers]
    max_session: 1h
    max_stretch: 2h
"""


def when(second):
    return (START + datetime.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def identifier(*parts):
    text = hashlib.md5(repr(parts).encode()).hexdigest()
    return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])


def switch(person, number, second, text):
    """The caller's record of one switch. `text` ends the session's name and the user agent."""
    name = f"person{person:04}"
    lasts = 3_600 if number % 7 else 10_800
    key = "ASIA" + hashlib.md5(repr((person, number)).encode()).hexdigest()[:16].upper()
    session = f"{name}{text}"
    mfa = {} if number % 11 == 5 else {"serialNumber": f"arn:aws:iam::111122223333:mfa/{name}"}
    return {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "IAMUser", "principalId": f"AIDA{person:016}", "accountId": "111122223333",
            "arn": f"arn:aws:iam::111122223333:user/{name}", "accessKeyId": f"AKIA{person:016}",
            "userName": name,
        },
        "eventTime": when(second), "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
        "awsRegion": "us-east-1", "sourceIPAddress": f"203.0.113.{person % 250}",
        "userAgent": f"aws-cli/2.31.4{text}",
        "requestParameters": {
            "roleArn": ROLE, "roleSessionName": session, "durationSeconds": lasts, **mfa,
        },
        "responseElements": {
            "credentials": {
                "accessKeyId": key, "sessionToken": "t",
                "expiration": when(second + lasts),
            },
            "assumedRoleUser": {
                "assumedRoleId": f"AROAUPDATEAPP0000000:{session}",
                "arn": f"arn:aws:sts::444455556666:assumed-role/UpdateApp/{session}",
            },
        },
        "requestID": identifier("request", person, number),
        "eventID": identifier("event", person, number), "readOnly": True,
        "eventType": "AwsApiCall", "managementEvent": True,
        "recipientAccountId": "111122223333", "eventCategory": "Management",
    }


def write(folder, people, switches, seconds, text=""):
    """People who made switches, spread over some seconds. One in ten is in no group."""
    folder = pathlib.Path(folder)
    (folder / "logs").mkdir(parents=True)
    records = [
        switch(number % people, number, number * seconds // switches, text)
        for number in range(switches)
    ]
    with gzip.open(folder / "logs" / "records.json.gz", "wt") as file:
        json.dump({"Records": records}, file)
    (folder / "rolewatch.yaml").write_text(POLICY)
    users = [
        {
            "UserName": f"person{person:04}", "UserId": f"AIDA{person:016}",
            "Arn": f"arn:aws:iam::111122223333:user/person{person:04}",
            "GroupList": [] if person % 10 == 9 else ["Developers"],
        }
        for person in range(people)
    ]
    group = {
        "GroupName": "Developers", "GroupId": "AGPADEVELOPERS000000",
        "Arn": "arn:aws:iam::111122223333:group/Developers",
    }
    roster = {
        "UserDetailList": users, "GroupDetailList": [group], "RoleDetailList": [], "Policies": [],
        "IsTruncated": False,
    }
    (folder / "roster").mkdir()
    (folder / "roster" / "development.json").write_text(json.dumps(roster))
    return folder / "logs"
