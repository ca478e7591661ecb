//! What rolewatch tells people, in words, and its delivery.
//!
//! This crate holds what all notifiers share. Each notifier also has a module of its own.
//!
//! | module | what it holds |
//! |---|---|
//! | `words` | all of our texts, one file per language |
//! | `view` | language, time zone and runbook, and what depends on them |
//! | `text` | foreign text, made legible and cut to length |
//! | `finding` | what every display of a finding has in common |
//! | `digest` | the daily digest in words, and as an e-mail |
//! | `mail` | a finding as an e-mail, for when a notifier can't deliver it |
//! | `told` | the delivery of a finding: its outcome, later changes, repeats in one message |
//! | `retry` | retries of a call |
//! | `port`, `secret` | the outside world of every notifier |
//! | `time` | every time limit |
//! | `slack` | the notifier for Slack |
//! | `sample` | an alert and a view for tests |

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
