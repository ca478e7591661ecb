//! What AWS lists for a roster: of IAM, and of Identity Center.

#[cfg(feature = "rosters")]
mod account;
mod answers;
mod center;

#[cfg(feature = "rosters")]
pub use account::AccountRosters;
pub use center::CenterRosters;

use aws_config::retry::RetryConfig;

use super::time::FIRST_WAIT;

/// The most attempts of a call. AWS allows some 20 calls per second to Identity Center, by everybody
/// together, and a company's roster takes thousands.
const ATTEMPTS: u32 = 8;

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_WAIT)
}
