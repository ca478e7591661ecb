//! CloudTrail log files to the records that could matter, at the speed of inflate.
//!
//! [`find_files`] finds the files, [`read_file`] and [`read_stream`] read one, and a [`Sink`] takes
//! the JSON of each record in which the [`Filter`] finds what is searched for, together with its
//! [`RecordPlace`]. A record that holds none of it is counted and not parsed. Events of EventBridge
//! are handed over whole, whatever they hold: whether AWS sent them is for the engine to say.
//! Whatever cannot be read is named as [`Unread`] with its reason, and the [`Counts`] add up.
//!
//! Memory is bounded whatever is read: no record over 4 MiB is taken, and gzip data that inflates
//! to more than 32 MiB is read as a stream.
//!
//! # Rooms
//!
//! Each imports only what stands above it.
//!
//! - `structure`: where a JSON value ends, 64 bytes at a time.
//! - `inflate`: gzip as a stream, with every fault told apart.
//! - `place`: where something was read, and why something was not.
//! - `counts`: what was read, in numbers that add up.
//! - `files`: which files there are to read.
//! - `keys`: what a JSON object is, by its keys.
//! - `filter`: whether a record could matter.
//! - `items`: what becomes of each object that could be a record.
//! - `documents`: from the text of a file to those objects, whatever the shape of the file.
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
