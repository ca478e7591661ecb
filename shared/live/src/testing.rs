//! In-memory twins of the outside world. They can be slow, throttled or ambiguous, and their
//! callers can be stopped at any call.
//!
//! Every call passes two gates, one before it takes effect and one after. At a gate, the call
//! yields to other tasks, and a [`Weather`] decides whether it fails there.

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
