//! The ledger: facts as rows, under every key by which another fact may look for them.
//!
//! A row holds a record as [`rolewatch_guard::seen::reduced`] leaves it, and is read by the
//! engine's own reader. Rows are only ever put, never changed; where no more than the first and the
//! last matters (the uses of a session, the span of a name), the least and the greatest are kept.
//! So nothing that was merged is stored, and the order and repetition of what came cannot show.

mod done;
mod gather;
mod heard;
pub(crate) mod index;
pub(crate) mod keys;
mod observed;
mod store;
mod touch;
mod trail;
mod uses;

pub use done::{RecordKnowledge, is_done, known, mark_done, note_missed};
pub use gather::{Facts, Gather};
pub use heard::heard_of;
pub use index::switches_since;
pub use keys::{SessionAt, hash};
pub use observed::Observed;
pub(crate) use store::elevated;
pub(crate) use store::hear;
pub use store::{Arrival, Sighting, store};
pub use touch::{IdentityChanges, TouchedEvidence, touch};
pub use trail::{mark_file, mark_sweep, read_files, swept};
pub use uses::{Counted, uses};
