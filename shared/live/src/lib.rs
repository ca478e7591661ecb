//! The live side of rolewatch, without AWS.
//!
//! The engine (`rolewatch-guard`) judges data. This crate gathers the data and keeps the findings.
//! It reaches everything outside through the ports of [`port`], so the same code runs over AWS
//! (`rolewatch-aws`) and over twins in memory (`testing`).
//!
//! | room | what it holds |
//! |---|---|
//! | [`port`] | what lies outside, as traits: tables, queues, topics, objects, IAM, event history |
//! | [`settings`] | every environment variable of the functions |
//! | [`time`] | every limit of time |
//! | [`inbox`] | the messages of switch-guard's queue |
//! | [`quarantine`] | messages that can't be read |
//! | [`rulebook`] | policy and rosters, from the bucket |
//! | [`ledger`] | facts as rows, under every key by which another fact may look for them |
//! | [`settle`] | judges what a record touches and brings the outbox in line |
//! | [`requeue`] | has switches judged again that are too many for one message |
//! | [`outbox`] | findings, and how far each was told |
//! | [`wire`] | the JSON that a finding and a digest are sent as |
//! | [`resend`] | sends again what nobody acknowledged |
//! | [`operations`] | notices that something is wrong with rolewatch itself |
//! | [`recipients`] | whether a person receives the e-mail of the operations topic |
//! | [`watch`] | follows each session to its end |
//! | [`snapshots`] | daily rosters |
//! | [`setup`] | reads and reviews the IAM setup of every account |
//! | [`probe`] | tells a quiet day from a silent account |
//! | [`digest`] | gathers the daily summary |
//! | [`telemetry`] | metrics and logs |

pub mod digest;
pub mod inbox;
pub mod ledger;
pub mod operations;
pub mod outbox;
pub mod port;
pub mod probe;
pub mod quarantine;
pub mod recipients;
pub mod requeue;
pub mod resend;
pub mod rulebook;
pub mod settings;
pub mod settle;
pub mod setup;
pub mod snapshots;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod watch;
pub mod wire;
