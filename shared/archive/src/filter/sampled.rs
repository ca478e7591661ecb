//! A search for long needles that looks at every fourteenth place or so.
//!
//! A needle of at least `stride + 3` bytes, wherever it stands, covers the four bytes at some multiple of the stride. So only there are
//! four bytes looked up among those of the needles, and the few places whose bytes are known are looked at as a whole.

/// The bytes that are looked up at once.
const GRAM: usize = 4;

/// Slots of the table that tells which four bytes are known.
const SLOTS: usize = 1 << 13;

/// Of so many known places the table would be full of, and the search slow.
const MOST: usize = SLOTS / 2;

/// Needles, prepared for the search.
#[derive(Debug)]
pub(super) struct Sampled {
    stride: Stride,
    /// Not zero where a slot has something in it.
    known: Box<[u8; SLOTS]>,
    /// Where the places of each slot begin in `places`, and at last where they end.
    slots: Vec<u32>,
    places: Vec<Place>,
    needles: Vec<Needle>,
}

/// How far apart the places are that are looked at: the farthest that the shortest needle allows.
#[derive(Debug, Clone, Copy)]
enum Stride {
    Five,
    Eight,
    Fourteen,
}

/// Four bytes of a needle.
#[derive(Debug, Clone, Copy)]
struct Place {
    gram: u32,
    needle: u32,
    offset: u32,
}

#[derive(Debug)]
struct Needle {
    text: Box<[u8]>,
    /// Four bytes that few other needles have, and where they stand: looked at before the whole.
    mark: u32,
    mark_at: usize,
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
        let mut prepared = Vec::new();
        for (index, needle) in needles.iter().enumerate() {
            let first = least_shared(needle, needles, stride.bytes());
            for offset in first..first + stride.bytes() {
                let gram = gram(needle.get(offset..)?)?;
                places.push(Place { gram, needle: u32::try_from(index).ok()?, offset: u32::try_from(offset).ok()? });
            }
            let mark_at = least_shared(needle, needles, 1);
            prepared.push(Needle { text: Box::from(*needle), mark: gram(needle.get(mark_at..)?)?, mark_at });
        }
        if places.len() > MOST {
            return None;
        }
        places.sort_by_key(|place| slot(place.gram));
        let mut known = Box::new([0; SLOTS]);
        let mut slots = vec![0; SLOTS + 1];
        for place in &places {
            *known.get_mut(slot(place.gram))? = 1;
            *slots.get_mut(slot(place.gram) + 1)? += 1;
        }
        let mut sum = 0;
        for start in &mut slots {
            sum += *start;
            *start = sum;
        }
        Some(Self { stride, known, slots, places, needles: prepared })
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

    /// `FOUR` is four times `STRIDE`, so that four places are looked at before there is anything to decide.
    #[inline]
    fn is_in_by<const STRIDE: usize, const FOUR: usize>(&self, text: &[u8]) -> bool {
        let (fours, rest) = text.as_chunks::<FOUR>();
        for (index, four) in fours.iter().enumerate() {
            let (pieces, _) = four.as_chunks::<STRIDE>();
            let met = pieces.iter().fold(0, |met, piece| met | gram(piece).map_or(0, |gram| self.known(gram)));
            if met != 0 && self.stands_in::<STRIDE>(text, index * FOUR, four) {
                return true;
            }
        }
        self.stands_in::<STRIDE>(text, fours.len() * FOUR, rest)
    }

    #[inline]
    fn known(&self, gram: u32) -> u8 {
        self.known.get(slot(gram)).copied().unwrap_or(1)
    }

    /// Whether some needle has the four bytes at a place of a part of the text, which begins at `base`.
    #[inline(never)]
    fn stands_in<const STRIDE: usize>(&self, text: &[u8], base: usize, part: &[u8]) -> bool {
        part.chunks(STRIDE).enumerate().any(|(index, piece)| {
            gram(piece).is_some_and(|gram| self.known(gram) != 0 && self.stands_at(text, base + index * STRIDE, gram))
        })
    }

    /// Whether some needle stands in the text so that it has these four bytes here.
    fn stands_at(&self, text: &[u8], at: usize, gram_here: u32) -> bool {
        let slot = slot(gram_here);
        let Some([from, to]) = self.slots.get(slot..slot + 2) else { return false };
        let places = self.places.get(*from as usize..*to as usize).unwrap_or_default();
        places.iter().any(|place| {
            let start = at.checked_sub(place.offset as usize).filter(|_| place.gram == gram_here);
            start.zip(self.needles.get(place.needle as usize)).is_some_and(|(start, needle)| {
                let marked = text.get(start + needle.mark_at..).and_then(gram) == Some(needle.mark);
                marked && text.get(start..).is_some_and(|text| text.starts_with(&needle.text))
            })
        })
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

/// Where in a needle so many places in a row begin whose bytes are in the fewest other needles. What needles have in common, such as
/// `:assumed-role/`, is mostly what every record has.
fn least_shared(needle: &[u8], needles: &[&[u8]], places: usize) -> usize {
    let shared: Vec<usize> =
        needle.windows(GRAM).map(|gram| needles.iter().filter(|other| other.windows(GRAM).any(|theirs| theirs == gram)).count()).collect();
    let counts = shared.windows(places).map(|window| window.iter().sum::<usize>());
    counts.enumerate().min_by_key(|(_, count)| *count).map_or(0, |(first, _)| first)
}

#[inline]
fn gram(text: &[u8]) -> Option<u32> {
    text.first_chunk::<GRAM>().map(|bytes| u32::from_le_bytes(*bytes))
}

#[inline]
fn slot(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (u32::BITS - SLOTS.trailing_zeros())) as usize
}
