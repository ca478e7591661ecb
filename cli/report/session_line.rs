//! The line about the session of a finding: where it came from, how long it is valid, what it did.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::{EvidenceShown, FindingContext, SessionShown, UsesShown};

use super::words::{number, shortened};
use crate::language::{counted, say};

/// Separates the parts of the line.
const BETWEEN: &str = " · ";

/// The most columns of a user agent.
const AGENT: usize = 40;

/// How much must have been read before a switch, in seconds, to say that it is the first of its
/// kind: a week.
const NOVELTY_AFTER: i64 = 7 * 86_400;

/// How many calls the line names.
const CALLS: usize = 5;

/// `from 203.0.113.7 · aws-cli/2.31 · ap-northeast-1 · valid until 03:10 · 3 reads, 1 write:
/// PutBucketPolicy, ListBuckets`. What isn't known is left out; the line may be empty. `time` is
/// when the role was entered.
pub(crate) fn session_line(context: &FindingContext, time: Moment) -> String {
    let mut parts = source_parts(context);
    parts.extend(novelty(context, time));
    if let Some(session) = &context.session {
        parts.extend(session_parts(session, time));
    }
    if let Some(uses) = &context.uses {
        parts.push(uses_shown(uses));
    }
    parts.join(BETWEEN)
}

fn source_parts(context: &FindingContext) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(address) = &context.source_ip {
        parts.push(say!("from {address}", address));
    }
    if let Some(agent) = &context.user_agent {
        parts.push(agent_shown(agent));
    }
    parts.extend(context.region.clone());
    parts
}

/// What is new about the switch, if enough was read before it to tell.
fn novelty(context: &FindingContext, time: Moment) -> Option<String> {
    let first = context.first_seen.as_ref()?;
    if time.seconds_since(first.since) < NOVELTY_AFTER {
        return None;
    }
    match first.from_source_ip {
        _ if first.in_role => Some(say!("first time in this role")),
        Some(true) => Some(say!("first time from this address")),
        _ => None,
    }
}

/// The name and version of the program. A browser's agent names several programs, so it is cut.
pub(crate) fn agent_shown(agent: &str) -> String {
    let agent = agent.trim_matches(['[', ']']);
    let first = agent.split(' ').next().unwrap_or(agent);
    if first.is_empty() || first.starts_with("Mozilla/") {
        return shortened(agent, AGENT);
    }
    shortened(first, AGENT)
}

fn session_parts(session: &SessionShown, time: Moment) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(until) = session.granted_until {
        parts.push(say!("valid until {clock}", clock = clock(until, time)));
    }
    if let Some(left) = session.ended {
        parts.push(say!("left at {clock}", clock = clock(left, time)));
    }
    parts
}

/// `03:10`, with the date if it is another day than that of `beside`. Both are in UTC.
pub(crate) fn clock(time: Moment, beside: Moment) -> String {
    let (time, beside) = (time.to_string(), beside.to_string());
    let day = |text: &str| text.get(..10).map(str::to_owned);
    match (time.get(11..16), time.get(..16)) {
        (Some(minute), _) if day(&time) == day(&beside) => minute.to_owned(),
        (_, Some(whole)) => whole.replace('T', " "),
        _ => time,
    }
}

/// `3 reads, 1 write, 2 failed: PutBucketPolicy, ListBuckets`
pub(crate) fn uses_shown(uses: &UsesShown) -> String {
    let mut counts = vec![
        if uses.estimated {
            counted!("about {n} read", "about {n} reads", uses.reads)
        } else {
            counted!("{n} read", "{n} reads", uses.reads)
        },
        match uses.writes {
            0 => say!("no writes"),
            writes => counted!("{n} write", "{n} writes", writes),
        },
    ];
    if uses.errors > 0 {
        counts.push(say!("{count} failed", count = number(uses.errors)));
    }
    let calls: Vec<&str> = uses
        .calls
        .iter()
        .take(CALLS)
        .map(|call| &*call.name)
        .collect();
    if calls.is_empty() {
        return counts.join(&say!(", "));
    }
    let more = if uses.calls.len() > calls.len() {
        ", …"
    } else {
        ""
    };
    let counts = counts.join(&say!(", "));
    let calls = format!("{}{more}", calls.join(", "));
    say!("{counts}: {calls}", counts, calls)
}

/// A record that proves a finding: `ID · AssumeRole · production · us-east-1 · TIME`
pub(crate) fn evidence_shown(record: &EvidenceShown) -> String {
    let account = record.account_name.as_ref().unwrap_or(&record.account);
    let mut parts = vec![record.event.clone()];
    parts.extend(record.name.clone());
    parts.push(account.clone());
    parts.extend(record.region.clone());
    parts.extend(record.time.map(|time| time.to_string()));
    parts.join(BETWEEN)
}

#[cfg(test)]
mod tests {
    use rolewatch_guard::CallCount;

    use super::*;

    fn at(time: &str) -> Moment {
        time.parse().unwrap()
    }

    fn context() -> FindingContext {
        let call = |name: &str, write| CallCount {
            name: name.to_owned(),
            count: 1,
            write,
        };
        FindingContext {
            source_ip: Some("203.0.113.7".to_owned()),
            user_agent: Some("aws-cli/2.31.4 md/awscrt#0.27 os/linux".to_owned()),
            region: Some("ap-northeast-1".to_owned()),
            session: Some(SessionShown {
                name: Some("dora".to_owned()),
                key: Some("7QXZ".to_owned()),
                granted_until: Some(at("2026-03-02T03:10:00Z")),
                ended: None,
            }),
            uses: Some(UsesShown {
                first: at("2026-03-02T02:10:00Z"),
                last: at("2026-03-02T02:20:00Z"),
                reads: 3,
                writes: 1,
                errors: 0,
                estimated: false,
                calls: vec![call("PutBucketPolicy", true), call("ListBuckets", false)],
            }),
            ..FindingContext::default()
        }
    }

    #[test]
    fn the_line_says_from_where_until_when_and_what() {
        assert_eq!(
            session_line(&context(), at("2026-03-02T02:10:00Z")),
            "from 203.0.113.7 · aws-cli/2.31.4 · ap-northeast-1 · valid until 03:10 · \
             3 reads, 1 write: PutBucketPolicy, ListBuckets"
        );
        assert_eq!(
            session_line(&FindingContext::default(), at("2026-03-02T02:10:00Z")),
            ""
        );
    }

    #[test]
    fn another_day_is_written_out() {
        let line = session_line(&context(), at("2026-03-01T23:10:00Z"));
        assert!(line.contains("valid until 2026-03-02 03:10"), "{line}");
    }

    #[test]
    fn a_browser_and_a_bracketed_agent_are_shown_in_short() {
        assert_eq!(agent_shown("[Boto3/1.34 md/x]"), "Boto3/1.34");
        let browser = agent_shown("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120");
        assert!(browser.starts_with("Mozilla/5.0 (X11;") && browser.ends_with('…'));
        assert_eq!(agent_shown(""), "");
    }
}
