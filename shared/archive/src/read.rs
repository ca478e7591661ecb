//! Reads one file or stream in bounded memory: small gzip files at once, everything else through a
//! window.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use crate::counts::Counts;
use crate::documents::{Documents, TextWindow};
use crate::filter::Filter;
use crate::inflate::{Gunzip, InflateFault, MAGIC};
use crate::items::{Items, Sink};
use crate::place::Reason;

/// The most compressed bytes that are decompressed at once.
const WHOLE_IN: usize = 16 << 20;

/// The most text that is decompressed at once.
const WHOLE_OUT: usize = 32 << 20;

/// The number of bytes that a window adds at a time.
const CHUNK: usize = 256 << 10;

/// The number of bytes of a decompressed text that are handled at a time.
const PIECE: usize = 128 << 10;

/// The number of bytes from which a file's format is recognized.
const HEAD: usize = 8 << 10;

/// Buffers and a decompressor, reused for the next file. One for each thread; about 54 MiB at most.
pub struct Scratch {
    whole: libdeflater::Decompressor,
    stored: Vec<u8>,
    text: Vec<u8>,
    window: Vec<u8>,
}

impl Scratch {
    /// Empty buffers, which grow with the input.
    pub fn new() -> Self {
        Self {
            whole: libdeflater::Decompressor::new(),
            stored: Vec::new(),
            text: Vec::new(),
            window: Vec::new(),
        }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads a file with any name, and passes on the records that could matter.
pub fn read_file<S: Sink + ?Sized>(
    path: &Path,
    filter: &Filter,
    scratch: &mut Scratch,
    sink: &mut S,
) -> Counts {
    let mut items = Items::new(Arc::from(path), filter, sink);
    match File::open(path) {
        Ok(file) => read(file, scratch, &mut items),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            items.failure(None, Reason::Missing, false);
        }
        Err(error) => items.failure(None, Reason::Refused(error.to_string()), false),
    }
    items.finish()
}

/// Reads a stream, such as standard input, and passes on the records that could matter. `name` is
/// used for it in places.
pub fn read_stream<S: Sink + ?Sized>(
    reader: impl Read,
    name: &str,
    filter: &Filter,
    scratch: &mut Scratch,
    sink: &mut S,
) -> Counts {
    let mut items = Items::new(Arc::from(Path::new(name)), filter, sink);
    read(reader, scratch, &mut items);
    items.finish()
}

fn read<S: Sink + ?Sized>(mut reader: impl Read, scratch: &mut Scratch, items: &mut Items<'_, S>) {
    let Scratch {
        whole,
        stored,
        text,
        window,
    } = scratch;
    stored.clear();
    if let Err(error) = read_up_to(&mut reader, HEAD, stored) {
        items.failure(None, Reason::Refused(error.to_string()), false);
        return;
    }
    // The content decides: people rename files, so `.gz` doesn't guarantee anything.
    if let Some(format) = other_format(stored) {
        items.counts.bytes_in = stored.len() as u64;
        items.failure(None, Reason::Format(format), true);
        return;
    }
    if !stored.starts_with(&MAGIC) {
        let mut reader = CountingReader {
            reader: stored.chain(reader),
            bytes: 0,
        };
        through_window(window, items, |space| {
            retry_interrupted(|| reader.read(space)).map_err(InflateFault::Read)
        });
        items.counts.bytes_in = reader.bytes;
        return;
    }
    // If the reader failed, the stream will return the error again, or the error is over.
    let ended = read_up_to(&mut reader, WHOLE_IN - HEAD, stored).is_ok() && stored.len() < WHOLE_IN;
    if ended && let Some((text, checksum)) = inflated_whole(whole, stored, text) {
        items.counts.bytes_in = stored.len() as u64;
        items.counts.bytes_out = text.len() as u64;
        whole_text(text, checksum, items);
        return;
    }
    let mut counted = CountingReader {
        reader: stored.chain(reader),
        bytes: 0,
    };
    let mut gunzip = Gunzip::new(&mut counted);
    through_window(window, items, |space| gunzip.read(space));
    items.counts.bytes_in = counted.bytes;
}

/// Appends up to `most` bytes.
fn read_up_to(reader: &mut impl Read, most: usize, to: &mut Vec<u8>) -> io::Result<usize> {
    reader.by_ref().take(most as u64).read_to_end(to)
}

/// The text of a file, and its expected checksum, if the file is certainly one gzip member without
/// anything else and its text is small.
fn inflated_whole<'a>(
    whole: &mut libdeflater::Decompressor,
    stored: &[u8],
    text: &'a mut Vec<u8>,
) -> Option<(&'a [u8], u32)> {
    let (before, length) = stored.split_last_chunk::<4>()?;
    let (member, checksum) = before.split_last_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    // The file's author chose this number, so it's checked before anything is allocated.
    if size > WHOLE_OUT {
        return None;
    }
    let deflated = after_header(member)?;
    // INVARIANT (one member): a member ends with the length of its text. The decompressed member
    // has this length, so if these four bytes don't occur earlier, the member ends where the file
    // ends, and nothing after it is overlooked.
    let earlier = stored.get(..stored.len().checked_sub(1)?)?;
    if memmem::find(earlier.get(stored.len() - deflated.len() - 8..)?, length).is_some() {
        return None;
    }
    if text.len() < size {
        text.resize(size, 0);
    }
    let text = text.get_mut(..size)?;
    let inflated = whole.deflate_decompress(deflated, text).ok()?;
    (inflated == size).then_some((&*text, u32::from_le_bytes(*checksum)))
}

/// The part after the header of a gzip member (RFC 1952, section 2.3).
fn after_header(member: &[u8]) -> Option<&[u8]> {
    let [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] = member else {
        return None;
    };
    let mut rest = rest;
    if flags & 0xe0 != 0 {
        return None;
    }
    if flags & 4 != 0 {
        let (length, extra) = rest.split_first_chunk::<2>()?;
        rest = extra.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [8, 16] {
        if flags & text != 0 {
            rest = rest.get(memchr::memchr(0, rest)? + 1..)?;
        }
    }
    if flags & 2 != 0 {
        rest.get(2..)
    } else {
        Some(rest)
    }
}

/// Reads a text that is in memory. It's too large for the nearer caches, so each piece is added to
/// the checksum just before it's read.
fn whole_text<S: Sink + ?Sized>(text: &[u8], checksum: u32, items: &mut Items<'_, S>) {
    if text.starts_with(&MAGIC) {
        items.failure(None, Reason::GzipTwice, true);
        return;
    }
    let mut documents = Documents::new();
    let mut sum = libdeflater::Crc::new();
    let mut end = 0;
    for piece in text.chunks(PIECE) {
        sum.update(piece);
        end += piece.len();
        let bytes = text.get(..end).unwrap_or(text);
        documents.read_on(
            TextWindow {
                bytes,
                base: 0,
                last: end == text.len(),
            },
            items,
        );
    }
    documents.finish(false, items);
    // The records were already passed on. Reading everything twice to check first isn't worth the
    // cost: the fault is reported, and the run doesn't count as complete.
    if sum.sum() != checksum {
        let what = "its checksum does not match".to_owned();
        items.failure(
            None,
            Reason::GzipCorrupt {
                after: text.len() as u64,
                what,
            },
            false,
        );
    }
}

/// Reads text through a window that contains the current record and little more.
fn through_window<S: Sink + ?Sized>(
    window: &mut Vec<u8>,
    items: &mut Items<'_, S>,
    mut next: impl FnMut(&mut [u8]) -> Result<usize, InflateFault>,
) {
    let mut documents = Documents::new();
    let mut held = 0;
    let mut base = 0_u64;
    let mut begun = false;
    let ended = loop {
        if window.len() < held + CHUNK {
            window.resize(held + CHUNK, 0);
        }
        let (filled, ended) = fill_window(window, held, &mut next);
        let bytes = window.get(..filled).unwrap_or_default();
        if !begun && bytes.starts_with(&MAGIC) {
            items.counts.bytes_out = bytes.len() as u64;
            items.failure(None, Reason::GzipTwice, true);
            return;
        }
        begun = true;
        documents.read_on(
            TextWindow {
                bytes,
                base,
                last: ended.is_some(),
            },
            items,
        );
        items.counts.bytes_out = base + filled as u64;
        if let Some(ended) = ended {
            break ended;
        }
        if documents.stopped() {
            return;
        }
        // Only what is still needed moves to the front, so the window contains the current record
        // and one chunk.
        let gone = usize::try_from(documents.keep_from().saturating_sub(base))
            .unwrap_or(filled)
            .min(filled);
        window.copy_within(gone..filled, 0);
        held = filled - gone;
        base += gone as u64;
    };
    documents.finish(ended.is_err(), items);
    if let Err(fault) = ended {
        let reason = fault.reason(items.counts.bytes_out);
        items.failure(None, reason, false);
    }
}

/// Reads after the `held` bytes of the window, until a chunk is full or the text ends. Returns the
/// number of bytes in the window, and how the text ended, if it did.
fn fill_window(
    window: &mut [u8],
    held: usize,
    next: &mut impl FnMut(&mut [u8]) -> Result<usize, InflateFault>,
) -> (usize, Option<Result<(), InflateFault>>) {
    let mut filled = held;
    loop {
        let Some(space) = window
            .get_mut(filled..held + CHUNK)
            .filter(|space| !space.is_empty())
        else {
            return (filled, None);
        };
        match next(space) {
            Ok(0) => return (filled, Some(Ok(()))),
            Ok(read) => filled += read,
            Err(fault) => return (filled, Some(Err(fault))),
        }
    }
}

impl InflateFault {
    /// `after`: the number of bytes of text before.
    fn reason(self, after: u64) -> Reason {
        match self {
            Self::Read(error) => Reason::Refused(error.to_string()),
            Self::Truncated => Reason::GzipTruncated(after),
            Self::Corrupt(what) => Reason::GzipCorrupt { after, what },
            Self::Trailing => Reason::GzipTrailing,
        }
    }
}

/// The format of a file that is neither JSON nor gzip, for formats that occur next to logs.
fn other_format(head: &[u8]) -> Option<&'static str> {
    let formats: [(&[u8], &str); 6] = [
        (b"PK\x03\x04", "a zip file"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"\xfd7zXZ\0", "an xz file"),
        (b"BZh", "a bzip2 file"),
        (b"PAR1", "a Parquet file"),
        (b"Obj\x01", "an Avro file"),
    ];
    formats
        .into_iter()
        .find_map(|(magic, name)| head.starts_with(magic).then_some(name))
}

fn retry_interrupted(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Counts the bytes that are read.
struct CountingReader<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(space)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
