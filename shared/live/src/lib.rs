//! The live side of rolewatch, without AWS.
//!
//! The engine (`rolewatch-guard`) judges data. This crate gathers the data and keeps the findings.
//! It reaches everything outside through the ports of [`port`], so the same code runs over AWS
//! (`rolewatch-aws`) and over twins in memory (`testing`).
//!
//! | module | what it holds |
//! |---|---|
//! | [`port`] | the outside world as traits: tables, queues, topics, objects, IAM, event history |
//! | [`settings`] | every environment variable of the functions |
//! | [`time`] | every time limit |
//! | [`inbox`] | the messages of switch-guard's queue |
//! | [`quarantine`] | messages that can't be read |
//! | [`rulebook`] | policy and rosters, from the bucket |
//! | [`ledger`] | facts as rows, under every key by which another fact may look for them |
//! | [`settle`] | judges what a record touches and updates the outbox |
//! | [`requeue`] | judges switches again in turns when there are too many for one message |
//! | [`outbox`] | findings, and how far each was delivered |
//! | [`wire`] | the JSON in which a finding and a digest are published |
//! | [`plan`] | reads what a plan to revoke a finding's sessions needs |
//! | [`resend`] | sends again what nobody acknowledged |
//! | [`operations`] | notices that something is wrong with rolewatch itself |
//! | [`recipients`] | whether a person receives the operations topic's e-mail |
//! | [`watch`] | watches each session to its end |
//! | [`snapshots`] | daily rosters |
//! | [`setup`] | reads and reviews the IAM setup of every account |
//! | [`probe`] | distinguishes a quiet day from a silent account |
//! | [`digest`] | gathers the daily summary |
//! | [`telemetry`] | metrics and logs |

pub mod digest;
pub mod inbox;
pub mod ledger;
pub mod operations;
pub mod outbox;
pub mod plan;
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
