//! Findings as Slack messages, and their delivery: each is told once, as far as that can be, and
//! none is lost.
//!
//! What is shown is made by pure functions ([`message`], [`chatbot`], [`mail`]) from the alert
//! alone. What is done with it, and what is remembered of it, is [`courier::Courier`], over the
//! ports.

pub mod answer;
pub mod chatbot;
pub mod courier;
pub mod digest;
pub mod fold;
pub mod line;
pub mod mail;
pub mod message;
pub mod port;
pub mod recipients;
pub mod secret;
pub mod slot;
pub mod text;
pub mod time;
pub mod view;
pub mod words;

#[cfg(any(test, feature = "testing"))]
pub mod sample;

pub use courier::{Courier, Outcome, Setback, SetbackKind, Visit};
pub use view::View;
pub use words::{Language, Words};
