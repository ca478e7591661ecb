//! Colors, if color is on.

use anstyle::{AnsiColor, Style};
use rolewatch_guard::Verdict;
use rolewatch_guard::policy::Severity;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const HEADING: Style = Style::new().bold().underline();
pub(crate) const BAD: Style = Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
pub(crate) const UNSURE: Style =
    Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Magenta)));
const WORTH_A_LOOK: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
const MINOR: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));

/// The style of a finding's severity.
pub(crate) fn severity(verdict: Verdict, severity: Severity) -> Style {
    match (verdict, severity) {
        (Verdict::Unproven, _) => UNSURE,
        (_, Severity::Critical) => BAD.invert(),
        (_, Severity::High) => BAD,
        (_, Severity::Medium) => WORTH_A_LOOK,
        (_, Severity::Low) => MINOR,
    }
}
