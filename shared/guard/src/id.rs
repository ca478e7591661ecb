//! Identifiers that CloudTrail and IAM issue: accounts and events.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A twelve-digit AWS account id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

/// Why a text is not an account id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an account id is twelve digits")]
pub struct NotAnAccountId;

impl FromStr for AccountId {
    type Err = NotAnAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnAccountId);
        }
        text.parse().map(Self).map_err(|_| NotAnAccountId)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A CloudTrail `eventID` (or `sharedEventID`).
///
/// AWS writes UUIDs, which take 16 bytes here. Any other id of a record is kept as written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventId {
    /// A UUID in the usual 8-4-4-4-12 form, lower case.
    Uuid([u8; 16]),
    /// Any other short text.
    Other(Arc<str>),
}

/// Why a text is not an event id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an event id is a short text without control characters, usually a UUID")]
pub struct NotAnEventId;

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(uuid) = lower_case_uuid(text.as_bytes()) {
            return Ok(Self::Uuid(uuid));
        }
        if text.is_empty() || text.len() > 128 || text.chars().any(char::is_control) {
            return Err(NotAnEventId);
        }
        Ok(Self::Other(Arc::from(text)))
    }
}

/// Only accepts the exact canonical form, so that printing returns the original text.
fn lower_case_uuid(text: &[u8]) -> Option<[u8; 16]> {
    if text.len() != 36 {
        return None;
    }
    let mut number = 0_u128;
    for (at, byte) in text.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        number = (number << 4) | u128::from(value);
    }
    Some(number.to_be_bytes())
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(bytes) => {
                for (at, byte) in bytes.iter().enumerate() {
                    if matches!(at, 4 | 6 | 8 | 10) {
                        f.write_str("-")?;
                    }
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Identifies a record: CloudTrail delivers copies with the same id, and each account's copy of a
/// call has its own id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// `recipientAccountId`: the account whose trail holds the record.
    pub account: AccountId,
    /// `eventID`.
    pub event: EventId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_keeps_its_leading_zeros() {
        let id: AccountId = "000000000001".parse().unwrap();
        assert_eq!(id.to_string(), "000000000001");
        assert!("1".parse::<AccountId>().is_err());
        assert!("1234567890123".parse::<AccountId>().is_err());
        assert!("+12345678901".parse::<AccountId>().is_err());
    }

    #[test]
    fn an_event_id_prints_as_it_was_read() {
        for text in [
            "8a8844ff-dc95-4ef5-87d2-d86cc23fedd0",
            "8A8844FF-DC95-4EF5-87D2-D86CC23FEDD0",
            "1",
            "8a8844ff-dc95-4ef5-87d2_d86cc23fedd0",
        ] {
            assert_eq!(text.parse::<EventId>().unwrap().to_string(), text);
        }
        assert!("".parse::<EventId>().is_err());
        assert!("a\nb".parse::<EventId>().is_err());
    }
}
