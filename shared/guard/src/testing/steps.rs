//! The steps of a story: one switch, or one change in IAM.

use serde_json::{Value, json};

use super::PEOPLE;
use super::half::{IssuedCredentials, SwitchRecords};
use super::login::LoginAct;
use super::people::{id, uuid};
use super::story::Story;
use crate::moment::Moment;

/// Which records of a switch are read.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says whether one record is read"
)]
pub(super) struct StoryParts {
    pub(super) caller: bool,
    pub(super) owner: bool,
    pub(super) step: bool,
    pub(super) uses: bool,
}

/// One switch of a story. Its records are added when this value is dropped.
pub struct SwitchStep<'s> {
    pub(super) story: &'s mut Story,
    pub(super) records: SwitchRecords,
    pub(super) uses: Vec<i64>,
    pub(super) logins: Vec<(LoginAct, i64)>,
    pub(super) left: Option<i64>,
    pub(super) onward: Option<(i64, String)>,
    pub(super) renewed: Option<i64>,
    pub(super) outlived: Option<i64>,
    pub(super) step: &'static str,
    pub(super) parts: StoryParts,
}

impl SwitchStep<'_> {
    /// From a session that was opened with MFA.
    pub fn with_mfa(mut self) -> Self {
        self.records.credentials = IssuedCredentials::Session { mfa: true };
        self
    }

    /// From a session that was opened without MFA.
    pub fn without_mfa(mut self) -> Self {
        self.records.credentials = IssuedCredentials::Session { mfa: false };
        self
    }

    /// With a permanent access key.
    pub fn with_permanent_key(mut self) -> Self {
        self.records.credentials = IssuedCredentials::Permanent;
        self
    }

    /// With a temporary key whose context is not in the record.
    pub fn without_session_context(mut self) -> Self {
        self.records.credentials = IssuedCredentials::Bare;
        self
    }

    /// Naming an MFA device in the call.
    pub fn with_serial(mut self, serial: &str) -> Self {
        self.records.serial = Some(serial.to_owned());
        self
    }

    /// From another account.
    pub fn from_account(mut self, account: &str) -> Self {
        account.clone_into(&mut self.records.user_account);
        self
    }

    /// Under a session name of the caller's choice.
    pub fn with_session_name(mut self, session: &str) -> Self {
        session.clone_into(&mut self.records.session);
        self
    }

    /// The session enters another role of production this many seconds after the switch.
    pub fn goes_on_after(mut self, seconds: i64, role: &str) -> Self {
        self.onward = Some((seconds, role.to_owned()));
        self
    }

    /// For this many seconds.
    pub fn lasting(mut self, seconds: i64) -> Self {
        self.records.seconds = seconds;
        self
    }

    /// The record doesn't show when the credentials expire.
    pub fn without_expiration(mut self) -> Self {
        self.records.no_expiration = true;
        self
    }

    /// By the console.
    pub fn by_console(mut self) -> Self {
        self.records.console = true;
        self
    }

    /// The session is used this many seconds after the switch.
    pub fn used_after(mut self, seconds: i64) -> Self {
        self.uses.push(seconds);
        self
    }

    /// `aws login` or an agent works with the session this many seconds after the switch.
    pub fn with_login(mut self, act: LoginAct, seconds: i64) -> Self {
        self.logins.push((act, seconds));
        self
    }

    /// The console leaves the role this many seconds after the switch.
    pub fn left_after(mut self, seconds: i64) -> Self {
        self.left = Some(seconds);
        self
    }

    /// From the person's latest session instead of directly: the role is entered from itself, or
    /// from another role.
    pub fn from_own_session(mut self) -> Self {
        let session = self.story.sessions.get(&self.records.user).cloned();
        let Some((account, identity)) = session else {
            panic!("{} is in no session", self.records.user)
        };
        self.records.user_account = account;
        self.records.from_session = Some(identity);
        self
    }

    /// By the console, which renews a session instead of entering the role again.
    pub fn as_renewal(mut self) -> Self {
        self.records.console = true;
        self.step = "RenewRole";
        self
    }

    /// This many seconds after the switch, a console record shows that it was renewed; the mint of
    /// the renewal isn't read.
    pub fn renewed_after(mut self, seconds: i64) -> Self {
        self.renewed = Some(seconds);
        self
    }

    /// The session is used this many seconds after the switch with a key other than the issued one,
    /// as by a console opened with it.
    pub fn used_with_other_key_after(mut self, seconds: i64) -> Self {
        self.outlived = Some(seconds);
        self
    }

    /// Only the caller's half is read.
    pub fn only_caller_half(mut self) -> Self {
        self.parts = StoryParts {
            caller: true,
            owner: false,
            step: false,
            uses: false,
        };
        self
    }

    /// Only the role owner's half is read.
    pub fn only_owner_half(mut self) -> Self {
        self.parts = StoryParts {
            caller: false,
            owner: true,
            step: false,
            uses: false,
        };
        self
    }

    /// Only the console's own record is read.
    pub fn only_switch_role(mut self) -> Self {
        self.parts = StoryParts {
            caller: false,
            owner: false,
            step: true,
            uses: false,
        };
        self
    }

    /// Only the session's uses are read.
    pub fn only_uses(mut self) -> Self {
        self.parts = StoryParts {
            caller: false,
            owner: false,
            step: false,
            uses: true,
        };
        self
    }
}

impl Drop for SwitchStep<'_> {
    fn drop(&mut self) {
        let SwitchStep {
            story,
            records,
            uses,
            logins,
            left,
            onward,
            renewed,
            outlived,
            step,
            parts,
        } = self;
        story.sessions.insert(
            records.user.clone(),
            (records.role_account.clone(), records.session_identity()),
        );
        let same_account = records.user_account == records.role_account;
        if parts.caller {
            story.records.push(records.caller_half());
        }
        if parts.owner && !same_account {
            story.records.push(records.owner_half());
        }
        if parts.step {
            story
                .records
                .extend(records.console_steps(step, *left, *renewed));
        }
        if parts.uses {
            let outlived = outlived.map(|seconds| records.used_with_own_key(seconds));
            story.records.extend(outlived);
            for (at, seconds) in (5..).zip(uses.iter()) {
                story.records.push(records.use_record(
                    records.time.plus_seconds(*seconds),
                    records.number * 16 + at,
                ));
            }
            for (at, (act, seconds)) in (0..).zip(logins.iter()) {
                let time = records.time.plus_seconds(*seconds);
                let number = records.number * 16 + at;
                let used = records.use_record(time, number);
                story.records.push(act.record(time, number, used));
            }
        }
        if let Some((seconds, role)) = onward.take() {
            let next = SwitchRecords {
                number: story.number(),
                time: records.time.plus_seconds(seconds),
                user_account: records.role_account.clone(),
                role,
                seconds: 3_600,
                console: false,
                from_session: Some(records.session_identity()),
                ..records.clone()
            };
            story.records.push(next.caller_half());
        }
    }
}

impl SwitchRecords {
    /// The console's own records of entering, leaving and renewing.
    fn console_steps(&self, entering: &str, left: Option<i64>, renewed: Option<i64>) -> Vec<Value> {
        let mut steps = Vec::new();
        if self.console {
            steps.push(self.console_step(entering, self.time, self.number * 16 + 3));
        }
        if let Some(left) = left {
            let time = self.time.plus_seconds(left);
            steps.push(self.console_step("ExitRole", time, self.number * 16 + 4));
        }
        if let Some(renewed) = renewed {
            let time = self.time.plus_seconds(renewed);
            steps.push(self.console_step("RenewRole", time, self.number * 16 + 15));
        }
        steps
    }

    /// A use with a key that the switch didn't issue, as the console makes them.
    fn used_with_own_key(&self, seconds: i64) -> Value {
        let time = self.time.plus_seconds(seconds);
        let mut record = self.use_record(time, self.number * 16 + 14);
        record["userIdentity"]["accessKeyId"] = json!(format!("ASIC{:016}", self.number));
        record
    }
}

/// One change in IAM.
pub struct IamStep<'s> {
    pub(super) story: &'s mut Story,
    pub(super) at: Moment,
    pub(super) by: String,
}

impl IamStep<'_> {
    /// `AddUserToGroup`.
    pub fn adds(self, user: &str, group: &str) {
        self.record_call(
            "AddUserToGroup",
            &json!({"userName": user, "groupName": group}),
            &Value::Null,
        );
    }

    /// `RemoveUserFromGroup`.
    pub fn removes(self, user: &str, group: &str) {
        self.record_call(
            "RemoveUserFromGroup",
            &json!({"userName": user, "groupName": group}),
            &Value::Null,
        );
    }

    /// `EnableMFADevice`.
    pub fn enrols(self, user: &str, serial: &str) {
        self.record_call(
            "EnableMFADevice",
            &json!({"userName": user, "serialNumber": serial}),
            &Value::Null,
        );
    }

    /// `CreateUser`; the id is made from `id_of`.
    pub fn creates_user(self, user: &str, id_of: &str) {
        self.record_call(
            "CreateUser",
            &json!({"userName": user}),
            &json!({"user": {"userName": user, "userId": id("AIDA", id_of)}}),
        );
    }

    /// `DeleteUser`.
    pub fn deletes_user(self, user: &str) {
        self.record_call("DeleteUser", &json!({"userName": user}), &Value::Null);
    }

    /// `UpdateUser`.
    pub fn renames_user(self, from: &str, to: &str) {
        self.record_call(
            "UpdateUser",
            &json!({"userName": from, "newUserName": to}),
            &Value::Null,
        );
    }

    /// `CreateGroup`; the id is made from `id_of`.
    pub fn creates_group(self, group: &str, id_of: &str) {
        self.record_call(
            "CreateGroup",
            &json!({"groupName": group}),
            &json!({"group": {"groupName": group, "groupId": id("AGPA", id_of)}}),
        );
    }

    /// `DeleteGroup`.
    pub fn deletes_group(self, group: &str) {
        self.record_call("DeleteGroup", &json!({"groupName": group}), &Value::Null);
    }

    /// `UpdateGroup`.
    pub fn renames_group(self, from: &str, to: &str) {
        self.record_call(
            "UpdateGroup",
            &json!({"groupName": from, "newGroupName": to}),
            &Value::Null,
        );
    }

    fn record_call(self, name: &str, request: &Value, response: &Value) {
        let number = self.story.number();
        let by = &self.by;
        self.story.records.push(json!({
            "eventVersion": "1.08",
            "userIdentity": {"type": "IAMUser", "principalId": id("AIDA", by), "arn": format!("arn:aws:iam::{PEOPLE}:user/{by}"), "accountId": PEOPLE, "accessKeyId": id("AKIA", by), "userName": by},
            "eventTime": self.at,
            "eventSource": "iam.amazonaws.com",
            "eventName": name,
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.20",
            "userAgent": "aws-cli/2.15.0",
            "requestParameters": request,
            "responseElements": response,
            "eventID": uuid(number * 16),
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": PEOPLE,
            "eventCategory": "Management",
        }));
    }
}
