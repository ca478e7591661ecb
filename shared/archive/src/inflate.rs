//! Gzip as a stream, member by member. Faults are distinguished, and all text before a fault is
//! returned.

use std::io::Read;

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

/// The first bytes of every gzip member.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The number of compressed bytes in memory at a time.
const INPUT: usize = 64 << 10;

/// Why decompression ended early.
#[derive(Debug)]
pub(crate) enum InflateFault {
    Read(std::io::Error),
    Truncated,
    Corrupt(String),
    Trailing,
}

/// Decompresses the content of a reader.
pub(crate) struct Gunzip<R> {
    reader: R,
    input: Vec<u8>,
    from: usize,
    to: usize,
    inflate: Decompress,
    at: MemberState,
    /// A fault that follows the text being returned.
    fault: Option<InflateFault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MemberState {
    /// Before the first member.
    Start,
    Member,
    /// After a member; zeros or another member may follow.
    Between,
    /// After zeros; only more zeros may follow.
    Padding,
    End,
}

impl<R: Read> Gunzip<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            input: vec![0; INPUT],
            from: 0,
            to: 0,
            inflate: Decompress::new_gzip(15),
            at: MemberState::Start,
            fault: None,
        }
    }

    /// Fills a part of `out`. Returns the number of bytes; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, InflateFault> {
        // Decompressed text is returned first: complete records are read, and the fault is reported
        // after them.
        if let Some(fault) = self.fault.take() {
            self.at = MemberState::End;
            return Err(fault);
        }
        loop {
            match self.at {
                MemberState::End => return Ok(0),
                MemberState::Member => {
                    let inflated = self.inflate_some(out);
                    if inflated > 0 {
                        return Ok(inflated);
                    }
                    if let Some(fault) = self.fault.take() {
                        self.at = MemberState::End;
                        return Err(fault);
                    }
                }
                MemberState::Start | MemberState::Between | MemberState::Padding => {
                    match self.next_member() {
                        Ok(at) => self.at = at,
                        Err(fault) => {
                            self.at = MemberState::End;
                            return Err(fault);
                        }
                    }
                }
            }
        }
    }

    /// Decompresses until there is some text, the member ends, or a fault is found and stored.
    fn inflate_some(&mut self, out: &mut [u8]) -> usize {
        loop {
            if self.from == self.to
                && let Err(error) = self.fill_buffer()
            {
                self.fault = Some(InflateFault::Read(error));
                return 0;
            }
            let input = self.input.get(self.from..self.to).unwrap_or_default();
            let at_end = input.is_empty();
            let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(input, out, FlushDecompress::None);
            self.from += usize::try_from(self.inflate.total_in() - taken).unwrap_or(0);
            let inflated = usize::try_from(self.inflate.total_out() - given).unwrap_or(0);
            match status {
                Ok(Status::StreamEnd) => {
                    self.at = MemberState::Between;
                    return inflated;
                }
                Err(error) => {
                    self.fault = Some(InflateFault::Corrupt(fault_text(&error)));
                    return inflated;
                }
                Ok(_) if inflated > 0 => return inflated,
                // No input is left, there is no more output, and the member hasn't ended: it was
                // cut off.
                Ok(_) if at_end => {
                    self.fault = Some(InflateFault::Truncated);
                    return 0;
                }
                Ok(_) => {}
            }
        }
    }

    /// Handles what follows a member.
    fn next_member(&mut self) -> Result<MemberState, InflateFault> {
        if self.to - self.from < MAGIC.len() {
            self.fill_buffer().map_err(InflateFault::Read)?;
        }
        let input = self.input.get(self.from..self.to).unwrap_or_default();
        match (input, self.at) {
            ([], MemberState::Start) => Err(InflateFault::Truncated),
            ([], _) => Ok(MemberState::End),
            ([0, ..], MemberState::Between | MemberState::Padding) => {
                self.from += input.iter().take_while(|byte| **byte == 0).count();
                Ok(MemberState::Padding)
            }
            (input, MemberState::Start | MemberState::Between) if input.starts_with(&MAGIC) => {
                self.inflate.reset(true);
                Ok(MemberState::Member)
            }
            _ => Err(InflateFault::Trailing),
        }
    }

    /// Reads more compressed bytes and appends them to the remaining ones.
    fn fill_buffer(&mut self) -> std::io::Result<()> {
        self.input.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        while self.to < MAGIC.len() {
            let Some(space) = self.input.get_mut(self.to..) else {
                break;
            };
            match self.reader.read(space) {
                Ok(0) => break,
                Ok(read) => self.to += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The message for a fault of the decompressor.
fn fault_text(error: &DecompressError) -> String {
    match error.message() {
        Some("incorrect data check") => "its checksum does not match".to_owned(),
        Some("incorrect length check") => "its length does not match".to_owned(),
        Some(message) => message.to_owned(),
        None => "it can't be decompressed".to_owned(),
    }
}
