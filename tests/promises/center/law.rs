//! The law, read a second time: what each rule must answer about a company, from what its logs and
//! rosters can show. It shares no code with the engine.
//!
//! Where the law leaves an answer open, the oracle says so and nothing is compared.

mod evidence;
mod membership;
mod names;
mod outlived;
mod person;
mod refusals;
mod sign_ins;
mod time_held;
mod verdicts;

pub(crate) use evidence::Evidence;
pub(crate) use membership::Member;
pub(crate) use person::{Answer, Person};
pub(crate) use refusals::refusals;
pub(crate) use time_held::{Holder, held};
pub(crate) use verdicts::{Verdict, expected, is_judged};
