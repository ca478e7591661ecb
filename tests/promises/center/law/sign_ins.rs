//! MFA, by the sign-ins at Identity Center.

use std::collections::BTreeSet;

use super::evidence::Evidence;
use super::verdicts::Verdict;
use crate::center::company::{Change, Id, Second};

/// What one sign-in shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    Mfa,
    NoMfa,
    Nothing,
}

impl Evidence<'_> {
    fn shows(&self, factors: &str) -> Shows {
        let words: BTreeSet<&str> = factors.split(',').collect();
        let strong = ["TOTP", "WEBAUTHN", "RESYNC_TOTP"];
        let trusted = self.company.plan.trusted && words.contains("EXTERNAL_IDP");
        if trusted || strong.iter().any(|word| words.contains(word)) {
            Shows::Mfa
        } else if words == BTreeSet::from(["PASSWORD"])
            || words == BTreeSet::from(["PASSWORD", "EMAIL_OTP"])
        {
            Shows::NoMfa
        } else {
            Shows::Nothing
        }
    }

    /// How long a sign-in lasted for somebody who took a set then. Of two changes in one second,
    /// nothing shows which came last.
    fn lasting(&self, at: Second) -> Option<i64> {
        let Some((last, seconds)) = self.lasts.iter().rev().find(|(since, _)| *since <= at) else {
            return Some(self.company.plan.lasts);
        };
        let mut others = self.lasts.iter().filter(|(since, _)| since == last);
        others
            .all(|(_, other)| other == seconds)
            .then_some(*seconds)
    }

    fn sign_ins_of(&self, id: Id, at: Second) -> Vec<(Second, Shows)> {
        let from = at - self.lasting(at).unwrap_or(0);
        let sign_ins = self
            .sign_ins
            .iter()
            .filter(|one| from <= one.at && one.at <= at);
        sign_ins
            .filter(|one| self.user_of(&one.who, one.at) == Some(id))
            .map(|one| (one.at, self.shows(one.factors)))
            .collect()
    }

    /// Whether a sign-in shows nothing but a name, and it can't be told whose that was, but it may
    /// have been this user's.
    fn maybe_signed_in(&self, session: usize, id: Id, from: Second) -> bool {
        let taken = &self.company.sessions[session];
        let may_be = |name: &String, at: Second| {
            let name = name.to_lowercase();
            let could = name == taken.name.to_lowercase() || self.ever_bore(id.user, &name);
            let known = self.name_at(id.user, at);
            could && known.is_none_or(|known| known == name)
        };
        self.sign_ins
            .iter()
            .filter(|one| from <= one.at && one.at <= taken.at)
            .filter(|one| self.user_of(&one.who, one.at).is_none())
            .any(|one| {
                one.who
                    .name
                    .as_ref()
                    .is_some_and(|name| may_be(name, one.at))
            })
    }

    /// Of the session that a permission set's call issued.
    pub(crate) fn mfa(&self, session: usize, id: Id) -> Verdict {
        let at = self.company.sessions[session].at;
        let without_sign_in = self.calls_of(session).any(|call| {
            self.tokens.contains(&call.credential) && self.user_of(&call.who, call.at) == Some(id)
        });
        let without_sign_in = without_sign_in
            || self
                .unknown_callers(session)
                .any(|call| self.tokens.contains(&call.credential));
        let Some(lasting) = self.lasting(at) else {
            return Verdict::Unproven;
        };
        let from = at - lasting;
        if without_sign_in || self.sign_in_gap(from, at) || self.maybe_signed_in(session, id, from)
        {
            return Verdict::Unproven;
        }
        let shown: Vec<Shows> = self
            .sign_ins_of(id, at)
            .into_iter()
            .map(|one| one.1)
            .collect();
        if shown.is_empty() {
            Verdict::Unproven
        } else if shown.iter().all(|one| *one == Shows::Mfa) {
            Verdict::Silent
        } else if shown.iter().all(|one| *one == Shows::NoMfa) {
            Verdict::Violation
        } else {
            Verdict::Unproven
        }
    }

    /// A device that was enrolled shortly before the sign-in that proves MFA. Where several prove
    /// it and only some came shortly after, the law names none of them.
    pub(crate) fn fresh_device(&self, session: usize, id: Id, age: i64) -> Verdict {
        let at = self.company.sessions[session].at;
        let enrolled: Vec<Second> = self
            .changes
            .iter()
            .filter(|(_, change)| matches!(change, Change::Enrolled { user, .. } if Id::own(*user) == id))
            .map(|(second, _)| *second)
            .collect();
        let mut signed_in = self.sign_ins_of(id, at);
        signed_in.retain(|(_, shows)| *shows == Shows::Mfa);
        let fresh = |second: Second| enrolled.iter().any(|e| *e <= second && second - e < age);
        let in_one_second = signed_in
            .iter()
            .any(|(second, _)| enrolled.contains(second));
        let count = signed_in
            .iter()
            .filter(|(second, _)| fresh(*second))
            .count();
        if count == 0 {
            Verdict::Silent
        } else if in_one_second
            || count < signed_in.len()
            || self.mfa(session, id) != Verdict::Silent
        {
            Verdict::Open
        } else {
            Verdict::Violation
        }
    }
}
