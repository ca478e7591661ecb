//! Twins in memory of everything outside, which can be slow, throttled or ambiguous, and at which
//! whoever calls them can be stopped.
//!
//! Every call passes two gates, one before it takes effect and one after. A gate gives way to
//! whoever else is running; a [`Weather`] decides whether the call fails there.

mod kept;
mod logs;
pub mod sample;
mod trail;
mod twin;
mod weather;

pub use kept::keep_switches;
pub use trail::{History, unnamed};
pub use twin::{Notices, Twin, subscribed, unsubscribed};
pub use weather::{Calm, Gate, Weather, run};
