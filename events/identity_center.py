"""Records of IAM Identity Center: sign-ins, permission sets, changes of the directory and of assignments,
tokens.

rolewatch reads these records, but no rule uses them yet. Their shapes come from captured records and from the
AWS documentation.
"""

from shapes import BROWSER, MANAGEMENT, PRODUCTION, TOKYO, api, at, by_session, guid, identity_center
from week import PAULA

IP = "192.0.2.50"
STORE = "d-9067example"
INSTANCE = "ssoins-0123456789example"
SET = f"arn:aws:sso:::permissionSet/{INSTANCE}/ps-0123456789example"
TIME = "Tue 09:59"
GROUP = guid("identity store", "Platform")
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def identity_center_events():
    """Yields name and record."""
    yield "sign-in-with-app", signing_in("UserAuthentication", "PASSWORD,TOTP", LoginTo="https://example.awsapps.com/start/")
    yield "sign-in-challenge", signing_in("CredentialChallenge", "PASSWORD", UserName="grace")
    yield "sign-in-failed", signing_in("CredentialVerification", "PASSWORD", outcome="Failure")
    yield "federate", portal("Federate")
    yield "add-member-to-group", change("sso-directory", "AddMemberToGroup", membership(member={"memberId": user("grace")}))
    yield "create-group-membership", change(
        "identitystore", "CreateGroupMembership", membership(memberId={"userId": user("grace")}),
        {"membershipId": guid("membership", "grace"), "identityStoreId": STORE}
    )
    yield "delete-group-membership", change(
        "identitystore", "DeleteGroupMembership", {"identityStoreId": STORE, "membershipId": guid("membership", "grace")}
    )
    yield "scim-patch-group", scim()
    yield "disable-user", change("sso-directory", "DisableUser", {"identityStoreId": STORE, "userId": user("grace")})
    yield "create-account-assignment", assignment("CreateAccountAssignment", "accountAssignmentCreationStatus")
    yield "delete-account-assignment", assignment("DeleteAccountAssignment", "accountAssignmentDeletionStatus")
    lasting = {"sessionConfiguration": {"maxAuthenticationAge": "PT8H"}}
    yield "update-sso-configuration", change(
        "sso", "UpdateSsoConfiguration", {"ssoConfiguration": lasting, "configurationType": "SESSION"}
    )
    yield "create-token", token()


def user(name):
    return guid("identity store", name)


def of_grace(source, name, **more):
    record = api(
        MANAGEMENT, TIME, source, name, identity_center("grace"), region=TOKYO, ip=IP, agent=BROWSER, tag="grace", **more
    )
    record["eventType"] = "AwsServiceEvent"
    return record


def signing_in(name, credentials, outcome="Success", **more):
    data = {"AuthWorkflowID": guid("sign-in", "grace"), "CredentialType": credentials} | more
    record = of_grace("signin", name, additionalEventData=data)
    record["serviceEventDetails"] = {name: outcome}
    return record


def portal(name):
    record = of_grace("sso", name)
    record["serviceEventDetails"] = {"role_name": "ReleaseManager", "account_id": PRODUCTION}
    return record


def membership(**member):
    return {"identityStoreId": STORE, "groupId": GROUP} | member


def change(source, name, request, response=None):
    return api(
        MANAGEMENT, TIME, source, name, by_session(PAULA, at("Tue 09:00")), region=TOKYO, ip=PAULA.ip, request=request,
        response=response, tag="identity center"
    )


def scim():
    """An identity provider changes a group. The record hides which members."""
    body = {"operations": [{"op": "ADD", "value": HIDDEN}], "schemas": [HIDDEN]}
    identity = {"type": "Unknown", "accountId": MANAGEMENT, "accessKeyId": ""}
    return api(
        MANAGEMENT, TIME, "identitystore-scim", "PatchGroup", identity, region=TOKYO, ip="192.0.2.70", agent="Okta SCIM Client",
        request={"httpBody": body, "tenantId": guid("tenant"), "id": GROUP}
    )


def assignment(name, status):
    request = {
        "instanceArn": f"arn:aws:sso:::instance/{INSTANCE}",
        "targetId": PRODUCTION,
        "targetType": "AWS_ACCOUNT",
        "permissionSetArn": SET,
        "principalType": "GROUP",
        "principalId": GROUP,
    }
    return change("sso", name, request, {status: {"status": "IN_PROGRESS"} | request})


def token():
    """`aws sso login`."""
    request = {"clientId": "EXAMPLEclient", "grantType": "urn:ietf:params:oauth:grant-type:device_code", "deviceCode": HIDDEN}
    response = {"accessToken": HIDDEN, "tokenType": "Bearer", "expiresIn": 28800, "refreshToken": HIDDEN, "idToken": HIDDEN}
    return of_grace("sso-oauth", "CreateToken", request=request, response=response)
