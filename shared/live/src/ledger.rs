//! The ledger: facts as rows, stored under every key by which another fact may look for them.
//!
//! A row holds a record as [`rolewatch_guard::seen::reduced`] leaves it, and the engine's own
//! reader parses it. Rows are inserted and never changed. The exceptions are values of which only
//! the first and the last matter (the uses of a session in a quarter of an hour, the time span of a
//! name): there, only the least and the greatest row are kept. Nothing merged is stored, so the
//! order in which events arrive, and how often, can't change the result.

mod done;
mod gather;
mod heard;
pub(crate) mod index;
pub(crate) mod keys;
pub(crate) mod marker;
mod observed;
mod observed_member;
mod old_rows;
mod store;
mod touch;
mod trail;
mod uses;

pub use done::{RecordKnowledge, is_done, known_record, mark_done, note_missed};
pub(crate) use gather::is_about_entities;
pub use gather::{Facts, Gather, ReadRows};
pub use heard::heard_of;
pub use index::switches_since;
pub use keys::{SessionAt, hash};
pub use observed::Observed;
pub use observed_member::ObservedMember;
pub use old_rows::OldRows;
pub(crate) use store::SignedIn;
pub(crate) use store::elevated;
pub(crate) use store::note_log_heard;
pub use store::{Arrival, Sighting, store_record};
pub use touch::{IdentityChanges, TouchedEvidence, find_touched};
pub use trail::{mark_file, mark_sweep, read_files, swept_until};
pub use uses::{Counted, read_uses};
