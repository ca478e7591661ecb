//! What a rule is: data that says all that the rest of rolewatch must know of it.
//!
//! The fields are public and have no defaults, so a new rule in [`crate::catalogue`] answers each
//! of them. Whoever treats some rules in another way asks a field, never a list of codes.

use crate::steps::{self, Circumstances};

/// A rule.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own; any combination can be a rule"
)]
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `RW002`. Never used again for another rule.
    pub code: &'static str,
    /// `switch-without-mfa`: reads well after "allow".
    pub name: &'static str,
    /// The text of the file it is in.
    pub(crate) source: &'static str,
    /// What it judges.
    pub judges: Judges,
    /// Whether an unproven finding is no news: credentials were granted, but nobody was seen to
    /// use them. Live, it is kept and not told unless something else comes of it.
    pub quiet_unproven: bool,
    /// Whether it is about use, so that use is told while the session still goes on.
    pub about_use: bool,
    /// Whether it asks if the caller was in an allowed group. Live, IAM is asked where the rosters
    /// can't tell; a plan to end sessions takes somebody who was in none for an outsider.
    pub about_membership: bool,
    /// Whether the policy can hide its findings.
    pub suppressible: bool,
    /// How IAM could have stopped what it finds, if it could.
    pub prevention: Option<Prevention>,
    /// The calls that may have led to what it finds in the set-up, if one can tell.
    pub led_to_by: Option<LedToBy>,
}

/// What a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judges {
    /// One switch into an elevated role.
    Switch,
    /// All sessions of one person in one role.
    Sessions,
    /// All refused attempts.
    Refusals,
    /// One record as it arrives, by the live guard alone.
    LiveRecord,
    /// The set-up: no record at all.
    Setup,
}

/// How IAM could have stopped a switch: what to change in the statements that allowed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prevention {
    /// The caller's own permission goes; where only the trust policy lets them in, as
    /// [`Self::Caller`].
    Permission,
    /// The trust policy demands MFA.
    Mfa,
    /// The trust policy limits how long a session may last.
    SessionLimit,
    /// The trust policy keeps only those whom the policy trusts.
    Trust,
    /// The trust policy loses this caller, or this kind of caller.
    Caller,
}

/// The calls that may have led to a finding about the set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedToBy {
    /// Those that write a trust policy.
    TrustPolicy,
    /// Those that set how long a role's sessions may last.
    SessionLimit,
    /// Those that change what somebody may do.
    Permissions,
}

/// The headings that every rule's documentation has, in this order.
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

    /// The text below one of the [`HEADINGS`].
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

    /// What to do about one of its findings, in order.
    pub fn steps(&self, of: &Circumstances<'_>) -> Vec<String> {
        steps::in_english(&self.section("What to do"), of)
    }

    /// The steps as they are written, for violations and for unproven findings.
    pub fn written_steps(&self) -> [Vec<String>; 2] {
        let section = self.section("What to do");
        let (violation, unproven) = steps::lists(&section);
        [violation, unproven].map(steps::numbered_items)
    }

    /// Whether its findings are about several sessions or attempts of one person in one role,
    /// rather than about one switch.
    pub const fn over_several(&self) -> bool {
        matches!(self.judges, Judges::Sessions | Judges::Refusals)
    }

    /// Whether only the live guard judges it: no archive, whatever is in it, makes it speak.
    pub const fn is_live_only(&self) -> bool {
        matches!(self.judges, Judges::LiveRecord)
    }

    /// Whether it judges how accounts are set up, and no records.
    pub const fn is_of_the_set_up(&self) -> bool {
        matches!(self.judges, Judges::Setup)
    }
}
