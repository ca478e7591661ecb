//! Counts and latencies of one invocation, as CloudWatch reads them from the log.
//!
//! The format is that of the "Specification: Embedded metric format" in the CloudWatch user guide:
//! a line of the log that is one JSON object, in which `_aws` says which members are metrics.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rolewatch_guard::moment::Moment;
use serde::Serialize;

/// The namespace of every metric.
pub const NAMESPACE: &str = "rolewatch";

/// The dimension of every metric: which function counted.
const DIMENSION: &str = "function";

/// The most values of one metric in one line, by the specification.
const MOST_VALUES: usize = 100;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Events taken from the queue, without heartbeats and what the guard sent to itself.
    Received,
    /// Of them: stored as facts and judged.
    Judged,
    /// Of them: known already.
    Duplicate,
    /// Of them: nothing that the engine uses.
    NotRelevant,
    /// Of them: could not be read, and was put aside with an alert.
    Quarantined,
    /// Of them: could not be dealt with now, and is given back to the queue.
    Failed,
    /// Of those judged: some details can't be read; judged without them, and a copy was put aside.
    PartlyUnread,
    /// Findings that are new or changed.
    Findings,
    /// Alerts that the findings topic took.
    Published,
    /// Alerts that Slack took.
    Delivered,
    /// Alerts told as a count in an earlier one's follow-up.
    Folded,
    /// Alerts that wait.
    Pending,
    /// Posts that Slack did not take.
    SlackFailed,
    /// Events that EventBridge had not delivered: recovered, and judged.
    Recovered,
    /// Elevated sessions that are watched.
    OpenSessions,
    /// Elevated sessions of which everything is known that there is to know.
    ClosedSessions,
    /// Of them: their accounts did not tell what was done with them.
    UnansweredSessions,
    /// Questions to CloudTrail's event history.
    Lookups,
    /// Of them: too many.
    LookupsThrottled,
    /// Of them: the account lets nobody in.
    LookupsRefused,
    /// Heartbeats that the guard took from the queue.
    HeartbeatReceived,
    /// Records of our own probes that the guard took from the queue.
    ProbeReceived,
    /// Accounts and Regions from which a probe didn't come back.
    SilentSpokes,
    /// Heartbeats that came out at the notifier.
    HeartbeatDelivered,
    /// Findings that were sent again.
    Resent,
    /// Findings that are due and not acknowledged, at the end of the invocation.
    Unacknowledged,
    /// Accounts of which today's snapshot of users and groups was taken.
    RosterTaken,
    /// Accounts of which it could not be taken.
    RosterFailed,
    /// Log files of the trail, read as far as they could be.
    LogFiles,
    /// Log files that could not be read, or not to their end.
    LogFilesUnread,
    /// Records of log files that could not be read.
    RecordsUnread,
    /// Events of the trail that EventBridge had ten minutes to deliver and did not.
    Missed,
    /// Events of the trail that EventBridge had not delivered, but may yet.
    Early,
}

impl Count {
    /// The ways in which an event that was received can end.
    pub const ENDS: [Self; 5] = [
        Self::Judged,
        Self::Duplicate,
        Self::NotRelevant,
        Self::Quarantined,
        Self::Failed,
    ];

    /// The name of the metric.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "Received",
            Self::Judged => "Judged",
            Self::Duplicate => "Duplicate",
            Self::NotRelevant => "NotRelevant",
            Self::Quarantined => "Quarantined",
            Self::Failed => "Failed",
            Self::PartlyUnread => "PartlyUnread",
            Self::Findings => "Findings",
            Self::Published => "Published",
            Self::Delivered => "Delivered",
            Self::Folded => "Folded",
            Self::Pending => "Pending",
            Self::SlackFailed => "SlackFailed",
            Self::Recovered => "Recovered",
            Self::OpenSessions => "OpenSessions",
            Self::ClosedSessions => "ClosedSessions",
            Self::UnansweredSessions => "UnansweredSessions",
            Self::Lookups => "Lookups",
            Self::LookupsThrottled => "LookupsThrottled",
            Self::LookupsRefused => "LookupsRefused",
            Self::HeartbeatReceived => "HeartbeatReceived",
            Self::ProbeReceived => "ProbeReceived",
            Self::SilentSpokes => "SilentSpokes",
            Self::HeartbeatDelivered => "HeartbeatDelivered",
            Self::Resent => "Resent",
            Self::Unacknowledged => "Unacknowledged",
            Self::RosterTaken => "RosterTaken",
            Self::RosterFailed => "RosterFailed",
            Self::LogFiles => "LogFiles",
            Self::LogFilesUnread => "LogFilesUnread",
            Self::RecordsUnread => "RecordsUnread",
            Self::Missed => "Missed",
            Self::Early => "Early",
        }
    }
}

/// What is timed, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Latency {
    /// From the event's time until Slack took the alert.
    Alert,
    /// From the event's time until the guard had dealt with it.
    Guard,
}

impl Latency {
    /// The name of the metric.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alert => "AlertLatency",
            Self::Guard => "GuardLatency",
        }
    }
}

/// What one invocation counted and timed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    function: &'static str,
    counts: BTreeMap<Count, u64>,
    /// By account and region.
    places: BTreeMap<[String; 2], BTreeMap<Count, u64>>,
    latencies: BTreeMap<Latency, Vec<u64>>,
}

impl Metrics {
    /// Of an invocation of a function, by the function's name in the code: `switch-guard`.
    pub const fn of(function: &'static str) -> Self {
        Self {
            function,
            counts: BTreeMap::new(),
            places: BTreeMap::new(),
            latencies: BTreeMap::new(),
        }
    }

    /// Counts `more` of them. Counting none makes the metric known: its line then says 0.
    pub fn count(&mut self, what: Count, more: u64) {
        let count = self.counts.entry(what).or_default();
        *count = count.saturating_add(more);
    }

    /// Counts `more` of them in an account and Region, for the log alone, beside
    /// [`Metrics::count`].
    pub fn count_in(&mut self, account: &str, region: &str, what: Count, more: u64) {
        let place = self
            .places
            .entry([account.to_owned(), region.to_owned()])
            .or_default();
        let count = place.entry(what).or_default();
        *count = count.saturating_add(more);
    }

    /// Notes how long something took. The clocks of two machines are compared, so less than nothing
    /// is nothing.
    pub fn took(&mut self, what: Latency, milliseconds: i64) {
        self.latencies
            .entry(what)
            .or_default()
            .push(u64::try_from(milliseconds).unwrap_or(0));
    }

    /// How many were counted.
    pub fn counted(&self, what: Count) -> u64 {
        self.counts.get(&what).copied().unwrap_or(0)
    }

    /// How many more events were received than ended, or fewer. Anything but 0 is a fault of the
    /// function: an event was lost, or counted twice.
    pub fn unaccounted(&self) -> i128 {
        let ended = Count::ENDS
            .into_iter()
            .map(|end| i128::from(self.counted(end)))
            .sum::<i128>();
        i128::from(self.counted(Count::Received)) - ended
    }

    /// Writes the invocation's line, and further ones where there are more latencies than fit.
    /// Nothing was counted: no line.
    ///
    /// # Errors
    /// `out` did not take it.
    pub fn write(&self, now: Moment, out: &mut dyn Write) -> io::Result<()> {
        for line in self.lines(now) {
            // One call a line: lines of two writers on one stream must not be mixed.
            out.write_all(format!("{line}\n").as_bytes())?;
        }
        out.flush()
    }

    fn lines(&self, now: Moment) -> Vec<String> {
        let chunks = |values: &Vec<u64>| values.len().div_ceil(MOST_VALUES);
        let count = self
            .latencies
            .values()
            .map(chunks)
            .max()
            .unwrap_or(0)
            .max(usize::from(!self.counts.is_empty()));
        let places = self
            .places
            .iter()
            .map(|(place, counts)| self.line_of_place(place, counts));
        (0..count)
            .map(|at| self.line(now, at))
            .chain(places)
            .collect()
    }

    /// A line of the log, and no metric: every metric is paid for, and there are as many places as
    /// accounts times Regions.
    fn line_of_place(
        &self,
        [account, region]: &[String; 2],
        counts: &BTreeMap<Count, u64>,
    ) -> String {
        let values = counts
            .iter()
            .map(|(what, count)| (what.name(), MetricValue::One(*count)))
            .collect();
        let line = MetricLine {
            aws: None,
            function: self.function,
            account: Some(account),
            region: Some(region),
            values,
        };
        serde_json::to_string(&line).unwrap_or_default()
    }

    fn line(&self, now: Moment, at: usize) -> String {
        let mut metrics = Vec::new();
        let mut values = BTreeMap::new();
        // Counts are in the first line only.
        for (what, count) in self.counts.iter().filter(|_| at == 0) {
            metrics.push(Definition {
                name: what.name(),
                unit: "Count",
            });
            values.insert(what.name(), MetricValue::One(*count));
        }
        for (what, all) in &self.latencies {
            if let Some(some) = all.chunks(MOST_VALUES).nth(at) {
                metrics.push(Definition {
                    name: what.name(),
                    unit: "Milliseconds",
                });
                values.insert(what.name(), MetricValue::Many(some));
            }
        }
        let line = MetricLine {
            aws: Some(MetricMetadata::of(now, &[DIMENSION], metrics)),
            function: self.function,
            account: None,
            region: None,
            values,
        };
        // Numbers, and names that are in the code: there is nothing in it that JSON could not say.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// The root of the document.
#[derive(Serialize)]
struct MetricLine<'a> {
    #[serde(rename = "_aws", skip_serializing_if = "Option::is_none")]
    aws: Option<MetricMetadata>,
    function: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(flatten)]
    values: BTreeMap<&'static str, MetricValue<'a>>,
}

#[derive(Serialize)]
struct MetricMetadata {
    /// Milliseconds since 1970.
    #[serde(rename = "Timestamp")]
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: [Directive; 1],
}

impl MetricMetadata {
    fn of(now: Moment, dimensions: &'static [&'static str], metrics: Vec<Definition>) -> Self {
        let directive = Directive {
            namespace: NAMESPACE,
            dimensions: [dimensions],
            metrics,
        };
        Self {
            timestamp: now.epoch_seconds().saturating_mul(1_000),
            directives: [directive],
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [&'static [&'static str]; 1],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum MetricValue<'a> {
    One(u64),
    Many(&'a [u64]),
}

#[cfg(test)]
mod tests;
