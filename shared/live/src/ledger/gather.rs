//! Collects everything that the judgment of some sessions and records depends on.
//!
//! INVARIANT (closure): what is found raises new questions (the session's other half, the mint of
//! the caller's session, its account's IAM changes). Every question is asked once, until none is
//! left. The findings about the sessions and records asked for are then the same as if all facts
//! had been read.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use futures_util::future::try_join_all;
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::Rosters;
use rolewatch_guard::seen::{Caller, CallerKind, Fact, SeenRecord};
use rolewatch_guard::world::World;

use super::heard::Heard;
use super::keys::{self, Kind, SessionAt};
use super::observed::Observed;
use super::store::{elevated, reread};
use crate::port::{KeyRange, Row, Table, TableKind, Trouble};
use rolewatch_guard::time::chosen::LAST_RECORD;
use rolewatch_guard::time::chosen::SAME_CALL;

/// The facts that were gathered.
#[derive(Debug)]
pub struct Facts {
    /// The facts in the engine's form.
    pub world: World,
    /// IAM's answers, used as snapshots in addition to those of the policy bucket.
    pub observed: Vec<(AccountId, Observed)>,
    /// The accounts for which all facts about users and groups have been read.
    pub accounts: BTreeSet<AccountId>,
}

/// A search through the ledger that follows references until none is left.
#[derive(Debug)]
pub struct Gather<'a, T> {
    table: &'a T,
    policy: &'a Policy,
    asked: BTreeSet<(String, KeyRange)>,
    open: Vec<(String, KeyRange)>,
    /// Facts by record and content.
    facts: BTreeMap<(RecordKey, Arc<str>), SeenRecord>,
    /// The content of every row that was parsed as a fact. One record is stored under many keys but
    /// parsed only once.
    known: HashSet<Arc<str>>,
    hints: BTreeMap<(String, String), SeenRecord>,
    accounts: BTreeSet<AccountId>,
    /// Questions about accounts are postponed.
    held_back: bool,
    observed: BTreeMap<(AccountId, String), Observed>,
    heard: Heard,
}

impl<'a, T: Table> Gather<'a, T> {
    /// Creates a search without any questions.
    pub fn new(table: &'a T, policy: &'a Policy) -> Self {
        Self {
            table,
            policy,
            asked: BTreeSet::new(),
            open: Vec::new(),
            facts: BTreeMap::new(),
            known: HashSet::new(),
            hints: BTreeMap::new(),
            accounts: BTreeSet::new(),
            held_back: false,
            observed: BTreeMap::new(),
            heard: Heard::default(),
        }
    }

    /// Asks for all facts of the sessions with this name around this second.
    pub fn session(&mut self, at: &SessionAt) {
        // The user's own copy of SwitchRole names no session. Its switch is found through the
        // record.
        if let Some(record) = at.record() {
            self.record(&record);
            return;
        }
        self.add_question(
            keys::session(&at.session),
            keys::around(at.time, LAST_RECORD, LAST_RECORD),
        );
        if let Some((id, _)) = at.session.split_once(':') {
            self.add_question(keys::role(id), KeyRange::default());
        }
    }

    /// Asks for a record with all its versions and corrections.
    pub fn record(&mut self, record: &RecordKey) {
        self.add_question(
            keys::record(record),
            KeyRange {
                from: "v#".into(),
                to: "v#".into(),
            },
        );
    }

    /// Postpones questions about users and groups until [`Gather::ask_about_accounts`].
    pub fn hold_accounts_back(mut self) -> Self {
        self.held_back = true;
        self
    }

    /// Whether questions about users and groups are still postponed.
    pub fn holds_accounts_back(&self) -> bool {
        self.held_back
    }

    /// Asks about users and groups in every account found so far, and in every account found later.
    pub fn ask_about_accounts(&mut self) {
        self.held_back = false;
        for account in std::mem::take(&mut self.accounts) {
            self.account(account);
        }
    }

    /// Asks again about users and groups in an account, because something may have been stored
    /// since.
    pub fn account_again(&mut self, account: AccountId) {
        self.accounts.insert(account);
        let heard = self.heard.questions(&BTreeSet::from([account]));
        // Don't use `ask` here: it never asks the same question twice.
        self.open.extend(
            who_is_who(account)
                .into_iter()
                .chain(heard)
                .map(|pk| (pk, KeyRange::default())),
        );
    }

    /// Whether a question is still unanswered.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Asks until no question is left.
    ///
    /// # Errors
    /// Returns the table's error.
    pub async fn ask_until_closed(&mut self) -> Result<(), Trouble> {
        while !self.open.is_empty() {
            // All open questions are asked at once. A wave costs one round trip, and a chain of
            // sessions costs as many as it has links.
            let wave = std::mem::take(&mut self.open);
            let table = self.table;
            let answers =
                try_join_all(wave.iter().map(|(pk, span)| async move {
                    table.query(TableKind::Ledger, pk, span).await
                }))
                .await?;
            for ((pk, _), rows) in wave.iter().zip(answers) {
                for row in rows {
                    self.take_row(pk, row);
                }
            }
            for question in self.heard.questions(&self.accounts) {
                self.add_question(question, KeyRange::default());
            }
        }
        Ok(())
    }

    /// All facts found so far.
    pub fn facts(&self) -> Facts {
        let mut world = World::default();
        for seen in self.facts.values().chain(self.hints.values()) {
            world.add(seen.clone());
        }
        self.heard.add_to_world(&mut world);
        let observed = self
            .observed
            .iter()
            .map(|((account, _), observed)| (*account, observed.clone()))
            .collect();
        let accounts = if self.held_back {
            BTreeSet::new()
        } else {
            self.accounts.clone()
        };
        Facts {
            world,
            observed,
            accounts,
        }
    }

    fn add_question(&mut self, pk: String, span: KeyRange) {
        let question = (pk, span);
        if !self.asked.contains(&question) {
            self.asked.insert(question.clone());
            self.open.push(question);
        }
    }

    /// Whether all facts of the session were asked for, around this exact second.
    fn has_asked(&self, session: &str, time: Moment) -> bool {
        self.asked.contains(&(
            keys::session(session),
            keys::around(time, LAST_RECORD, LAST_RECORD),
        ))
    }

    fn take_row(&mut self, pk: &str, row: Row) {
        let of = pk.split('#').next().unwrap_or_default();
        let account = || {
            pk.split('#')
                .nth(1)
                .and_then(|account| account.parse::<AccountId>().ok())
        };
        match of {
            "heard" | "regions" | "iam-regions" => self.heard.take_row(pk, &row.sk),
            "groups" => {
                if let (Some(account), Ok(observed)) =
                    (account(), serde_json::from_str::<Observed>(&row.body))
                {
                    self.observed.insert((account, row.sk), observed);
                }
            }
            "names" | "role" => self.take_hint(row),
            "session" if Kind::Use.is_kind_of(&row.sk) => self.take_hint(row),
            // Use of a session is stored there to wait for the session's mint. Nothing leads from
            // the mint to the use.
            "session" | "key" if Kind::Child.is_kind_of(&row.sk) => {}
            _ => self.take_fact(row),
        }
    }

    fn take_hint(&mut self, row: Row) {
        if let Some(mut seen) = reread(&row.body, self.policy) {
            // Only the least and the greatest of these rows are kept. They show who had a name, so
            // they must not count as events.
            (seen.fact, seen.correction) = (None, None);
            self.hints.insert((row.pk, row.sk), seen);
        }
    }

    fn take_fact(&mut self, row: Row) {
        if self.known.contains(row.body.as_str()) {
            return;
        }
        let body: Arc<str> = Arc::from(row.body);
        self.known.insert(Arc::clone(&body));
        if let Some(seen) = reread(&body, self.policy) {
            self.follow(&seen);
            self.facts.insert((seen.key.clone(), body), seen);
        }
    }

    /// Asks the questions that a fact raises.
    fn follow(&mut self, seen: &SeenRecord) {
        match &seen.fact {
            Some(Fact::Mint(mint)) => {
                let near = keys::around(mint.time, SAME_CALL, SAME_CALL);
                if let Some(session) = &mint.session {
                    if !self.has_asked(session, mint.time) {
                        self.add_question(keys::session(session), near.clone());
                    }
                    if let Some((id, _)) = session.split_once(':') {
                        self.add_question(keys::role(id), KeyRange::default());
                    }
                }
                if let Some(issued) = &mint.issued {
                    self.add_question(keys::issued(issued), KeyRange::default());
                }
                // The copies of one call in two accounts have different event IDs and the same
                // sharedEventID.
                if let Some(shared) = &mint.shared {
                    self.add_question(keys::shared(&shared.to_string()), near.clone());
                }
                // A console step without a session is found by its caller and time.
                if mint.role.as_ref().is_some_and(elevated(self.policy)) {
                    for person in [&mint.caller.principal_id, &mint.caller.arn]
                        .into_iter()
                        .flatten()
                    {
                        self.add_question(
                            keys::who(person),
                            keys::around(mint.time, SAME_CALL, SAME_CALL),
                        );
                    }
                    self.policy_accounts();
                }
                self.caller(&mint.caller);
            }
            Some(Fact::Console(step)) => {
                if step.session.is_none() {
                    for person in [&step.from_id, &step.from].into_iter().flatten() {
                        self.add_question(
                            keys::who(person),
                            keys::around(step.time, 2 * SAME_CALL, 2 * SAME_CALL),
                        );
                    }
                }
                if let Some(account) = step
                    .from
                    .as_deref()
                    .and_then(|arn| arn.split(':').nth(4)?.parse().ok())
                {
                    self.account(account);
                }
                self.policy_accounts();
            }
            Some(Fact::Denial(denial)) => self.caller(&denial.caller),
            Some(Fact::IamChange(change)) => self.caller(&change.by),
            Some(Fact::IdentityCenter(_) | Fact::Nothing) | None => {}
        }
    }

    /// Asks for the mint of the caller's session, and about users and groups in the caller's
    /// account.
    fn caller(&mut self, caller: &Caller) {
        // Temporary keys begin with ASIA. No call issued a permanent key, so it leads no further
        // back.
        if let Some(key) = caller.key.as_deref().filter(|key| key.starts_with("ASIA")) {
            self.add_question(keys::issued(key), KeyRange::default());
        }
        // The creation date in the caller's session is the time of the call that issued it.
        if let (Some(session), Some(created)) = (
            caller.role_session(),
            caller.session.as_ref().and_then(|context| context.created),
        ) {
            self.add_question(
                keys::session(session),
                keys::around(created, SAME_CALL, SAME_CALL),
            );
        }
        if matches!(
            caller.kind,
            CallerKind::IamUser | CallerKind::OtherAccount | CallerKind::Federated
        ) && let Some(account) = caller.account
        {
            self.account(account);
        }
    }

    fn policy_accounts(&mut self) {
        let accounts: Vec<AccountId> = self
            .policy
            .roles
            .iter()
            .flat_map(|role| &role.groups)
            .map(|group| group.account)
            .collect();
        for account in accounts {
            self.account(account);
        }
    }

    /// Asks about users and groups in an account.
    pub fn account(&mut self, account: AccountId) {
        if self.accounts.insert(account) && !self.held_back {
            for pk in who_is_who(account) {
                self.add_question(pk, KeyRange::default());
            }
        }
    }
}

fn who_is_who(account: AccountId) -> [String; 5] {
    [
        keys::iam(account),
        keys::names(account),
        keys::observed(account),
        keys::regions(account),
        keys::IAM_REGIONS.to_owned(),
    ]
}

impl Facts {
    /// The rosters of the bucket, together with IAM's answers.
    pub fn rosters(&self, base: &Rosters, now: Moment) -> Rosters {
        let mut rosters = base.clone();
        for (account, observed) in &self.observed {
            rosters.add(observed.snapshot(*account, now));
        }
        rosters
    }
}
