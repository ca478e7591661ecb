//! `rolewatch trail connect`: makes the trail's bucket notify EventBridge of new log files, and
//! keeps its other notifications.

#[cfg(feature = "aws")]
mod aws;
#[cfg(not(feature = "aws"))]
mod without_aws;

use rolewatch_guard::untrusted::harmless;

#[cfg(feature = "aws")]
use aws::TrailBucket;
#[cfg(not(feature = "aws"))]
use without_aws::TrailBucket;

use crate::args::TrailConnectArgs;
use crate::exit::Failure;
use crate::report::words::counted;
use crate::stdout;

/// The notification settings of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BucketListeners {
    region: String,
    by_event_bridge: bool,
    /// All other destinations, one line each.
    others: Vec<String>,
}

/// Reads and changes a bucket's notifications.
trait NotificationSettings {
    fn read(&mut self) -> Result<BucketListeners, String>;

    /// Adds EventBridge to the settings that were last read, and keeps everything else.
    fn add_event_bridge(&self) -> Result<(), String>;
}

/// Connects the bucket, unless it is already connected.
pub(crate) fn connect(args: &TrailConnectArgs) -> Result<(), Failure> {
    let name = bucket_name(&args.bucket)?;
    let mut bucket = TrailBucket::open(name)?;
    let lines = connect_bucket(&mut bucket, name, args.dry_run)?;
    stdout::print(|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))
}

/// People also write buckets in the form of the AWS CLI (`s3://…`).
fn bucket_name(given: &str) -> Result<&str, Failure> {
    let name = given.strip_prefix("s3://").unwrap_or(given);
    let name = name.strip_suffix('/').unwrap_or(name);
    // S3's own rules for names. They also make the name safe to print.
    let plain = (3..=63).contains(&name.len())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)
        });
    plain
        .then_some(name)
        .ok_or_else(|| Failure::Usage(format!("`{}` is not the name of a bucket", harmless(given))))
}

fn connect_bucket(
    bucket: &mut impl NotificationSettings,
    name: &str,
    dry_run: bool,
) -> Result<Vec<String>, Failure> {
    let before = bucket
        .read()
        .map_err(|why| failed(name, "nothing was changed", &why))?;
    let BucketListeners {
        region,
        by_event_bridge,
        others,
    } = &before;
    let mut lines = vec![format!("bucket {name} in {region}")];
    // A write replaces the whole configuration, so nothing is written if nothing has to change.
    if *by_event_bridge {
        lines.push(
            "already connected: the bucket sends its events to EventBridge; nothing was changed"
                .to_owned(),
        );
        return Ok(lines);
    }
    if !dry_run {
        bucket
            .add_event_bridge()
            .map_err(|why| failed(name, "it may or may not be connected", &why))?;
    }
    let (kept, added) = if dry_run {
        ("would keep", "would add")
    } else {
        ("kept", "added")
    };
    let count = u64::try_from(others.len()).unwrap_or(u64::MAX);
    lines.push(format!(
        "{kept} {}",
        counted(count, "notification", "notifications")
    ));
    lines.extend(others.iter().map(|other| format!("  {}", harmless(other))));
    lines.push(format!(
        "{added} EventBridge, in the account of the bucket and {region}"
    ));
    Ok(lines)
}

fn failed(name: &str, state: &str, why: &str) -> Failure {
    // The SDK's error may contain a code or, if S3 sends no body, only a status.
    let hint = if why.contains("AccessDenied") || why.contains("status 403") {
        "\nuse credentials of the account that owns the bucket, with `s3:GetBucketNotification` \
         and `s3:PutBucketNotification` on it"
    } else if why.contains("NoSuchBucket") || why.contains("status 404") {
        "\nno bucket has this name: `aws cloudtrail describe-trails` prints the trail's bucket as \
         `S3BucketName`"
    } else if why.contains("PermanentRedirect") || why.contains("AuthorizationHeaderMalformed") {
        "\nthe bucket is in another Region, and S3 doesn't say in which: set `AWS_REGION` to it"
    } else {
        ""
    };
    Failure::Aws(format!(
        "can't connect `{name}` ({state}): {}{hint}",
        harmless(why)
    ))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    struct Memory {
        found: Result<BucketListeners, String>,
        written: Cell<u32>,
        write: Result<(), String>,
    }

    impl NotificationSettings for Memory {
        fn read(&mut self) -> Result<BucketListeners, String> {
            self.found.clone()
        }

        fn add_event_bridge(&self) -> Result<(), String> {
            self.written.set(self.written.get() + 1);
            self.write.clone()
        }
    }

    fn memory(by_event_bridge: bool) -> Memory {
        let others = vec![
            "queue arn:aws:sqs:eu-central-1:111122223333:\u{1b}[2J (s3:ObjectCreated:*)".to_owned(),
        ];
        let found = BucketListeners {
            region: "eu-central-1".into(),
            by_event_bridge,
            others,
        };
        Memory {
            found: Ok(found),
            written: Cell::default(),
            write: Ok(()),
        }
    }

    #[test]
    fn what_is_kept_and_added_is_said_in_harmless_text() {
        let mut bucket = memory(false);
        let lines = connect_bucket(&mut bucket, "trail-logs", false).unwrap();
        assert_eq!(
            (bucket.written.get(), &*lines[0], &*lines[1]),
            (
                1,
                "bucket trail-logs in eu-central-1",
                "kept 1 notification"
            )
        );
        assert_eq!(
            lines.last().unwrap(),
            "added EventBridge, in the account of the bucket and eu-central-1"
        );
        assert!(lines[2].contains("111122223333") && !lines[2].contains('\u{1b}'));
    }

    #[test]
    fn nothing_is_written_when_asked_not_to_or_when_it_is_connected() {
        let mut bucket = memory(false);
        let lines = connect_bucket(&mut bucket, "trail-logs", true).unwrap();
        assert!(
            lines[1].starts_with("would keep") && lines[3].starts_with("would add"),
            "{lines:?}"
        );
        let mut connected = memory(true);
        let lines = connect_bucket(&mut connected, "trail-logs", false).unwrap();
        assert!(lines[1].starts_with("already connected"), "{lines:?}");
        assert_eq!((bucket.written.get(), connected.written.get()), (0, 0));
    }

    #[test]
    fn an_error_says_what_to_do() {
        let why = |text: &str| {
            let mut bucket = Memory {
                found: Err(text.to_owned()),
                ..memory(false)
            };
            connect_bucket(&mut bucket, "trail-logs", false)
                .unwrap_err()
                .to_string()
        };
        assert!(
            why("s3:GetBucketNotification was refused: AccessDenied: no")
                .contains("s3:PutBucketNotification")
        );
        assert!(
            why("s3:GetBucketNotification was refused: NoSuchBucket: no")
                .contains("describe-trails")
        );
        assert!(
            why("s3:GetBucketNotification was refused: PermanentRedirect: no")
                .contains("AWS_REGION")
        );
        assert!(
            why("anything").ends_with("can't connect `trail-logs` (nothing was changed): anything")
        );
        let mut bucket = Memory {
            write: Err("s3:PutBucketNotification did not answer: late".into()),
            ..memory(false)
        };
        assert!(
            connect_bucket(&mut bucket, "trail-logs", false)
                .unwrap_err()
                .to_string()
                .contains("it may or may not be connected")
        );
    }

    #[test]
    fn a_bucket_is_given_by_its_name() {
        for given in ["trail-logs", "s3://trail-logs", "s3://trail-logs/"] {
            assert_eq!(bucket_name(given).unwrap(), "trail-logs");
        }
        for given in [
            "",
            "a",
            "s3://trail-logs/AWSLogs/",
            "arn:aws:s3:::trail-logs",
            "Trail",
            "a\u{202e}b",
        ] {
            assert!(bucket_name(given).is_err(), "{given}");
        }
    }
}
