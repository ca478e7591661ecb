//! The single lines of a digest.

use std::collections::BTreeSet;

use crate::words::Words as _;
use rolewatch_guard::Verdict;
use rolewatch_live::recipients::Recipients;
use rolewatch_live::wire::{
    Digest, Ending, Held, Listed, NamedAccount, Open, Silent, Stretch, TurnedOff, Unanswered,
};

use super::{Writer, counted};
use crate::finding::role_name;
use crate::text::fill_template;

impl Writer<'_> {
    /// A finding that nobody has acknowledged.
    pub(super) fn open_line(&self, open: &Open) -> String {
        fill_template(
            self.words.since,
            &[
                ("what", &self.finding(open)),
                ("time", &self.minute(open.time)),
            ],
        )
    }

    /// An unproven finding, and what is missing.
    pub(super) fn unproven(&self, open: &Open) -> String {
        format!(
            "{}, {}: {}",
            self.finding(open),
            self.minute(open.time),
            self.text_up_to(
                self.view
                    .in_language(&open.message, open.message_ja.as_deref()),
                240,
            )
        )
    }

    /// `None`: the directory of Identity Center was read, or there is none to read.
    pub(super) fn unread_directory(&self, digest: &Digest) -> Option<String> {
        let unread = digest.unread_directory.as_ref()?;
        Some(fill_template(
            self.words.unread_directory,
            &[
                ("store", &self.name(&unread.store, 40)),
                ("time", &self.minute(unread.last)),
            ],
        ))
    }

    /// `None`: nothing is in quarantine.
    pub(super) fn quarantined(&self, digest: &Digest) -> Option<String> {
        match digest.quarantined {
            None => Some(self.words.uncounted.to_owned()),
            Some(0) => None,
            Some(count) => Some(fill_template(
                self.words.quarantined,
                &[("n", &count.to_string())],
            )),
        }
    }

    /// A suppression that ends soon, or has ended.
    pub(super) fn suppression(&self, entry: &Ending) -> String {
        let template = if entry.over {
            self.words.over
        } else {
            self.words.ends
        };
        fill_template(
            template,
            &[
                ("rule", &self.text_up_to(&entry.rule, 20)),
                ("caller", &self.name(&entry.caller, 120)),
                ("owner", &self.text_up_to(&entry.owner, 60)),
                ("date", &self.text_up_to(&entry.until, 20)),
            ],
        )
    }

    /// The rules that the policy turns off, in one line: it stays the same from day to day.
    pub(super) fn rules_off(&self, digest: &Digest) -> Option<String> {
        let off = &digest.rules_off;
        let mut rules: Vec<String> = off.first.iter().map(|one| self.rule_off(one)).collect();
        let more = off.total.saturating_sub(rules.len());
        if more > 0 {
            rules.push(fill_template(
                self.view.labels().more,
                &[("n", &more.to_string())],
            ));
        }
        let rules = rules.join(self.words.comma);
        (off.total > 0).then(|| fill_template(self.words.rules_off, &[("rules", &rules)]))
    }

    fn rule_off(&self, off: &TurnedOff) -> String {
        fill_template(
            self.words.rule_off,
            &[
                ("rule", &self.text_up_to(&off.rule, 20)),
                ("reason", &self.text_up_to(&off.reason, 120)),
            ],
        )
    }

    pub(super) fn recipients(&self, digest: &Digest) -> Option<&'static str> {
        match digest.recipients {
            Some(Recipients::Confirmed) => None,
            Some(Recipients::Pending) => Some(self.words.pending),
            Some(Recipients::Nobody) => Some(self.words.nobody),
            None => Some(self.words.recipients_unknown),
        }
    }

    pub(super) fn broken(&self, digest: &Digest) -> Option<String> {
        let total: usize = digest.broken.iter().map(|broken| broken.count).sum();
        let rule = |broken: &rolewatch_live::wire::Broken| {
            fill_template(
                self.words.broken_rule,
                &[
                    ("rule", &self.text_up_to(&broken.rule, 20)),
                    ("n", &broken.count.to_string()),
                    ("severity", self.view.language.severity(broken.severity)),
                ],
            )
        };
        let rules: Vec<String> = digest.broken.iter().map(rule).collect();
        (total > 0).then(|| {
            fill_template(
                self.words.broken,
                &[
                    ("n", &total.to_string()),
                    ("rules", &rules.join(self.words.comma)),
                ],
            )
        })
    }

    /// The first step for each rule that has findings in the digest: violations, then what is
    /// unproven. Without those of a rule that isn't known here.
    pub(super) fn steps(&self, digest: &Digest) -> Listed<String> {
        let broken = digest.broken.iter();
        let open = [&digest.unacknowledged, &digest.unproven]
            .into_iter()
            .flat_map(|list| &list.first);
        let mut rules: Vec<(&str, Verdict)> = broken
            .map(|broken| (&*broken.rule, Verdict::Violation))
            .chain(open.map(|open| (&*open.rule, open.verdict)))
            .collect();
        rules.sort_by_key(|(_, verdict)| *verdict == Verdict::Unproven);
        let mut known = BTreeSet::new();
        rules.retain(|(rule, _)| known.insert(*rule));
        let steps: Vec<String> = rules
            .iter()
            .filter_map(|(rule, verdict)| self.step(rule, *verdict))
            .collect();
        Listed {
            total: steps.len(),
            first: steps,
        }
    }

    fn step(&self, rule: &str, verdict: Verdict) -> Option<String> {
        let step = self.view.language.first_step(rule, verdict)?;
        Some(fill_template(
            self.words.step,
            &[
                ("rule", &self.text_up_to(rule, 20)),
                ("step", &(self.script.own)(&step)),
                (
                    "command",
                    &self.name(&format!("rolewatch explain {rule}"), 60),
                ),
            ],
        ))
    }

    pub(super) fn silent(&self, silent: &Silent) -> String {
        let what = self.regions(&silent.account, &silent.regions);
        match &silent.last {
            Some(last) => fill_template(
                self.words.heard,
                &[("what", &what), ("time", &self.minute(*last))],
            ),
            None => fill_template(self.words.never, &[("what", &what)]),
        }
    }

    pub(super) fn unanswered(&self, entry: &Unanswered) -> String {
        let (what, time) = (
            self.regions(&entry.account, &entry.regions),
            self.minute(entry.since),
        );
        let said = fill_template(self.words.since, &[("what", &what), ("time", &time)]);
        match &entry.why {
            Some(why) => format!("{said}: {}", self.text_up_to(why, 160)),
            None => said,
        }
    }

    /// An account, and the Regions that are meant, if they aren't all.
    pub(super) fn regions(&self, account: &NamedAccount, regions: &[String]) -> String {
        let account = match &account.name {
            Some(name) if !name.is_empty() => {
                format!(
                    "{} {}",
                    self.text_up_to(name, 80),
                    self.name(&account.id, 20)
                )
            }
            _ => self.name(&account.id, 20),
        };
        let shown: Vec<String> = regions
            .iter()
            .take(4)
            .map(|region| self.text_up_to(region, 30))
            .collect();
        let more = if regions.len() > shown.len() {
            " …"
        } else {
            ""
        };
        if shown.is_empty() {
            account
        } else {
            format!("{account}: {}{more}", shown.join(", "))
        }
    }

    pub(super) fn held_line(&self, held: &Held) -> String {
        let (who, role) = (
            self.name(&held.who, 80),
            self.name(&role_name(&held.role), 80),
        );
        let switches = counted(self.words.switches, held.switches);
        fill_template(
            self.words.held_by,
            &[
                ("who", &who),
                ("role", &role),
                ("switches", &switches),
                ("time", &self.duration_shown(held.seconds)),
            ],
        )
    }

    pub(super) fn longest(&self, longest: &Stretch) -> String {
        let (what, time) = (
            self.who_in_role(&longest.who, &longest.role),
            self.duration_shown(longest.seconds),
        );
        fill_template(
            self.words.longest,
            &[
                ("what", &what),
                ("time", &time),
                ("began", &self.minute(longest.began)),
            ],
        )
    }

    pub(super) fn unused(&self, unused: &Listed<Stretch>, most: usize) -> Option<String> {
        let mut which: Vec<String> = unused
            .first
            .iter()
            .take(most)
            .map(|one| self.who_in_role(&one.who, &one.role))
            .collect();
        let more = unused.total.saturating_sub(which.len());
        if more > 0 {
            which.push(fill_template(
                self.view.labels().more,
                &[("n", &more.to_string())],
            ));
        }
        (unused.total > 0).then(|| {
            fill_template(
                self.words.unused,
                &[
                    ("n", &unused.total.to_string()),
                    ("which", &which.join(self.words.comma)),
                ],
            )
        })
    }
}
