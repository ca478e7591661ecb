//! Lists that an account's details lack.

use rolewatch_guard::review::{Account, DetailList};

/// A message that names the missing lists in an account's details and says how to get them. `None`:
/// none of `needed` is missing.
pub(crate) fn lists_missing(account: &Account, needed: &[DetailList]) -> Option<String> {
    let mut missing = Vec::new();
    for list in account.missing_lists() {
        if needed.contains(&list) {
            missing.push(format!("`{}` ({})", list.key(), list.word()));
        }
    }
    let named = match &*missing {
        [] => return None,
        [one] => format!("{one} is"),
        [first @ .., last] => format!("{} and {last} are", first.join(", ")),
    };
    Some(format!(
        "{named} missing from the details of account {}, so whatever depends on that is unproven; \
         get the details with `aws iam get-account-authorization-details`, without `--filter`",
        account.id
    ))
}
