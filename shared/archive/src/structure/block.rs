//! 64 bytes at a time, in whatever vector instructions the processor has for certain.

use wide::u8x16;

/// 64 bytes of text.
#[derive(Clone, Copy)]
pub(super) struct Block {
    lanes: [u8x16; 4],
}

/// One bit for each byte of a block, the first byte lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) quote: u64,
    pub(super) backslash: u64,
    pub(super) open: u64,
    pub(super) close: u64,
}

/// What there is to see in a block without looking at each byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance {
    /// No bracket, backslash, vertical bar or control character.
    pub(super) plain: bool,
    /// An odd number of quotation marks.
    pub(super) odd_quotes: bool,
}

impl Block {
    #[inline]
    pub(super) fn load(bytes: &[u8; 64]) -> Self {
        let (lanes, _) = bytes.as_chunks::<16>();
        match lanes {
            [a, b, c, d] => Self { lanes: [u8x16::new(*a), u8x16::new(*b), u8x16::new(*c), u8x16::new(*d)] },
            _ => Self { lanes: [u8x16::ZERO; 4] },
        }
    }

    #[inline]
    pub(super) fn glance(&self) -> Glance {
        let [a, b, c, d] = self.lanes;
        // `[ \ ] { | }` with the bit of 0x20 set are 0x7b to 0x7d; the addition takes them, and nothing else, to the top: 0xfd to 0xff.
        let lift = |lane: u8x16| (lane | u8x16::splat(0x20)) + u8x16::splat(0x82);
        let highest = lift(a).max(lift(b)).max(lift(c).max(lift(d)));
        let notable = highest.saturating_sub(u8x16::splat(0xfc)) | self.control_left();
        let plain = notable.simd_eq(u8x16::ZERO).to_bitmask() == 0xffff;
        let mark = u8x16::splat(b'"');
        // Two marks in one column of the lanes cancel out, which leaves the parity as it is.
        let quotes = (a.simd_eq(mark) ^ b.simd_eq(mark)) ^ (c.simd_eq(mark) ^ d.simd_eq(mark));
        Glance { plain, odd_quotes: quotes.to_bitmask().count_ones() & 1 == 1 }
    }

    /// Not zero somewhere when a byte is under 0x20.
    #[inline]
    fn control_left(&self) -> u8x16 {
        let [a, b, c, d] = self.lanes;
        u8x16::splat(0x20).saturating_sub(a.min(b).min(c.min(d)))
    }

    #[inline]
    pub(super) fn has_control(&self) -> bool {
        self.control_left().simd_eq(u8x16::ZERO).to_bitmask() != 0xffff
    }

    /// The bytes under 0x20.
    #[inline]
    pub(super) fn control(&self) -> u64 {
        let top = u8x16::splat(0x1f);
        gather(self.lanes.map(|lane| lane.max(top).simd_eq(top)))
    }

    #[inline]
    pub(super) fn masks(&self) -> Masks {
        let equal = |lanes: [u8x16; 4], byte: u8| gather(lanes.map(|lane| lane.simd_eq(u8x16::splat(byte))));
        // With the bit of 0x20 set, both kinds of brackets look alike, and no other byte looks like them.
        let folded = self.lanes.map(|lane| lane | u8x16::splat(0x20));
        Masks { quote: equal(self.lanes, b'"'), backslash: equal(self.lanes, b'\\'), open: equal(folded, b'{'), close: equal(folded, b'}') }
    }

    /// All lanes laid over each other.
    #[inline]
    pub(super) fn overlaid(&self) -> u8x16 {
        let [a, b, c, d] = self.lanes;
        (a | b) | (c | d)
    }
}

/// The top bits of 64 bytes.
#[inline]
fn gather(lanes: [u8x16; 4]) -> u64 {
    let [a, b, c, d] = lanes.map(|lane| u64::from(lane.to_bitmask()));
    a | b << 16 | c << 32 | d << 48
}
