//! Records of sign-ins and of the access portal.

use super::*;

pub(super) fn sign_in(
    head: &Head<'_>,
    who: &Shown,
    step: Step,
    factors: &str,
    success: bool,
    workflow: u64,
) -> Value {
    let mut data = Map::new();
    data.insert(
        "AuthWorkflowID".to_owned(),
        json!(format!("77777777-0000-4000-8000-{workflow:012x}")),
    );
    data.insert("CredentialType".to_owned(), json!(factors));
    if step == Step::Authentication {
        data.insert(
            "LoginTo".to_owned(),
            json!("https://example.awsapps.com/start/"),
        );
    }
    // Newer records have the name beside the identity.
    let beside = step == Step::Challenge || factors == "EXTERNAL_IDP";
    let mut shown = who.clone();
    if beside && who.id.is_some() {
        let name = shown.name.take();
        data.insert(
            "UserName".to_owned(),
            json!(name.unwrap_or_else(|| HIDDEN.to_owned())),
        );
    }
    let outcome = if success { "Success" } else { "Failure" };
    let more = json!({
        "additionalEventData": data,
        "serviceEventDetails": {step.name(): outcome},
        "eventType": head.event_type(),
        "userAgent": BROWSER,
    });
    head.record(person(&shown, Some(workflow), head.told.number), more)
}

pub(super) fn portal(
    head: &Head<'_>,
    who: &Shown,
    role: Option<(usize, usize)>,
    failed: bool,
    credential: u64,
) -> Value {
    let details = match role {
        Some((account, set)) => {
            json!({"role_name": SETS[set], "account_id": ACCOUNTS[account].0})
        }
        None => {
            json!({"relayId": "00000000-0000-0000-0000-000000000000_00000000-0000-0000-0000-000000000000"})
        }
    };
    let mut more =
        json!({"serviceEventDetails": details, "eventType": head.event_type(), "readOnly": true});
    if failed {
        let number = head.told.number;
        more["errorCode"] =
            json!(["ForbiddenException", "AccessDenied"][usize::from(number.is_multiple_of(2))]);
        more["errorMessage"] = json!("No access");
    }
    head.record(person(who, Some(credential), head.told.number), more)
}

pub(super) fn token(head: &Head<'_>, user: usize, credential: u64) -> Value {
    let identity = json!({
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLEAPPFUNCTIO:app",
        "arn": format!("arn:aws:sts::{MANAGEMENT}:assumed-role/AppFunctionRole/app"),
        "accountId": MANAGEMENT,
        "accessKeyId": "ASIAEXAMPLEAPPFUNCTI",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLEAPPFUNCTIO",
                "arn": format!("arn:aws:iam::{MANAGEMENT}:role/AppFunctionRole"),
                "accountId": MANAGEMENT,
                "userName": "AppFunctionRole",
            },
            "attributes": {"creationDate": moment(head.told.at - 60), "mfaAuthenticated": "false"},
        },
    });
    let more = json!({
        "requestParameters": {
            "clientId": format!("arn:aws:sso::{MANAGEMENT}:application/ssoins-0123456789abcdef/apl-0123456789abcdef"),
            "grantType": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "scope": ["sso:account:access"],
            "assertion": HIDDEN,
        },
        "responseElements": {"accessToken": HIDDEN, "expiresIn": 3600, "tokenType": "Bearer"},
        "additionalEventData": {
            "identitystore:UserId": user_id(Id::own(user)),
            "identitystore:IdentityStoreArn": store_arn(0),
            "identitycenter:CredentialId": format!("EXAMPLEcredential{credential:08x}"),
        },
    });
    head.record(identity, more)
}
