//! 64 bytes at a time, with the widest vector instructions that the processor has.

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

/// 64 bytes of text.
#[derive(Clone, Copy)]
pub(super) struct ScanBlock<S: Simd> {
    text: u8x64<S>,
}

/// One bit for each byte of a block, the first byte lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Brackets {
    pub(super) open: u64,
    pub(super) close: u64,
}

#[expect(
    clippy::inline_always,
    reason = "vector instructions are only used where a function is inlined into the one that may use them"
)]
impl<S: Simd> ScanBlock<S> {
    #[inline(always)]
    pub(super) fn load(simd: S, bytes: &[u8; 64]) -> Self {
        Self {
            text: u8x64::simd_from(simd, *bytes),
        }
    }

    /// Whether the block has no bracket, backslash, vertical bar or control character.
    #[inline(always)]
    pub(super) fn is_plain(self) -> bool {
        // `[ \ ] { | }` with the bit 0x20 set are 0x7b to 0x7d. The addition moves these, and
        // nothing else, to the top: 0xfd to 0xff.
        let lifted = (self.text | 0x20) + 0x82;
        let notable =
            lifted.saturating_sub(self.splat(0xfc)) | self.splat(0x20).saturating_sub(self.text);
        notable.simd_eq(0).all_true()
    }

    #[inline(always)]
    pub(super) fn quotes(self) -> u64 {
        self.text.simd_eq(b'"').to_bitmask()
    }

    #[inline(always)]
    pub(super) fn backslashes(self) -> u64 {
        self.text.simd_eq(b'\\').to_bitmask()
    }

    #[inline(always)]
    pub(super) fn brackets(self) -> Brackets {
        // With the bit 0x20 set, both kinds of brackets are equal, and no other byte equals them.
        let folded = self.text | 0x20;
        Brackets {
            open: folded.simd_eq(b'{').to_bitmask(),
            close: folded.simd_eq(b'}').to_bitmask(),
        }
    }

    /// The bytes below 0x20.
    #[inline(always)]
    pub(super) fn control(self) -> u64 {
        self.text.simd_lt(0x20).to_bitmask()
    }

    /// The bits of both blocks combined.
    #[inline(always)]
    pub(super) fn overlaid_on(self, other: Self) -> Self {
        Self {
            text: self.text | other.text,
        }
    }

    /// Whether any byte is 0x80 or above.
    #[inline(always)]
    pub(super) fn any_high(self) -> bool {
        self.text.simd_ge(0x80).any_true()
    }

    #[inline(always)]
    fn splat(self, byte: u8) -> u8x64<S> {
        u8x64::splat(self.text.token(), byte)
    }
}
