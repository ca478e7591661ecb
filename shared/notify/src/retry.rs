//! Immediate retries.

use std::future::Future;

use rolewatch_live::port::Trouble;

use crate::port::Pause;

/// How often a call is tried before it is left to the next delivery.
const TRIES: u32 = 3;

/// Makes a repeatable call up to three times, one second apart.
pub async fn thrice<S: Pause, T, F: Future<Output = Result<T, Trouble>>>(
    pause: &S,
    call: impl Fn() -> F,
) -> Result<T, Trouble> {
    let mut tries = 0;
    loop {
        tries += 1;
        match call().await {
            // A refused call would be refused again. Only errors that may pass are worth a retry.
            Err(Trouble::Throttled { .. } | Trouble::Unreachable { .. }) if tries < TRIES => {
                pause.pause(1).await;
            }
            answer => return answer,
        }
    }
}

/// Whole seconds; 0 if negative.
pub fn seconds(span: i64) -> u32 {
    u32::try_from(span.max(0)).unwrap_or(u32::MAX)
}
