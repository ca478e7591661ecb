//! The list step: lists the keys under a prefix in parts, which the state machine processes one
//! after another.
//!
//! Step Functions can list a bucket itself, but only in its own account and Region, and an
//! organization's trail mostly writes to another account. A part is an object of JSON Lines: each
//! line is one item of the map, with the keys of one batch. A pass ends when its part is full or
//! its time is up, and returns the key after which the next pass continues. So 10 million keys work
//! as well as a hundred.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::untrusted::harmless;
use rolewatch_live::ledger::hash;
use rolewatch_live::port::Trouble;
use serde_json::{Value, json};

use super::{List, folder};
use crate::time::PAGE_TAKES;
use crate::{ArchivePorts, refused};

/// The most keys of a batch.
const MOST_KEYS: usize = 100;

/// The most bytes of a line. Step Functions accepts 256 KiB per item, including the names of the
/// run and the bucket.
const LARGEST_LINE: usize = 128 << 10;

/// The size in bytes at which a part is full: about 230,000 keys of a trail. The part is held in
/// memory until it is written.
const FULL: usize = 32 << 20;

/// Lists keys from where the last pass ended, and writes one part of the list.
///
/// A repeated pass may produce a different part, because it had less time or files were added. So a
/// part is named by its content, and the answer that the state machine continues with names exactly
/// the part that it belongs to.
pub(crate) async fn list<O: ArchivePorts>(
    outside: &O,
    asked: &List,
    deadline: Option<Moment>,
) -> Result<Value, Trouble> {
    let folder = folder(&asked.run).ok_or_else(|| {
        refused(
            "the run",
            "its name may contain only letters, digits, `-` and `_`",
        )
    })?;
    let mut part = Part::default();
    let mut after = asked.after.clone().unwrap_or_default();
    let more = loop {
        let page = outside.keys(&asked.bucket, &asked.prefix, &after).await?;
        for (key, _) in &page.keys {
            if *key <= after {
                // Continuing would loop forever.
                let why = format!(
                    "`{}` comes after `{}`, but keys must be in order",
                    harmless(key),
                    harmless(&after)
                );
                return Err(refused("listing the log files", &why));
            }
            // Also for keys that aren't listed, because the next page begins after them.
            after.clone_from(key);
            // The S3 console shows such an object as a folder.
            if !key.ends_with('/') {
                part.add(key);
            }
        }
        if !page.more {
            break false;
        }
        if page.keys.is_empty() {
            return Err(refused(
                "listing the log files",
                "an empty page says that more follow, but not after which key",
            ));
        }
        let late =
            deadline.is_some_and(|deadline| deadline.seconds_since(outside.now()) < PAGE_TAKES);
        if late || part.lines.len() >= FULL {
            break true;
        }
    };
    let Part {
        lines,
        batches,
        files,
        ..
    } = part.finish();
    let mut key = None;
    if batches > 0 {
        let name = format!("{folder}/list/{:012}-{}.jsonl", asked.files, hash(&lines));
        outside.put(&name, lines.into_bytes()).await?;
        key = Some(name);
    }
    Ok(json!({
        "key": key,
        "batches": batches,
        "files": asked.files + files,
        "after": after,
        "more": more,
    }))
}

/// A part of the list.
#[derive(Debug, Default)]
struct Part {
    /// Complete lines, followed by the batch that isn't full yet.
    lines: String,
    /// Where that batch begins.
    open: usize,
    /// How many keys it has.
    keys: usize,
    batches: u64,
    files: u64,
}

impl Part {
    fn add(&mut self, key: &str) {
        let key = ascii_json(key);
        if self.keys == MOST_KEYS || self.lines.len() - self.open + key.len() > LARGEST_LINE {
            self.close_line();
        }
        self.lines
            .push_str(if self.keys == 0 { "{\"keys\":[" } else { "," });
        self.lines.push_str(&key);
        self.keys += 1;
        self.files += 1;
    }

    fn close_line(&mut self) {
        if self.keys == 0 {
            return;
        }
        self.lines.push_str("]}\n");
        self.open = self.lines.len();
        self.keys = 0;
        self.batches += 1;
    }

    fn finish(mut self) -> Self {
        self.close_line();
        self
    }
}

/// A JSON string in ASCII. Readers disagree about which other characters (such as U+2028) end a
/// line.
fn ascii_json(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    for character in Value::from(text).to_string().chars() {
        if character.is_ascii() && character != '\u{7f}' {
            written.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let escape = format!("\\u{unit:04x}");
            written.push_str(&escape);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part_of(keys: &[String]) -> Part {
        let mut part = Part::default();
        for key in keys {
            part.add(key);
        }
        part.finish()
    }

    fn lines_of(keys: &[String]) -> Vec<(usize, Vec<String>)> {
        let Part {
            lines,
            batches,
            files,
            ..
        } = part_of(keys);
        assert!(lines.is_empty() || lines.ends_with('\n'));
        let read: Vec<(usize, Vec<String>)> = lines
            .split_terminator('\n')
            .map(|line| {
                (
                    line.len(),
                    serde_json::from_value(
                        serde_json::from_str::<Value>(line).unwrap()["keys"].take(),
                    )
                    .unwrap(),
                )
            })
            .collect();
        assert_eq!((batches, files), (read.len() as u64, keys.len() as u64));
        read
    }

    #[test]
    fn a_line_has_a_hundred_keys_and_fits_into_an_item_whatever_they_are() {
        let keys: Vec<String> = (0..250)
            .map(|number| format!("AWSLogs/{number:04}"))
            .collect();
        assert_eq!(
            lines_of(&keys)
                .iter()
                .map(|(_, keys)| keys.len())
                .collect::<Vec<_>>(),
            [100, 100, 50]
        );
        assert_eq!(lines_of(&[]), []);
        // The longest keys that S3 accepts, in their longest spelling.
        let longest: Vec<String> = (0..300).map(|_| "\u{1}".repeat(1_024)).collect();
        let longest = lines_of(&longest);
        assert!(
            longest.len() > 3
                && longest
                    .iter()
                    .all(|(bytes, keys)| *bytes < 200 << 10 && !keys.is_empty())
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_was_listed_on_lines_that_nobody_can_read_otherwise(keys in prop::collection::vec("\\PC{0,40}|[\u{0}-\u{2030}]{0,40}", 0..130)) {
            let written = lines_of(&keys);
            prop_assert_eq!(written.into_iter().flat_map(|(_, keys)| keys).collect::<Vec<_>>(), keys.clone());
            prop_assert!(part_of(&keys).lines.bytes().all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)));
        }
    }
}
