//! A made-up company with IAM Identity Center, from a seed, and its records.

pub(crate) mod company;
pub(crate) mod dice;
pub(crate) mod records;
pub(crate) mod telling;
mod visit;
