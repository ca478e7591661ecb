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
    Forwarding::for_policy(&policy(roles))
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
    let parameter = Forwarding::for_policy(&one).parameter();
    assert_eq!(
        parameter,
        "arn:aws:iam::444455556666:role/A,arn:aws:iam::444455556666:role/B"
    );
    assert_eq!(Forwarding::for_policy(&one).widened, []);
    assert_eq!(uncovered(&one, &parameter), Vec::<&RolePattern>::new());
    let two = policy("[development, production]");
    let wide = Forwarding::for_policy(&two).parameter();
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
fn a_permission_set_is_forwarded_in_any_partition_and_region() {
    let policy = |entry: &str| {
        let text = format!(
            "version: 1\naccounts: {{111122223333: development, 444455556666: production}}\n\
             identity_center: {{account: production, regions: [us-east-1], identity_store: d-1234567890}}\n\
             roles:\n  - {{{entry}, groups: []}}\n"
        );
        Policy::read(text.as_bytes(), "p").unwrap_or_else(|errors| panic!("{errors}"))
    };
    let path = "role/aws-reserved/sso.amazonaws.com/";
    let all = policy("permission_set: Admin");
    let parameter = Forwarding::for_policy(&all).parameter();
    assert_eq!(
        parameter,
        format!("arn:*:iam::*:{path}*AWSReservedSSO_Admin_*")
    );
    assert_eq!(Forwarding::for_policy(&all).widened, []);
    assert_eq!(uncovered(&all, &parameter), Vec::<&RolePattern>::new());
    let one = policy("permission_set: 'a,b', accounts: [production]");
    let wide = format!("arn:*:iam::444455556666:{path}*AWSReservedSSO_a*b_*");
    assert_eq!(Forwarding::for_policy(&one).parameter(), wide);
    let widened = [("permission set a,b".to_owned(), wide)];
    assert_eq!(Forwarding::for_policy(&one).widened, widened);
    assert_eq!(uncovered(&one, &parameter).len(), 1);
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
    assert_eq!(
        missing(&Forwarding::for_policy(&policy).parameter()),
        [""; 0]
    );
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
        missing("arn:aws:iam::444455556666:role/ops/Br*,arn:aws:iam::444455556666:role/Update?pp")
            .len(),
        3
    );
    assert_eq!(missing("").len(), 3);
}
