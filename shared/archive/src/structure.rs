//! Where a JSON value ends: strings, escapes and depth followed exactly from its first byte, 64 bytes at a time.
//!
//! A caller of AWS chooses text and even nested objects inside a record, so an end may never be guessed from what the text looks like.
//! Nothing is validated beyond that; whoever reads the value parses it.

mod block;

use block::{Block, Glance};
use wide::u8x16;

/// How far [`Scan::advance`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value ends before this offset.
    End(usize),
    /// All bytes were taken and the value goes on.
    More,
    /// At this offset, not taken yet, a string holds a raw control character, which JSON forbids.
    Control(usize),
}

/// A scan of one object or array, to be resumed with the bytes that follow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    depth: u64,
    /// All ones inside a string, else zero.
    inside: u64,
    /// One when the next byte is escaped, else zero.
    escaped: u64,
    /// Whether raw control characters in strings no longer stop the scan.
    lenient: bool,
    seen: Seen,
}

/// What a scan met. It may look up to 63 bytes past the end, so a `true` may be too much, a `false` is certain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) backslash: bool,
    pub(crate) non_ascii: bool,
    /// Bytes under 0x20, line ends among them, in strings or not.
    pub(crate) control: bool,
}

impl Scan {
    /// A scan whose first byte will be `{` or `[`.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn seen(self) -> Seen {
        self.seen
    }

    /// Takes control characters in strings as they come from here on.
    pub(crate) fn ignore_control(&mut self) {
        self.lenient = true;
    }

    /// Takes the next bytes of the value.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Step {
        let mut now = *self;
        let step = now.run(bytes);
        *self = now;
        step
    }

    #[inline]
    fn run(&mut self, bytes: &[u8]) -> Step {
        let (blocks, tail) = bytes.as_chunks::<64>();
        let mut taken = 0;
        let mut text = u8x16::ZERO;
        for raw in blocks {
            let block = Block::load(raw);
            text |= block.overlaid();
            let Glance { plain, odd_quotes } = block.glance();
            if plain && self.escaped == 0 {
                self.inside ^= 0_u64.wrapping_sub(u64::from(odd_quotes));
            } else {
                match self.careful(&block, raw) {
                    Step::More => {}
                    Step::End(at) => {
                        self.seen.non_ascii |= text.to_bitmask() != 0;
                        return Step::End(taken + at);
                    }
                    Step::Control(at) => {
                        self.seen.non_ascii |= text.to_bitmask() != 0;
                        return Step::Control(taken + at);
                    }
                }
            }
            taken += 64;
        }
        self.seen.non_ascii |= text.to_bitmask() != 0;
        match self.byte_by_byte(tail) {
            Step::More => Step::More,
            Step::End(at) => Step::End(taken + at),
            Step::Control(at) => Step::Control(taken + at),
        }
    }

    /// A block with brackets, backslashes or control characters in it.
    #[inline]
    fn careful(&mut self, block: &Block, raw: &[u8; 64]) -> Step {
        let masks = block.masks();
        let carried = self.escaped;
        let mut quote = masks.quote;
        if masks.backslash != 0 || carried != 0 {
            self.seen.backslash = true;
            quote &= !escaped(masks.backslash, &mut self.escaped);
        }
        let inside = prefix_xor(quote) ^ self.inside;
        if block.has_control() {
            self.seen.control = true;
            if !self.lenient && block.control() & inside != 0 {
                self.escaped = carried;
                return self.byte_by_byte(raw);
            }
        }
        self.inside = 0_u64.wrapping_sub(inside >> 63);
        let open = masks.open & !inside;
        let close = masks.close & !inside;
        let closes = u64::from(close.count_ones());
        if self.depth > closes {
            self.depth += u64::from(open.count_ones());
            self.depth -= closes;
            return Step::More;
        }
        let mut brackets = open | close;
        while brackets != 0 {
            let lowest = brackets & brackets.wrapping_neg();
            if close & lowest == 0 {
                self.depth += 1;
            } else {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Step::End(lowest.trailing_zeros() as usize + 1);
                }
            }
            brackets ^= lowest;
        }
        Step::More
    }

    /// The same, one byte after the other: for what is left after the last whole block, and the reference for tests.
    fn byte_by_byte(&mut self, bytes: &[u8]) -> Step {
        for (at, byte) in bytes.iter().enumerate() {
            if *byte < 0x20 {
                self.seen.control = true;
                if self.inside != 0 && !self.lenient {
                    return Step::Control(at);
                }
            }
            self.seen.non_ascii |= *byte >= 0x80;
            if self.escaped != 0 {
                self.escaped = 0;
                // A bracket after a backslash outside a string is no JSON, but it counts as a bracket in whole blocks too.
                if matches!(byte, b'"' | b'\\') || self.inside != 0 {
                    continue;
                }
            }
            match byte {
                b'\\' => {
                    self.seen.backslash = true;
                    self.escaped = 1;
                }
                b'"' => self.inside = !self.inside,
                b'{' | b'[' if self.inside == 0 => self.depth += 1,
                b'}' | b']' if self.inside == 0 => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Step::End(at + 1);
                    }
                }
                _ => {}
            }
        }
        Step::More
    }
}

/// The bytes that follow an odd run of backslashes. `carry` is one when the block before ended in such a run.
#[inline]
fn escaped(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let backslash = backslash & !*carry;
    let follows = (backslash << 1) | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    let (runs, overflow) = odd_starts.overflowing_add(backslash);
    *carry = u64::from(overflow);
    (EVEN ^ (runs << 1)) & follows
}

/// Ones from each odd set bit up to, not with, the next.
#[inline]
fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    bits
}

/// A scan of one string, to be resumed with the bytes that follow.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TextScan {
    escaped: bool,
    lenient: bool,
    seen: Seen,
}

impl TextScan {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn seen(self) -> Seen {
        self.seen
    }

    pub(crate) fn ignore_control(&mut self) {
        self.lenient = true;
    }

    /// Takes the next bytes after the opening quotation mark; the end is after the closing one.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Step {
        let mut from = 0;
        let mut end = None;
        while let Some(rest) = bytes.get(from..) {
            if self.escaped && !rest.is_empty() {
                self.escaped = false;
                from += 1;
                continue;
            }
            match memchr::memchr2(b'"', b'\\', rest).map(|at| (at, rest.get(at))) {
                Some((at, Some(b'\\'))) => {
                    self.seen.backslash = true;
                    self.escaped = true;
                    from += at + 1;
                }
                Some((at, _)) => {
                    end = Some(from + at + 1);
                    break;
                }
                None => break,
            }
        }
        let taken = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
        self.seen.non_ascii |= !taken.is_ascii();
        if let Some(at) = taken.iter().position(|byte| *byte < 0x20) {
            self.seen.control = true;
            if !self.lenient {
                // Whatever was escaped before a control character, it is not the control character's successor.
                self.escaped = false;
                return Step::Control(at);
            }
        }
        end.map_or(Step::More, Step::End)
    }
}

#[cfg(test)]
mod tests;
