//! Recognizes an entry of `roles` that narrowly misses a role: by the path, the letter case, a
//! Region or a suffix.
//!
//! An entry that is slightly wrong matches nothing and causes no error, so its role isn't judged.
//! Only this module decides what is near enough to ask "did you mean …?".

use super::RolePattern;
use super::permission_set::{self, PREFIX as PERMISSION_SET};
use crate::arn::{ArnParts, RoleArn, glob_matches};

/// The fewest plain characters that identify a role when its name has wildcards.
const FEWEST: usize = 3;

/// The fewest plain characters that are left of a name when its suffix is removed.
const FEWEST_OF_STEM: usize = 4;

/// The fewest characters of a suffix that AWS or CloudFormation generated.
const FEWEST_MADE_UP: usize = 8;

/// The fewest characters of a name in which one wrong letter is a typo rather than another name.
const FEWEST_TO_MISSPELL: usize = 6;

/// The fewest characters of the stem that two names must share before the rest counts as a suffix.
const FEWEST_SHARED: usize = 6;

/// The number of digits in the suffix of a permission set's role. They are hexadecimal, and may all
/// be letters.
const DIGITS_OF_SET: usize = 16;

/// How a role differs from an entry that doesn't match it. The nearest kinds come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Miss {
    /// Letter case.
    LetterCase,
    /// A Region in the path. Roles of Identity Center have none when its home is us-east-1.
    Region,
    /// The partition, such as `aws` for `aws-cn`.
    Partition,
    /// The path.
    Path,
    /// A generated suffix, which changes when a permission set is provisioned again.
    MadeUpSuffix,
    /// One of the names has one more word at its end, or more after a dash.
    Word,
    /// One letter of the name.
    Letter,
    /// The names share a stem but end differently, such as `-prod` and `-dev`.
    Ending,
    /// One digit of the account.
    Account,
}

impl RolePattern {
    /// How the pattern narrowly misses a role. `None`: it matches the role, or means another one.
    pub fn near_miss(&self, role: &RoleArn) -> Option<Miss> {
        // The accounts in `accounts` were chosen, so a role elsewhere isn't a near miss.
        let is_its = self.matches(role) || self.matches_without_path(role);
        if is_its || !self.is_listed(role.account()) {
            return None;
        }
        if let Some(set) = self.permission_set() {
            return of_permission_sets(set, permission_set_of(role)?);
        }
        let (ours, theirs) = (
            RoleArnParts::split(self.as_str())?,
            RoleArnParts::split(role.as_str())?,
        );
        if !glob_matches(ours.account, theirs.account) {
            // Only a typo leads to another account; everything else has to match then.
            let fits = glob_matches(ours.partition, theirs.partition)
                && glob_matches(ours.role, theirs.role);
            return (fits && is_slip(ours.account, theirs.account)).then_some(Miss::Account);
        }
        let partition =
            (!glob_matches(ours.partition, theirs.partition)).then_some(Miss::Partition);
        if glob_matches(ours.role, theirs.role) {
            return partition;
        }
        of_roles(ours.role, theirs.role).max(partition)
    }
}

/// The parts of a role ARN, or of a pattern for one.
struct RoleArnParts<'a> {
    partition: &'a str,
    account: &'a str,
    /// The path and the name.
    role: &'a str,
}

impl<'a> RoleArnParts<'a> {
    fn split(arn: &'a str) -> Option<Self> {
        let parts = ArnParts::split(arn)?;
        Some(Self {
            partition: parts.partition,
            account: parts.account,
            role: parts.resource.strip_prefix("role/")?,
        })
    }
}

/// Whether two account ids differ in one digit, or in the order of two neighbors.
fn is_slip(ours: &str, theirs: &str) -> bool {
    ours.len() == theirs.len()
        && ours.bytes().all(|byte| byte.is_ascii_digit())
        && strsim::osa_distance(ours, theirs) == 1
}

/// The permission set of a role, also if its path isn't known.
pub(crate) fn permission_set_of(role: &RoleArn) -> Option<&str> {
    permission_set::of_role(role.as_str())
        .or_else(|| permission_set::of_role_name(role.name()).filter(|_| !role.has_path()))
}

/// Compares the names of permission sets.
fn of_permission_sets(ours: &str, theirs: &str) -> Option<Miss> {
    if ours.eq_ignore_ascii_case(theirs) {
        return Some(Miss::LetterCase);
    }
    let slip = || is_misspelled(ours, theirs).then_some(Miss::Letter);
    let ending = || differ_in_ending(ours, theirs).then_some(Miss::Ending);
    suffix(ours, theirs).or_else(slip).or_else(ending)
}

/// Compares the paths and names of roles that don't match.
fn of_roles(ours: &str, theirs: &str) -> Option<Miss> {
    if matches_any_case(ours, theirs) {
        return Some(Miss::LetterCase);
    }
    // The path of an Identity Center role has the Region of its instance, except in us-east-1.
    let elsewhere = without_regions(ours);
    if says_which(&elsewhere) && matches_any_case(&elsewhere, &without_regions(theirs)) {
        return Some(Miss::Region);
    }
    let (our_name, their_name) = (name_of(ours), name_of(theirs));
    if says_which(our_name) && matches_any_case(our_name, their_name) {
        return Some(Miss::Path);
    }
    let plain = their_name
        // People write the permission set's name instead of the role's: `Admin` for
        // `AWSReservedSSO_Admin_0123456789abcdef`.
        .strip_prefix(PERMISSION_SET)
        .filter(|_| !our_name.starts_with(PERMISSION_SET));
    let set = || suffix(our_name, plain?).filter(|miss| *miss == Miss::MadeUpSuffix);
    let slip = || is_misspelled(our_name, their_name).then_some(Miss::Letter);
    let ending = || differ_in_ending(our_name, their_name).then_some(Miss::Ending);
    suffix(our_name, their_name)
        .or_else(set)
        .or_else(slip)
        .or_else(ending)
}

/// `UpdateApp-prod` and `UpdateApp-dev`, `UpdateApp-eu-west-1` and `UpdateApp-us-east-1`
fn differ_in_ending(ours: &str, theirs: &str) -> bool {
    let (Some(our_stem), Some(their_stem)) = (without_ending(ours), without_ending(theirs)) else {
        return false;
    };
    let is_stem = our_stem.len() >= FEWEST_SHARED
        && !PERMISSION_SET
            .trim_end_matches('_')
            .eq_ignore_ascii_case(our_stem);
    is_stem && !ours.contains(is_wild) && our_stem.eq_ignore_ascii_case(their_stem)
}

/// The name without the Region at its end, or else without its last part.
fn without_ending(name: &str) -> Option<&str> {
    let ends = name
        .rmatch_indices(is_dash)
        .filter_map(|(at, dash)| Some((name.get(..at)?, name.get(at + dash.len()..)?)));
    // A Region itself contains dashes, so the longest end that is a Region is removed.
    let region = ends.clone().find(|(_, end)| is_region(end));
    region.or_else(|| ends.clone().next()).map(|(stem, _)| stem)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '_')
}

/// Whether names differ in one letter. Numbers distinguish roles, so they have to be equal.
fn is_misspelled(ours: &str, theirs: &str) -> bool {
    let (ours, theirs) = (ours.to_ascii_lowercase(), theirs.to_ascii_lowercase());
    let digits = |name: &str| {
        name.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    // Short names differ in one letter on purpose: `dev` and `dev2`, `ro` and `rw`.
    let long = !ours.contains(is_wild) && ours.chars().count() >= FEWEST_TO_MISSPELL;
    long && digits(&ours) == digits(&theirs) && strsim::osa_distance(&ours, &theirs) == 1
}

fn name_of(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}

fn matches_any_case(glob: &str, text: &str) -> bool {
    glob_matches(&glob.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

fn plain_characters(glob: &str) -> usize {
    glob.chars().filter(|c| !is_wild(*c)).count()
}

fn is_wild(c: char) -> bool {
    matches!(c, '*' | '?')
}

/// Whether a glob is narrow enough to mean certain roles.
fn says_which(glob: &str) -> bool {
    !glob.contains(is_wild) || plain_characters(glob) >= FEWEST
}

/// Leaves out segments of the path that are a Region, or a wildcard for one.
fn without_regions(role: &str) -> String {
    let Some((path, name)) = role.rsplit_once('/') else {
        return role.to_owned();
    };
    let kept = path.split('/').filter(|segment| !is_region(segment));
    kept.chain([name]).collect::<Vec<_>>().join("/")
}

/// `ap-northeast-1`, `eusc-de-east-1`, `*`, `us-*`
fn is_region(segment: &str) -> bool {
    if segment.contains(is_wild) {
        return segment
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || is_wild(c))
            && (segment == "*" || segment.contains('-'));
    }
    let words: Vec<&str> = segment.split('-').collect();
    match words.as_slice() {
        [front @ .., number] if front.len() >= 2 => {
            front
                .iter()
                .all(|word| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

/// Compares names of which at least one has a suffix more.
fn suffix(ours: &str, theirs: &str) -> Option<Miss> {
    // Who leaves out a suffix may leave its separator: `AWSReservedSSO_Admin_`.
    let (ours, theirs) = (
        ours.trim_end_matches(is_dash),
        theirs.trim_end_matches(is_dash),
    );
    let (our_stems, their_stems) = (stems_of(ours), stems_of(theirs));
    let longer = their_stems
        .iter()
        .filter(|(stem, _)| matches_any_case(ours, stem))
        .map(|(_, miss)| *miss);
    let shorter = our_stems
        .iter()
        .filter(|(stem, _)| matches_any_case(stem, theirs))
        .map(|(_, miss)| *miss);
    let made_up = |stems: &[(&str, Miss)]| -> Vec<String> {
        let made_up = stems.iter().filter(|(_, miss)| *miss == Miss::MadeUpSuffix);
        made_up.map(|(stem, _)| (*stem).to_owned()).collect()
    };
    let theirs = made_up(&their_stems);
    let both = made_up(&our_stems)
        .iter()
        .any(|stem| theirs.iter().any(|their| matches_any_case(stem, their)));
    longer
        .chain(shorter)
        .chain(both.then_some(Miss::MadeUpSuffix))
        .min()
}

/// What is left of a name without its suffix, for each place where one could begin.
fn stems_of(name: &str) -> Vec<(&str, Miss)> {
    let mut stems = Vec::new();
    let mut before = None;
    for (at, c) in name.char_indices() {
        if let Some(last) = before.replace(c)
            && begins_suffix(last, c)
            && let (Some(stem), Some(rest)) = (name.get(..at), name.get(at..))
            && plain_characters(stem) >= FEWEST_OF_STEM
            && let Some(miss) =
                kind_of_suffix(rest).or_else(|| is_apart(stem, c).then_some(Miss::Word))
        {
            stems.push((stem, miss));
        }
    }
    stems
}

/// Whether the rest after a stem is a suffix of any length, such as `-eu-west-1`: it starts with a
/// dash, and the stem is a name of its own.
fn is_apart(stem: &str, next: char) -> bool {
    is_dash(next) && !stem.contains(is_wild)
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '@' | '+' | '=' | ',')
}

fn begins_suffix(last: char, c: char) -> bool {
    let word = c.is_ascii_uppercase() && !last.is_ascii_uppercase();
    let number = c.is_ascii_digit() && !last.is_ascii_digit();
    !is_separator(last) && (is_separator(c) || word || number || (is_wild(c) && !is_wild(last)))
}

/// The kind of suffix that a text is, if it's short enough: at most one word, plus generated parts.
fn kind_of_suffix(text: &str) -> Option<Miss> {
    let parts: Vec<&str> = text
        .split(is_separator)
        .filter(|part| !part.is_empty())
        .collect();
    let words: usize = parts
        .iter()
        .filter(|part| !is_made_up(part))
        .map(|part| words_in(part))
        .sum();
    match (words, parts.len()) {
        (_, 0) => None,
        (0, _) => Some(Miss::MadeUpSuffix),
        (1, _) => Some(Miss::Word),
        _ => None,
    }
}

/// `0123456789abcdef`, `1QK4ZJ7M2W8XN`, `*`
fn is_made_up(part: &str) -> bool {
    if part.len() == DIGITS_OF_SET
        && part
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return true;
    }
    let long = part.len() >= FEWEST_MADE_UP && part.bytes().any(|byte| byte.is_ascii_digit());
    part.contains(is_wild) || (long && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The number of words written without a gap: two in `FunctionRole`.
fn words_in(part: &str) -> usize {
    let pairs = part.chars().zip(part.chars().skip(1));
    1 + pairs
        .filter(|(last, c)| c.is_ascii_uppercase() && !last.is_ascii_uppercase())
        .count()
}

#[cfg(test)]
mod tests;
