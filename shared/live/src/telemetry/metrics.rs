//! Counts and latencies of one invocation, in the form that CloudWatch extracts from the log.
//!
//! The format is described in "Specification: Embedded metric format" in the CloudWatch user guide:
//! a log line that is one JSON object, in which `_aws` names the members that are metrics.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rolewatch_guard::moment::Moment;
use serde::Serialize;

/// The namespace of every metric.
pub const NAMESPACE: &str = "rolewatch";

/// The dimension of every metric: the function that counted.
const DIMENSION: &str = "function";

/// The most values of one metric in one line, according to the specification.
const MOST_VALUES: usize = 100;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Events received from the queue, without heartbeats and the guard's messages to itself.
    Received,
    /// Of them: stored as facts and judged.
    Judged,
    /// Of them: already known.
    Duplicate,
    /// Of them: not used by the engine.
    NotRelevant,
    /// Of them: unreadable, and put into quarantine with a notice.
    Quarantined,
    /// Of them: failed for now, and returned to the queue.
    Failed,
    /// Of those judged: some details can't be read. The event was judged without them, and a copy
    /// is in quarantine.
    PartlyUnread,
    /// Findings that are new or changed.
    Findings,
    /// Alerts that the findings topic accepted.
    Published,
    /// Alerts that Slack accepted.
    Delivered,
    /// Alerts that were delivered as a count in the follow-up to an earlier one.
    Folded,
    /// Alerts that are waiting.
    Pending,
    /// Posts that Slack didn't accept.
    SlackFailed,
    /// Events that EventBridge hadn't delivered, and that were recovered and judged.
    Recovered,
    /// Elevated sessions that are being watched.
    OpenSessions,
    /// Elevated sessions about which everything is known.
    ClosedSessions,
    /// Of them: closed although their accounts didn't say how they were used.
    UnansweredSessions,
    /// Calls to CloudTrail's event history.
    Lookups,
    /// Of them: throttled.
    LookupsThrottled,
    /// Of them: the account refused the call.
    LookupsRefused,
    /// Heartbeats that the guard received from the queue.
    HeartbeatReceived,
    /// Records of our own probes that the guard received from the queue.
    ProbeReceived,
    /// Accounts and Regions from which a probe didn't come back.
    SilentSpokes,
    /// Heartbeats that reached the notifier.
    HeartbeatDelivered,
    /// Findings that were sent again.
    Resent,
    /// Findings that are due and not acknowledged at the end of the invocation.
    Unacknowledged,
    /// Accounts for which today's snapshot of users and groups was taken.
    RosterTaken,
    /// Accounts for which the snapshot failed.
    RosterFailed,
    /// Log files of the trail that were read, at least in part.
    LogFiles,
    /// Log files that couldn't be read, or not to the end.
    LogFilesUnread,
    /// Records of log files that couldn't be read.
    RecordsUnread,
    /// Events of the trail that EventBridge didn't deliver within ten minutes.
    Missed,
    /// Events of the trail that EventBridge hasn't delivered yet but still may.
    Early,
}

impl Count {
    /// All ways in which the processing of a received event can end.
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
    /// From the event's time until Slack accepted the alert.
    Guard,
}

impl Latency {
    /// From the event's time until the guard was done with it.
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
    /// Counts by account and Region.
    places: BTreeMap<[String; 2], BTreeMap<Count, u64>>,
    latencies: BTreeMap<Latency, Vec<u64>>,
}

impl Metrics {
    /// Creates the metrics of an invocation. `function` is the function's name in the code, such as
    /// `switch-guard`.
    pub const fn of_function(function: &'static str) -> Self {
        Self {
            function,
            counts: BTreeMap::new(),
            places: BTreeMap::new(),
            latencies: BTreeMap::new(),
        }
    }

    /// Adds `more` to a count. Adding 0 makes the metric appear in the line with the value 0.
    pub fn count(&mut self, what: Count, more: u64) {
        let count = self.counts.entry(what).or_default();
        *count = count.saturating_add(more);
    }

    /// Adds `more` to a count for an account and Region. It is only logged, in addition to
    /// [`Metrics::count`].
    pub fn count_in(&mut self, account: &str, region: &str, what: Count, more: u64) {
        let place = self
            .places
            .entry([account.to_owned(), region.to_owned()])
            .or_default();
        let count = place.entry(what).or_default();
        *count = count.saturating_add(more);
    }

    /// Notes how long something took. The clocks of two machines are compared, so a negative time
    /// counts as 0.
    pub fn note_latency(&mut self, what: Latency, milliseconds: i64) {
        self.latencies
            .entry(what)
            .or_default()
            .push(u64::try_from(milliseconds).unwrap_or(0));
    }

    /// The value of a count.
    pub fn counted(&self, what: Count) -> u64 {
        self.counts.get(&what).copied().unwrap_or(0)
    }

    /// How many more events were received than ended; negative if fewer. Anything but 0 is a bug in
    /// the function: an event was lost or counted twice.
    pub fn unaccounted(&self) -> i128 {
        let ended = Count::ENDS
            .into_iter()
            .map(|end| i128::from(self.counted(end)))
            .sum::<i128>();
        i128::from(self.counted(Count::Received)) - ended
    }

    /// Writes the invocation's line, and further lines if there are more latencies than fit in one.
    /// Writes nothing if nothing was counted.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub fn write(&self, now: Moment, out: &mut dyn Write) -> io::Result<()> {
        for line in self.lines(now) {
            // One `write` call per line, so that lines of two writers on one stream don't mix.
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

    /// A log line that isn't a metric: every metric costs money, and there are as many places as
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
            aws: Some(MetricMetadata::new(now, &[DIMENSION], metrics)),
            function: self.function,
            account: None,
            region: None,
            values,
        };
        // The line holds only numbers and names from the code, so it can always be serialized.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// The root of the JSON document.
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
    fn new(now: Moment, dimensions: &'static [&'static str], metrics: Vec<Definition>) -> Self {
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
