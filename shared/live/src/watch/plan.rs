//! Decides what to do about a session, from what is known about it. Asks and writes nothing.

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;

use super::dossier::Dossier;
use super::state::{OpenQuestion, WatchState};
use crate::port::{LookBy, Question};
use crate::time::{
    AROUND_SWITCH, GIVES_UP, RECOVERY_SETTLES, REFUSED_AGAIN, USE_ASKED_AGAIN, USE_SETTLES,
};
use rolewatch_guard::time::aws::DELIVERY;

/// What to do in addition to asking the open questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PlannedStep {
    /// Have the session judged again.
    pub(super) rejudge: bool,
    /// Close the session.
    pub(super) close: bool,
    /// The session is closed although not every question was answered.
    pub(super) unanswered: bool,
}

/// The result of asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct AskingOutcome {
    /// At least one question was answered completely.
    pub(super) answered: bool,
    /// At least one unanswered question may be answered if it is asked again at once.
    pub(super) soon: bool,
}

/// The current state of one session: its switches, of which there is mostly one.
pub(super) struct Plan<'a> {
    dossiers: Vec<&'a Dossier>,
    regions: &'a [String],
    /// Whether an account has a reader role.
    trusts: &'a dyn Fn(AccountId) -> bool,
    begun: Moment,
    expires: Moment,
    ends: Moment,
    now: Moment,
}

impl<'a> Plan<'a> {
    /// Returns `None` if there is no switch.
    pub(super) fn for_dossiers(
        dossiers: Vec<&'a Dossier>,
        regions: &'a [String],
        trusts: &'a dyn Fn(AccountId) -> bool,
        now: Moment,
    ) -> Option<Self> {
        let begun = dossiers.iter().map(|one| one.at.time).min()?;
        let expires = dossiers.iter().map(|one| one.until).max()?;
        let ends = dossiers.iter().map(|one| one.watched_until()).max()?;
        Some(Self {
            dossiers,
            regions,
            trusts,
            begun,
            expires,
            ends,
            now,
        })
    }

    /// Opens the questions that are due.
    pub(super) fn open(&self, state: &mut WatchState) -> PlannedStep {
        let mut step = PlannedStep::default();
        let all_asked = state.asked.is_some_and(|asked| asked >= self.ends);
        // Only one search for uses runs at a time.
        let last = self.is_due(self.at_end()) && !all_asked && state.asking.is_none();
        // A session that is used over its limit is searched before its end. Otherwise, an overlong
        // stretch would be reported hours late, when it is over.
        let over = !self.is_due(self.at_end())
            && state.asking.is_none()
            && self
                .over_limit_due(state)
                .is_some_and(|time| self.is_due(time));
        if self.is_due(self.delivered()) {
            for half in self.missing_halves() {
                let sought = state.sought.contains(&half);
                // Once when it should have arrived, and once more at the end, because the event
                // history can be late as well.
                if last || !sought {
                    let span = (
                        self.begun.plus_seconds(-AROUND_SWITCH),
                        self.begun.plus_seconds(AROUND_SWITCH),
                    );
                    self.add_questions(state, half.0, &LookBy::ResourceName(half.1.clone()), span);
                }
                if !sought {
                    state.sought.push(half);
                }
            }
        }
        if last || over {
            self.ask_for_uses(state);
        }
        step.rejudge = over;
        if self.is_due(self.expires) && state.ended != Some(self.expires) {
            state.ended = Some(self.expires);
            step.rejudge = true;
        }
        if state.open.is_empty() && all_asked {
            (step.close, step.unanswered) = (
                true,
                self.dossiers.iter().any(|one| !(self.trusts)(one.account)),
            );
        } else if self.is_due(self.ends.plus_seconds(GIVES_UP)) && !state.open.is_empty() {
            (step.close, step.unanswered) = (true, true);
        }
        step.rejudge |= step.close;
        step
    }

    /// Takes in the answers and decides when to look again.
    pub(super) fn apply_answers(&self, state: &mut WatchState, asked: AskingOutcome) {
        // Questions by resource name are about halves, all others are about uses.
        if state
            .open
            .iter()
            .all(|open| matches!(open.question.by, LookBy::ResourceName(_)))
            && let Some(until) = state.asking.take()
        {
            state.asked = Some(until);
        }
        let unsought = self
            .missing_halves()
            .iter()
            .any(|half| !state.sought.contains(half));
        let times = [
            Some(self.at_end()),
            self.over_limit_due(state),
            Some(self.expires),
            Some(self.delivered()).filter(|_| unsought),
        ];
        let ahead = times
            .into_iter()
            .flatten()
            .filter(|time| !self.is_due(*time))
            .min();
        let again = if !state.open.is_empty() {
            Some(if asked.soon {
                self.now
            } else {
                self.now.plus_seconds(REFUSED_AGAIN)
            })
        } else if asked.answered || ahead.is_none() {
            // By then the guard has judged what was recovered, which may raise new questions.
            Some(self.now.plus_seconds(RECOVERY_SETTLES))
        } else {
            None
        };
        state.next = ahead.into_iter().chain(again).min().unwrap_or(self.now);
    }

    fn is_due(&self, time: Moment) -> bool {
        time <= self.now
    }

    /// When both halves should have arrived.
    fn delivered(&self) -> Moment {
        self.begun.plus_seconds(DELIVERY)
    }

    /// When all use can be found in the event history.
    fn at_end(&self) -> Moment {
        self.ends.plus_seconds(USE_SETTLES)
    }

    /// When use over the limit is searched for next, while the session goes on.
    fn over_limit_due(&self, state: &WatchState) -> Option<Moment> {
        let limit = self.dossiers.iter().filter_map(|one| one.limit).min()?;
        let over = Some(self.begun.plus_seconds(limit)).filter(|over| *over < self.ends)?;
        // The first search comes once the use past the limit can be in the event history. Each
        // further one starts where the last one ended (`DELIVERY` before it ran).
        let again = state
            .asked
            .map(|asked| asked.plus_seconds(DELIVERY + USE_ASKED_AGAIN));
        Some(over.plus_seconds(USE_SETTLES).max(again.unwrap_or(over)))
    }

    fn missing_halves(&self) -> Vec<(AccountId, String)> {
        self.dossiers
            .iter()
            .flat_map(|one| one.missing_halves())
            .collect()
    }

    fn ask_for_uses(&self, state: &mut WatchState) {
        let span = (
            state
                .asked
                .unwrap_or(self.begun)
                .plus_seconds(-AROUND_SWITCH),
            self.now,
        );
        for one in &self.dossiers {
            if let Some(issued) = &one.issued {
                self.add_questions(
                    state,
                    one.account,
                    &LookBy::AccessKeyId(issued.clone()),
                    span,
                );
            }
            // The event history lists a role session under its session name as the user name. Other
            // sessions may have the same name; the guard tells them apart.
            if let Some((_, name)) = one
                .at
                .session
                .split_once(':')
                .filter(|_| one.has_other_keys())
            {
                self.add_questions(state, one.account, &LookBy::Username(name.to_owned()), span);
            }
        }
        // Events of the last minutes may not be in the event history yet, so the next search starts
        // there.
        state.asking = Some(self.now.plus_seconds(-DELIVERY));
    }

    /// Opens a question in every Region, if the account has a reader role.
    fn add_questions(
        &self,
        state: &mut WatchState,
        account: AccountId,
        by: &LookBy,
        (from, to): (Moment, Moment),
    ) {
        // LookupEvents answers for one account and one Region.
        for region in self.regions.iter().filter(|_| (self.trusts)(account)) {
            let question = Question {
                account,
                region: region.clone(),
                by: by.clone(),
                from,
                to,
            };
            if !state.open.iter().any(|open| open.question == question) {
                state.open.push(OpenQuestion {
                    question,
                    token: None,
                });
            }
        }
    }
}
