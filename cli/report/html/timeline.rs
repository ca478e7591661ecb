//! The timeline: who held which role when. One lane for each person, one bar for each session, drawn
//! as SVG without scripts.

mod lanes;
mod scale;
mod words;

use maud::{Markup, html};
use rolewatch_guard::Verdict;

use self::lanes::{Bar, BarMark, Lane, lanes};
use self::scale::{Tick, TimeScale};
use self::words::mfa_words;
use super::anchor;
use crate::language::{counted, say};
use crate::report::AuditReport;
use crate::report::words::{amount, length, number};
use crate::sessions::list::SessionList;

/// The height of a bar, in pixels.
const BAR: usize = 10;

/// The height of a row: a bar, and the space above it for marks.
const ROW: usize = BAR + 9;

/// The timeline of all sessions, or nothing if there are none.
pub(super) fn timeline(report: &AuditReport<'_>, list: &SessionList) -> Markup {
    let ends = list.sessions.iter();
    let ends = ends.flat_map(|session| [session.held.from, session.held.until]);
    let Some(scale) = TimeScale::new(ends) else {
        return html! {};
    };
    let findings = &report.judgement.findings;
    let shown = report.shown.select(findings);
    let policy = &report.inputs.policy;
    let (marked, unmarked): (Vec<Lane>, Vec<Lane>) = lanes(list, findings, &shown, policy, &scale)
        .into_iter()
        .partition(Lane::has_findings);
    let ticks = scale.ticks();
    let all = marked.len() + unmarked.len();
    html! {
        section #timeline aria-labelledby="timeline-title" {
            h2 #timeline-title { (say!("Timeline")) }
            p.note {
                (say!(
                    "{sessions} of {people}, from {first} to {last} (UTC). A bar shows how long the role was held.",
                    sessions = counted!("{n} session", "{n} sessions", length(&list.sessions)),
                    people = counted!("{n} person", "{n} people", amount(all)),
                    first = scale.first,
                    last = scale.last
                ))
            }
            (legend())
            @if !marked.is_empty() {
                (axis(&ticks))
                ol.lanes { @for lane in &marked { (lane_row(lane, &ticks)) } }
            }
            @if !unmarked.is_empty() {
                details.others open[marked.is_empty()] {
                    summary { (counted!("{n} person without findings", "{n} people without findings", length(&unmarked))) }
                    (axis(&ticks))
                    ol.lanes { @for lane in &unmarked { (lane_row(lane, &ticks)) } }
                }
            }
        }
    }
}

/// The pattern of the time beyond a limit. Color alone isn't enough for everybody.
pub(super) fn patterns() -> Markup {
    html! {
        svg.defs width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                pattern #beyond width="5" height="5" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)" {
                    rect.beyond-ground width="5" height="5" {}
                    rect.beyond-line width="2" height="5" {}
                }
            }
        }
    }
}

fn legend() -> Markup {
    let sample = |shape: Markup, text: String| {
        html! {
            li {
                svg width="26" height="18" aria-hidden="true" focusable="false" { (shape) }
                (text)
            }
        }
    };
    let bar = |class: &str| html! { rect class=(class) x="1" y="6" width="24" height=(BAR) {} };
    let used = html! { (bar("held")) rect.used x="1" y="9" width="16" height="4" {} };
    let beyond = html! { rect x="1" y="6" width="24" height=(BAR) fill="url(#beyond)" {} };
    let at = |shape: Markup| html! { svg x="13" y="2" overflow="visible" { (shape) } };
    let dot = |mfa: Verdict| html! { svg x="13" y="14" overflow="visible" { (mfa_dot(mfa)) } };
    html! {
        ul.legend {
            (sample(bar("held"), say!("held")))
            (sample(used, say!("first to last call")))
            (sample(beyond, say!("beyond the limit")))
            (sample(at(flag(BarMark::Violation)), say!("violation")))
            (sample(at(flag(BarMark::Unproven)), say!("unproven")))
            @for mfa in [Verdict::Allow, Verdict::Violation, Verdict::Unproven] {
                (sample(dot(mfa), mfa_words(mfa)))
            }
        }
    }
}

fn axis(ticks: &[Tick]) -> Markup {
    html! {
        div.axis aria-hidden="true" {
            svg width="100%" height="18" {
                @for (place, tick) in ticks.iter().enumerate() {
                    text.odd[place % 2 == 1] x=(tick.at.percent()) y="13" { (tick.label) }
                }
            }
        }
    }
}

fn lane_row(lane: &Lane, ticks: &[Tick]) -> Markup {
    let sessions = counted!("{n} session", "{n} sessions", lane.sessions);
    let violating = match lane.violating {
        0 => String::new(),
        some => say!(", {count} violating", count = number(some)),
    };
    let about = format!("{sessions}{violating}");
    let label = say!("{name}: {about}", name = lane.name, about);
    html! {
        li {
            div.who {
                b { (lane.name) }
                @if let Some(account) = &lane.account { " " span.note { (say!("in {account}", account)) } }
                " " span.note { "· " (about) }
            }
            svg width="100%" height=(lane.rows * ROW + 4) role="group" aria-label=(label) {
                @for tick in ticks {
                    line.grid x1=(tick.at.percent()) x2=(tick.at.percent()) y1="0" y2="100%" {}
                }
                @for bar in &lane.bars { (bar_shape(bar)) }
            }
        }
    }
}

fn bar_shape(bar: &Bar) -> Markup {
    let more = match bar.more {
        0 => String::new(),
        more => counted!(
            " (and {n} session like it)",
            " (and {n} sessions like it)",
            more
        ),
    };
    let title = format!("{}{more}", bar.title);
    html! {
        @if let Some(id) = &bar.finding {
            a href=(format!("#{}", anchor(id))) aria-label=(title) { (shapes(bar, &title)) }
        } @else {
            g role="img" aria-label=(title) { (shapes(bar, &title)) }
        }
    }
}

fn shapes(bar: &Bar, title: &str) -> Markup {
    let top = bar.row * ROW + 9;
    let width = bar.from.until(bar.until).percent();
    html! {
        title { (title) }
        rect.held x=(bar.from.percent()) y=(top) width=(width) height=(BAR) {}
        @if let Some(beyond) = bar.beyond {
            rect.over x=(beyond.percent()) y=(top) width=(beyond.until(bar.until).percent())
                height=(BAR) fill="url(#beyond)" {}
        }
        @if let Some((first, last)) = bar.used {
            rect.used x=(first.percent()) y=(top + 3) width=(first.until(last).percent())
                height="4" {}
        }
        svg x=(bar.from.percent()) y=(top) overflow="visible" {
            @if let Some(mfa) = bar.mfa { (mfa_dot(mfa)) }
            @if bar.mark != BarMark::None {
                svg x="8" y="-8" overflow="visible" { (flag(bar.mark)) }
            }
        }
    }
}

/// A triangle that points down: filled for a violation, empty for something unproven.
fn flag(mark: BarMark) -> Markup {
    let is_violation = mark == BarMark::Violation;
    let class = if is_violation {
        "flag violation"
    } else {
        "flag unproven"
    };
    html! { path class=(class) d="M-4 0H4L0 7Z" {} }
}

/// Filled if the person used MFA, crossed if not, empty if nobody knows.
fn mfa_dot(mfa: Verdict) -> Markup {
    html! {
        @match mfa {
            Verdict::Allow => circle.mfa.yes cx="0" cy="-4" r="2.5" {},
            Verdict::Violation => path.mfa.no d="M-3 -7L3 -1M3 -7L-3 -1" {},
            Verdict::Unproven => circle.mfa.unproven cx="0" cy="-4" r="2.5" {},
            Verdict::NotApplicable => {},
        }
    }
}
