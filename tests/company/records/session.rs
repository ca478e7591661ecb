//! Records of sessions of permission sets.

use super::*;

/// Identity Center takes a permission set for somebody; or another provider does.
pub(super) fn with_saml(head: &Head<'_>, session: &Session) -> Value {
    let account = head.account;
    let provider = if session.forged && !session.role.name.contains('/') {
        // The name alone proves nothing.
        format!("arn:aws:iam::{account}:saml-provider/AWSSSO_fedcba9876543210_DO_NOT_DELETE")
    } else if session.forged {
        format!("arn:aws:iam::{account}:saml-provider/Okta")
    } else {
        format!("arn:aws:iam::{account}:saml-provider/AWSSSO_50f64d9e208d18ea_DO_NOT_DELETE")
    };
    let issuer = match session.issuer {
        Issuer::Own => base64(&format!("{MANAGEMENT}_ins-0123456789abcdef")),
        Issuer::Foreign => base64("999988887777_ins-fedcba9876543210"),
        Issuer::Unreadable => "EXAMPLE".to_owned(),
    };
    let mut response = issued_elements(session);
    response["subject"] = json!(session.name);
    response["subjectType"] = json!("persistent");
    response["issuer"] = json!(format!(
        "https://portal.sso.{}.amazonaws.com/saml/assertion/{issuer}",
        head.region
    ));
    response["audience"] = json!("https://signin.aws.amazon.com/saml");
    response["nameQualifier"] = json!(PROVIDER_HASH);
    let identity = json!({
        "type": "SAMLUser",
        "principalId": format!("{PROVIDER_HASH}:{}", session.name),
        "userName": session.name,
        "identityProvider": PROVIDER_HASH,
    });
    let more = json!({
        "requestParameters": {
            "sAMLAssertionID": format!("_88888888-0000-4000-8000-{:012x}", session.number),
            "roleSessionName": session.name,
            "roleArn": session.role.arn(),
            "principalArn": provider,
            "durationSeconds": session.seconds,
        },
        "responseElements": response,
        "resources": [
            {"accountId": account, "type": "AWS::IAM::Role", "ARN": session.role.arn()},
            {"accountId": account, "type": "AWS::IAM::SAMLProvider", "ARN": provider},
        ],
        "readOnly": true,
        "sourceIPAddress": "203.0.113.198",
        "userAgent": JAVA,
    });
    head.record(identity, more)
}

pub(super) fn session_arn(session: &Session) -> String {
    let account = ACCOUNTS[session.role.account].0;
    format!(
        "arn:aws:sts::{account}:assumed-role/{}/{}",
        session.role.bare_name(),
        session.name
    )
}

pub(super) fn issued_elements(session: &Session) -> Value {
    json!({
        "credentials": {
            "accessKeyId": format!("ASIA{:016}", session.number),
            "sessionToken": HIDDEN,
            "expiration": java(session.expires),
        },
        "assumedRoleUser": {
            "assumedRoleId": format!("{}:{}", session.role.id, session.name),
            "arn": session_arn(session),
        },
    })
}

/// A permission set's session signs with keys of its own, not with the one that the call issued.
pub(super) fn session_identity(
    session: &Session,
    behalf: Option<Id>,
    drift: i64,
    number: u64,
) -> Value {
    let key = if session.parent.is_some() {
        format!("ASIA{:016}", session.number)
    } else {
        format!("ASIB{:014}{:02}", session.number, number % 3)
    };
    let account = ACCOUNTS[session.role.account].0;
    let mut identity = json!({
        "type": "AssumedRole",
        "principalId": format!("{}:{}", session.role.id, session.name),
        "arn": session_arn(session),
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": session.role.id,
                "arn": session.role.arn(),
                "accountId": account,
                "userName": session.role.bare_name(),
            },
            "attributes": {"creationDate": moment(session.at + drift), "mfaAuthenticated": "false"},
        },
    });
    if let Some(id) = behalf {
        identity["onBehalfOf"] = on_behalf_of(id);
    }
    identity
}
