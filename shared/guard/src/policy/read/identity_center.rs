//! `identity_center`: where IAM Identity Center is.

use std::sync::Arc;

use super::super::node::{Field, Fields, ValueSlot};
use super::super::problem::Problems;
use super::super::{ExternalIdp, IdentityCenter};
use super::account::Accounts;
use super::{duration, region};
use crate::id::AccountId;
use crate::moment::Span;
use crate::untrusted::harmless;

/// The key of a policy.
pub(super) const KEY: &str = "identity_center";

/// The keys of `identity_center`.
pub(in crate::policy) const IDENTITY_CENTER_KEYS: &[&str] = &[
    "account",
    "directory_account",
    "regions",
    "identity_store",
    "sign_in_lasts",
    "external_idp",
    "start_url",
];

/// What an identity store's id looks like, for messages.
const LIKE_A_STORE: &str = "d-1234567890";

/// The address of an access portal, for messages.
const LIKE_A_PORTAL: &str = "https://example.awsapps.com/start";

/// AWS's default for the session duration of the access portal, and the limits of the setting.
const USUAL: Span = Span::from_seconds(8 * 3_600);
const SHORTEST: Span = Span::from_seconds(15 * 60);
const LONGEST: Span = Span::from_seconds(90 * 86_400);

/// The most characters of an address.
const LONGEST_ADDRESS: usize = 2_048;

/// The key as far as groups and permission sets need it.
pub(super) enum CenterKey {
    /// The file doesn't have the key.
    Missing,
    /// The key has an error, or another key was most likely meant to be this one.
    Wrong,
    /// Without an error.
    Read(IdentityCenter),
}

impl CenterKey {
    pub(super) fn read(policy: &Fields<'_>, accounts: &Accounts, problems: &mut Problems) -> Self {
        let Some(field) = policy.optional(KEY) else {
            return if policy.has_misspelt(KEY) {
                Self::Wrong
            } else {
                Self::Missing
            };
        };
        read(field, accounts, problems).map_or(Self::Wrong, Self::Read)
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    pub(super) fn into_settings(self) -> Option<IdentityCenter> {
        match self {
            Self::Read(settings) => Some(settings),
            Self::Missing | Self::Wrong => None,
        }
    }
}

/// What to write where the key is missing.
pub(super) const ADD_IT: &str =
    "add `identity_center:` to the policy, with `account`, `regions` and `identity_store`";

fn read(field: &Field<'_>, accounts: &Accounts, problems: &mut Problems) -> Option<IdentityCenter> {
    let keys = Fields::of_map(
        field.value_slot().node,
        "`identity_center`",
        IDENTITY_CENTER_KEYS,
        problems,
    )?;
    // Everything is read before returning early, so that all errors are reported at once.
    let home = keys.required(
        "account",
        "the account where Identity Center is enabled, by name or id",
        problems,
    );
    let home = home.and_then(|field| account(&field.value_slot(), accounts, problems));
    let directory = match keys.optional("directory_account") {
        Some(field) => account(&field.value_slot(), accounts, problems),
        None => home,
    };
    let regions = keys.required(
        "regions",
        "every Region that Identity Center is in, the home Region first, such as `[us-east-1]`",
        problems,
    );
    let regions = regions.map(|field| {
        let if_empty = "`regions` is empty: list every Region that Identity Center is in, the home Region first";
        region::read_all(field, if_empty, problems)
    });
    let store = keys.required(
        "identity_store",
        "the id of the identity store, such as `d-1234567890`; `aws sso-admin list-instances` prints it",
        problems,
    );
    let store = store.and_then(|field| identity_store(&field.value_slot(), problems));
    let lasts = match keys.optional("sign_in_lasts") {
        Some(field) => sign_in_lasts(&field.value_slot(), problems),
        None => Some(USUAL),
    };
    let external_idp = match keys.optional("external_idp") {
        Some(field) => field
            .value_slot()
            .choice(&ExternalIdp::ALL, ExternalIdp::as_str, problems),
        None => Some(ExternalIdp::Unproven),
    };
    let start_url = match keys.optional("start_url") {
        Some(field) => Some(address(&field.value_slot(), problems)?),
        None => None,
    };
    Some(IdentityCenter {
        account: home?,
        directory_account: directory?,
        regions: regions.filter(|regions| !regions.is_empty())?,
        identity_store: store?,
        sign_in_lasts: lasts?,
        external_idp: external_idp?,
        start_url,
    })
}

fn account(
    slot: &ValueSlot<'_>,
    accounts: &Accounts,
    problems: &mut Problems,
) -> Option<AccountId> {
    let written = slot.text("management", problems)?;
    let found = accounts.find(written);
    if found.is_none() && !accounts.are_doubtful() {
        problems.report_at(slot.place, || accounts.unknown(written));
    }
    found
}

fn identity_store(slot: &ValueSlot<'_>, problems: &mut Problems) -> Option<Arc<str>> {
    let text = slot.text(LIKE_A_STORE, problems)?;
    if is_store(text) {
        return Some(Arc::from(text));
    }
    problems.report_at(slot.place, || {
        let instead = match text.rsplit_once('/') {
            Some((_, id)) if is_store(id) => format!("write `{id}`"),
            _ => format!(
                "write it like `{LIKE_A_STORE}`; `aws sso-admin list-instances` prints it as `IdentityStoreId`"
            ),
        };
        format!("`{}` is not the id of an identity store: {instead}", harmless(text))
    });
    None
}

/// `d-` and ten characters, or a UUID.
fn is_store(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    match text.strip_prefix("d-") {
        Some(rest) => rest.len() == 10 && rest.bytes().all(is_plain),
        None => is_uuid(text) && !text.bytes().any(|b| b.is_ascii_uppercase()),
    }
}

/// Whether a text is written like a UUID, in either letter case.
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

fn sign_in_lasts(slot: &ValueSlot<'_>, problems: &mut Problems) -> Option<Span> {
    let span = duration::read(slot, problems)?;
    if (SHORTEST..=LONGEST).contains(&span) {
        return Some(span);
    }
    problems.report_at(slot.place, || {
        format!(
            "`sign_in_lasts` of {span} isn't possible: AWS allows {SHORTEST} to {LONGEST} for a session of the access portal"
        )
    });
    None
}

/// An address that can be shown as a link.
fn address(slot: &ValueSlot<'_>, problems: &mut Problems) -> Option<String> {
    let text = slot.text(LIKE_A_PORTAL, problems)?;
    if is_address(text) {
        return Some(text.to_owned());
    }
    problems.report_at(slot.place, || {
        format!(
            "`{}` is not the address of an access portal: write it like `{LIKE_A_PORTAL}`",
            harmless(text)
        )
    });
    None
}

fn is_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    // Neither markup nor quotes, wherever the link is shown.
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/?#=&%+:@!,;".contains(&b);
    text.len() <= LONGEST_ADDRESS
        && host.contains('.')
        && !host.split('.').any(str::is_empty)
        && host.bytes().all(is_host)
        && rest.bytes().all(is_plain)
}

#[cfg(test)]
mod tests;
