//! The records of one switch: each account's copy as AWS writes it.

use serde_json::{Map, Value, json};

use super::people::{id, uuid};
use crate::moment::Moment;

/// What a caller's half shows about the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IssuedCredentials {
    /// Temporary credentials of a session with or without MFA.
    Session { mfa: bool },
    /// A permanent key.
    Permanent,
    /// Temporary credentials, but the record lacks the session context.
    Bare,
}

/// Everything that the records of one switch contain.
#[derive(Debug, Clone)]
pub(super) struct SwitchRecords {
    pub(super) number: u64,
    pub(super) time: Moment,
    pub(super) user: String,
    /// The session's name.
    pub(super) session: String,
    pub(super) user_account: String,
    pub(super) role_account: String,
    pub(super) role: String,
    pub(super) credentials: IssuedCredentials,
    pub(super) serial: Option<String>,
    pub(super) seconds: i64,
    pub(super) no_expiration: bool,
    pub(super) console: bool,
    /// The `userIdentity` of a caller that is a role session.
    pub(super) from_session: Option<Value>,
}

impl SwitchRecords {
    pub(super) fn role_id(&self) -> String {
        id("AROA", &self.role)
    }

    pub(super) fn issued(&self) -> String {
        format!("ASIA{:016}", self.number)
    }

    pub(super) fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role/{}", self.role_account, self.role)
    }

    fn session_arn(&self) -> String {
        // AWS drops the role's path here.
        let name = self.role.rsplit('/').next().unwrap_or(&self.role);
        format!(
            "arn:aws:sts::{}:assumed-role/{name}/{}",
            self.role_account, self.session
        )
    }

    fn base_fields(&self, account: &str, event: u64) -> Map<String, Value> {
        let mut request = json!({"roleArn": self.role_arn(), "roleSessionName": self.session});
        if !self.console {
            request["durationSeconds"] = json!(self.seconds);
        }
        if let Some(serial) = &self.serial {
            request["serialNumber"] = json!(serial);
        }
        let mut credentials =
            json!({"accessKeyId": self.issued(), "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS"});
        if self.no_expiration {
            if let Some(request) = request.as_object_mut() {
                request.remove("durationSeconds");
            }
        } else {
            credentials["expiration"] = json!(java_date(self.time.plus_seconds(self.seconds)));
        }
        let ip = if self.console {
            "AWS Internal"
        } else {
            "192.0.2.10"
        };
        let Value::Object(map) = json!({
            "eventVersion": "1.08",
            "eventTime": self.time,
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "awsRegion": "us-east-1",
            "sourceIPAddress": ip,
            "userAgent": if self.console { "AWS Internal" } else { "aws-cli/2.15.0" },
            "requestParameters": request,
            "responseElements": {
                "credentials": credentials,
                "assumedRoleUser": {"assumedRoleId": format!("{}:{}", self.role_id(), self.session), "arn": self.session_arn()},
            },
            "resources": [{"accountId": self.role_account, "type": "AWS::IAM::Role", "ARN": self.role_arn()}],
            "eventID": uuid(event),
            "sharedEventID": uuid(0x5000_0000 + self.number),
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": account,
            "eventCategory": "Management",
        }) else {
            return Map::new();
        };
        map
    }

    pub(super) fn caller_half(&self) -> Value {
        let mut record = self.base_fields(&self.user_account, self.number * 16 + 1);
        if self.user_account == self.role_account {
            record.remove("sharedEventID");
        }
        let identity = self
            .from_session
            .clone()
            .unwrap_or_else(|| self.user_identity());
        record.insert("userIdentity".to_owned(), identity);
        Value::Object(record)
    }

    fn user_identity(&self) -> Value {
        let mut identity = json!({
            "type": "IAMUser",
            "principalId": id("AIDA", &self.user),
            "arn": format!("arn:aws:iam::{}:user/{}", self.user_account, self.user),
            "accountId": self.user_account,
            "userName": self.user,
        });
        match self.credentials {
            IssuedCredentials::Permanent => identity["accessKeyId"] = json!(id("AKIA", &self.user)),
            IssuedCredentials::Bare => identity["accessKeyId"] = json!(id("ASIA", &self.user)),
            IssuedCredentials::Session { mfa } => {
                identity["accessKeyId"] = json!(id("ASIA", &self.user));
                identity["sessionContext"] = json!({
                    "sessionIssuer": {},
                    "webIdFederationData": {},
                    "attributes": {"creationDate": self.time.plus_seconds(-300), "mfaAuthenticated": mfa.to_string()},
                });
            }
        }
        if self.console {
            identity["invokedBy"] = json!("AWS Internal");
        }
        identity
    }

    pub(super) fn owner_half(&self) -> Value {
        let mut record = self.base_fields(&self.role_account, self.number * 16 + 2);
        let principal = match &self.from_session {
            Some(identity) => identity["principalId"].clone(),
            None => json!(id("AIDA", &self.user)),
        };
        record.insert(
            "userIdentity".to_owned(),
            json!({"type": "AWSAccount", "principalId": principal, "accountId": self.user_account}),
        );
        Value::Object(record)
    }

    pub(super) fn console_step(&self, step: &str, at: Moment, event: u64) -> Value {
        json!({
            "eventVersion": "1.08",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": format!("{}:{}", self.role_id(), self.session),
                "arn": self.session_arn(),
                "accountId": self.role_account,
            },
            "eventTime": at,
            "eventSource": "signin.amazonaws.com",
            "eventName": step,
            "awsRegion": "us-east-1",
            "sourceIPAddress": "198.51.100.7",
            "userAgent": "Mozilla/5.0",
            "requestParameters": null,
            "responseElements": {step: "Success"},
            "additionalEventData": {
                "SwitchFrom": format!("arn:aws:iam::{}:user/{}", self.user_account, self.user),
                "RedirectTo": "https://console.aws.amazon.com/console/home",
            },
            "eventID": uuid(event),
            "readOnly": false,
            "eventType": "AwsConsoleSignIn",
            "recipientAccountId": self.role_account,
        })
    }

    /// The identity of calls that the session makes.
    pub(super) fn session_identity(&self) -> Value {
        json!({
            "type": "AssumedRole",
            "principalId": format!("{}:{}", self.role_id(), self.session),
            "arn": self.session_arn(),
            "accountId": self.role_account,
            // The console signs with its own keys.
            "accessKeyId": if self.console { format!("ASIB{:016}", self.number) } else { self.issued() },
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "principalId": self.role_id(), "arn": self.role_arn(), "accountId": self.role_account, "userName": self.role},
                "webIdFederationData": {},
                "attributes": {"creationDate": self.time, "mfaAuthenticated": "false"},
            },
        })
    }

    pub(super) fn use_record(&self, at: Moment, event: u64) -> Value {
        json!({
            "eventVersion": "1.08",
            "userIdentity": self.session_identity(),
            "eventTime": at,
            "eventSource": "ec2.amazonaws.com",
            "eventName": "DescribeInstances",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.10",
            "userAgent": "aws-cli/2.15.0",
            "requestParameters": {"maxResults": 10},
            "responseElements": null,
            "eventID": uuid(event),
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.role_account,
            "eventCategory": "Management",
        })
    }
}

/// `Jul 10, 2023, 12:09:47 PM`.
pub(super) fn java_date(moment: Moment) -> String {
    jiff::Timestamp::from_second(moment.epoch_seconds())
        .map(|stamp| {
            stamp
                .to_zoned(jiff::tz::TimeZone::UTC)
                .strftime("%b %-d, %Y, %-I:%M:%S %p")
                .to_string()
        })
        .unwrap_or_default()
}
