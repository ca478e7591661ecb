//! Plays DynamoDB for `bench.py` and `load.py`, over a ledger that already holds what many people
//! did in the week before.
//!
//! ```text
//! tables --accounts 1 --people 1000 --members 300 --changes 10000
//! ```
//!
//! It prints one line when it is ready: its address. `company.rs` says who the people are.
//! `server.rs` lists the paths that aren't DynamoDB's.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that can't continue has failed"
)]

mod company;
mod dynamo;
mod ledger;
mod server;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rolewatch_guard::moment::Moment;

use company::Company;
use dynamo::Tables;
use server::Shared;

/// The number after an option.
fn number(arguments: &[String], option: &str, usual: usize) -> usize {
    let at = arguments.iter().position(|argument| argument == option);
    at.map_or(usual, |at| arguments[at + 1].parse().expect(option))
}

/// Nanoseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "only benches measure time, and events have to be new"
)]
pub(crate) fn nanoseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}

pub(crate) fn now() -> Moment {
    Moment::from_epoch_seconds(i64::try_from(nanoseconds() / 1_000_000_000).unwrap())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let company = Company {
        accounts: number(&arguments, "--accounts", 1),
        people: number(&arguments, "--people", 10),
        members: number(&arguments, "--members", 100),
        begin: now(),
    };
    let rows = ledger::of_last_week(&company, number(&arguments, "--changes", 0));
    let shared = Arc::new(Shared::new(company, Tables::new(rows)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    for connection in listener.incoming() {
        let shared = Arc::clone(&shared);
        std::thread::spawn(move || server::serve(&shared, connection.unwrap()));
    }
}
