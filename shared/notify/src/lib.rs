//! What rolewatch tells people, in words, and its delivery.
//!
//! What any notifier shares is here; each notifier has a room of its own beside it.
//!
//! | room | what it holds |
//! |---|---|
//! | `words` | every word of ours, one file a language |
//! | `view` | language, time zone and runbook, and what is shown by them |
//! | `text` | what others chose, made legible and cut to length |
//! | `finding` | what is said of a finding wherever it is shown |
//! | `digest` | the daily digest in words, and as an e-mail |
//! | `mail` | a finding as an e-mail, for when a notifier can't tell it |
//! | `told` | what was told: how that ended, what changed since, what was told together |
//! | `retry` | what is tried again at once |
//! | `port`, `secret` | what lies outside of every notifier |
//! | `time` | every limit of time |
//! | `slack` | the notifier for Slack |
//! | `sample` | an alert and a view to test with |

pub mod digest;
mod finding;
pub mod mail;
pub mod port;
pub mod retry;
pub mod secret;
pub mod slack;
pub mod text;
pub mod time;
pub mod told;
pub mod view;
pub mod words;

#[cfg(any(test, feature = "testing"))]
pub mod sample;

pub use told::DeliveryOutcome;
pub use view::View;
pub use words::{Language, Words};
