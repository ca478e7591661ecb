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
    /// The patterns that had to be widened: the text in the policy, and the wildcard.
    pub widened: Vec<(String, String)>,
}

impl Forwarding {
    /// Covers all roles of the policy.
    pub fn of(policy: &Policy) -> Self {
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
        let mut widened: Vec<(String, String)> =
            all.into_iter().filter(|(text, own)| text != own).collect();
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
        let mut patterns = split(head, r#"{"exists":false}"#, &self.roles, tail);
        let (head, tail) = (
            r#"{"source":["aws.sts"],"detail":{"eventName":[{"prefix":"AssumeRole"}],"userIdentity":{"type":["AWSService"]},"requestParameters":{"roleArn":["#,
            "]}}}",
        );
        patterns.extend(split(head, "", &self.roles, tail));
        let (head, tail) = (
            r#"{"source":["aws.sts","aws.signin"],"detail":{"$or":[{"eventName":["SwitchRole","RenewRole","ExitRole"]},{"eventName":[{"prefix":"AssumeRole"}],"requestParameters":{"roleArn":["#,
            "]}}]}}",
        );
        patterns.extend(split(head, "", &self.roles, tail));
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
    let parts = ArnParts::of(glob);
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
fn split(head: &str, first: &str, roles: &[String], tail: &str) -> Vec<String> {
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
mod tests {
    use super::*;

    fn policy(roles: &[&str]) -> Policy {
        let entries = roles
            .iter()
            .map(|arn| format!("  - {{arn: '{arn}', groups: [development/Developers]}}\n"));
        let text = format!(
            "version: 1\naccounts: {{111122223333: development}}\nroles:\n{}",
            entries.collect::<Vec<_>>().concat()
        );
        Policy::read(text.as_bytes(), "p").unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn forwarding(roles: &[&str]) -> Forwarding {
        Forwarding::of(&policy(roles))
    }

    #[test]
    fn globs_become_wildcards_that_match_no_less_and_say_where_they_match_more() {
        let plain = forwarding(&[
            "arn:aws:iam::444455556666:role/UpdateApp",
            "arn:aws:iam::*:role/ops/*",
        ]);
        assert_eq!(
            plain.parameter(),
            "arn:aws:iam::444455556666:role/UpdateApp,arn:aws:iam::*:role/ops/*"
        );
        assert_eq!(plain.widened, []);
        for partition in ["aws-cn", "aws-eusc", "aws-iso-b", "aws-nova-x2"] {
            let role = format!("arn:{partition}:iam::444455556666:role/UpdateApp");
            let kept = forwarding(&[&role]);
            assert_eq!((kept.parameter(), kept.widened), (role, vec![]));
        }
        for (written, wide) in [
            (
                "arn:aws:iam::444455556666:role/Update?pp",
                "arn:aws:iam::444455556666:role/Update*pp",
            ),
            (
                "arn:aws:iam::444455556666:role/a?**b",
                "arn:aws:iam::444455556666:role/a*b",
            ),
            ("arn:aws:iam::44445555666?:role/a", "arn:aws:iam::*:role/a"),
            ("arn:aws*:iam::4444*:role/*", "arn:*:iam::*:role/*"),
            (
                "arn:aws:iam::444455556666:role/one,two",
                "arn:aws:iam::444455556666:role/one*two",
            ),
            (
                "arn:aws:iam::444455556666:role/a\"}/b",
                "arn:aws:iam::444455556666:role/a*/b",
            ),
        ] {
            let wider = forwarding(&[written]);
            assert_eq!(wider.widened, [(written.to_owned(), wide.to_owned())]);
            assert_eq!(wider.parameter(), wide);
        }
    }

    #[test]
    fn what_another_wildcard_covers_is_left_out() {
        let roles = [
            "arn:aws:iam::444455556666:role/UpdateApp",
            "arn:aws:iam::444455556666:role/*",
            "arn:aws:iam::444455556666:role/Update?pp",
        ];
        assert_eq!(
            forwarding(&roles).roles,
            ["arn:aws:iam::444455556666:role/*"]
        );
        let same = [
            "arn:aws:iam::444455556666:role/a?",
            "arn:aws:iam::444455556666:role/a*",
        ];
        assert_eq!(
            forwarding(&same).roles,
            ["arn:aws:iam::444455556666:role/a*"]
        );
    }

    #[test]
    fn many_roles_are_split_so_that_each_pattern_is_short_enough_and_none_is_lost() {
        let roles: Vec<String> = (0..100)
            .map(|at| format!("arn:aws:iam::444455556666:role/team-{at:03}/UpdateApp"))
            .collect();
        let texts: Vec<&str> = roles.iter().map(String::as_str).collect();
        let many = forwarding(&texts);
        let patterns = many.patterns();
        assert!(!many.fits_the_templates());
        let mut held: Vec<String> = Vec::new();
        for pattern in &patterns {
            assert!(
                pattern.chars().count() < LONGEST_PATTERN,
                "{}",
                pattern.len()
            );
            let json: serde_json::Value = serde_json::from_str(pattern).unwrap();
            let arns = [
                "/detail/userIdentity/sessionContext/sessionIssuer/arn",
                "/detail/requestParameters/roleArn",
                "/detail/$or/1/requestParameters/roleArn",
            ];
            let items = arns
                .iter()
                .find_map(|place| json.pointer(place))
                .unwrap()
                .as_array()
                .unwrap();
            held.extend(
                items
                    .iter()
                    .filter_map(|item| Some(item["wildcard"].as_str()?.to_owned())),
            );
        }
        assert_eq!(
            held,
            [&roles[..], &roles[..], &roles[..]].concat(),
            "each role once for its uses, once for services and once for the queue of switches"
        );
        assert_eq!(
            patterns
                .iter()
                .filter(|pattern| pattern.contains("exists"))
                .count(),
            1
        );
        assert!(forwarding(&texts[..3]).fits_the_templates());
    }

    #[test]
    fn the_parameter_fits_only_if_the_longest_of_the_rules_does() {
        let mut only_too_long_for_switches = 0;
        for length in 10..30 {
            let roles: Vec<String> = (0..30)
                .map(|at| format!("arn:aws:iam::444455556666:role/{at:0>length$}"))
                .collect();
            let texts: Vec<&str> = roles.iter().map(String::as_str).collect();
            let own = forwarding(&texts);
            let patterns = own.patterns();
            let rules = |of: &str| {
                patterns
                    .iter()
                    .filter(|pattern| pattern.contains(of))
                    .count()
            };
            let (uses, switches) = (rules("AssumedRole"), rules("SwitchRole"));
            assert!(
                patterns
                    .iter()
                    .all(|pattern| pattern.len() < LONGEST_PATTERN)
            );
            assert_eq!(own.fits_the_templates(), switches == 1, "{length}");
            only_too_long_for_switches += usize::from(uses == 1 && switches > 1);
        }
        assert_eq!(only_too_long_for_switches, 1);
    }

    #[test]
    fn a_policy_without_roles_needs_no_patterns() {
        let none = Forwarding {
            roles: Vec::new(),
            widened: Vec::new(),
        };
        assert_eq!((none.patterns(), none.parameter()), (vec![], String::new()));
    }

    #[test]
    fn an_entry_in_some_accounts_is_forwarded_as_one_wildcard() {
        let policy = |accounts: &str| {
            let text = format!(
                "version: 1\naccounts: {{111122223333: development, 444455556666: production}}\n\
                 roles:\n  - {{arn: ['arn:aws:iam::*:role/A', 'arn:aws:iam::*:role/B'],\n     \
                 accounts: {accounts}, groups: [development/Developers]}}\n"
            );
            Policy::read(text.as_bytes(), "p").unwrap_or_else(|errors| panic!("{errors}"))
        };
        let one = policy("[production]");
        let parameter = Forwarding::of(&one).parameter();
        assert_eq!(
            parameter,
            "arn:aws:iam::444455556666:role/A,arn:aws:iam::444455556666:role/B"
        );
        assert_eq!(Forwarding::of(&one).widened, []);
        assert_eq!(uncovered(&one, &parameter), Vec::<&RolePattern>::new());
        let two = policy("[development, production]");
        let wide = Forwarding::of(&two).parameter();
        assert_eq!(wide, "arn:aws:iam::*:role/A,arn:aws:iam::*:role/B");
        assert_eq!(uncovered(&two, &wide), Vec::<&RolePattern>::new());
        let both = format!(
            "{parameter},{}",
            parameter.replace("444455556666", "111122223333")
        );
        assert_eq!(uncovered(&two, &both), Vec::<&RolePattern>::new());
        assert_eq!(uncovered(&two, &parameter).len(), 2);
    }

    #[test]
    fn what_is_deployed_has_to_cover_every_role() {
        let policy = policy(&[
            "arn:aws:iam::444455556666:role/UpdateApp",
            "arn:aws:iam::444455556666:role/ops/*",
            "arn:aws:iam::*:role/A?",
        ]);
        let missing = |deployed: &str| {
            uncovered(&policy, deployed)
                .iter()
                .map(|arn| arn.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(missing(&Forwarding::of(&policy).parameter()), [""; 0]);
        assert_eq!(missing("*"), [""; 0]);
        assert_eq!(
            missing(" arn:aws:iam::444455556666:role/*, arn:aws:iam::*:role/A*"),
            [""; 0],
            "as CloudFormation shows it"
        );
        assert_eq!(
            missing("arn:aws:iam::444455556666:role/UpdateApp"),
            [
                "arn:aws:iam::444455556666:role/ops/*",
                "arn:aws:iam::*:role/A?"
            ]
        );
        assert_eq!(
            missing(
                "arn:aws:iam::444455556666:role/ops/Br*,arn:aws:iam::444455556666:role/Update?pp"
            )
            .len(),
            3
        );
        assert_eq!(missing("").len(), 3);
    }
}
