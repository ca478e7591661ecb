//! Searches for long needles by checking only about every fourteenth position.
//!
//! A needle of at least `stride + 3` bytes, at any position, covers the four bytes at some multiple
//! of the stride. So only the four bytes at those positions are looked up among the needles' bytes,
//! and only the few positions with known bytes are compared completely.

/// The number of bytes that are looked up at once.
const GRAM: usize = 4;

/// The bits of the table that shows for nearly all of the text that four bytes aren't known. It has
/// to stay in the nearest cache.
const BITS: usize = 1 << 16;

/// The slots of the table that shows where known bytes occur in needles.
const SLOTS: usize = 1 << 13;

/// The most known places. More would fill the table and make the search slow.
const MOST: usize = SLOTS / 2;

/// Needles, prepared for the search.
#[derive(Debug)]
pub(super) struct Sampled {
    stride: Stride,
    known: Box<[u64; BITS / 64]>,
    /// One plus the index in `places` of each slot's first place; zero if the slot has none.
    first: Box<[u16; SLOTS]>,
    /// Sorted by slot.
    places: Vec<NeedleGram>,
    needles: Vec<Box<[u8]>>,
}

/// The distance of the checked positions: the largest that the shortest needle allows.
#[derive(Debug, Clone, Copy)]
enum Stride {
    Five,
    Eight,
    Fourteen,
}

/// Four bytes of a needle, with everything that a comparison with the text needs, close together.
#[derive(Debug, Clone, Copy)]
struct NeedleGram {
    gram: u32,
    /// Four bytes that few other needles have, compared before the whole needle.
    mark: u32,
    /// The positions of the four bytes and of the mark in the needle.
    offset: u16,
    mark_at: u16,
    needle: u16,
}

impl Sampled {
    /// `None` if a needle is too short for this search, or there are too many.
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
            let mark = first_gram(text.get(mark_at..)?)?;
            // Of any `stride` consecutive positions, one is a multiple of the stride, so knowing
            // the four bytes at that many positions is enough. The rarest ones are chosen, because
            // each known place in the text costs a closer comparison.
            let first = least_shared(text, needles, stride.byte_count());
            for offset in first..first + stride.byte_count() {
                let gram = first_gram(text.get(offset..)?)?;
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
        places.sort_by_key(|place| slot_of(place.gram));
        let mut known = Box::new([0; BITS / 64]);
        let mut first = Box::new([0; SLOTS]);
        // Backward, so that the first place of a slot is written last.
        for (index, place) in places.iter().enumerate().rev() {
            let bit = hash(place.gram, BITS);
            *known.get_mut(bit / 64)? |= 1 << (bit % 64);
            *first.get_mut(slot_of(place.gram))? = u16::try_from(index + 1).ok()?;
        }
        Some(Self {
            stride,
            known,
            first,
            places,
            needles: needles.iter().map(|needle| Box::from(*needle)).collect(),
        })
    }

    /// Whether the text contains some needle.
    #[inline]
    pub(super) fn finds_any(&self, text: &[u8]) -> bool {
        match self.stride {
            Stride::Five => self.is_in_by::<5, 20>(text),
            Stride::Eight => self.is_in_by::<8, 32>(text),
            Stride::Fourteen => self.is_in_by::<14, 56>(text),
        }
    }

    /// `FOUR` is four times `STRIDE`, so that four positions are checked before there is a branch.
    #[inline]
    fn is_in_by<const STRIDE: usize, const FOUR: usize>(&self, text: &[u8]) -> bool {
        let (fours, rest) = text.as_chunks::<FOUR>();
        for (index, four) in fours.iter().enumerate() {
            let (pieces, _) = four.as_chunks::<STRIDE>();
            let met = pieces.iter().fold(0, |met, piece| {
                met | first_gram(piece).map_or(0, |gram| self.known_bits(gram))
            });
            // One branch for four positions; it's rarely taken.
            if met & 1 != 0 && self.stands_in::<STRIDE>(text, index * FOUR, pieces) {
                return true;
            }
        }
        let (pieces, end) = rest.as_chunks::<STRIDE>();
        let rest = fours.len() * FOUR;
        let end_at = rest + pieces.len() * STRIDE;
        self.stands_in::<STRIDE>(text, rest, pieces)
            || first_gram(end).is_some_and(|gram| self.stands_at(text, end_at, gram))
    }

    /// The lowest bit shows whether the four bytes may be known; the other bits are meaningless.
    #[inline]
    fn known_bits(&self, gram: u32) -> u64 {
        let bit = hash(gram, BITS);
        self.known
            .get(bit / 64)
            .map_or(1, |bits| bits >> (bit % 64))
    }

    /// Whether some needle contains the first four bytes of one of the pieces of the text and
    /// matches there. The first piece is at `base`.
    #[inline]
    fn stands_in<const STRIDE: usize>(
        &self,
        text: &[u8],
        base: usize,
        pieces: &[[u8; STRIDE]],
    ) -> bool {
        pieces.iter().enumerate().any(|(index, piece)| {
            first_gram(piece).is_some_and(|gram| self.stands_at(text, base + index * STRIDE, gram))
        })
    }

    /// Whether the text contains some needle with these four bytes at this position.
    #[inline]
    fn stands_at(&self, text: &[u8], at: usize, gram_here: u32) -> bool {
        let slot_here = slot_of(gram_here);
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
            .take_while(|place| slot_of(place.gram) == slot_here)
            .any(|place| {
                let start = at
                    .checked_sub(usize::from(place.offset))
                    .filter(|_| place.gram == gram_here);
                start.is_some_and(|start| {
                    text.get(start + usize::from(place.mark_at)..)
                        .and_then(first_gram)
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
    fn byte_count(self) -> usize {
        match self {
            Self::Five => 5,
            Self::Eight => 8,
            Self::Fourteen => 14,
        }
    }
}

/// The start of the `places` consecutive positions in a needle whose bytes are in the fewest other
/// needles. What needles share, such as `:assumed-role/`, is usually in every record.
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
fn first_gram(text: &[u8]) -> Option<u32> {
    text.first_chunk::<GRAM>()
        .map(|bytes| u32::from_le_bytes(*bytes))
}

#[inline]
fn slot_of(gram: u32) -> usize {
    hash(gram, SLOTS)
}

/// A hash below `size`, which is a power of two.
#[inline]
fn hash(gram: u32, size: usize) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (u32::BITS - size.trailing_zeros())) as usize
}
