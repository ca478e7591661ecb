//! CloudTrail's event history, as `LookupEvents` shows it.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use serde_json::Value;

use crate::ledger::keys::hash;
use crate::port::{EventPage, LookBy, Question, Trouble};

/// The most records on a page of `LookupEvents`.
const PAGE: usize = 50;

/// All records by account and Region.
#[derive(Debug)]
pub struct History {
    records: BTreeMap<(AccountId, String), Vec<(Moment, Value)>>,
    /// How many seconds after its event a record can be found.
    pub delay: i64,
    /// Accounts whose reader role can't be assumed.
    pub refuses: BTreeSet<AccountId>,
    /// How many more calls an account and Region accept before they throttle. Places that aren't
    /// listed never throttle.
    pub allows: BTreeMap<(AccountId, String), u32>,
    /// The number of records on a page.
    pub page: usize,
    /// Records lack `recipientAccountId`, which CloudTrail may omit.
    pub unnamed: bool,
    /// Increasing this invalidates every token given out so far, as if they had expired.
    pub era: u64,
    /// Every answered question with its token.
    pub asked: Vec<(Question, Option<String>)>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            records: BTreeMap::new(),
            delay: 0,
            refuses: BTreeSet::new(),
            allows: BTreeMap::new(),
            page: PAGE,
            unnamed: false,
            era: 0,
            asked: Vec::new(),
        }
    }
}

impl History {
    /// Adds a record to its account and Region. A record without a time or an account is ignored.
    /// CloudTrail knows where it recorded an event, whatever the record says: a record without a
    /// readable Region is in us-east-1.
    pub fn add(&mut self, record: &Value) {
        let account = record["recipientAccountId"]
            .as_str()
            .and_then(|account| account.parse().ok());
        let time = record["eventTime"]
            .as_str()
            .and_then(|time| time.parse().ok());
        let region = record["awsRegion"].as_str().unwrap_or("us-east-1");
        if let (Some(account), Some(time)) = (account, time) {
            self.records
                .entry((account, region.to_owned()))
                .or_default()
                .push((time, record.clone()));
        }
    }

    pub(super) fn answer(
        &mut self,
        question: &Question,
        token: Option<&str>,
        now: Moment,
    ) -> Result<EventPage, Trouble> {
        let what = || {
            format!(
                "cloudtrail:LookupEvents in account {} and {}",
                question.account, question.region
            )
        };
        let refused = |why: &str| Trouble::refused(what(), why);
        if self.refuses.contains(&question.account) {
            return Err(refused(
                "AccessDenied: not authorized to perform: sts:AssumeRole",
            ));
        }
        let place = (question.account, question.region.clone());
        match self.allows.get_mut(&place) {
            Some(0) => return Err(Trouble::throttled(what())),
            Some(more) => *more -= 1,
            None => {}
        }
        let own = hash(&format!("{question:?} {}", self.era));
        let Some(skip) = skipped(&own, token) else {
            return Err(refused(
                "InvalidNextTokenException: the token is of another question, or too old",
            ));
        };
        self.asked
            .push((question.clone(), token.map(str::to_owned)));
        let within = |time: Moment| {
            time >= question.from && time <= question.to && now.seconds_since(time) >= self.delay
        };
        let mut found: Vec<&(Moment, Value)> = self
            .records
            .get(&place)
            .into_iter()
            .flatten()
            .filter(|(time, record)| within(*time) && is_found(&question.by, record))
            .collect();
        found.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
        let next = (found.len() > skip + self.page).then(|| format!("{own}~{}", skip + self.page));
        let shown = |record: &Value| {
            if self.unnamed {
                unnamed(record).to_string()
            } else {
                record.to_string()
            }
        };
        Ok(EventPage {
            records: found
                .into_iter()
                .skip(skip)
                .take(self.page)
                .map(|(_, record)| shown(record))
                .collect(),
            next,
        })
    }
}

/// How many records the previous pages had. `None`: the token belongs to a question other than
/// `own`.
fn skipped(own: &str, token: Option<&str>) -> Option<usize> {
    match token.map(|token| token.split_once('~')) {
        None => Some(0),
        Some(Some((of, skip))) if of == own => Some(skip.parse().unwrap_or(0)),
        Some(_) => None,
    }
}

/// The record without `recipientAccountId`, which CloudTrail may omit.
pub fn unnamed(record: &Value) -> Value {
    let mut record = record.clone();
    if let Some(members) = record.as_object_mut() {
        members.remove("recipientAccountId");
    }
    record
}

fn is_found(by: &LookBy, record: &Value) -> bool {
    let text = |path: &str| record.pointer(path).and_then(Value::as_str);
    let bare = |id: Option<&'_ str>| {
        id.and_then(|id| id.split_once(':'))
            .map(|(_, session)| session.to_owned())
    };
    match by {
        LookBy::EventId(id) => text("/eventID") == Some(id),
        LookBy::AccessKeyId(key) => text("/userIdentity/accessKeyId") == Some(key),
        LookBy::Username(name) => {
            let role = text("/userIdentity/type") == Some("AssumedRole");
            let session = bare(text("/userIdentity/principalId").filter(|_| role));
            text("/userIdentity/userName") == Some(name) || session.as_ref() == Some(name)
        }
        LookBy::ResourceName(name) => {
            let session = text("/responseElements/assumedRoleUser/assumedRoleId");
            let named = [
                text("/responseElements/credentials/accessKeyId"),
                text("/responseElements/assumedRoleUser/arn"),
                session,
                text("/requestParameters/roleArn"),
            ];
            named.contains(&Some(name)) || bare(session).as_ref() == Some(name)
        }
    }
}
