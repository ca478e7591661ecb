//! The version of the policy that a finding was judged by.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The first 16 hexadecimal digits of the SHA-256 of the policy file's bytes.
///
/// It distinguishes versions of one file. It doesn't protect against somebody who can write the
/// file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyHash([u8; 8]);

impl PolicyHash {
    /// Hashes a file's bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut first = [0; 8];
        for (to, from) in first.iter_mut().zip(Sha256::digest(bytes)) {
            *to = from;
        }
        Self(first)
    }

    /// Reads the printed form: 16 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 16
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
        plain
            .then(|| {
                u64::from_str_radix(text, 16)
                    .ok()
                    .map(|number| Self(number.to_be_bytes()))
            })
            .flatten()
    }
}

impl fmt::Display for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PolicyHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
