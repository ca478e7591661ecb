//! Parses numbers on the command line.

use std::num::NonZeroUsize;

use crate::limits;

pub(super) fn threads(text: &str) -> Result<NonZeroUsize, NotANumber> {
    parse_up_to(limits::THREADS, text)
}

pub(super) fn objects(text: &str) -> Result<NonZeroUsize, NotANumber> {
    parse_up_to(limits::OBJECTS, text)
}

/// Accepts digits only. The error quotes the text, so the reader sees what is wrong with it.
fn parse_up_to(most: usize, text: &str) -> Result<NonZeroUsize, NotANumber> {
    // The parser would also accept a sign.
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotANumber { most });
    }
    match text.parse::<NonZeroUsize>() {
        Ok(number) if number.get() <= most => Ok(number),
        _ => Err(NotANumber { most }),
    }
}

/// Why a text isn't a valid number here.
#[derive(Debug, thiserror::Error)]
#[error("expected a whole number from 1 to {most}")]
pub(super) struct NotANumber {
    most: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_within_bounds() {
        assert_eq!(threads("4").unwrap().get(), 4);
        assert_eq!(objects("0020000").unwrap().get(), 20_000);
        for odd in [
            "",
            "0",
            "-1",
            "+4",
            " 4",
            "4.0",
            "1e3",
            "four",
            "1025",
            "99999999999999999999999999",
            "\u{664}",
        ] {
            assert_eq!(
                threads(odd).unwrap_err().to_string(),
                "expected a whole number from 1 to 1024",
                "{odd}"
            );
        }
        assert!(objects("1000000001").is_err());
    }
}
