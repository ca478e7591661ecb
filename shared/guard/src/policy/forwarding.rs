//! The EventBridge patterns that depend on the policy: the activity of sessions of elevated roles,
//! services that enter these roles, and, for a separate queue, everybody who enters them.
//!
//! All other rules of the stacks are the same for every policy. The patterns here are the ones that
//! the templates build from their parameter `ElevatedRoles`.

use super::{Policy, RolePattern};
use crate::arn::{ArnParts, glob_matches};

/// An event pattern must be shorter than this, in characters.
pub const LONGEST_PATTERN: usize = 2_048;

/// What EventBridge has to forward for a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarding {
    /// ARNs of the elevated roles as EventBridge wildcards, in the policy's order. A wildcard that
    /// another one covers is left out.
    pub roles: Vec<String>,
    /// The patterns that had to be widened: what the policy names, and the wildcard.
    pub widened: Vec<(String, String)>,
}

impl Forwarding {
    /// Covers all roles of the policy.
    pub fn for_policy(policy: &Policy) -> Self {
        let all: Vec<(String, String)> = policy
            .roles
            .iter()
            .map(|role| {
                let text = forwarded(&role.arn);
                let own = wildcard(&text);
                (text, own)
            })
            .collect();
        let mut roles: Vec<String> = Vec::new();
        for (at, (_, own)) in all.iter().enumerate() {
            // Of two equal wildcards, the first one is kept.
            let covered = all
                .iter()
                .enumerate()
                // A rule has room for 2,048 characters. A wildcard that another one covers only
                // uses up room.
                .any(|(other, (_, wide))| covers(wide, own) && (wide != own || other < at));
            if !covered {
                roles.push(own.clone());
            }
        }
        let names = policy.roles.iter().map(|role| &role.arn);
        let mut widened: Vec<(String, String)> = all
            .into_iter()
            .zip(names)
            .filter(|((text, own), _)| text != own)
            .map(|((text, own), arn)| match arn.permission_set() {
                Some(_) => (arn.to_string(), own),
                None => (text, own),
            })
            .collect();
        widened.dedup();
        Self { roles, widened }
    }

    /// The value of the templates' parameter `ElevatedRoles`.
    pub fn parameter(&self) -> String {
        self.roles.join(",")
    }

    /// The patterns for the activity of the roles' sessions, then those for services that enter the
    /// roles, then those for the queue of switches. Each is JSON and short enough for a rule.
    pub fn patterns(&self) -> Vec<String> {
        let (head, tail) = (
            r#"{"source":[{"prefix":"aws."}],"detail":{"userIdentity":{"type":["AssumedRole"],"sessionContext":{"sessionIssuer":{"arn":["#,
            "]}}}}}",
        );
        // A session without `sessionIssuer` may belong to any role. Leaving it out would hide
        // whatever CloudTrail shortens. One rule is enough for these sessions.
        let mut patterns = split_patterns(head, r#"{"exists":false}"#, &self.roles, tail);
        let (head, tail) = (
            r#"{"source":["aws.sts"],"detail":{"eventName":[{"prefix":"AssumeRole"}],"userIdentity":{"type":["AWSService"]},"requestParameters":{"roleArn":["#,
            "]}}}",
        );
        patterns.extend(split_patterns(head, "", &self.roles, tail));
        let (head, tail) = (
            r#"{"source":["aws.sts","aws.signin"],"detail":{"$or":[{"eventName":["SwitchRole","RenewRole","ExitRole"]},{"eventName":[{"prefix":"AssumeRole"}],"requestParameters":{"roleArn":["#,
            "]}}]}}",
        );
        patterns.extend(split_patterns(head, "", &self.roles, tail));
        patterns
    }

    /// Whether one rule of each kind is enough, which is all that the templates create.
    pub fn fits_the_templates(&self) -> bool {
        self.patterns().len() <= 3
    }
}

/// The roles of the policy that a deployed value of `ElevatedRoles` doesn't cover, in the policy's
/// order.
///
/// A role that only several of its ARNs cover together is reported as well.
pub fn uncovered<'p>(policy: &'p Policy, deployed: &str) -> Vec<&'p RolePattern> {
    // EventBridge takes `?` literally, and no ARN contains one.
    let deployed: Vec<&str> = deployed
        .split(',')
        .map(str::trim)
        .filter(|wide| !wide.contains('?'))
        .collect();
    policy
        .roles
        .iter()
        .map(|role| &role.arn)
        .filter(|arn| {
            let is_covered = |glob: &String| deployed.iter().any(|wide| covers(wide, glob));
            !is_covered(&arn.as_str().to_owned()) && !arn.in_each_account().iter().all(is_covered)
        })
        .collect()
}

/// The glob to forward for a pattern: limited to its account if there is only one, else as written,
/// for every account.
fn forwarded(pattern: &RolePattern) -> String {
    // A pattern for each of a hundred accounts wouldn't fit into a rule, and extra events from
    // other accounts cost little.
    match &pattern.in_each_account()[..] {
        [only] => only.clone(),
        _ => pattern.as_str().to_owned(),
    }
}

/// Whether a wildcard matches everything that a glob of the policy matches. `wide` has no `?`.
fn covers(wide: &str, glob: &str) -> bool {
    // `glob` is matched as plain text: a `*` in `wide` takes the glob's wildcards like any other
    // character, and so takes whatever they expand to.
    wide == glob || glob_matches(wide, glob)
}

/// Converts a glob of the policy to an EventBridge wildcard with only the characters that the
/// parameter accepts. The result may match more.
///
/// EventBridge has no `?` and no two `*` in a row. The parameter is a comma-separated list, and
/// takes partition and account whole or as `*`.
fn wildcard(glob: &str) -> String {
    let parts = ArnParts::split(glob);
    let whole = |part: Option<&str>| {
        // A part that is wider than the policy only forwards more than is judged, which costs
        // little. A narrower one would lose events.
        part.filter(|part| !part.contains(['*', '?']))
            .unwrap_or("*")
            .to_owned()
    };
    let (partition, account) = (
        whole(parts.as_ref().map(|parts| parts.partition)),
        whole(parts.as_ref().map(|parts| parts.account)),
    );
    let plain = |c: char| c.is_ascii_alphanumeric() || "_+=.@/-".contains(c);
    let mut resource = String::new();
    for c in parts.map_or("", |parts| parts.resource).chars() {
        if plain(c) {
            resource.push(c);
        } else if !resource.ends_with('*') {
            resource.push('*');
        }
    }
    format!("arn:{partition}:iam::{account}:{resource}")
}

/// Distributes all roles over as few patterns as possible.
fn split_patterns(head: &str, first: &str, roles: &[String], tail: &str) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut items = first.to_owned();
    let mut held = 0;
    for role in roles {
        // INVARIANT (plain): a wildcard contains nothing that JSON would escape.
        let item = format!(r#"{{"wildcard":"{role}"}}"#);
        if held > 0 && head.len() + items.len() + 1 + item.len() + tail.len() >= LONGEST_PATTERN {
            patterns.push(format!("{head}{items}{tail}"));
            (items, held) = (String::new(), 0);
        }
        if !items.is_empty() {
            items.push(',');
        }
        items.push_str(&item);
        held += 1;
    }
    if held > 0 {
        patterns.push(format!("{head}{items}{tail}"));
    }
    patterns
}

#[cfg(test)]
mod tests;
