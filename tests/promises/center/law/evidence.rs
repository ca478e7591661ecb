//! What arrived, put in order.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::center::company::{
    Change, Company, DAY, HOUR, Half, Id, Second, Shown, Step, Told, What, is_chatter,
};

/// A successful sign-in of somebody.
pub(crate) struct SignedIn {
    pub(crate) at: Second,
    pub(crate) factors: &'static str,
    pub(crate) who: Shown,
    /// The record itself has the id.
    pub(crate) has_id: bool,
}

/// A call at the portal.
pub(crate) struct PortalCall {
    pub(crate) at: Second,
    pub(crate) number: u64,
    pub(crate) who: Shown,
    pub(crate) role: Option<(usize, usize)>,
    pub(crate) failed: bool,
    pub(crate) credential: u64,
}

/// A use of a session, or a call of it that issued another.
pub(crate) struct Use {
    pub(crate) session: usize,
    pub(crate) at: Second,
    pub(crate) created: Second,
    pub(crate) behalf: Option<Id>,
}

pub(crate) struct Evidence<'c> {
    pub(crate) company: &'c Company,
    pub(crate) sign_ins: Vec<SignedIn>,
    pub(crate) portal: Vec<PortalCall>,
    pub(crate) uses: Vec<Use>,
    pub(crate) changes: Vec<(Second, &'c Change)>,
    /// `credentialId` of calls without a sign-in.
    pub(crate) tokens: BTreeSet<u64>,
    /// Changes of how long a sign-in lasts.
    pub(crate) lasts: Vec<(Second, i64)>,
    /// Every record that shows a user's id and name together.
    pub(crate) borne: Vec<(Second, usize, String)>,
    /// Names that were looked up before.
    pub(super) asked: RefCell<HashMap<(usize, Second), BTreeSet<String>>>,
    /// The sessions of which a record of the issuing call arrived.
    pub(super) issued: BTreeSet<usize>,
    home: Vec<Second>,
    /// In the account that administers the directory, if that is another one.
    delegate: Vec<Second>,
    elsewhere: Vec<Second>,
}

impl<'c> Evidence<'c> {
    pub(crate) fn new(company: &'c Company) -> Self {
        let mut evidence = Self {
            company,
            sign_ins: Vec::new(),
            portal: Vec::new(),
            uses: Vec::new(),
            changes: Vec::new(),
            tokens: BTreeSet::new(),
            lasts: Vec::new(),
            borne: Vec::new(),
            asked: RefCell::default(),
            issued: BTreeSet::new(),
            home: Vec::new(),
            delegate: Vec::new(),
            elsewhere: Vec::new(),
        };
        let workflows = workflows(company);
        let mut told: Vec<&Told> = company.heard().collect();
        told.sort_by_key(|told| (told.at, told.number));
        for told in told {
            evidence.hear(told, &workflows);
        }
        evidence
    }

    fn hear(&mut self, told: &'c Told, workflows: &BTreeMap<u64, Shown>) {
        let at = told.at;
        if !matches!(told.what, What::Issued { .. } | What::Used { .. }) {
            if told.elsewhere {
                self.elsewhere.push(at);
            } else if told.delegated {
                self.delegate.push(at);
            } else {
                self.home.push(at);
            }
        }
        if is_chatter(told) {
            return;
        }
        match &told.what {
            What::SignIn { .. } => self.hear_sign_in(at, &told.what, workflows),
            What::Portal { .. } => self.hear_portal(told),
            What::Issued { session, half } => self.issued(*session, *half),
            What::Used {
                session,
                behalf,
                drift,
            } => {
                let created = self.company.sessions[*session].at + drift;
                self.uses.push(Use {
                    session: *session,
                    at,
                    created,
                    behalf: *behalf,
                });
            }
            What::Directory {
                change,
                failed: false,
            } => self.changes.push((at, change)),
            What::Token { credential, .. } => {
                self.tokens.insert(*credential);
            }
            What::Lasts {
                hours,
                failed: false,
            } => self.lasts.push((at, hours * 3_600)),
            What::Directory { .. } | What::Lasts { .. } => {}
        }
    }

    fn hear_sign_in(&mut self, at: Second, what: &What, workflows: &BTreeMap<u64, Shown>) {
        let What::SignIn {
            who: shown,
            step,
            factors,
            success,
            workflow,
        } = what
        else {
            return;
        };
        let who = workflows[workflow].clone();
        self.bears(at, &who);
        if *step == Step::Authentication && *success {
            self.sign_ins.push(SignedIn {
                at,
                factors,
                who,
                has_id: shown.id.is_some(),
            });
        }
    }

    fn hear_portal(&mut self, told: &Told) {
        let What::Portal {
            who,
            role,
            failed,
            credential,
            ..
        } = &told.what
        else {
            return;
        };
        self.bears(told.at, who);
        self.portal.push(PortalCall {
            at: told.at,
            number: told.number,
            who: who.clone(),
            role: *role,
            failed: *failed,
            credential: *credential,
        });
    }

    /// AssumeRole is a call of the session that it begins from.
    fn issued(&mut self, session: usize, half: Half) {
        self.issued.insert(session);
        let chained = &self.company.sessions[session];
        if let Some(parent) = chained.parent
            && half != Half::Owner
        {
            let created = self.company.sessions[parent].at;
            let (at, behalf) = (chained.at, chained.behalf);
            self.uses.push(Use {
                session: parent,
                at,
                created,
                behalf,
            });
        }
    }

    fn bears(&mut self, at: Second, who: &Shown) {
        if let (Some(Id { store: 0, user }), Some(name)) = (who.id, &who.name) {
            self.borne.push((at, user, name.to_lowercase()));
        }
    }

    /// More than 24 hours without a record between two moments, in the home Region. A change of the
    /// directory that was made then may be missing.
    pub(crate) fn gap(&self, from: Second, to: Second) -> bool {
        let delegate = self.company.plan.delegated.then_some(&self.delegate);
        let mut logs = [Some(&self.home), delegate].into_iter().flatten();
        logs.any(|heard| {
            silences(heard, from, to)
                .iter()
                .any(|(begin, end)| end.min(&to) - begin.max(&from) > DAY)
        })
    }

    /// More than 24 hours without a record, some of them between two moments. A sign-in that was
    /// made then may be missing.
    pub(crate) fn sign_in_gap(&self, from: Second, to: Second) -> bool {
        let replica = self.company.plan.replica.map(|_| &self.elsewhere);
        [Some(&self.home), replica]
            .into_iter()
            .flatten()
            .any(|heard| {
                heard.is_empty()
                    || silences(heard, from, to)
                        .iter()
                        .any(|(begin, end)| end - begin > DAY && *begin < to && *end > from)
            })
    }
}

/// The times without a record. An hour with a record counts as a whole. Before the first record and
/// after the last one, only the time between two moments counts.
fn silences(heard: &[Second], from: Second, to: Second) -> Vec<(Second, Second)> {
    let hours: BTreeSet<Second> = heard.iter().map(|second| second.div_euclid(HOUR)).collect();
    let mut begin = hours.first().map_or(from, |first| from.min(first * HOUR));
    let mut silences = Vec::new();
    for hour in hours {
        silences.push((begin, hour * HOUR));
        begin = hour * HOUR + HOUR - 1;
    }
    silences.push((begin, to.max(begin)));
    silences
}

/// The records of one sign-in share what they show of the person.
fn workflows(company: &Company) -> BTreeMap<u64, Shown> {
    let mut shown: BTreeMap<u64, (BTreeSet<Id>, BTreeSet<String>)> = BTreeMap::new();
    for told in company.heard() {
        if let What::SignIn { who, workflow, .. } = &told.what {
            let (ids, names) = shown.entry(*workflow).or_default();
            ids.extend(who.id);
            names.extend(who.name.clone());
        }
    }
    let one = |(workflow, (ids, names)): (u64, (BTreeSet<Id>, BTreeSet<String>))| {
        let only = |many: bool| !many;
        let id = ids.first().copied().filter(|_| only(ids.len() > 1));
        let name = names.first().cloned().filter(|_| only(names.len() > 1));
        (workflow, Shown { id, name })
    };
    shown.into_iter().map(one).collect()
}
