//! Random numbers from a seed, and the faults that they cause.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::testing::{PEOPLE, PRODUCTION};
use rolewatch_live::port::Trouble;
use rolewatch_live::testing::{Gate, Twin, Weather, subscribed, unsubscribed};

/// The number of seeds to simulate. The default is that of the ordinary run, and `ROLEWATCH_SEEDS`
/// overrides it.
pub(crate) fn seeds(ordinary: u64) -> u64 {
    std::env::var_os("ROLEWATCH_SEEDS").map_or(ordinary, |text| {
        let number = text.to_str().and_then(|text| text.parse().ok());
        number.unwrap_or_else(|| panic!("ROLEWATCH_SEEDS is {}", text.display()))
    })
}

/// SplitMix64: the same numbers for the same seed on every machine.
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

    /// A number from 0 to `below` - 1.
    pub(crate) fn below(&self, below: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(below.max(1)).unwrap()).unwrap()
    }

    /// True in this many of a thousand cases.
    pub(crate) fn permille(&self, chance: usize) -> bool {
        self.below(1_000) < chance
    }
}

/// A storm: while it lasts, calls are throttled, or get no reply, before or after they take effect.
#[derive(Debug)]
pub(crate) struct Storm {
    pub(crate) dice: Dice,
    pub(crate) blows: Cell<bool>,
    /// How many calls in a thousand fail.
    chance: usize,
    /// The account whose event history stays closed.
    pub(crate) shut: Option<AccountId>,
    /// While the storm lasts, Slack accepts nothing.
    pub(crate) outage: Option<Outage>,
    /// What failed, to show that every call does at some time.
    pub(crate) failed: RefCell<BTreeMap<(&'static str, bool), u64>>,
}

impl Storm {
    pub(crate) fn new(seed: u64) -> Self {
        let dice = Dice::new(seed);
        let chance = dice.below(40);
        Self {
            dice,
            blows: Cell::new(true),
            chance,
            shut: None,
            outage: None,
            failed: RefCell::default(),
        }
    }

    /// Sets the event history for the next minutes: it throttles, closes accounts, has short pages,
    /// forgets its tokens.
    pub(crate) fn turn(&self, twin: &Twin<Self>) {
        let mut history = twin.history.borrow_mut();
        history.allows.clear();
        history.refuses = self.shut.into_iter().collect();
        history.era += u64::from(self.dice.permille(500));
        if !self.blows.get() {
            return;
        }
        history.page = 1 + self.dice.below(2);
        if let Some(outage) = self.outage {
            outage.pass(twin);
        }
        for account in [PEOPLE, PRODUCTION] {
            let account: AccountId = account.parse().unwrap();
            if self.dice.permille(150) {
                history.allows.insert(
                    (account, "us-east-1".to_owned()),
                    u32::try_from(self.dice.below(3)).unwrap(),
                );
            }
            if self.dice.permille(100) {
                history.refuses.insert(account);
            }
        }
    }

    /// From now on, everything works.
    pub(crate) fn calm_down(&self, twin: &Twin<Self>) {
        let blew = self.blows.replace(false);
        self.turn(twin);
        if let Some(outage) = self.outage.filter(|_| blew) {
            outage.end(twin);
        }
    }

    /// Slack's answer to every request.
    pub(crate) fn refusal(&self) -> Option<(u16, &'static str)> {
        let outage = self.outage?;
        let (over, revives) = (!self.blows.get(), outage.ends == Ends::SlackRevives);
        (!over || !revives).then_some(outage.refusal)
    }
}

/// An outage: Slack is down, and for a while nobody is known to receive e-mail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outage {
    /// Status and error.
    pub(crate) refusal: (u16, &'static str),
    pub(crate) mail: Mail,
    pub(crate) ends: Ends,
}

/// Who is subscribed to the operations topic during the storm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mail {
    /// Nobody.
    Nobody,
    /// An address that isn't confirmed.
    Pending,
    /// A person who leaves after some time.
    Leaves,
    /// A person, but subscriptions can't be listed.
    Unlisted,
}

/// What makes alerts readable again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    SlackRevives,
    SomebodyConfirms,
}

impl Outage {
    /// Each seed has a different outage.
    pub(crate) fn of(seed: u64) -> Self {
        let mail = [Mail::Nobody, Mail::Pending, Mail::Leaves, Mail::Unlisted]
            [usize::try_from(seed % 4).unwrap()];
        let ends = if (seed / 4).is_multiple_of(2) {
            Ends::SlackRevives
        } else {
            Ends::SomebodyConfirms
        };
        let refusal = if (seed / 8).is_multiple_of(2) {
            (404, "no_service")
        } else {
            (503, "")
        };
        Self {
            refusal,
            mail,
            ends,
        }
    }

    pub(crate) fn begin(self, twin: &Twin<Storm>) {
        *twin.subscriptions.borrow_mut() = match self.mail {
            Mail::Nobody => Vec::new(),
            Mail::Pending => vec![unsubscribed("email", "PendingConfirmation")],
            Mail::Leaves | Mail::Unlisted => vec![subscribed("email")],
        };
        if twin.weather.dice.permille(300) {
            // A queue, as an example of a subscriber that isn't a person.
            twin.subscriptions.borrow_mut().push(subscribed("sqs"));
        }
    }

    /// A person unsubscribes.
    pub(crate) fn pass(self, twin: &Twin<Storm>) {
        if self.mail == Mail::Leaves && twin.weather.dice.permille(80) {
            twin.subscriptions
                .borrow_mut()
                .retain(|one| *one != subscribed("email"));
        }
    }

    fn end(self, twin: &Twin<Storm>) {
        if self.ends == Ends::SomebodyConfirms {
            let mut subscriptions = twin.subscriptions.borrow_mut();
            subscriptions.retain(|one| one.protocol != "email");
            subscriptions.push(subscribed("email"));
        }
    }
}

impl Weather for Storm {
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if what == "subscribers"
            && self.blows.get()
            && self
                .outage
                .is_some_and(|outage| outage.mail == Mail::Unlisted)
        {
            return Err(Trouble::Throttled {
                what: what.to_owned(),
            });
        }
        // There are few lookups, so a larger share of them has to fail to show anything.
        let chance = if what == "lookup" {
            150 + 4 * self.chance
        } else {
            self.chance
        };
        if !self.blows.get() || !self.dice.permille(chance) {
            return Ok(());
        }
        *self
            .failed
            .borrow_mut()
            .entry((what, gate == Gate::After))
            .or_default() += 1;
        if gate == Gate::Before && self.dice.permille(500) {
            return Err(Trouble::Throttled {
                what: what.to_owned(),
            });
        }
        Err(Trouble::Unreachable {
            what: what.to_owned(),
            why: "no reply".to_owned(),
        })
    }

    fn gives_way(&self) -> bool {
        true
    }
}
