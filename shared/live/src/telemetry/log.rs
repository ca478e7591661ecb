//! The log: one JSON object per line on standard output, like Lambda's JSON log format.

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::util::TryInitError;

/// The log level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// Problems that somebody must look at.
    Error,
    /// Problems that were dealt with.
    Warn,
    /// The result of each invocation.
    #[default]
    Info,
    /// The steps of each invocation.
    Debug,
}

impl Level {
    /// The level with the name that Lambda sets in `AWS_LAMBDA_LOG_LEVEL`. Unknown names give
    /// `info`.
    pub fn by_name(name: &str) -> Self {
        match name.trim().to_ascii_uppercase().as_str() {
            "FATAL" | "ERROR" => Self::Error,
            "WARN" => Self::Warn,
            "DEBUG" | "TRACE" => Self::Debug,
            _ => Self::Info,
        }
    }
}

/// The crates of this project, by their names in `tracing`.
const OURS: [&str; 8] = [
    "archive_auditor",
    "rolewatch_aws",
    "rolewatch_guard",
    "rolewatch_live",
    "rolewatch_notify",
    "session_auditor",
    "slack_notifier",
    "switch_guard",
];

/// Starts the log. Call it once, when a function starts.
///
/// INVARIANT (no bodies): below `warn`, only this project's own lines are logged, whatever the
/// level. The AWS clients and the HTTP library would log whole requests and responses, including
/// secrets.
///
/// # Errors
/// Returns an error if the log was already started.
pub fn init(level: Level) -> Result<(), TryInitError> {
    tracing_subscriber::registry()
        .with(filter(level))
        .with(line_layer(io::stdout))
        .try_init()
}

fn filter(level: Level) -> Targets {
    let (ours, others) = match level {
        Level::Error => (LevelFilter::ERROR, LevelFilter::ERROR),
        Level::Warn => (LevelFilter::WARN, LevelFilter::WARN),
        Level::Info => (LevelFilter::INFO, LevelFilter::WARN),
        Level::Debug => (LevelFilter::DEBUG, LevelFilter::WARN),
    };
    Targets::new()
        .with_default(others)
        .with_targets(OURS.map(|target| (target, ours)))
}

/// Writes `timestamp`, `level` and `target`, with the line's own fields beside them. Spans are left
/// out, because libraries put arbitrary content in them.
fn line_layer<S, W>(out: W) -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    W: for<'a> fmt::MakeWriter<'a> + 'static,
{
    fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(out)
}

/// Shortens an access key, or anything else that must not be shown in full, to `…S6Z4`. Shows
/// nothing of a text with fewer than eight characters.
pub fn last_four(key: &str) -> String {
    let length = key.chars().count();
    let end: String = key
        .chars()
        .skip(length.saturating_sub(4))
        .filter(char::is_ascii_alphanumeric)
        .collect();
    if length < 8 {
        "…".to_owned()
    } else {
        format!("…{end}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::fs;
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct LogBuffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for LogBuffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: Level, log: impl FnOnce()) -> Vec<Value> {
        let page = LogBuffer::default();
        let out = page.clone();
        let subscriber = tracing_subscriber::registry()
            .with(filter(level))
            .with(line_layer(move || out.clone()));
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_is_one_object_with_its_fields_at_the_top() {
        let lines = logged(
            Level::Info,
            || tracing::info!(target: "switch_guard", event = "EXAMPLE-1", "judged\nit"),
        );
        let [line] = &lines[..] else {
            panic!("{lines:?}")
        };
        assert_eq!(
            (line["level"].as_str(), line["message"].as_str()),
            (Some("INFO"), Some("judged\nit"))
        );
        assert_eq!(line["event"], "EXAMPLE-1");
        assert!(
            line["timestamp"]
                .as_str()
                .is_some_and(|time| time.ends_with('Z')),
            "{line}"
        );
    }

    #[test]
    fn a_level_is_known_by_lambdas_name_for_it() {
        let named = [
            "TRACE", "debug", "INFO", "WARN", "ERROR", "FATAL", "", "loud",
        ]
        .map(Level::by_name);
        assert_eq!(
            named,
            [
                Level::Debug,
                Level::Debug,
                Level::Info,
                Level::Warn,
                Level::Error,
                Level::Error,
                Level::Info,
                Level::Info
            ]
        );
    }

    #[test]
    fn libraries_log_no_bodies_at_any_level() {
        for level in [Level::Error, Level::Warn, Level::Info, Level::Debug] {
            let lines = logged(level, || {
                tracing::info!(target: "aws_smithy_runtime", "request: {{\"token\": \"xoxb\"}}");
                tracing::debug!(target: "hyper", "body");
                tracing::trace!(target: "switch_guard", "body");
            });
            assert_eq!(lines, [] as [Value; 0], "{level:?}");
        }
    }

    /// A crate that is missing from the list would silently lose every line below `warn`.
    #[test]
    fn every_crate_of_this_project_that_logs_is_on_the_list() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut logging = Vec::new();
        for folder in ["shared", "functions"] {
            for entry in fs::read_dir(root.join(folder)).unwrap() {
                let manifest = entry.unwrap().path().join("Cargo.toml");
                let text = fs::read_to_string(&manifest).unwrap();
                if text.lines().any(|line| line.starts_with("tracing = ")) {
                    let name = text.lines().find_map(|line| line.strip_prefix("name = "));
                    logging.push(name.unwrap().trim_matches('"').replace('-', "_"));
                }
            }
        }
        assert!(logging.len() >= 7, "{logging:?}");
        for name in logging {
            assert!(
                OURS.contains(&name.as_str()),
                "{name} logs nothing below `warn`"
            );
        }
    }

    #[test]
    fn what_a_library_puts_into_a_span_is_left_out() {
        let lines = logged(Level::Debug, || {
            let span = tracing::error_span!("lambda", xrayTraceId = "secret-of-a-span");
            let _inside = span.enter();
            tracing::warn!(target: "switch_guard", "slow");
        });
        assert_eq!(lines.len(), 1);
        assert!(
            !lines[0].to_string().contains("secret-of-a-span"),
            "{}",
            lines[0]
        );
    }

    #[test]
    fn a_key_is_shown_by_its_last_four() {
        assert_eq!(last_four("ASIAEXAMPLEQ2W3S6Z4"), "…S6Z4");
        assert_eq!(last_four("short"), "…");
        assert_eq!(last_four("ASIAEXAMPLE\u{202e}\n12"), "…12");
    }
}
