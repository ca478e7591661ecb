//! A search for long needles that looks at every fourteenth place or so.
//!
//! A needle of at least `stride + 3` bytes, wherever it stands, covers the four bytes at some
//! multiple of the stride. So only there are four bytes looked up among those of the needles, and
//! the few places whose bytes are known are looked at as a whole.

/// The bytes that are looked up at once.
const GRAM: usize = 4;

/// Bits of the table that tells, for nearly all of the text, that four bytes are not known. It has
/// to stay in the nearest cache.
const BITS: usize = 1 << 16;

/// Slots of the table that tells where the known ones stand.
const SLOTS: usize = 1 << 13;

/// Of so many known places the table would be full of, and the search slow.
const MOST: usize = SLOTS / 2;

/// Needles, prepared for the search.
#[derive(Debug)]
pub(super) struct Sampled {
    stride: Stride,
    known: Box<[u64; BITS / 64]>,
    /// One more than the first place of each slot in `places`; zero where a slot has none.
    first: Box<[u16; SLOTS]>,
    /// In the order of their slots.
    places: Vec<NeedleGram>,
    needles: Vec<Box<[u8]>>,
}

/// How far apart the places are that are looked at: the farthest that the shortest needle allows.
#[derive(Debug, Clone, Copy)]
enum Stride {
    Five,
    Eight,
    Fourteen,
}

/// Four bytes of a needle. What a look at the text needs is all here, side by side.
#[derive(Debug, Clone, Copy)]
struct NeedleGram {
    gram: u32,
    /// Four bytes that few other needles have, looked at before the whole.
    mark: u32,
    /// Where the four bytes stand in the needle, and where the mark.
    offset: u16,
    mark_at: u16,
    needle: u16,
}

impl Sampled {
    /// `None` when a needle is too short for it, or there are too many.
    pub(super) fn new(needles: &[&[u8]]) -> Option<Self> {
        let shortest = needles.iter().map(|needle| needle.len()).min()?;
        let stride = match (shortest + 1).checked_sub(GRAM)? {
            0..5 => return None,
            5..8 => Stride::Five,
            8..14 => Stride::Eight,
            _ => Stride::Fourteen,
        };
        let mut places = Vec::new();
        for (index, text) in needles.iter().enumerate() {
            let needle = u16::try_from(index).ok()?;
            let mark_at = least_shared(text, needles, 1);
            let mark = gram(text.get(mark_at..)?)?;
            // One of any `stride` places in a row falls on a multiple of the stride, so it is
            // enough to know the four bytes at that many places. The rarest are taken: each known
            // place that is met costs a closer look.
            let first = least_shared(text, needles, stride.bytes());
            for offset in first..first + stride.bytes() {
                let gram = gram(text.get(offset..)?)?;
                places.push(NeedleGram {
                    gram,
                    mark,
                    offset: u16::try_from(offset).ok()?,
                    mark_at: u16::try_from(mark_at).ok()?,
                    needle,
                });
            }
        }
        if places.len() > MOST {
            return None;
        }
        places.sort_by_key(|place| slot(place.gram));
        let mut known = Box::new([0; BITS / 64]);
        let mut first = Box::new([0; SLOTS]);
        // Backward, so that the first place of a slot is written last.
        for (index, place) in places.iter().enumerate().rev() {
            let bit = hash(place.gram, BITS);
            *known.get_mut(bit / 64)? |= 1 << (bit % 64);
            *first.get_mut(slot(place.gram))? = u16::try_from(index + 1).ok()?;
        }
        Some(Self {
            stride,
            known,
            first,
            places,
            needles: needles.iter().map(|needle| Box::from(*needle)).collect(),
        })
    }

    /// Whether some needle stands in the text.
    #[inline]
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        match self.stride {
            Stride::Five => self.is_in_by::<5, 20>(text),
            Stride::Eight => self.is_in_by::<8, 32>(text),
            Stride::Fourteen => self.is_in_by::<14, 56>(text),
        }
    }

    /// `FOUR` is four times `STRIDE`, so that four places are looked at before there is anything to
    /// decide.
    #[inline]
    fn is_in_by<const STRIDE: usize, const FOUR: usize>(&self, text: &[u8]) -> bool {
        let (fours, rest) = text.as_chunks::<FOUR>();
        for (index, four) in fours.iter().enumerate() {
            let (pieces, _) = four.as_chunks::<STRIDE>();
            let met = pieces.iter().fold(0, |met, piece| {
                met | gram(piece).map_or(0, |gram| self.known(gram))
            });
            // One branch for four places; it is hardly ever taken.
            if met & 1 != 0 && self.stands_in::<STRIDE>(text, index * FOUR, pieces) {
                return true;
            }
        }
        let (pieces, end) = rest.as_chunks::<STRIDE>();
        let rest = fours.len() * FOUR;
        let end_at = rest + pieces.len() * STRIDE;
        self.stands_in::<STRIDE>(text, rest, pieces)
            || gram(end).is_some_and(|gram| self.stands_at(text, end_at, gram))
    }

    /// The lowest bit tells whether the four bytes may be known; the others tell nothing.
    #[inline]
    fn known(&self, gram: u32) -> u64 {
        let bit = hash(gram, BITS);
        self.known
            .get(bit / 64)
            .map_or(1, |bits| bits >> (bit % 64))
    }

    /// Whether some needle has the four bytes with which one of the pieces of the text, the first
    /// of them at `base`, begins.
    #[inline]
    fn stands_in<const STRIDE: usize>(
        &self,
        text: &[u8],
        base: usize,
        pieces: &[[u8; STRIDE]],
    ) -> bool {
        pieces.iter().enumerate().any(|(index, piece)| {
            gram(piece).is_some_and(|gram| self.stands_at(text, base + index * STRIDE, gram))
        })
    }

    /// Whether some needle stands in the text so that it has these four bytes here.
    #[inline]
    fn stands_at(&self, text: &[u8], at: usize, gram_here: u32) -> bool {
        let slot_here = slot(gram_here);
        let Some(first) = self
            .first
            .get(slot_here)
            .and_then(|first| first.checked_sub(1))
        else {
            return false;
        };
        let places = self
            .places
            .get(usize::from(first)..)
            .unwrap_or_default()
            .iter();
        places
            .take_while(|place| slot(place.gram) == slot_here)
            .any(|place| {
                let start = at
                    .checked_sub(usize::from(place.offset))
                    .filter(|_| place.gram == gram_here);
                start.is_some_and(|start| {
                    text.get(start + usize::from(place.mark_at)..)
                        .and_then(gram)
                        == Some(place.mark)
                        && self.stands_from(text, start, place)
                })
            })
    }

    #[inline(never)]
    fn stands_from(&self, text: &[u8], start: usize, place: &NeedleGram) -> bool {
        self.needles
            .get(usize::from(place.needle))
            .zip(text.get(start..))
            .is_some_and(|(needle, text)| text.starts_with(needle))
    }
}

impl Stride {
    fn bytes(self) -> usize {
        match self {
            Self::Five => 5,
            Self::Eight => 8,
            Self::Fourteen => 14,
        }
    }
}

/// Where in a needle so many places in a row begin whose bytes are in the fewest other needles.
/// What needles have in common, such as `:assumed-role/`, is mostly what every record has.
fn least_shared(needle: &[u8], needles: &[&[u8]], places: usize) -> usize {
    let shared: Vec<usize> = needle
        .windows(GRAM)
        .map(|gram| {
            needles
                .iter()
                .filter(|other| other.windows(GRAM).any(|theirs| theirs == gram))
                .count()
        })
        .collect();
    let counts = shared
        .windows(places)
        .map(|window| window.iter().sum::<usize>());
    counts
        .enumerate()
        .min_by_key(|(_, count)| *count)
        .map_or(0, |(first, _)| first)
}

#[inline]
fn gram(text: &[u8]) -> Option<u32> {
    text.first_chunk::<GRAM>()
        .map(|bytes| u32::from_le_bytes(*bytes))
}

#[inline]
fn slot(gram: u32) -> usize {
    hash(gram, SLOTS)
}

/// A number below `size`, which is a power of two.
#[inline]
fn hash(gram: u32, size: usize) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (u32::BITS - size.trailing_zeros())) as usize
}
