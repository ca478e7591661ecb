//! The description of a rule as data: everything that the rest of rolewatch needs to know about it.
//!
//! The fields are public and have no defaults, so a new rule in [`crate::catalogue`] sets all of
//! them. Code that treats some rules differently checks a field, never a list of codes.

use crate::finding::MissingSource;
use crate::policy::RoleCheck;
use crate::steps::{self, Circumstances, RevokeWords};

/// A rule.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own; any combination can be a rule"
)]
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The code, such as `RW002`. Never reused for another rule.
    pub code: &'static str,
    /// The name, such as `switch-without-mfa`. It reads well after "allow".
    pub name: &'static str,
    /// The text of the rule's source file.
    pub(crate) source: &'static str,
    /// What the rule judges.
    pub judges: Judges,
    /// Whether an unproven finding isn't worth a message: credentials were granted, but no use was
    /// seen. The live guard stores it and only sends it if more is found.
    pub quiet_unproven: bool,
    /// Whether it's about use, so that use is reported while the session still lasts.
    pub about_use: bool,
    /// Whether it checks if the caller was in an allowed group. The live guard asks IAM if the
    /// rosters can't answer. A plan to end sessions treats a caller who was in none as an outsider.
    pub about_membership: bool,
    /// Whether the policy can hide its findings, change their severity, and turn the rule off.
    pub suppressible: bool,
    /// The key of an entry of `roles` that it enforces, if there is one.
    pub enforces: Option<RoleCheck>,
    /// What it means for a switch that the policy turns the rule off.
    pub if_off: IfOff,
    /// How IAM could have prevented what it finds, if it could.
    pub prevention: Option<Prevention>,
    /// The calls that may have caused what it finds in the setup, if that is known.
    pub led_to_by: Option<LedToBy>,
    /// What it means about a switch by somebody from outside the trusted accounts.
    pub outsiders: Outsiders,
    /// What most likely settles an unproven finding about the person behind a switch, if their own
    /// call is known. `None`: it isn't about the person.
    pub settled_by: Option<MissingSource>,
}

/// What a rule means about a switch by somebody from outside the trusted accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outsiders {
    /// The rule reports the outsider.
    Reports,
    /// Once the outsider is reported, its findings add nothing. Reports for people fold them.
    Moot,
    /// Its findings count as much as for anybody else.
    Stays,
}

/// What a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judges {
    /// One switch into an elevated role.
    Switch,
    /// All sessions of one person in one role.
    Sessions,
    /// All denied attempts.
    Refusals,
    /// One record as it arrives; only in the live guard.
    LiveRecord,
    /// The setup, without any records.
    Setup,
}

/// What it means for a switch without findings that the policy turns a rule off. A switch whose
/// group or MFA nobody judged is never clean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfOff {
    /// The switch is clean: what the rule finds is then allowed.
    Clean,
    /// It isn't clean if the rule applies to it. The rule judges the group or MFA itself.
    NotCleanIfAsked,
    /// It isn't clean if the rule would have a finding. The rules about group and MFA leave such a
    /// switch to this one.
    NotCleanIfFound,
}

/// How IAM could have prevented a switch: what to change in the statements that allowed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prevention {
    /// Remove the caller's own permission. If only the trust policy allows the caller, do the same
    /// as for [`Self::Caller`].
    Permission,
    /// Require MFA in the trust policy.
    Mfa,
    /// Limit the session duration in the trust policy.
    SessionLimit,
    /// Reduce the trust policy to callers that the policy trusts.
    Trust,
    /// Remove this caller, or this kind of caller, from the trust policy.
    Caller,
}

/// The calls that may have caused a finding about the setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedToBy {
    /// Calls that write a trust policy.
    TrustPolicy,
    /// Calls that set the maximum session duration of a role.
    SessionLimit,
    /// Calls that change somebody's permissions.
    Permissions,
}

/// The headings that the documentation of every rule has, in this order.
pub const HEADINGS: [&str; 4] = [
    "What it does",
    "Why it matters",
    "Blind spots",
    "What to do",
];

impl Rule {
    /// The rule's documentation, in Markdown: the file's own doc comment.
    pub fn documentation(&self) -> String {
        let lines = self
            .source
            .lines()
            .map_while(|line| line.strip_prefix("//!"));
        lines
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The text under one of the [`HEADINGS`].
    pub fn section(&self, heading: &str) -> String {
        let documentation = self.documentation();
        let mut lines = documentation
            .lines()
            .skip_while(|line| line.strip_prefix("## ") != Some(heading))
            .skip(1);
        lines
            .by_ref()
            .take_while(|line| !line.starts_with("## "))
            .collect::<Vec<_>>()
            .join("\n")
            .trim()
            .to_owned()
    }

    /// The steps for one of its findings, in order.
    pub fn steps(&self, of: &Circumstances<'_>) -> Vec<String> {
        self.steps_with(steps::REVOKE_IN_ENGLISH, of)
    }

    /// The same, with other words for how to end a session.
    pub fn steps_with(&self, revoke: RevokeWords, of: &Circumstances<'_>) -> Vec<String> {
        steps::in_english(&self.section("What to do"), revoke, of)
    }

    /// The steps as written, for violations and for unproven findings.
    pub fn written_steps(&self) -> [Vec<String>; 2] {
        let section = self.section("What to do");
        let (violation, unproven) = steps::split_lists(&section);
        [violation, unproven].map(steps::numbered_items)
    }

    /// Whether its findings are about several sessions or attempts of one person in one role,
    /// rather than about one switch.
    pub const fn over_several(&self) -> bool {
        matches!(self.judges, Judges::Sessions | Judges::Refusals)
    }

    /// Whether only the live guard judges it. An archive never causes a finding of such a rule.
    pub const fn is_live_only(&self) -> bool {
        matches!(self.judges, Judges::LiveRecord)
    }

    /// Whether it judges the setup of accounts rather than records.
    pub const fn is_of_the_set_up(&self) -> bool {
        matches!(self.judges, Judges::Setup)
    }
}
