//! Which findings are shown, and which of them make a run fail.

use clap::builder::{
    EnumValueParser, NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser,
};
use rolewatch_guard::Verdict;
use rolewatch_guard::catalogue;
use rolewatch_guard::policy::Severity;
use rolewatch_guard::rule::Rule;

use crate::explain::nearest_rule;

/// Which findings are shown. Every finding still counts: in the totals, and for the exit code.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Filters, which choose what is shown; every finding still counts")]
pub(crate) struct FindingFilter {
    /// Show only findings of at least this severity
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub(crate) min_severity: Option<Severity>,
    /// Show only findings of these rules, by code or name; separate several with commas
    #[arg(long = "rule", value_name = "RULE", value_parser = parse_rule, value_delimiter = ',')]
    pub(crate) rules: Vec<&'static Rule>,
    /// Show only violations, or only unproven findings
    #[arg(long, value_name = "VERDICT", value_parser = verdict())]
    pub(crate) verdict: Option<Verdict>,
    #[command(flatten)]
    pub(crate) subjects: SubjectFilter,
}

/// The callers and roles that are shown.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct SubjectFilter {
    /// Show only this caller, by name or ARN; `*` stands for any text, `?` for any character
    #[arg(long = "caller", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) callers: Vec<String>,
    /// Show only this role, by name or ARN; `*` stands for any text, `?` for any character
    #[arg(long = "role", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) roles: Vec<String>,
    /// Show only what is about a role or a caller in this account: its name in the policy, or 12
    /// digits
    #[arg(long = "account", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) accounts: Vec<String>,
}

/// What makes a run end with exit code 1.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct FailArgs {
    /// Exit with 1 if there is a violation of at least this severity; `never` ignores violations
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = threshold())]
    pub(crate) fail_on: Threshold,
    /// Also exit with 1 if there is an unproven finding of at least the --fail-on severity
    #[arg(long)]
    pub(crate) strict: bool,
}

/// The verdicts of findings. The other verdicts of rules lead to no finding.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FindingVerdict {
    Violation,
    Unproven,
}

impl From<FindingVerdict> for Verdict {
    fn from(verdict: FindingVerdict) -> Self {
        match verdict {
            FindingVerdict::Violation => Self::Violation,
            FindingVerdict::Unproven => Self::Unproven,
        }
    }
}

/// The lowest severity that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// This severity and higher.
    From(Severity),
    /// No severity counts.
    Never,
}

/// The word for [`Threshold::Never`].
const NEVER: &str = "never";

fn severity() -> impl TypedValueParser<Value = Severity> {
    // The engine's own type, so clap can't derive what the help lists as possible values.
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str))
        .try_map(|text| text.parse::<Severity>())
}

fn threshold() -> impl TypedValueParser<Value = Threshold> {
    let mut values = Severity::ALL.map(Severity::as_str).to_vec();
    values.push(NEVER);
    PossibleValuesParser::new(values).try_map(|text| match &*text {
        NEVER => Ok(Threshold::Never),
        text => text.parse().map(Threshold::From),
    })
}

fn verdict() -> impl TypedValueParser<Value = Verdict> {
    EnumValueParser::<FindingVerdict>::new().map(Verdict::from)
}

fn parse_rule(text: &str) -> Result<&'static Rule, String> {
    catalogue::find(text).ok_or_else(|| {
        let meant = nearest_rule(text)
            .map(|rule| format!("; did you mean `{}` ({})?", rule.code, rule.name))
            .unwrap_or_default();
        format!("no rule of that name{meant}")
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        filter: FindingFilter,
        #[command(flatten)]
        fail: FailArgs,
    }

    fn parse(args: &[&str]) -> Result<Line, String> {
        let line = ["audit"].iter().chain(args);
        Line::try_parse_from(line).map_err(|error| error.to_string())
    }

    #[test]
    fn rules_are_given_by_code_or_name_one_by_one_or_together() {
        let line = parse(&["--rule", "rw002,caller-outside-group", "--rule", "RW009"]).unwrap();
        let codes: Vec<_> = line.filter.rules.iter().map(|rule| rule.code).collect();
        assert_eq!(codes, ["RW002", "RW001", "RW009"]);
    }

    #[test]
    fn a_misspelled_rule_is_an_error_that_says_what_was_meant() {
        let error = parse(&["--rule", "RW02"]).unwrap_err();
        assert!(error.contains("did you mean `RW002`"), "{error}");
        for wrong in [
            ["--verdict", "allow"],
            ["--min-severity", "hihg"],
            ["--caller", ""],
        ] {
            assert!(parse(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_verdict_is_written_as_reports_write_it() {
        for verdict in [Verdict::Violation, Verdict::Unproven] {
            let line = parse(&["--verdict", verdict.as_str()]).unwrap();
            assert_eq!(line.filter.verdict, Some(verdict));
        }
    }

    #[test]
    fn a_run_fails_from_a_severity_on_or_never() {
        let fail_on = |text| parse(&["--fail-on", text]).map(|line| line.fail.fail_on);
        assert_eq!(fail_on("high"), Ok(Threshold::From(Severity::High)));
        assert_eq!(fail_on("never"), Ok(Threshold::Never));
        assert!(fail_on("always").is_err());
        assert_eq!(
            parse(&[]).unwrap().fail.fail_on,
            Threshold::From(Severity::Low)
        );
    }
}
