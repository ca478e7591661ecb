//! The only place that chooses an exit code.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rolewatch_guard::policy::{PolicyErrors, Severity};
use rolewatch_guard::review::ReviewFinding;
use rolewatch_guard::untrusted::shows_as_itself;
use rolewatch_guard::{Finding, Verdict};

use crate::args::{FailArgs, Threshold};

/// How a run ends. The numbers are a contract. clap also exits with 2 for a wrong command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: everything was read, and nothing that counts was found.
    Clean,
    /// 1: there are violations of at least the `--fail-on` severity.
    Findings,
    /// 2: the run couldn't be done.
    Error,
    /// 3: some input is missing or couldn't be read, whatever was found in the rest.
    Incomplete,
}

impl Exit {
    /// Every way to end, by its number.
    pub(crate) const ALL: [Self; 4] = [Self::Clean, Self::Findings, Self::Error, Self::Incomplete];

    // Scripts and pipelines depend on these numbers, so they never change.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Error => 2,
            Self::Incomplete => 3,
        }
    }

    /// What the number says, for the man page and the reference.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Clean => {
                "Everything was read, and nothing that counts was found. For `audit` and `review`: \
                 no violation at or above `--fail-on`; unproven findings count only with `--strict`"
            }
            Self::Findings => {
                "`audit` and `review` only: at least one violation is at or above `--fail-on`"
            }
            Self::Error => "Error or wrong usage. Nothing was judged",
            Self::Incomplete => {
                "Some input is missing or couldn't be read. It takes precedence over 1, because \
                 the missing input may contain more violations"
            }
        }
    }

    /// The exit code of an audit. An unproven finding counts only with `--strict`, and a suppressed
    /// one isn't among `findings`.
    pub(crate) fn of_audit(findings: &[Finding], fail: FailArgs, complete: bool) -> Self {
        Self::for_findings(
            findings
                .iter()
                .map(|finding| (finding.verdict, finding.severity)),
            fail,
            complete,
        )
    }

    /// The exit code of a review, by the same rules.
    pub(crate) fn of_review(findings: &[ReviewFinding], fail: FailArgs, complete: bool) -> Self {
        Self::for_findings(
            findings
                .iter()
                .map(|finding| (finding.verdict, finding.severity)),
            fail,
            complete,
        )
    }

    fn for_findings(
        findings: impl IntoIterator<Item = (Verdict, Severity)>,
        fail: FailArgs,
        complete: bool,
    ) -> Self {
        // Unread input may contain more violations, so "incomplete" takes precedence over
        // "violations".
        if !complete {
            return Self::Incomplete;
        }
        let Threshold::From(least) = fail.fail_on else {
            return Self::Clean;
        };
        let counts = |verdict| verdict == Verdict::Violation || fail.strict;
        for (verdict, severity) in findings {
            if counts(verdict) && severity >= least {
                return Self::Findings;
            }
        }
        Self::Clean
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// Why a run couldn't be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// No policy was given, and none was found.
    #[error(
        "no policy found; a policy says which roles are elevated and who may enter them\n\
         looked for {looked}, and for the same names ending in `.yml`\n\
         give one with `--policy FILE`; `rolewatch policy example` prints one to start from, and \
         `rolewatch policy schema` prints the JSON schema"
    )]
    NoPolicy {
        /// The places that were searched.
        looked: String,
    },
    /// The same if only the working directory was searched.
    #[error("the working directory has no `rolewatch.yaml`: give the policy file")]
    NoPolicyHere,
    /// Two policies in one place: nobody can tell which was meant.
    #[error(
        "`{one}` and `{other}` both exist, but only one can be the policy: \
         remove one, or choose one with `--policy`"
    )]
    TwoPolicies {
        /// The first one, safe to print.
        one: String,
        /// The second one, safe to print.
        other: String,
    },
    /// The policy file has errors.
    #[error("can't use the policy\n{0}")]
    Policy(#[from] PolicyErrors),
    /// The role names of the policy can't be turned into a search of the logs.
    #[error("can't search for the policy's roles: {0}")]
    PolicyRoles(String),
    /// A roster is invalid.
    #[error("can't use the roster `{file}`: {why}")]
    Roster {
        /// The file, safe to print.
        file: String,
        /// The reason.
        why: String,
    },
    /// A roster without its last page. The live guard would treat it as complete.
    #[error(
        "`{file}` is truncated: its last page is missing, so it can't show that somebody isn't \
         in a group\n\
         create it again without `--max-items`, or give `--allow-truncated`"
    )]
    TruncatedRoster {
        /// The file, safe to print.
        file: String,
    },
    /// A roster that can't be reduced to what the live guard needs.
    #[error("can't reduce `{file}` to what the live guard needs: {why}")]
    RosterNotReduced {
        /// The file, safe to print.
        file: String,
        /// The reason.
        why: String,
    },
    /// A file that the run needs can't be read.
    #[error("can't read `{file}`: {}{hint}", shown_why(why))]
    Unreadable {
        /// The file, safe to print.
        file: String,
        /// The reason.
        why: io::Error,
        /// What to do about it, starting with its separator.
        hint: String,
    },
    /// An argument is wrong in a way that clap can't detect.
    #[error("{0}")]
    Usage(String),
    /// The finding given to `revoke-plan` isn't a finding, isn't known, or isn't unique.
    #[error("{0}")]
    Finding(String),
    /// The finding is known, but no plan is possible for it.
    #[error("{0}")]
    NoPlan(String),
    /// A call to AWS failed, or its result isn't known.
    #[error("{0}")]
    Aws(String),
    /// This build can't call AWS. The text says what to do instead.
    #[cfg(not(feature = "aws"))]
    #[error("{0}")]
    WithoutAws(String),
    /// The machine's clock is before 1970.
    #[error("this machine's clock can't be right: set it, or give the time with `--as-of`")]
    Clock,
    /// Nothing could be printed.
    #[error("can't write the output: {0}")]
    Output(io::Error),
    /// The file of `--output` can't be written.
    #[error("can't write `{file}`: {}", shown_why(why))]
    Unwritable {
        /// The file, safe to print.
        file: String,
        /// The reason.
        why: io::Error,
    },
}

impl Failure {
    pub(crate) fn no_policy(looked_in: &[PathBuf]) -> Self {
        Self::NoPolicy {
            looked: shown_paths(looked_in),
        }
    }

    pub(crate) fn two_policies(one: &Path, other: &Path) -> Self {
        Self::TwoPolicies {
            one: shown_path(one),
            other: shown_path(other),
        }
    }

    pub(crate) fn roster(file: &Path, why: impl fmt::Display) -> Self {
        Self::Roster {
            file: shown_path(file),
            why: why.to_string(),
        }
    }

    pub(crate) fn truncated_roster(file: &Path) -> Self {
        Self::TruncatedRoster {
            file: shown_path(file),
        }
    }

    pub(crate) fn roster_not_reduced(file: &Path, why: &impl fmt::Display) -> Self {
        Self::RosterNotReduced {
            file: shown_path(file),
            why: why.to_string(),
        }
    }

    /// The SDK's runtime, which every call to AWS needs, can't be created.
    #[cfg(feature = "aws")]
    pub(crate) fn cannot_begin(what: &str, why: &io::Error) -> Self {
        Self::Aws(format!("can't {what}: {why}"))
    }

    pub(crate) fn unwritable(file: &Path, why: io::Error) -> Self {
        Self::Unwritable {
            file: shown_path(file),
            why,
        }
    }

    pub(crate) fn unreadable(file: &Path, why: io::Error) -> Self {
        Self::Unreadable {
            file: shown_path(file),
            why,
            hint: String::new(),
        }
    }
}

/// Why something can't be read, in words that say what to check.
pub(crate) fn shown_why(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::NotADirectory => {
            "no such file or directory: a part of the path is not a directory".to_owned()
        }
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => why.to_string(),
    }
}

/// A path made safe to print.
pub(crate) fn shown_path(path: &Path) -> String {
    shown_text(&path.display().to_string())
}

/// A text made safe to print. It isn't shortened, because the end of a path matters most.
pub(crate) fn shown_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        shown.push(if shows_as_itself(c) { c } else { '\u{fffd}' });
    }
    shown
}

/// Several paths made safe to print.
pub(crate) fn shown_paths(paths: &[PathBuf]) -> String {
    paths
        .iter()
        .map(|path| format!("`{}`", shown_path(path)))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use rolewatch_guard::CallerShown;
    use rolewatch_guard::policy::PolicyHash;

    use super::*;

    fn from(least: Severity) -> FailArgs {
        FailArgs {
            fail_on: Threshold::From(least),
            strict: false,
        }
    }

    fn finding(verdict: Verdict, severity: Severity) -> Finding {
        Finding {
            rule: "RW002",
            name: "switch-without-mfa",
            verdict,
            severity,
            time: "2026-03-02T09:00:00Z".parse().unwrap(),
            role: String::new(),
            caller: CallerShown {
                arn: None,
                account: None,
                name: rolewatch_guard::text::Text::default(),
            },
            message: "".into(),
            events: Vec::new(),
            id: String::new(),
            policy: PolicyHash::of_bytes(b""),
            supersedes: Vec::new(),
            self_granted: false,
            denied: false,
            owner: None,
            context: rolewatch_guard::FindingContext::default(),
            subject: rolewatch_guard::Subject::default(),
        }
    }

    #[test]
    fn a_violation_under_fail_on_and_an_unproven_answer_are_clean() {
        let of = |findings: &[Finding], least| Exit::of_audit(findings, from(least), true);
        assert_eq!(of(&[], Severity::Low), Exit::Clean);
        assert_eq!(
            of(
                &[finding(Verdict::Violation, Severity::Medium)],
                Severity::Low
            ),
            Exit::Findings
        );
        assert_eq!(
            of(
                &[finding(Verdict::Violation, Severity::Medium)],
                Severity::High
            ),
            Exit::Clean
        );
        assert_eq!(
            of(
                &[finding(Verdict::Violation, Severity::High)],
                Severity::High
            ),
            Exit::Findings
        );
        assert_eq!(
            of(
                &[finding(Verdict::Unproven, Severity::Critical)],
                Severity::Low
            ),
            Exit::Clean
        );
    }

    #[test]
    fn strict_counts_unproven_findings_and_never_counts_nothing() {
        let unproven = [finding(Verdict::Unproven, Severity::Medium)];
        let strict = |fail_on| FailArgs {
            fail_on,
            strict: true,
        };
        let of = |fail_on| Exit::of_audit(&unproven, strict(fail_on), true);
        assert_eq!(of(Threshold::From(Severity::Medium)), Exit::Findings);
        assert_eq!(of(Threshold::From(Severity::High)), Exit::Clean);
        assert_eq!(of(Threshold::Never), Exit::Clean);
    }

    #[test]
    fn why_something_cannot_be_read_is_said_in_plain_words() {
        let said = |kind| shown_why(&io::Error::from(kind));
        assert_eq!(said(io::ErrorKind::NotFound), "no such file or directory");
        assert_eq!(said(io::ErrorKind::PermissionDenied), "permission denied");
        assert_eq!(said(io::ErrorKind::IsADirectory), "it is a directory");
    }

    #[test]
    fn incomplete_input_beats_findings() {
        assert_eq!(
            Exit::of_audit(
                &[finding(Verdict::Violation, Severity::High)],
                from(Severity::Low),
                false
            ),
            Exit::Incomplete
        );
    }
}
