//! Notes what was asked about.
//!
//! INVARIANT (asked): every answer notes what it depends on. The live guard reads no other facts,
//! and judges a switch again when a fact about one of these arrives.

use std::sync::Arc;

use super::Directory;
use crate::id::AccountId;
use crate::moment::Moment;
use crate::roster::{Asked, CenterLog, Entity, GAP};
use crate::seen::CenterSubject;

impl Directory<'_> {
    /// What was asked about since the last call.
    pub(crate) fn take_asked(&self) -> Asked {
        self.asked.take()
    }

    /// Notes everything that an earlier answer asked about, when it is used again.
    pub(crate) fn asked_again(&self, earlier: &Asked) {
        self.asked.borrow_mut().join(earlier);
    }

    /// Notes one subject.
    pub(crate) fn asked_about(&self, subject: CenterSubject) {
        let entities = &mut self.asked.borrow_mut().entities;
        entities.insert(Entity::Center(subject));
    }

    /// Notes a user, and the changes that may be about anybody.
    pub(super) fn asked_about_user(&self, user: &str) {
        self.asked_about(CenterSubject::User(Arc::from(user)));
        self.asked_about(CenterSubject::Anybody);
    }

    /// Notes a user and a group.
    pub(super) fn asked_about_membership(&self, user: &str, group: &str) {
        self.asked_about_user(user);
        self.asked_about(CenterSubject::Group(Arc::from(group)));
    }

    /// Notes a name, given in lower case, and everybody who was seen with it.
    pub(super) fn asked_about_name(&self, lower: &str) {
        self.asked_about(CenterSubject::user_name(lower));
        for user in self.users_ever_named(lower) {
            self.asked_about_user(&user);
        }
    }

    /// Notes that the directory's log was looked at between two moments. A gap is longer than that
    /// only if they are far apart.
    pub(super) fn asked_about_log(&self, account: AccountId, from: Moment, to: Moment) {
        if to.seconds_since(from) > GAP.seconds() {
            self.add_log(account, self.settings.home(), (from, to), false);
        }
    }

    /// Notes that the log of a Region was looked at, and of how long it was silent around.
    pub(super) fn asked_about_sign_ins(&self, region: &str, window: (Moment, Moment)) {
        self.add_log(self.settings.account, region, window, true);
    }

    fn add_log(
        &self,
        account: AccountId,
        region: &str,
        (from, to): (Moment, Moment),
        whole_gaps: bool,
    ) {
        self.asked.borrow_mut().center_logs.insert(CenterLog {
            account,
            region: Arc::from(region),
            from,
            to,
            whole_gaps,
        });
    }
}
