//! Finds where a JSON value ends: follows strings, escapes and depth exactly from its first byte,
//! 64 bytes at a time.
//!
//! A caller of AWS chooses text and even nested objects inside a record, so the end must never be
//! guessed from what the text looks like. Nothing else is validated; the code that uses the value
//! parses it.

mod block;

use std::sync::LazyLock;

use block::ScanBlock;
use fearless_simd::{Level, Simd, dispatch};

/// The vector instructions that this processor has.
static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);

/// How far [`Scan::advance`] got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanStep {
    /// The value ends before this offset.
    End(usize),
    /// All bytes were consumed and the value continues.
    More,
    /// A string has a raw control character at this offset, which JSON forbids. It isn't consumed.
    Control(usize),
}

impl ScanStep {
    /// The same step if this many bytes were consumed before.
    fn shifted_by(self, taken: usize) -> Self {
        match self {
            Self::End(at) => Self::End(taken + at),
            Self::Control(at) => Self::Control(taken + at),
            Self::More => Self::More,
        }
    }
}

/// A scan of one object or array that continues with the bytes that follow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    depth: u64,
    /// All ones inside a string, else zero.
    inside: u64,
    /// One if the next byte is escaped, else zero.
    escaped: u64,
    /// Whether raw control characters in strings no longer stop the scan.
    lenient: bool,
    seen: ScanTraits,
}

/// What a scan has seen. It may look up to 63 bytes past the end, so `true` may be wrong; `false`
/// is certain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ScanTraits {
    pub(crate) backslash: bool,
    pub(crate) non_ascii: bool,
    /// Bytes below 0x20, including line ends, inside and outside strings.
    pub(crate) control: bool,
}

impl Scan {
    /// A scan whose first byte will be `{` or `[`.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn traits_seen(self) -> ScanTraits {
        self.seen
    }

    /// Accepts control characters in strings from here on.
    pub(crate) fn ignore_control(&mut self) {
        self.lenient = true;
    }

    /// Scans the next bytes of the value.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> ScanStep {
        dispatch!(*LEVEL, simd => self.advance_with(simd, bytes))
    }

    #[expect(
        clippy::inline_always,
        reason = "it has to become part of the function that may use the vector instructions"
    )]
    #[inline(always)]
    fn advance_with<S: Simd>(&mut self, simd: S, bytes: &[u8]) -> ScanStep {
        // A copy can stay in registers.
        let mut now = *self;
        let step = now.run(simd, bytes);
        *self = now;
        step
    }

    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn run<S: Simd>(&mut self, simd: S, bytes: &[u8]) -> ScanStep {
        // 64 bytes give one machine word with one bit per byte. Strings, escapes and brackets are
        // then found by arithmetic on words, without a branch for each byte.
        let (blocks, tail) = bytes.as_chunks::<64>();
        let mut taken = 0;
        let mut text = ScanBlock::load(simd, &[0; 64]);
        for raw in blocks {
            let block = ScanBlock::load(simd, raw);
            text = text.overlaid_on(block);
            let quotes = block.quotes();
            if self.escaped == 0 && block.is_plain() {
                // Nothing in the block changes the depth, so it only matters whether the block ends
                // inside a string: an odd number of quotes inverts that.
                self.inside ^= 0_u64.wrapping_sub(u64::from(quotes.count_ones() & 1));
            } else {
                let step = self.careful(block, quotes, raw);
                if step != ScanStep::More {
                    self.seen.non_ascii |= text.any_high();
                    return step.shifted_by(taken);
                }
            }
            taken += 64;
        }
        self.seen.non_ascii |= text.any_high();
        self.byte_by_byte(tail).shifted_by(taken)
    }

    /// Scans a block that contains brackets, backslashes or control characters.
    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn careful<S: Simd>(
        &mut self,
        block: ScanBlock<S>,
        mut quotes: u64,
        raw: &[u8; 64],
    ) -> ScanStep {
        let backslashes = block.backslashes();
        let carried = self.escaped;
        if backslashes != 0 || carried != 0 {
            self.seen.backslash = true;
            // A quote after an odd run of backslashes is text.
            quotes &= !escaped(backslashes, &mut self.escaped);
        }
        // One bit for every byte between an opening quote and its closing one. The opening quote
        // counts as inside, the closing one doesn't. Neither is a bracket, so this makes no
        // difference.
        let inside = prefix_xor(quotes) ^ self.inside;
        let control = block.control();
        if control != 0 {
            self.seen.control = true;
            // The file is damaged here, so speed no longer matters. The slow way finds the byte,
            // starting from the state at the beginning of the block.
            if !self.lenient && control & inside != 0 {
                self.escaped = carried;
                return self.byte_by_byte(raw);
            }
        }
        // The last byte's bit, copied to the whole word, for the next block.
        self.inside = 0_u64.wrapping_sub(inside >> 63);
        let brackets = block.brackets();
        let open = brackets.open & !inside;
        let close = brackets.close & !inside;
        let closes = u64::from(close.count_ones());
        // The value can't end in this block even if all closing brackets came first, so their order
        // doesn't matter.
        if self.depth > closes {
            self.depth += u64::from(open.count_ones());
            self.depth -= closes;
            return ScanStep::More;
        }
        // It may end here, so the brackets are handled one by one, lowest first.
        let mut left = open | close;
        while left != 0 {
            let lowest = left & left.wrapping_neg();
            if close & lowest == 0 {
                self.depth += 1;
            } else {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return ScanStep::End(lowest.trailing_zeros() as usize + 1);
                }
            }
            left ^= lowest;
        }
        ScanStep::More
    }

    /// The same, byte by byte: for the bytes after the last whole block, and as the reference for
    /// tests.
    fn byte_by_byte(&mut self, bytes: &[u8]) -> ScanStep {
        for (at, byte) in bytes.iter().enumerate() {
            if *byte < 0x20 {
                self.seen.control = true;
                if self.inside != 0 && !self.lenient {
                    return ScanStep::Control(at);
                }
            }
            self.seen.non_ascii |= *byte >= 0x80;
            if self.escaped != 0 {
                self.escaped = 0;
                // A bracket after a backslash outside a string isn't JSON, but it counts as a
                // bracket in whole blocks too.
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
                        return ScanStep::End(at + 1);
                    }
                }
                _ => {}
            }
        }
        ScanStep::More
    }
}

/// The bytes that follow an odd run of backslashes. `carry` is one if the previous block ended in
/// such a run.
#[inline]
fn escaped(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    // The first byte is escaped by the previous block, so it doesn't escape anything itself.
    let backslash = backslash & !*carry;
    let follows = (backslash << 1) | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    // The addition carries each run that starts at an odd position to its end. Whether the end is
    // at an even or an odd position shows whether the run is odd (simdjson, *Parsing gigabytes of
    // JSON per second*, section 3.1.1).
    let (runs, overflow) = odd_starts.overflowing_add(backslash);
    *carry = u64::from(overflow);
    (EVEN ^ (runs << 1)) & follows
}

/// Ones from each odd set bit up to the next one, which isn't included.
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

/// A scan of one string that continues with the bytes that follow.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TextScan {
    escaped: bool,
    lenient: bool,
    seen: ScanTraits,
}

impl TextScan {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn traits_seen(self) -> ScanTraits {
        self.seen
    }

    pub(crate) fn ignore_control(&mut self) {
        self.lenient = true;
    }

    /// Scans the next bytes after the opening quotation mark. The end is after the closing one.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> ScanStep {
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
                // A backslash before a control character escapes the control character, not the one
                // after it.
                self.escaped = false;
                return ScanStep::Control(at);
            }
        }
        end.map_or(ScanStep::More, ScanStep::End)
    }
}

#[cfg(test)]
mod tests;
