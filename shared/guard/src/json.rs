//! The only place where the JSON of an event or of a record is parsed.
//!
//! A test can count here that each event is parsed once: everything that is known of it afterward
//! comes from the parsed value. Small parts (`requestParameters`) are parsed where they are read.

use serde::Deserialize;

/// Parses a complete event or record.
///
/// # Errors
/// If the text isn't JSON, or not of this shape.
pub fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    #[cfg(any(test, feature = "testing"))]
    parsed::note_parsed(text);
    serde_json::from_str(text)
}

/// The texts that this thread parsed.
#[cfg(any(test, feature = "testing"))]
pub mod parsed {
    use std::cell::RefCell;

    thread_local! {
        static TEXTS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
    }

    pub(super) fn note_parsed(text: &str) {
        TEXTS.with_borrow_mut(|texts| {
            if let Some(texts) = texts {
                texts.push(text.to_owned());
            }
        });
    }

    /// Runs `work`, and also returns each text that it parsed, in order.
    pub fn during<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
        TEXTS.set(Some(Vec::new()));
        let done = work();
        (done, TEXTS.take().unwrap_or_default())
    }
}
