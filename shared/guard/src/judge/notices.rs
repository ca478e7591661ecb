//! Notices about a judgment: which evidence was missing.

use super::Judge;
use crate::policy::{RuleOff, StoreGroupName};
use crate::roster::Rosters;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

impl Judge<'_, '_> {
    pub(super) fn notices(&mut self, rosters: &Rosters) {
        let off = self.policy.rules_off();
        let off = off.filter(|(rule, _)| !rule.is_of_the_set_up());
        self.judgement.rules_off = off.map(|(_, off)| off).collect();
        let notices = &mut self.judgement.notices;
        notices.extend(self.judgement.rules_off.iter().map(RuleOff::notice));
        if let Some(as_of) = self.judgement.as_of {
            for entry in self.policy.expired_suppressions(as_of) {
                notices.push(text!("the suppression of {rule} for {caller} (owner {owner}) expired on {until} and no longer hides anything", rule = entry.rule, caller = harmless(&entry.caller), owner = harmless(&entry.owner), until = entry.until.to_string()));
            }
        }
        for snapshot in rosters.iter().filter(|snapshot| snapshot.taken.is_none()) {
            notices.push(text!(
                "can't tell when the roster of account {account} was taken; give it as FILE@TIME",
                account = snapshot.account
            ));
        }
        for snapshot in rosters.iter().filter(|snapshot| snapshot.truncated) {
            notices.push(text!("the roster of account {account} is truncated, so a user's absence from a group proves nothing", account = snapshot.account));
        }
        let mut unknown: Vec<Text> = Vec::new();
        for group in self.policy.roles.iter().flat_map(|role| &role.groups) {
            let has_roster = rosters.has_roster(group.account);
            if has_roster && self.tracer.roster.group(group).is_none() {
                unknown.push(text!("group `{group}` from the policy doesn't appear in any roster of its account or in the logs", group = harmless(&group.written)));
            }
        }
        unknown.sort();
        unknown.dedup();
        notices.extend(unknown);
        let doubtful = self.tracer.gathered.doubtful;
        if doubtful > 0 {
            notices.push(text!("{doubtful} console steps are in roles whose path isn't known; a pattern in the policy may match them, so supply the roster \
                 of their account", doubtful));
        }
        let conflicts = self.world.conflicts();
        if conflicts > 0 {
            notices
                .push(text!("{conflicts} records came in copies that contradict each other; anything that depends on the difference is unproven", conflicts));
        }
        self.judgement.conflicts = conflicts;
        self.center_notices();
    }

    fn center_notices(&mut self) {
        let Some(center) = &self.tracer.gathered.center else {
            return;
        };
        let notices = &mut self.judgement.notices;
        let settings = center.directory.settings;
        for change in center.activity.sign_in_lengths(&center.directory) {
            let from = change.from;
            match change.span {
                Some(span) if span == settings.sign_in_lasts => {}
                Some(span) => notices.push(text!("according to the logs, a sign-in at Identity Center has lasted {span} since {from}; `sign_in_lasts` in the policy says {lasts}", span, from, lasts = settings.sign_in_lasts)),
                None => notices.push(text!("at {from}, somebody changed how long a sign-in at Identity Center lasts, and the new value can't be read", from)),
            }
        }
        let mut unknown: Vec<Text> = Vec::new();
        for group in self.policy.roles.iter().flat_map(|role| &role.store_groups) {
            let is_known = group.group == StoreGroupName::Everybody
                || center.directory.group(&group.group).is_some();
            if !is_known {
                unknown.push(text!("group `{group}` from the policy doesn't appear in any roster of Identity Center or in the logs", group = harmless(&group.written)));
            }
        }
        unknown.sort();
        unknown.dedup();
        notices.extend(unknown);
    }
}
