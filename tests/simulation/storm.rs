//! Chance, from a seed, and what it makes go wrong.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use rolewatch_edge::port::Trouble;
use rolewatch_edge::testing::{Gate, Weather};

/// SplitMix64: the same numbers for the same seed, everywhere.
#[derive(Debug)]
pub(crate) struct Dice(Cell<u64>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub(crate) fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `below` - 1.
    pub(crate) fn below(&self, below: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(below.max(1)).unwrap()).unwrap()
    }

    /// True in so many of a thousand times.
    pub(crate) fn permille(&self, chance: usize) -> bool {
        self.below(1_000) < chance
    }
}

/// Throttling, silence before and after the effect, for as long as it blows.
#[derive(Debug)]
pub(crate) struct Storm {
    pub(crate) dice: Dice,
    pub(crate) blows: Cell<bool>,
    /// How many calls in a thousand fail.
    chance: usize,
    /// What failed, for showing that everything does.
    pub(crate) failed: RefCell<BTreeMap<(&'static str, bool), u64>>,
}

impl Storm {
    pub(crate) fn new(seed: u64) -> Self {
        let dice = Dice::new(seed);
        let chance = dice.below(40);
        Self { dice, blows: Cell::new(true), chance, failed: RefCell::default() }
    }
}

impl Weather for Storm {
    fn at(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if !self.blows.get() || !self.dice.permille(self.chance) {
            return Ok(());
        }
        *self.failed.borrow_mut().entry((what, gate == Gate::After)).or_default() += 1;
        if gate == Gate::Before && self.dice.permille(500) {
            return Err(Trouble::Throttled { what: what.to_owned() });
        }
        Err(Trouble::Unreachable { what: what.to_owned(), why: "no reply".to_owned() })
    }

    fn gives_way(&self) -> bool {
        true
    }
}
