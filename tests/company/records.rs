//! The records of Identity Center and of the sessions that begin there, as AWS writes them.
//!
//! The shapes are those of captured records and of AWS's documentation; where neither shows one,
//! that of the API reference.

mod directory;
mod session;
mod sign_in;

use directory::directory;
use rolewatch_guard::moment::Moment;
use serde_json::{Map, Value, json};
use session::{issued_elements, session_identity, with_saml};
use sign_in::{portal, sign_in, token};

use super::company::{
    ACCOUNTS, Change, Company, DELEGATE, Half, Id, Issuer, Listed, MANAGEMENT, MONDAY, Role, SETS,
    STORES, Second, Session, Shown, Snapshot, Step, Told, What, event_id, group_id, membership_id,
    user_id,
};

const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const CLI: &str = "aws-cli/2.34.30 md/awscrt#0.31.2 ua/2.1 os/linux#6.8 lang/python#3.14.4";
const JAVA: &str =
    "aws-sdk-java/2.46.14 md/io#sync md/http#Apache md/internal ua/2.1 api/STS#2.46.x";
const PROVIDER_HASH: &str = "/EXAMPLEproviderHash0000000=";

pub(crate) fn moment(at: Second) -> Moment {
    Moment::from_epoch_seconds(MONDAY + at)
}

fn java(at: Second) -> String {
    let stamp = jiff::Timestamp::from_second(MONDAY + at).unwrap();
    let zoned = stamp.to_zoned(jiff::tz::TimeZone::UTC);
    zoned
        .strftime("%b %-d, %Y, %-I:%M:%S\u{202f}%p")
        .to_string()
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let six = (bits >> (18 - 6 * place)) & 63;
            let letter = char::from(LETTERS[usize::try_from(six).unwrap()]);
            out.push(if place > three.len() { '=' } else { letter });
        }
    }
    out
}

fn store_arn(store: usize) -> String {
    format!(
        "arn:aws:identitystore::{MANAGEMENT}:identitystore/{}",
        STORES[store]
    )
}

fn on_behalf_of(id: Id) -> Value {
    json!({"userId": user_id(id), "identityStoreArn": store_arn(id.store)})
}

/// One account's record.
struct Head<'a> {
    told: &'a Told,
    account: &'a str,
    region: &'a str,
    source: &'a str,
    name: &'a str,
}

impl Head<'_> {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "every caller makes both for this"
    )]
    fn record(&self, identity: Value, more: Value) -> Value {
        let number = self.told.number;
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": moment(self.told.at),
            "eventSource": format!("{}.amazonaws.com", self.source),
            "eventName": self.name,
            "awsRegion": self.region,
            "sourceIPAddress": "203.0.113.185",
            "userAgent": if number.is_multiple_of(2) { CLI } else { BROWSER },
            "requestParameters": null,
            "responseElements": null,
            "requestID": format!("99999999-0000-4000-8000-{number:012x}"),
            "eventID": event_id(number),
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.account,
            "eventCategory": "Management",
        });
        if let Value::Object(more) = more {
            for (key, value) in more {
                record[key] = value;
            }
        }
        record
    }

    /// The three spellings of a service's own events.
    fn event_type(&self) -> &'static str {
        ["AwsServiceEvent", "AWSServiceEvent", "AwsApiCall"]
            [usize::try_from(self.told.number % 3).unwrap()]
    }
}

impl Company {
    /// The records that arrived, in the order of time.
    pub(crate) fn records(&self) -> Vec<Value> {
        let mut told: Vec<&Told> = self.heard().collect();
        told.sort_by_key(|told| (told.at, told.number));
        told.into_iter().map(|told| self.record(told)).collect()
    }

    fn region(&self, told: &Told) -> &'static str {
        let replica = self.plan.replica.filter(|_| told.elsewhere);
        replica.unwrap_or(self.plan.home)
    }

    fn record(&self, told: &Told) -> Value {
        let region = self.region(told);
        let head = |source, name| Head {
            told,
            account: if told.delegated { DELEGATE } else { MANAGEMENT },
            region,
            source,
            name,
        };
        match &told.what {
            What::SignIn {
                who,
                step,
                factors,
                success,
                workflow,
            } => sign_in(
                &head("signin", step.name()),
                who,
                *step,
                factors,
                *success,
                *workflow,
            ),
            What::Portal {
                who,
                federate,
                role,
                failed,
                credential,
            } => {
                let name = ["GetRoleCredentials", "Federate"][usize::from(*federate)];
                portal(&head("sso", name), who, *role, *failed, *credential)
            }
            What::Issued { session, half } => self.issued(told, &self.sessions[*session], *half),
            What::Used {
                session,
                behalf,
                drift,
            } => {
                let session = &self.sessions[*session];
                let head = Head {
                    account: ACCOUNTS[session.role.account].0,
                    ..head("ec2", "DescribeInstances")
                };
                let identity = session_identity(session, *behalf, *drift, told.number);
                head.record(identity, json!({"readOnly": true}))
            }
            What::Directory { change, failed } => directory(&head, change, *failed),
            What::Token { user, credential } => {
                token(&head("sso-oauth", "CreateTokenWithIAM"), *user, *credential)
            }
            What::Lasts { hours, failed } => {
                lasting(&head("sso", "UpdateSsoConfiguration"), *hours, *failed)
            }
        }
    }

    fn issued(&self, told: &Told, session: &Session, half: Half) -> Value {
        let account = ACCOUNTS[session.role.account].0;
        let head = Head {
            told,
            account,
            region: self.plan.home,
            source: "sts",
            name: "AssumeRoleWithSAML",
        };
        let Some(parent) = session.parent else {
            return with_saml(&head, session);
        };
        let parent = &self.sessions[parent];
        let home = ACCOUNTS[parent.role.account].0;
        let head = Head {
            account: if half == Half::Caller { home } else { account },
            name: "AssumeRole",
            ..head
        };
        let identity = if half == Half::Owner {
            let principal = format!("{}:{}", parent.role.id, parent.name);
            json!({"type": "AWSAccount", "principalId": principal, "accountId": home})
        } else {
            session_identity(parent, session.behalf, 0, told.number)
        };
        let mut more = json!({
            "requestParameters": {
                "roleArn": session.role.arn(),
                "roleSessionName": session.name,
                "durationSeconds": session.seconds,
            },
            "responseElements": issued_elements(session),
            "resources": [{"accountId": account, "type": "AWS::IAM::Role", "ARN": session.role.arn()}],
            "readOnly": true,
        });
        if half != Half::Whole {
            more["sharedEventID"] =
                json!(format!("55555555-0000-4000-8000-{:012x}", session.number));
        }
        head.record(identity, more)
    }
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Challenge => "CredentialChallenge",
            Self::Verification => "CredentialVerification",
            Self::Authentication => "UserAuthentication",
        }
    }
}

impl Role {
    pub(crate) fn arn(&self) -> String {
        format!(
            "arn:aws:iam::{}:role/{}",
            ACCOUNTS[self.account].0, self.name
        )
    }

    fn bare_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

/// `IdentityCenterUser` with an id; `Unknown` with what there is, as until 2025.
fn person(who: &Shown, credential: Option<u64>, number: u64) -> Value {
    let mixed = who.id.is_none() || who.name.is_some();
    let mut identity = json!({"accountId": MANAGEMENT});
    if mixed {
        identity["type"] = json!("Unknown");
        identity["principalId"] = json!(MANAGEMENT);
        identity["arn"] = json!("");
        identity["accessKeyId"] = json!("");
        if let Some(name) = &who.name {
            identity["userName"] = json!(name);
        }
    } else {
        identity["type"] = json!("IdentityCenterUser");
        match number % 3 {
            0 => identity["userName"] = json!(HIDDEN),
            1 => identity["userName"] = json!(""),
            _ => {}
        }
    }
    if let Some(id) = who.id {
        identity["onBehalfOf"] = on_behalf_of(id);
    }
    if let Some(credential) = credential {
        identity["credentialId"] = json!(format!("EXAMPLEcredential{credential:08x}"));
    }
    identity
}

fn administrator() -> Value {
    json!({
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLEADMINISTRA",
        "arn": format!("arn:aws:iam::{MANAGEMENT}:user/administrator"),
        "accountId": MANAGEMENT,
        "accessKeyId": "AKIAEXAMPLEADMINISTR",
        "userName": "administrator",
    })
}

/// A change of how long a sign-in lasts.
fn lasting(head: &Head<'_>, hours: i64, failed: bool) -> Value {
    let request = json!({
        "ssoConfiguration": {"sessionConfiguration": {"maxAuthenticationAge": format!("PT{hours}H")}},
        "configurationType": "SESSION",
        "instanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    });
    let record = head.record(administrator(), json!({"requestParameters": request}));
    if failed { refused(record) } else { record }
}

fn refused(mut record: Value) -> Value {
    record["errorCode"] = json!("AccessDenied");
    record["errorMessage"] = json!("not authorized");
    record["responseElements"] = Value::Null;
    record
}

impl Snapshot {
    /// As a file: the lists of `aws identitystore`.
    pub(crate) fn text(&self) -> String {
        let users: Vec<Value> = self
            .users
            .iter()
            .map(|(user, name)| json!({"UserName": name, "UserId": user_id(Id::own(*user)), "IdentityStoreId": STORES[0]}))
            .collect();
        let groups: Vec<Value> = (0..super::company::GROUPS.len())
            .map(|group| json!({"GroupId": group_id(group), "DisplayName": super::company::GROUPS[group], "IdentityStoreId": STORES[0]}))
            .collect();
        let members: Vec<Value> = self.members.iter().map(Listed::json).collect();
        let mut roster = json!({
            "IdentityStoreId": STORES[0],
            "Users": users,
            "Groups": groups,
            "GroupMemberships": members,
        });
        if self.truncated {
            roster["NextToken"] = json!("EXAMPLEtoken");
        }
        roster.to_string()
    }
}

impl Listed {
    fn json(&self) -> Value {
        let mut member = json!({
            "IdentityStoreId": STORES[0],
            "MembershipId": membership_id(self.membership),
            "GroupId": group_id(self.group),
            "MemberId": {"UserId": user_id(Id::own(self.user))},
        });
        if let Some(created) = self.created {
            // As the CLI writes it; what is less than a second is cut off.
            let text = moment(created).to_string().replace('Z', ".412000+00:00");
            member["CreatedAt"] = json!(text);
        }
        member
    }
}
