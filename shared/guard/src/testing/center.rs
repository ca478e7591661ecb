//! The sentences of a story about IAM Identity Center: sign-ins, permission sets taken, changes of
//! the directory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::half::java_date;
use super::login::LoginAct;
use super::people::uuid;
use super::story::Story;
use super::{MANAGEMENT, PRODUCTION};
use crate::moment::Moment;

/// The identity store of the stories.
pub const STORE: &str = "d-1234567890";

/// The home Region of Identity Center.
const HOME: &str = "ap-northeast-1";

/// The policy of the stories about Identity Center.
pub(super) const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
  \"555566667777\": management
identity_center:
  account: management
  regions: [ap-northeast-1]
  identity_store: d-1234567890
roles:
  - permission_set: Admin
    groups: [identity-center/Platform]
    identities: [identity-center]
    max_session: 1h
    max_stretch: 2h
    max_per_day: 4h
    min_membership: 1h
    min_mfa_age: 1h
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [identity-center/Platform]
    identities: [identity-center]
";

/// The id of a user of the store.
pub fn user_id(name: &str) -> String {
    format!("94d00cd8-0000-4000-8000-{:0>12.12}", hex(name))
}

/// The id of a group of the store.
pub fn group_id(name: &str) -> String {
    format!("64d00cd8-0000-4000-8000-{:0>12.12}", hex(name))
}

fn hex(name: &str) -> String {
    name.bytes()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}

/// nell and nora are in Platform, nick is in Support.
pub(super) fn store_roster() -> Value {
    let user = |name: &str| json!({"UserId": user_id(name), "UserName": name});
    let group = |name: &str| json!({"GroupId": group_id(name), "DisplayName": name});
    let member = |user: &str, group: &str| {
        json!({
            "MembershipId": format!("m-{user}-{group}"),
            "GroupId": group_id(group),
            "MemberId": {"UserId": user_id(user)},
        })
    };
    json!({
        "IdentityStoreId": STORE,
        "Users": [user("nell"), user("nora"), user("nick")],
        "Groups": [group("Platform"), group("Support")],
        "GroupMemberships": [
            member("nell", "Platform"),
            member("nora", "Platform"),
            member("nick", "Support"),
        ],
    })
}

fn arn_of_store() -> String {
    format!("arn:aws:identitystore::{MANAGEMENT}:identitystore/{STORE}")
}

/// `userIdentity` of a person at the access portal.
fn person(user: &str) -> Value {
    json!({
        "type": "IdentityCenterUser",
        "accountId": MANAGEMENT,
        "onBehalfOf": {"userId": user_id(user), "identityStoreArn": arn_of_store()},
        "credentialId": format!("EXAMPLE-{user}"),
    })
}

/// Taking a permission set, in the telling; its records are added when the sentence ends.
pub struct CenterStep<'s> {
    story: &'s mut Story,
    number: u64,
    time: Moment,
    user: String,
    set: String,
    account: String,
    suffix: String,
    seconds: i64,
    issuer: String,
    /// Who called the access portal, by name.
    portal: Vec<String>,
    /// Whether the portal's record shows account and permission set.
    details: bool,
    portal_credential: Option<String>,
    uses: Vec<(i64, Option<String>)>,
    logins: Vec<(LoginAct, i64)>,
    chained: Option<String>,
    mint: bool,
}

impl Story {
    /// A story about a company whose people are in Identity Center, with a roster of unknown time.
    pub fn of_center() -> Self {
        let mut story = Self::with_policy(POLICY).without_roster();
        story.store = Some(store_roster());
        story
    }

    /// No roster of Identity Center is given.
    #[must_use]
    pub fn without_store_roster(mut self) -> Self {
        self.store = None;
        self
    }

    /// The roster of Identity Center was taken so many seconds from now.
    pub fn store_roster_taken(&mut self, offset: i64) {
        self.store_taken = Some(self.now().plus_seconds(offset));
    }

    /// The roster of Identity Center also lists these permission sets and assignments.
    pub fn list_assignments(&mut self, sets: &Value, assignments: &Value) {
        if let Some(store) = &mut self.store {
            store["PermissionSets"] = sets.clone();
            store["AccountAssignments"] = assignments.clone();
        }
    }

    /// Somebody signs in at the access portal with these factors, separated by commas.
    pub fn signs_in(&mut self, user: &str, factors: &str) {
        let record = json!({
            "userIdentity": person(user),
            "eventSource": "signin.amazonaws.com",
            "eventName": "UserAuthentication",
            "additionalEventData": {"AuthWorkflowID": format!("w-{user}-{}", self.records.len()), "UserName": user, "CredentialType": factors},
            "serviceEventDetails": {"UserAuthentication": "Success"},
        });
        self.tell_center(record);
    }

    /// Somebody takes a permission set in production by CLI, for an hour. The portal's record and
    /// the member account's record are read.
    pub fn takes(&mut self, user: &str, set: &str) -> CenterStep<'_> {
        CenterStep {
            number: self.number(),
            time: self.now(),
            user: user.to_owned(),
            set: set.to_owned(),
            account: PRODUCTION.to_owned(),
            suffix: "0123456789abcdef".to_owned(),
            seconds: 3_600,
            issuer: MANAGEMENT.to_owned(),
            portal: vec![user.to_owned()],
            details: true,
            portal_credential: None,
            uses: Vec::new(),
            logins: Vec::new(),
            chained: None,
            mint: true,
            story: self,
        }
    }

    /// The access portal refuses somebody a permission set; `details`: the record shows which.
    pub fn portal_refuses(&mut self, user: &str, set: &str, details: bool) {
        let mut record = json!({
            "userIdentity": person(user),
            "eventSource": "sso.amazonaws.com",
            "eventName": "GetRoleCredentials",
            "errorCode": "ForbiddenException",
        });
        if details {
            record["serviceEventDetails"] = json!({"account_id": PRODUCTION, "role_name": set});
        }
        self.tell_center(record);
    }

    /// A change of the directory in the console, `offset` seconds from now.
    pub fn directory(&mut self, offset: i64, by: &str, name: &str, request: Value) {
        let at = self.now().plus_seconds(offset);
        let mut request = request;
        request["identityStoreId"] = json!(STORE);
        let record = json!({
            "userIdentity": person(by),
            "eventTime": at,
            "eventSource": "sso-directory.amazonaws.com",
            "eventName": name,
            "requestParameters": request,
        });
        self.tell_center(record);
    }

    /// Adds somebody to a group of the store, `offset` seconds from now.
    pub fn joins(&mut self, offset: i64, by: &str, user: &str, group: &str) {
        let request = json!({"groupId": group_id(group), "member": {"memberId": user_id(user)}});
        self.directory(offset, by, "AddMemberToGroup", request);
    }

    /// Adds a record of the account that Identity Center is in, with what every record has.
    pub fn tell_center(&mut self, mut record: Value) {
        let number = self.number();
        let defaults = json!({
            "eventVersion": "1.11",
            "eventTime": self.now(),
            "awsRegion": HOME,
            "sourceIPAddress": "192.0.2.30",
            "userAgent": "aws-cli/2.15.0",
            "requestParameters": null,
            "responseElements": null,
            "eventID": uuid(number * 16),
            "readOnly": false,
            "eventType": "AwsServiceEvent",
            "managementEvent": true,
            "recipientAccountId": MANAGEMENT,
            "eventCategory": "Management",
        });
        if let (Some(record), Some(defaults)) = (record.as_object_mut(), defaults.as_object()) {
            for (name, value) in defaults {
                record.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        self.add_record(record);
    }
}

impl CenterStep<'_> {
    /// Nobody is seen at the access portal.
    pub fn without_portal(mut self) -> Self {
        self.portal.clear();
        self
    }

    /// Somebody else takes the same permission set at the access portal in the same second.
    pub fn beside(mut self, user: &str) -> Self {
        self.portal.push(user.to_owned());
        self
    }

    /// The portal's record doesn't show which account and permission set.
    pub fn without_details(mut self) -> Self {
        self.details = false;
        self
    }

    /// With this portal session.
    pub fn with_credential(mut self, credential: &str) -> Self {
        self.portal_credential = Some(credential.to_owned());
        self
    }

    /// For so many seconds.
    pub fn lasting(mut self, seconds: i64) -> Self {
        self.seconds = seconds;
        self
    }

    /// The role has another suffix, as after it was provisioned anew.
    pub fn with_suffix(mut self, suffix: &str) -> Self {
        suffix.clone_into(&mut self.suffix);
        self
    }

    /// In another account.
    pub fn in_account(mut self, account: &str) -> Self {
        account.clone_into(&mut self.account);
        self
    }

    /// Another Identity Center issued the session.
    pub fn issued_by(mut self, account: &str) -> Self {
        account.clone_into(&mut self.issuer);
        self
    }

    /// The session is used so many seconds later; the record names the person.
    pub fn used_after(mut self, seconds: i64) -> Self {
        self.uses.push((seconds, Some(self.user.clone())));
        self
    }

    /// The same, and the record names this person.
    pub fn used_as(mut self, user: &str, seconds: i64) -> Self {
        self.uses.push((seconds, Some(user.to_owned())));
        self
    }

    /// The same, and the record names nobody.
    pub fn used_by_nobody_after(mut self, seconds: i64) -> Self {
        self.uses.push((seconds, None));
        self
    }

    /// `aws login` or an agent works with the session so many seconds later.
    pub fn with_login(mut self, act: LoginAct, seconds: i64) -> Self {
        self.logins.push((act, seconds));
        self
    }

    /// A minute later the session enters another role of production by API.
    pub fn goes_on_to(mut self, role: &str) -> Self {
        self.chained = Some(role.to_owned());
        self
    }

    /// The call that issued the session isn't read.
    pub fn without_mint(mut self) -> Self {
        self.mint = false;
        self
    }

    fn role_name(&self) -> String {
        format!("AWSReservedSSO_{}_{}", self.set, self.suffix)
    }

    fn role_arn(&self) -> String {
        format!(
            "arn:aws:iam::{}:role/aws-reserved/sso.amazonaws.com/{HOME}/{}",
            self.account,
            self.role_name()
        )
    }

    fn session(&self) -> String {
        format!(
            "AROA{:0>16.16}:{}",
            hex(&self.role_arn())
                .to_uppercase()
                .chars()
                .rev()
                .collect::<String>(),
            self.user
        )
    }

    /// `userIdentity` of the session.
    fn identity(&self, on_behalf_of: Option<&str>, key: u64) -> Value {
        let session = self.session();
        let id = session.split(':').next().unwrap_or_default();
        let mut identity = json!({
            "type": "AssumedRole",
            "principalId": session,
            "arn": format!("arn:aws:sts::{}:assumed-role/{}/{}", self.account, self.role_name(), self.user),
            "accountId": self.account,
            "accessKeyId": format!("ASIAC{key:015}"),
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "principalId": id, "arn": self.role_arn(), "accountId": self.account, "userName": self.role_name()},
                "attributes": {"creationDate": self.time, "mfaAuthenticated": "false"},
            },
        });
        if let Some(user) = on_behalf_of {
            identity["onBehalfOf"] =
                json!({"userId": user_id(user), "identityStoreArn": arn_of_store()});
        }
        identity
    }

    fn in_member_account(&self, name: &str, at: Moment, event: u64, identity: &Value) -> Value {
        json!({
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": at,
            "eventSource": "sts.amazonaws.com",
            "eventName": name,
            "awsRegion": HOME,
            "sourceIPAddress": "203.0.113.198",
            "userAgent": "aws-sdk-java/2.46.14",
            "requestParameters": null,
            "responseElements": null,
            "eventID": uuid(event),
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.account,
            "eventCategory": "Management",
        })
    }

    fn issuing(&self) -> Value {
        let user = &self.user;
        let identity = json!({"type": "SAMLUser", "principalId": format!("/EXAMPLEhash=:{user}"), "userName": user, "identityProvider": "/EXAMPLEhash="});
        let event = self.number * 16 + 1;
        let mut record = self.in_member_account("AssumeRoleWithSAML", self.time, event, &identity);
        let issuer = STANDARD.encode(format!("{}_ins-0123456789abcdef", self.issuer));
        record["requestParameters"] = json!({
            "roleSessionName": user,
            "roleArn": self.role_arn(),
            "principalArn": format!("arn:aws:iam::{}:saml-provider/AWSSSO_50f64d9e208d18ea_DO_NOT_DELETE", self.account),
            "durationSeconds": self.seconds,
        });
        record["responseElements"] = json!({
            "credentials": {"accessKeyId": format!("ASIAM{:015}", self.number), "expiration": java_date(self.time.plus_seconds(self.seconds - 1))},
            "assumedRoleUser": {"assumedRoleId": self.session(), "arn": format!("arn:aws:sts::{}:assumed-role/{}/{user}", self.account, self.role_name())},
            "issuer": format!("https://portal.sso.{HOME}.amazonaws.com/saml/assertion/{issuer}"),
        });
        record
    }

    fn entering(&self, role: &str) -> Value {
        let at = self.time.plus_seconds(60);
        let event = self.number * 16 + 2;
        let mut record =
            self.in_member_account("AssumeRole", at, event, &self.identity(None, self.number));
        let arn = format!("arn:aws:iam::{PRODUCTION}:role/{role}");
        record["requestParameters"] =
            json!({"roleArn": arn, "roleSessionName": self.user, "durationSeconds": 3_600});
        record["responseElements"] = json!({
            "credentials": {"accessKeyId": format!("ASIAN{:015}", self.number), "expiration": java_date(at.plus_seconds(3_600))},
            "assumedRoleUser": {"assumedRoleId": format!("AROAONWARDXXXXXXXXXX:{}", self.user), "arn": format!("arn:aws:sts::{PRODUCTION}:assumed-role/{role}/{}", self.user)},
        });
        record
    }
}

impl Drop for CenterStep<'_> {
    fn drop(&mut self) {
        let mut records = Vec::new();
        if self.mint {
            records.push(self.issuing());
        }
        for (at, (seconds, user)) in (3..).zip(&self.uses) {
            let identity = self.identity(user.as_deref(), self.number * 16 + at);
            let time = self.time.plus_seconds(*seconds);
            let event = self.number * 16 + at;
            records.push(self.in_member_account("GetCallerIdentity", time, event, &identity));
        }
        for (at, (act, seconds)) in (0..).zip(&self.logins) {
            let identity = self.identity(Some(&self.user), self.number);
            let time = self.time.plus_seconds(*seconds);
            let number = self.number * 16 + at;
            let used = self.in_member_account("ListUsers", time, number, &identity);
            records.push(act.record(time, number, used));
        }
        if let Some(role) = &self.chained {
            records.push(self.entering(role));
        }
        for user in self.portal.clone() {
            let mut identity = person(&user);
            if let Some(credential) = &self.portal_credential {
                identity["credentialId"] = json!(credential);
            }
            let mut record = json!({
                "userIdentity": identity,
                "eventSource": "sso.amazonaws.com",
                "eventName": "GetRoleCredentials",
            });
            if self.details {
                record["serviceEventDetails"] =
                    json!({"account_id": self.account, "role_name": self.set});
            }
            self.story.tell_center(record);
        }
        self.story.records.extend(records);
    }
}
