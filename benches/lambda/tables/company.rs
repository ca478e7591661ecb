//! The company: its accounts, its policy, its rosters, and the records of a switch.
//!
//! Every account has the same number of people, who are in the group Testers, and of members, who
//! are in Developers, which the policy allows. With one account, they enter the role UpdateApp of
//! production. With several, each account has such a role, and the people of one account enter the
//! role of the next.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::{PEOPLE, PRODUCTION, Story};
use serde_json::{Value, json};

/// The ID that stories give the role.
const ROLE_ID: &str = "AROAUPDATEAPPXXXXXXX";

pub(crate) struct Company {
    pub(crate) accounts: usize,
    /// In each account, in no group that the policy allows.
    pub(crate) people: usize,
    /// In each account, in the group that the policy allows.
    pub(crate) members: usize,
    /// When the measurement began.
    pub(crate) begin: Moment,
}

/// Somebody of an account.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    /// In Developers.
    Member(usize),
    /// In Testers.
    Person(usize),
    /// In no roster.
    Stranger(usize),
}

impl Who {
    pub(crate) fn name(self, account: usize) -> String {
        let (letter, number) = match self {
            Self::Member(number) => ('m', number),
            Self::Person(number) => ('p', number),
            Self::Stranger(number) => ('s', number),
        };
        format!("{letter}{account:03}{number:06}")
    }
}

impl Company {
    fn people_of(&self, account: usize) -> String {
        match self.accounts {
            1 => PEOPLE.to_owned(),
            _ => format!("1{:011}", account + 1),
        }
    }

    fn role_of(&self, account: usize) -> String {
        match self.accounts {
            1 => PRODUCTION.to_owned(),
            all => self.people_of((account + 1) % all),
        }
    }

    /// A record of a story, as a record of these accounts.
    pub(crate) fn record(&self, account: usize, record: &Value) -> String {
        let text = record.to_string();
        if self.accounts == 1 {
            return text;
        }
        text.replace(PEOPLE, &self.people_of(account))
            .replace(PRODUCTION, &self.role_of(account))
            .replace(ROLE_ID, &format!("AROA{account:016}"))
    }

    pub(crate) fn policy(&self) -> String {
        let names = match self.accounts {
            1 => vec![
                (PEOPLE.to_owned(), "development".to_owned()),
                (PRODUCTION.to_owned(), "production".to_owned()),
            ],
            all => (0..all)
                .map(|account| (self.people_of(account), format!("account-{account:03}")))
                .collect(),
        };
        let accounts: Vec<String> = names
            .iter()
            .map(|(account, name)| format!("  \"{account}\": {name}"))
            .collect();
        let role = |(account, (_, name)): (usize, &(String, String))| {
            format!(
                "  - arn: arn:aws:iam::{}:role/UpdateApp\n    groups: [{name}/Developers]\n    \
                 max_session: 1h\n    max_stretch: 2h\n    max_per_day: 4h\n    \
                 min_membership: 1h\n    min_mfa_age: 1h",
                self.role_of(account),
            )
        };
        let with_people = names.iter().enumerate().take(self.accounts);
        let roles: Vec<String> = with_people.map(role).collect();
        format!(
            "version: 1\naccounts:\n{}\nassume_root: deny\nroles:\n{}\n",
            accounts.join("\n"),
            roles.join("\n")
        )
    }

    /// The key and the content of each roster. They are two hours old.
    pub(crate) fn rosters(&self) -> Vec<(String, String)> {
        let taken = self.begin.plus_seconds(-7_200).to_string().replace(':', "");
        (0..self.accounts)
            .map(|account| {
                let key = format!("roster/{}@{taken}.json", self.people_of(account));
                (key, self.roster(account))
            })
            .collect()
    }

    fn roster(&self, account: usize) -> String {
        let number = self.people_of(account);
        let id = |prefix: &str, name: &str| format!("{prefix}{:X<16.16}", name.to_uppercase());
        let user = |name: &str, group: &str| {
            json!({
                "UserName": name,
                "UserId": id("AIDA", name),
                "Arn": format!("arn:aws:iam::{number}:user/{name}"),
                "GroupList": [group],
            })
        };
        let group = |name: &str| {
            json!({
                "GroupName": name,
                // A group of each account has an ID of its own.
                "GroupId": id("AGPA", &format!("{account:03}{name}")),
                "Arn": format!("arn:aws:iam::{number}:group/{name}"),
            })
        };
        let people =
            (0..self.people).map(|person| user(&Who::Person(person).name(account), "Testers"));
        let members =
            (0..self.members).map(|member| user(&Who::Member(member).name(account), "Developers"));
        let users: Vec<Value> = people
            .chain(members)
            .chain([user("admin", "Admins")])
            .collect();
        json!({
            "UserDetailList": users,
            "GroupDetailList": [group("Developers"), group("Testers"), group("Admins")],
            "RoleDetailList": [],
            "IsTruncated": false,
        })
        .to_string()
    }

    /// A story that continues at a moment and uses IDs from a number on.
    pub(crate) fn story(at: Moment, number: u64) -> Story {
        let mut story = Story::new();
        story.later(at.seconds_since(story.now()));
        story.count_from(number);
        story
    }

    /// The events of one switch: the caller's record and the role owner's.
    pub(crate) fn switch(&self, account: usize, who: Who, at: Moment, number: u64) -> Vec<Value> {
        let mut story = Self::story(at, number);
        let step = story.switch(&who.name(account));
        drop(match who {
            Who::Member(_) | Who::Person(_) => step.with_mfa(),
            Who::Stranger(_) => step.with_permanent_key(),
        });
        let envelope = |record: &Value| {
            let text = self.record(account, record);
            let record: Value = serde_json::from_str(&text).unwrap();
            json!({
                "version": "0",
                "id": record["eventID"],
                "detail-type": "AWS API Call via CloudTrail",
                "source": "aws.sts",
                "account": record["recipientAccountId"],
                "time": record["eventTime"],
                "region": record["awsRegion"],
                "resources": [],
                "detail": record,
            })
        };
        story.records().iter().map(envelope).collect()
    }
}
