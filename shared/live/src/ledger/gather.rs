//! From some sessions and records to everything that their judgement depends on.
//!
//! INVARIANT (closure): what is found leads to questions (the session's other half, the mint of the
//! caller's session, its account's IAM changes), and every question is asked once, until there is
//! none left. Then the findings about what was asked for are those that all facts would give.

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

/// What was gathered.
#[derive(Debug)]
pub struct Facts {
    /// As the engine takes it.
    pub world: World,
    /// The region that each record was logged in, where it says so.
    pub regions: BTreeMap<RecordKey, Arc<str>>,
    /// What IAM answered, as snapshots beside those of the policy's bucket.
    pub observed: Vec<(AccountId, Observed)>,
    /// The accounts of which everything is in it that tells who is who.
    pub accounts: BTreeSet<AccountId>,
}

/// A walk over the ledger.
#[derive(Debug)]
pub struct Gather<'a, T> {
    table: &'a T,
    policy: &'a Policy,
    asked: BTreeSet<(String, KeyRange)>,
    open: Vec<(String, KeyRange)>,
    /// By record and content.
    facts: BTreeMap<(RecordKey, Arc<str>), SeenRecord>,
    /// The content of every row that was read as a fact. One record lies under many keys, and is
    /// parsed once.
    known: HashSet<Arc<str>>,
    hints: BTreeMap<(String, String), SeenRecord>,
    accounts: BTreeSet<AccountId>,
    /// Accounts are not asked about yet.
    held_back: bool,
    observed: BTreeMap<(AccountId, String), Observed>,
    heard: Heard,
}

impl<'a, T: Table> Gather<'a, T> {
    /// Nothing asked yet.
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

    /// Asks for the sessions of this name around this second, whole.
    pub fn session(&mut self, at: &SessionAt) {
        // The user's own copy of SwitchRole names no session; its switch is found by the record.
        if let Some(record) = at.record() {
            self.record(&record);
            return;
        }
        self.ask(
            keys::session(&at.session),
            keys::around(at.time, LAST_RECORD, LAST_RECORD),
        );
        if let Some((id, _)) = at.session.split_once(':') {
            self.ask(keys::role(id), KeyRange::default());
        }
    }

    /// Asks for a record, in all its versions and corrections.
    pub fn record(&mut self, record: &RecordKey) {
        self.ask(
            keys::record(record),
            KeyRange {
                from: "v#".into(),
                to: "v#".into(),
            },
        );
    }

    /// Does not ask who is who in an account until [`Gather::ask_about_accounts`].
    pub fn hold_accounts_back(mut self) -> Self {
        self.held_back = true;
        self
    }

    /// Whether it was not asked yet who is who.
    pub fn holds_accounts_back(&self) -> bool {
        self.held_back
    }

    /// Asks who is who in every account that was met, and in those that will be.
    pub fn ask_about_accounts(&mut self) {
        self.held_back = false;
        for account in std::mem::take(&mut self.accounts) {
            self.account(account);
        }
    }

    /// Asks again who is who in an account: something may have been stored since.
    pub fn account_again(&mut self, account: AccountId) {
        self.accounts.insert(account);
        let heard = self.heard.questions(&BTreeSet::from([account]));
        // Not by `ask`, which asks nothing twice.
        self.open.extend(
            who_is_who(account)
                .into_iter()
                .chain(heard)
                .map(|pk| (pk, KeyRange::default())),
        );
    }

    /// Whether anything is open.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Asks until nothing is open.
    ///
    /// # Errors
    /// The table's own.
    pub async fn close(&mut self) -> Result<(), Trouble> {
        while !self.open.is_empty() {
            // All that is open is asked at once: a wave costs one round trip, and a chain of
            // sessions as many as it has links.
            let wave = std::mem::take(&mut self.open);
            let table = self.table;
            let answers =
                try_join_all(wave.iter().map(|(pk, span)| async move {
                    table.query(TableKind::Ledger, pk, span).await
                }))
                .await?;
            for ((pk, _), rows) in wave.iter().zip(answers) {
                for row in rows {
                    self.take(pk, row);
                }
            }
            for question in self.heard.questions(&self.accounts) {
                self.ask(question, KeyRange::default());
            }
        }
        Ok(())
    }

    /// Everything found so far.
    pub fn facts(&self) -> Facts {
        let mut world = World::default();
        for seen in self.facts.values().chain(self.hints.values()) {
            world.add(seen.clone());
        }
        self.heard.tell(&mut world);
        let observed = self
            .observed
            .iter()
            .map(|((account, _), observed)| (*account, observed.clone()))
            .collect();
        let regions = self
            .facts
            .values()
            .chain(self.hints.values())
            .filter_map(|seen| Some((seen.key.clone(), seen.region.clone()?)));
        let accounts = if self.held_back {
            BTreeSet::new()
        } else {
            self.accounts.clone()
        };
        Facts {
            world,
            regions: regions.collect(),
            observed,
            accounts,
        }
    }

    fn ask(&mut self, pk: String, span: KeyRange) {
        let question = (pk, span);
        if !self.asked.contains(&question) {
            self.asked.insert(question.clone());
            self.open.push(question);
        }
    }

    /// Whether the session was asked for whole, around this very second.
    fn has_asked(&self, session: &str, time: Moment) -> bool {
        self.asked.contains(&(
            keys::session(session),
            keys::around(time, LAST_RECORD, LAST_RECORD),
        ))
    }

    fn take(&mut self, pk: &str, row: Row) {
        let of = pk.split('#').next().unwrap_or_default();
        let account = || {
            pk.split('#')
                .nth(1)
                .and_then(|account| account.parse::<AccountId>().ok())
        };
        match of {
            "heard" | "regions" | "iam-regions" => self.heard.take(pk, &row.sk),
            "groups" => {
                if let (Some(account), Ok(observed)) =
                    (account(), serde_json::from_str::<Observed>(&row.body))
                {
                    self.observed.insert((account, row.sk), observed);
                }
            }
            "names" | "role" => self.hint(row),
            "session" if Kind::Use.is(&row.sk) => self.hint(row),
            // What was done with a session waits there for its mint; from the mint nothing leads to
            // it.
            "session" | "key" if Kind::Child.is(&row.sk) => {}
            _ => self.fact(row),
        }
    }

    fn hint(&mut self, row: Row) {
        if let Some(mut seen) = reread(&row.body, self.policy) {
            // Of such rows only the least and the greatest are kept. They show who bore a name,
            // and stand for no event.
            (seen.fact, seen.correction) = (None, None);
            self.hints.insert((row.pk, row.sk), seen);
        }
    }

    fn fact(&mut self, row: Row) {
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

    /// What a fact leads to.
    fn follow(&mut self, seen: &SeenRecord) {
        match &seen.fact {
            Some(Fact::Mint(mint)) => {
                let near = keys::around(mint.time, SAME_CALL, SAME_CALL);
                if let Some(session) = &mint.session {
                    if !self.has_asked(session, mint.time) {
                        self.ask(keys::session(session), near.clone());
                    }
                    if let Some((id, _)) = session.split_once(':') {
                        self.ask(keys::role(id), KeyRange::default());
                    }
                }
                if let Some(issued) = &mint.issued {
                    self.ask(keys::issued(issued), KeyRange::default());
                }
                // The copies of one call in two accounts have their own event ids and one
                // sharedEventID.
                if let Some(shared) = &mint.shared {
                    self.ask(keys::shared(&shared.to_string()), near.clone());
                }
                // A console step without a session is found by who made it and when.
                if mint.role.as_ref().is_some_and(elevated(self.policy)) {
                    for person in [&mint.caller.principal_id, &mint.caller.arn]
                        .into_iter()
                        .flatten()
                    {
                        self.ask(
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
                        self.ask(
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

    /// Back to the mint of the caller's session, and to who bears which name in their account.
    fn caller(&mut self, caller: &Caller) {
        // Temporary keys begin with ASIA. A permanent key was issued by no call that leads further
        // back.
        if let Some(key) = caller.key.as_deref().filter(|key| key.starts_with("ASIA")) {
            self.ask(keys::issued(key), KeyRange::default());
        }
        // The creation date in the caller's session is the time of the call that issued it.
        if let (Some(session), Some(created)) = (
            caller.role_session(),
            caller.session.as_ref().and_then(|context| context.created),
        ) {
            self.ask(
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

    /// Who is who in an account.
    pub fn account(&mut self, account: AccountId) {
        if self.accounts.insert(account) && !self.held_back {
            for pk in who_is_who(account) {
                self.ask(pk, KeyRange::default());
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
    /// The rosters of the bucket and what IAM answered.
    pub fn rosters(&self, base: &Rosters, now: Moment) -> Rosters {
        let mut rosters = base.clone();
        for (account, observed) in &self.observed {
            rosters.add(observed.snapshot(*account, now));
        }
        rosters
    }
}
