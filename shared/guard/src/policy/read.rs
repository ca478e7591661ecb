//! Reads the whole file, from bytes to a [`Policy`].

mod account;
mod arn;
mod defaults;
mod duration;
mod entrants;
mod group;
mod identities;
mod identity_center;
mod mfa;
mod pattern;
mod permission_set;
mod prose;
mod region;
mod role;
mod rules;
mod store_group;
mod suppression;

use account::Accounts;
use defaults::Defaults;
use identity_center::CenterKey;

use super::node::{Fields, ValueSlot};
use super::problem::{PolicyErrors, Problems, TextSpan};
use super::tree::{self, Node};
use super::{AllowOrDeny, Policy, PolicyHash, note};
use crate::untrusted::harmless;

/// The keys of a policy.
pub(super) const POLICY_KEYS: &[&str] = &[
    "version",
    "accounts",
    "regions",
    "identity_center",
    "assume_root",
    "defaults",
    "roles",
    "rules",
    "suppress",
];
#[cfg(test)]
pub(super) use {
    defaults::DEFAULTS_KEYS, identities::NARROW_KEYS, identities::SAML_KEYS, identities::WEB_KEYS,
    identity_center::IDENTITY_CENTER_KEYS, mfa::MFA_KEYS, role::ROLE_KEYS,
    rules::RULE_SETTING_KEYS, suppression::SUPPRESSION_KEYS,
};

pub(super) use role::ReadRole;

/// The only version of the file format so far.
const VERSION: &str = "1";

/// The maximum size of a policy file in bytes. A policy of a thousand roles has a quarter of it.
const MOST_BYTES: usize = 1 << 20;

impl Policy {
    /// Reads the bytes of a policy file. `name` is the file's name in messages; no file is opened.
    ///
    /// # Errors
    /// Every error in the file, each with its line. If the file isn't valid YAML, only the first
    /// error is returned.
    pub fn read(bytes: &[u8], name: &str) -> Result<Self, PolicyErrors> {
        let mut problems = Problems::default();
        let marked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let policy = text(marked, &mut problems)
            .and_then(|text| tree::parse_tree(text, &mut problems))
            .and_then(|root| policy(&root, PolicyHash::of_bytes(bytes), &mut problems));
        match policy {
            Some(policy) if problems.is_empty() => Ok(policy),
            _ => {
                let quotable = marked.get(..MOST_BYTES).unwrap_or(marked);
                Err(problems.into_errors(name, &String::from_utf8_lossy(quotable)))
            }
        }
    }
}

/// The text of the file, if a person can have written it.
fn text<'a>(bytes: &'a [u8], problems: &mut Problems) -> Option<&'a str> {
    if bytes.len() > MOST_BYTES {
        problems.report_at(TextSpan::START, || {
            format!(
                "the file has {} bytes: a policy can have at most 1 MiB",
                bytes.len()
            )
        });
        return None;
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        problems.report_at(TextSpan::START, || {
            "the file is UTF-16: save it as UTF-8".into()
        });
        return None;
    }
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let readable = bytes.get(..error.valid_up_to()).unwrap_or_default();
            problems.report_at(place_after(&String::from_utf8_lossy(readable)), || {
                "this is not UTF-8: save the file as UTF-8".into()
            });
            return None;
        }
    };
    // YAML forbids them, and some parsers stop at a zero byte.
    let control = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
            || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    if let Some((before, c)) = text
        .find(control)
        .and_then(|at| Some((text.get(..at)?, text.get(at..)?.chars().next()?)))
    {
        problems.report_at(place_after(before), || {
            format!(
                "there is an invisible character here (U+{:04X}): remove it",
                u32::from(c)
            )
        });
        return None;
    }
    Some(text)
}

/// The place right after `text`.
fn place_after(text: &str) -> TextSpan {
    let newlines = text.replace("\r\n", "\n").replace('\r', "\n");
    let column = newlines
        .rsplit('\n')
        .next()
        .map_or(0, |line| line.chars().count());
    TextSpan {
        line: newlines.matches('\n').count() + 1,
        column: column + 1,
        length: 1,
    }
}

fn policy(root: &Node, version_hash: PolicyHash, problems: &mut Problems) -> Option<Policy> {
    // Another version may have other keys, so its number is the only error.
    if let Some(version) = other_version(root) {
        problems.report_at(version.place, || {
            let written = version.node.as_text().map(harmless).unwrap_or_default();
            format!("unknown version `{written}`: this program reads `version: {VERSION}`")
        });
        return None;
    }
    let fields = Fields::of_map(root, "a policy", POLICY_KEYS, problems)?;
    if let Some(version) = fields.required("version", "write `version: 1`", problems) {
        version.value_slot().text(VERSION, problems);
    }
    let accounts = Accounts::read(&fields, problems);
    let regions = fields.optional("regions").map_or_else(Vec::new, |field| {
        let if_empty = "`regions` is empty: leave the key out to accept events from every Region";
        region::read_all(field, if_empty, problems)
    });
    let center = CenterKey::read(&fields, &accounts, problems);
    let known = Known { accounts, center };
    let assume_root = match fields.optional("assume_root") {
        Some(field) => {
            field
                .value_slot()
                .choice(&AllowOrDeny::ALL, AllowOrDeny::as_str, problems)?
        }
        None => AllowOrDeny::Deny,
    };
    let roles = read_roles(&fields, &known, problems);
    let rules = fields
        .optional("rules")
        .map_or_else(Vec::new, |field| rules::read_all(field, problems));
    let suppress = fields
        .optional("suppress")
        .map_or_else(Vec::new, |field| suppression::read_all(field, problems));
    let roles_line = fields
        .optional("roles")
        .map_or(1, |field| field.key_place().line);
    let accounts = known.accounts.by_id;
    let identity_center = known.center.into_settings();
    let mut warnings = note::policy_notes(&roles, roles_line, &accounts, identity_center.is_some());
    warnings.extend(note::of_rules(&rules, &roles));
    warnings.sort();
    Some(Policy {
        version_hash,
        accounts,
        regions,
        identity_center,
        assume_root,
        roles: roles.into_iter().map(|role| role.policy).collect(),
        rules,
        suppress,
        warnings,
    })
}

/// What entries of `roles` refer to.
struct Known {
    accounts: Accounts,
    center: CenterKey,
}

fn read_roles(fields: &Fields<'_>, known: &Known, problems: &mut Problems) -> Vec<ReadRole> {
    let defaults = fields
        .optional("defaults")
        .map_or_else(Defaults::default, |field| {
            Defaults::read(field, known, problems)
        });
    let roles = fields.required(
        "roles",
        "the elevated roles; no other role is checked",
        problems,
    );
    roles.map_or_else(Vec::new, |field| {
        role::read_all(field, &defaults, known, problems)
    })
}

/// The version, if the file has one that isn't ours.
fn other_version(root: &Node) -> Option<ValueSlot<'_>> {
    let fields = Fields::of_map(root, "a policy", POLICY_KEYS, &mut Problems::default())?;
    let slot = fields.optional("version")?.value_slot();
    slot.node
        .as_text()
        .is_some_and(|text| !text.is_empty() && text != VERSION)
        .then_some(slot)
}

#[cfg(test)]
mod any_bytes;
#[cfg(test)]
mod tests;
