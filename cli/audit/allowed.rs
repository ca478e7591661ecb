//! Why AWS allowed what the policy forbids, for findings about single switches. The findings
//! themselves don't depend on it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rolewatch_guard::review::{AllowedBy, allowed_by};
use rolewatch_guard::{ExaminedSwitch, Finding, SwitchKey, Verdict};

use super::inputs::AuditInputs;

/// What allowed the switches that break a rule.
#[derive(Default)]
pub(crate) struct SwitchAllowances {
    by: HashMap<(SwitchKey, &'static str), Arc<AllowedBy>>,
    /// Each value is kept once, because the same statements allow many switches.
    kept: HashSet<Arc<AllowedBy>>,
}

impl SwitchAllowances {
    /// Examines a switch while it is judged.
    pub(crate) fn note_switch(&mut self, examined: &ExaminedSwitch<'_>, inputs: &AuditInputs) {
        for (rule, verdict, _) in examined.answers() {
            if verdict != Verdict::Violation {
                continue;
            }
            let Some(found) = allowed_by(examined, rule.code, &inputs.files, &inputs.policy) else {
                continue;
            };
            let found = self
                .kept
                .get(&found)
                .map_or_else(|| Arc::new(found), Arc::clone);
            self.kept.insert(Arc::clone(&found));
            self.by
                .insert((examined.switch.key.clone(), rule.code), found);
        }
    }

    /// What allowed the switch that a finding is about.
    pub(crate) fn for_finding(&self, finding: &Finding) -> Option<&AllowedBy> {
        // If there are several switches, each may have been allowed by something else.
        let [switch] = &*finding.subject.switches else {
            return None;
        };
        self.by
            .get(&(switch.clone(), finding.rule))
            .map(|found| &**found)
    }
}
