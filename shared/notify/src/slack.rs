//! Findings as Slack messages, and their delivery: each is delivered once, as far as possible, and
//! none is lost.
//!
//! | module | what it holds |
//! |---|---|
//! | `message`, `digest`, `recipients` | what is shown, made by pure functions from the alert alone
//! |
//! | `chatbot` | the same for Amazon Q Developer in chat applications |
//! | `markup` | mrkdwn, and the escaping of what a caller chose |
//! | `courier` | the delivery of an alert: plan, send, write down, acknowledge |
//! | `slot`, `fold` | the state of one message, and of repeats that share a message |
//! | `client`, `answer`, `credential` | Slack's API: the call, the meaning of a reply, the secret |
//! | `port` | the outside world |

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
