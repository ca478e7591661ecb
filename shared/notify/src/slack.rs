//! Findings as Slack messages, and their delivery: each is told once, as far as that can be, and
//! none is lost.
//!
//! | room | what it holds |
//! |---|---|
//! | `message`, `digest`, `recipients` | what is shown, made by pure functions from the alert alone |
//! | `chatbot` | the same for Amazon Q Developer in chat applications |
//! | `markup` | mrkdwn, and what a caller chose escaped for it |
//! | `courier` | what is done with an alert: plan, tell, write down, acknowledge |
//! | `slot`, `fold` | what is remembered: of one message, and of repeats that share one |
//! | `client`, `answer`, `credential` | talking to Slack: the call, what a reply means, the secret |
//! | `port` | what lies outside |

pub mod answer;
pub mod chatbot;
pub mod client;
pub mod courier;
pub mod credential;
pub mod digest;
pub mod fold;
pub mod markup;
pub mod message;
pub mod port;
pub mod recipients;
pub mod slot;

pub use courier::{Courier, Setback, SetbackKind, Visit};
