//! Services enter roles all day. Of a service's mint of a role that nobody listed, only a stub is kept: enough to recognise the session when
//! it turns up as the start of a chain.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Mint;
use crate::id::{AccountId, EventId, RecordKey};
use crate::moment::Moment;

/// 48 bytes for a session that AWS gave to a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceMint {
    session: u64,
    issued: u64,
    issued_more: u32,
    second: u32,
    account: AccountId,
    event: [u8; 16],
}

impl ServiceMint {
    /// `None` where a mint does not fit into the stub; it is then kept whole.
    pub(super) fn of(mint: &Mint, record: &RecordKey) -> Option<Self> {
        let EventId::Uuid(event) = record.event else { return None };
        let (issued, issued_more) = key_hash(mint.issued.as_deref()?);
        Some(Self {
            session: session_hash(mint.session.as_deref()?),
            issued,
            issued_more,
            second: u32::try_from(mint.time.epoch_seconds()).ok()?,
            account: record.account,
            event,
        })
    }

    /// The record that this is a stub of.
    pub(crate) fn record(&self) -> RecordKey {
        RecordKey { account: self.account, event: EventId::Uuid(self.event) }
    }

    pub(crate) fn issued(&self) -> (u64, u32) {
        (self.issued, self.issued_more)
    }

    pub(crate) fn session(&self) -> (u64, Moment) {
        (self.session, Moment::from_epoch_seconds(i64::from(self.second)))
    }
}

/// 96 bits of an access key id.
pub(crate) fn key_hash(key: &str) -> (u64, u32) {
    let [a, b, c, d, ..] = hash(&("more", key)).to_le_bytes();
    (hash(key), u32::from_le_bytes([a, b, c, d]))
}

/// 64 bits of `AROA…:session`.
pub(crate) fn session_hash(session: &str) -> u64 {
    hash(&("session", session))
}

fn hash(what: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
