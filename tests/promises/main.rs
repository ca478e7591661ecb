//! The promises of rolewatch, each as a test. All are in one binary, so that Cargo links only once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't continue has failed"
)]

mod allowed;
mod arguments;
mod bad_input;
mod center;
mod cli;
mod corpus;
mod corpus_identity_center;
mod cross_account;
mod envelopes;
mod events;
mod explain_finding;
mod fast_path;
mod filters;
mod forms;
mod gaps;
mod history;
mod hostile;
mod html;
mod japanese;
mod languages;
#[path = "../company/mod.rs"]
mod made_up_company;
mod meanings;
mod near_misses;
mod order;
mod organisation;
mod other_tools;
mod pages;
mod partitions;
mod pattern;
mod push;
mod reference;
mod review;
mod revoke;
mod rule_codes;
mod sessions;
mod sources;
mod steps;
mod tool;
mod version;
mod vocabulary;
mod whose;
