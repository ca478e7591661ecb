//! The one place where the JSON of an event or of a record is parsed.
//!
//! It is here so that a test can count: each event is opened once, and what is known of it after
//! that comes from the value that was opened. Parts that are small (`requestParameters`) are parsed
//! where they are read.

use serde::Deserialize;

/// Parses an event or a record, whole.
///
/// # Errors
/// The text is not JSON, or not of this shape.
pub fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    #[cfg(any(test, feature = "testing"))]
    parsed::note(text);
    serde_json::from_str(text)
}

/// What was parsed by this thread.
#[cfg(any(test, feature = "testing"))]
pub mod parsed {
    use std::cell::RefCell;

    thread_local! {
        static TEXTS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
    }

    pub(super) fn note(text: &str) {
        TEXTS.with_borrow_mut(|texts| {
            if let Some(texts) = texts {
                texts.push(text.to_owned());
            }
        });
    }

    /// Runs `work`, and tells each text that it had parsed, in order.
    pub fn during<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
        TEXTS.set(Some(Vec::new()));
        let done = work();
        (done, TEXTS.take().unwrap_or_default())
    }
}
