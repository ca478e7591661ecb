//! Colours, where there are any.

use anstyle::{AnsiColor, Style};
use rolewatch_guard::policy::Severity;
use rolewatch_guard::{Finding, Verdict};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const HEADING: Style = Style::new().bold().underline();
pub(super) const BAD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
pub(super) const UNSURE: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Magenta)));
const WORTH_A_LOOK: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
const MINOR: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));

/// How a finding's severity is painted.
pub(super) fn severity(finding: &Finding) -> Style {
    match (finding.verdict, finding.severity) {
        (Verdict::Unproven, _) => UNSURE,
        (_, Severity::Critical) => BAD.invert(),
        (_, Severity::High) => BAD,
        (_, Severity::Medium) => WORTH_A_LOOK,
        (_, Severity::Low) => MINOR,
    }
}
