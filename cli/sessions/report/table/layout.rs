//! Fits the sessions to the width of the page: one line each if person and role stay readable, else
//! two.

use std::io;

use super::cells::SessionCells;
use crate::language::say;
use crate::report::table::TextPage;
use crate::report::table::paint::{BOLD, DIM};
use crate::report::words::{padded, shortened, width};

/// The spaces before a line and between two columns.
const GAP: usize = 2;

/// The width of a time.
const TIME: usize = 8;

/// On a page narrower than this, person and role get too little room next to the rest.
const READABLE: usize = 34;

/// From this page width on, the address of the caller is a column of its own.
const WITH_ADDRESS: usize = 140;

/// The maximum width of an address. IPv6 addresses are cut.
const ADDRESS: usize = 24;

/// The widths of the columns, if each session is one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    person: usize,
    role: usize,
    held: usize,
    used: usize,
    calls: usize,
    mfa: usize,
    rules: usize,
    /// 0: there is no such column.
    address: usize,
}

impl Layout {
    /// `None`: each session needs two lines.
    pub(super) fn fit(lines: &[SessionCells], columns: usize) -> Option<Self> {
        // All codes at once fit only on a wide page.
        let most_rules = if columns < 120 { 14 } else { 26 };
        let whole = Self::natural(lines, most_rules, columns);
        // One unusual session must not cost every other its line, so its cells are cut.
        let cut = Self {
            held: whole.held.min(8),
            used: whole.used.min(11),
            calls: whole.calls.min(8),
            ..Self::natural(lines, 8, columns)
        };
        whole.within(columns).or_else(|| cut.within(columns))
    }

    /// The widths at which only the rules and addresses are cut.
    fn natural(lines: &[SessionCells], most_rules: usize, columns: usize) -> Self {
        let widest = |heading: &str, cell: &dyn Fn(&SessionCells) -> usize| {
            let cells = lines.iter().map(cell).max().unwrap_or(0);
            cells.max(width(heading))
        };
        let address = match columns {
            WITH_ADDRESS.. => widest(&say!("FROM"), &|line| width(&line.source_ip)).min(ADDRESS),
            _ => 0,
        };
        Self {
            person: widest(&say!("PERSON"), &|line| width(&line.person)),
            role: widest(&say!("ROLE"), &|line| width(&line.role)),
            held: widest(&say!("HELD"), &|line| width(&line.held)),
            used: widest(&say!("USED"), &|line| width(&line.used)),
            calls: widest("R/W", &|line| width(&line.calls)),
            mfa: widest("MFA", &|line| width(&line.mfa)),
            rules: widest(&say!("RULES"), &|line| {
                width(&line.rules_within(most_rules))
            }),
            address,
        }
    }

    /// The same with person and role cut to the page. `None` if too little of them would be left.
    fn within(mut self, columns: usize) -> Option<Self> {
        let mut others = GAP + TIME + 2 * GAP;
        for column in [self.held, self.used, self.calls, self.mfa, self.rules] {
            others += GAP + column;
        }
        if self.address > 0 {
            others += GAP + self.address;
        }
        let room = columns.checked_sub(others)?;
        if room < READABLE.min(self.person + self.role) {
            return None;
        }
        (self.person, self.role) = shared_room(room, self.person, self.role);
        Some(self)
    }

    pub(super) fn write_heading(self, page: &mut TextPage<'_>) -> io::Result<()> {
        let address = if self.address > 0 {
            say!("FROM")
        } else {
            String::new()
        };
        let line = self.line(
            [
                &say!("ENTERED"),
                &say!("PERSON"),
                &say!("ROLE"),
                &say!("HELD"),
                &say!("USED"),
                "R/W",
                "MFA",
            ],
            &address,
        );
        writeln!(page.out, "{DIM}{line}  {}{DIM:#}", say!("RULES"))
    }

    /// Everything before the rules.
    fn line(self, cells: [&str; 7], address: &str) -> String {
        let widths = [
            TIME,
            self.person,
            self.role,
            self.held,
            self.used,
            self.calls,
            self.mfa,
        ];
        let mut line = String::new();
        for (cell, width) in cells.into_iter().zip(widths) {
            line.push_str(&" ".repeat(GAP));
            line.push_str(&padded(&shortened(cell, width), width));
        }
        if self.address > 0 {
            line.push_str(&" ".repeat(GAP));
            line.push_str(&padded(&shortened(address, self.address), self.address));
        }
        line
    }
}

/// The widths of a person and a role that share a number of columns. The role needs more, because
/// it contains the account.
fn shared_room(room: usize, person: usize, role: usize) -> (usize, usize) {
    let person = person.min((room * 2 / 5).max(room.saturating_sub(role)));
    (person, role.min(room - person))
}

/// Writes a session on one line, or on two if there is no layout.
pub(super) fn write_session(
    cells: &SessionCells,
    layout: Option<&Layout>,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let Some(layout) = layout else {
        return write_on_two(cells, page);
    };
    let SessionCells {
        entered,
        person,
        role,
        held,
        used,
        calls,
        mfa,
        ..
    } = cells;
    let line = layout.line(
        [entered, person, role, held, used, calls, mfa],
        &cells.source_ip,
    );
    let rules = cells.rules_within(layout.rules);
    if rules.is_empty() {
        return writeln!(page.out, "{}", line.trim_end());
    }
    let style = cells.rules_style;
    writeln!(page.out, "{line}  {style}{rules}{style:#}")
}

fn write_on_two(cells: &SessionCells, page: &mut TextPage<'_>) -> io::Result<()> {
    let indent = GAP + TIME + GAP;
    let room = page.columns.saturating_sub(indent + GAP);
    let (person, role) = shared_room(room, width(&cells.person), width(&cells.role));
    writeln!(
        page.out,
        "  {}  {BOLD}{}{BOLD:#}  {}",
        padded(&cells.entered, TIME),
        shortened(&cells.person, person),
        shortened(&cells.role, role)
    )?;
    let used = match &*cells.call_words {
        "" => say!("never used"),
        calls => say!("used {used} ({calls})", used = cells.used, calls),
    };
    page.text(
        indent,
        &say!(
            "held {held}, {used}, MFA {mfa}",
            held = cells.held,
            used,
            mfa = cells.mfa_words
        ),
    )?;
    if cells.rules.is_empty() {
        return Ok(());
    }
    let rules = cells.rules_within(page.columns.saturating_sub(indent));
    let style = cells.rules_style;
    writeln!(page.out, "{}{style}{rules}{style:#}", " ".repeat(indent))
}

#[cfg(test)]
mod tests {
    use anstyle::Style;

    use super::*;

    fn cells(person: &str, role: &str, rules: &[&str]) -> SessionCells {
        SessionCells {
            day: "2026-03-02".to_owned(),
            entered: "09:00:12".to_owned(),
            person: person.to_owned(),
            role: role.to_owned(),
            held: "11h 59m+".to_owned(),
            used: "09:01-20:58+1d".to_owned(),
            calls: "~12,345/6,789".to_owned(),
            call_words: "~12,345 R/6,789 W".to_owned(),
            mfa: "unproven".to_owned(),
            mfa_words: "unproven".to_owned(),
            rules: rules.iter().map(|code| (*code).to_owned()).collect(),
            rules_style: Style::new(),
            source_ip: "2001:db8:85a3:8d3:1319:8a2e:370:7348".to_owned(),
        }
    }

    fn page(lines: &[SessionCells], columns: usize) -> Vec<String> {
        let mut out: Vec<u8> = Vec::new();
        let mut page = TextPage {
            out: &mut anstream::StripStream::new(&mut out),
            columns,
        };
        let layout = Layout::fit(lines, columns);
        if let Some(layout) = layout {
            layout.write_heading(&mut page).unwrap();
        }
        for line in lines {
            write_session(line, layout.as_ref(), &mut page).unwrap();
        }
        let text = String::from_utf8(out).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn no_line_is_wider_than_the_page() {
        let long = "x".repeat(500);
        let lines = [
            cells("dora", "UpdateApp in production", &["RW001"]),
            cells(
                "開発者の太郎さん",
                "BreakGlass in 本番環境のアカウント",
                &[],
            ),
            cells(
                &long,
                &long,
                &["RW001", "RW002", "RW003?", "RW006?", "RW013?", "(RW011)"],
            ),
        ];
        for columns in 60..=200 {
            for line in page(&lines, columns) {
                assert!(width(&line) <= columns, "{columns}: {line}");
            }
        }
    }

    #[test]
    fn a_session_is_one_line_where_person_and_role_stay_readable() {
        let lines = [cells(
            "dora",
            "UpdateApp in production",
            &["RW001", "RW002", "RW006?"],
        )];
        let at = |columns| page(&lines, columns);
        assert!(at(60).len() > 2 && at(80).len() > 2, "{:?}", at(80));
        assert_eq!(at(100).len(), 2, "a heading and a line: {:?}", at(100));
        let widest = at(200).pop().unwrap();
        assert!(widest.contains("RW001 RW002 RW006?"), "{widest}");
        assert!(widest.contains("2001:db8:85a3:8d3:1319:…"), "{widest}");
        let narrow = at(100).pop().unwrap();
        assert!(narrow.contains("UpdateApp in production"), "{narrow}");
        assert!(narrow.ends_with("RW001 +2"), "{narrow}");
    }

    #[test]
    fn what_is_cut_ends_with_an_ellipsis() {
        let lines = [cells("dora", &"y".repeat(300), &[])];
        for columns in [60, 80, 120, 200] {
            let text = page(&lines, columns).join("\n");
            assert!(text.contains("y…"), "{columns}: {text}");
        }
    }
}
