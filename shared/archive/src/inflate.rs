//! Gzip as a stream, member by member, with every fault told apart and everything before it given
//! out.

use std::io::Read;

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

/// The first bytes of every gzip member.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The compressed bytes that are held at a time.
const INPUT: usize = 64 << 10;

/// Why the inflating ended early.
#[derive(Debug)]
pub(crate) enum InflateFault {
    Read(std::io::Error),
    Truncated,
    Corrupt(String),
    Trailing,
}

/// Inflates what a reader gives.
pub(crate) struct Gunzip<R> {
    reader: R,
    input: Vec<u8>,
    from: usize,
    to: usize,
    inflate: Decompress,
    at: MemberState,
    /// Met after the text that is being given out.
    fault: Option<InflateFault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MemberState {
    /// Before the first member.
    Start,
    Member,
    /// After a member; zeros may follow, or another member.
    Between,
    /// After zeros, which only zeros may follow.
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

    /// Fills a part of `out`; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, InflateFault> {
        // What was inflated before the fault is given out first: records that are whole are read,
        // and the fault is told after them.
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

    /// Inflates until there is some text, or the member ends, or a fault is met and kept.
    fn inflate_some(&mut self, out: &mut [u8]) -> usize {
        loop {
            if self.from == self.to
                && let Err(error) = self.fill()
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
                    self.fault = Some(InflateFault::Corrupt(said(&error)));
                    return inflated;
                }
                Ok(_) if inflated > 0 => return inflated,
                // No input left, nothing given out, and the member has not ended: it was cut off.
                Ok(_) if at_end => {
                    self.fault = Some(InflateFault::Truncated);
                    return 0;
                }
                Ok(_) => {}
            }
        }
    }

    /// What follows a member.
    fn next_member(&mut self) -> Result<MemberState, InflateFault> {
        if self.to - self.from < MAGIC.len() {
            self.fill().map_err(InflateFault::Read)?;
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

    /// Reads more compressed bytes behind the ones that are left.
    fn fill(&mut self) -> std::io::Result<()> {
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

/// The inflater's words for a fault, in this program's.
fn said(error: &DecompressError) -> String {
    match error.message() {
        Some("incorrect data check") => "its checksum does not match".to_owned(),
        Some("incorrect length check") => "its length does not match".to_owned(),
        Some(message) => message.to_owned(),
        None => "it can't be decompressed".to_owned(),
    }
}
