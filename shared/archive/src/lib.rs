//! Reads CloudTrail log files into the records that could matter, at the speed of decompression.
//!
//! [`find_files`] finds the files. [`read_file`] and [`read_stream`] read one. A [`Sink`] receives
//! the JSON of each record in which the [`Filter`] finds what is searched for, together with its
//! [`RecordPlace`]. A record without it is counted but not parsed. EventBridge events are passed on
//! whole, whatever their content: the engine decides whether AWS sent them. Everything that can't
//! be read is reported as [`Unread`] with its reason, and the [`Counts`] add up.
//!
//! Memory use is bounded for any input: records over 4 MiB are rejected, and gzip data that
//! decompresses to more than 32 MiB is read as a stream.
//!
//! # Rooms
//!
//! Each imports only what is above it.
//!
//! - `structure`: where a JSON value ends, 64 bytes at a time.
//! - `inflate`: gzip as a stream, with every kind of fault distinguished.
//! - `place`: where something was read, and why something wasn't.
//! - `counts`: counts of what was read, which add up.
//! - `files`: the files to read.
//! - `keys`: what a JSON object is, judged by its keys.
//! - `filter`: whether a record could matter.
//! - `items`: handles each object that could be a record.
//! - `documents`: finds these objects in the text of a file of any shape.
//! - `read`: one file or stream, in bounded memory.

mod counts;
mod documents;
mod files;
mod filter;
mod inflate;
mod items;
mod keys;
mod place;
mod read;
mod structure;

pub use counts::Counts;
pub use files::{FileEntry, FoundFiles, find_files, is_log};
pub use filter::{BadNeedle, Filter};
pub use items::Sink;
pub use place::{Reason, RecordPlace, UnexpectedText, Unread};
pub use read::{Scratch, read_file, read_stream};
