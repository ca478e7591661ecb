//! What patterns match, and what crosses the parts of an ARN.

use super::*;

const FULL: PatternSyntax = PatternSyntax {
    wildcards: true,
    variables: true,
};

fn pattern(text: &str) -> Pattern {
    let context = Context::partial()
        .with_value("aws:username", "do*ra")
        .without("aws:PrincipalTag/team")
        .with_value("aws:userid", "a:b");
    Pattern::read(text, FULL, &context)
}

#[test]
fn variables_bring_in_characters_and_no_wildcards() {
    assert!(
        pattern("home/${aws:username}/*")
            .matches("home/do*ra/x", false)
            .is_yes()
    );
    assert!(
        pattern("home/${aws:username}")
            .matches("home/doooora", false)
            .is_no()
    );
    assert!(
        pattern("a${*}b${?}${$}{x}")
            .matches("a*b?${x}", false)
            .is_yes()
    );
    assert!(pattern("a${*}").matches("ab", false).is_no());
}

#[test]
fn an_absent_variable_matches_nothing_unless_it_has_a_default() {
    assert!(
        pattern("${aws:PrincipalTag/team}*")
            .matches("anything", false)
            .is_no()
    );
    assert!(pattern("${aws:PrincipalTag/team}").has_missing());
    assert!(
        pattern("${aws:PrincipalTag/team, 'it''s me'}")
            .matches("it's me", false)
            .is_yes()
    );
}

#[test]
fn an_unknown_variable_leaves_open_only_what_it_could_change() {
    let unknown = pattern("arn:aws:iam::111122223333:mfa/${aws:SourceIdentity}");
    assert!(
        unknown
            .matches_resource("arn:aws:iam::111122223333:role/UpdateApp")
            .is_no()
    );
    let open = unknown.matches_resource("arn:aws:iam::111122223333:mfa/dora");
    assert_eq!(
        open.reasons().collect::<Vec<_>>(),
        ["the value of ${aws:SourceIdentity}"]
    );
}

#[test]
fn the_old_version_has_no_variables() {
    let old = PatternSyntax {
        wildcards: true,
        variables: false,
    };
    assert!(
        Pattern::read("${aws:username}", old, &Context::complete())
            .matches("${aws:username}", false)
            .is_yes()
    );
}

#[test]
fn resources_are_compared_part_by_part_and_short_ones_are_filled_up() {
    let role = "arn:aws:iam::444455556666:role/team/UpdateApp";
    for wide in [
        "*",
        "**",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam",
        "arn:*:iam:*:444455556666:role/team/Update???",
        "arn:aws:iam::444455556666:*",
    ] {
        assert!(pattern(wide).matches_resource(role).is_yes(), "{wide}");
    }
    // "If the `*` wildcard is the last character of a resource ARN segment, it can expand to
    // match beyond the colon boundaries."
    for running_on in [
        "arn:aws:iam*:role/*",
        "arn*:role/team/UpdateApp",
        "arn:aws:iam::4*",
    ] {
        assert!(
            pattern(running_on).matches_resource(role).is_yes(),
            "{running_on}"
        );
    }
    // Any other wildcard stays in its part, and letter case matters.
    for narrow in [
        "arn:*UpdateApp",
        "arn:aws:iam:*6:role/*",
        "arn:aws:iam?444455556666:role/*",
        "arn:aws:iam?:444455556666:role/*",
        "arn:aws:iam::*:Role/*",
        "arn:aws:iam::*:role/UpdateApp",
        "arn:aws:s3",
        "",
    ] {
        assert!(pattern(narrow).matches_resource(role).is_no(), "{narrow}");
    }
    // The last part has no boundary after it.
    assert!(
        pattern("arn:aws:logs:*:1:log-group:a*b")
            .matches_resource("arn:aws:logs:r:1:log-group:a:x:b")
            .is_yes()
    );
    // A colon from a variable doesn't end a part.
    assert!(
        pattern("arn:aws:sts::1:x/${aws:userid}")
            .matches_resource("arn:aws:sts::1:x/a:b")
            .is_yes()
    );
}

#[test]
fn arn_operators_want_whole_arns() {
    let user = "arn:aws:iam::111122223333:user/dora";
    assert!(
        pattern("arn:aws:iam::*:user/*")
            .matches_arn(user)
            .is_some_and(|truth| truth.is_yes())
    );
    assert!(
        pattern("arn:aws:iam::111122223333:group/*")
            .matches_arn(user)
            .is_some_and(|truth| truth.is_no())
    );
    assert!(pattern("arn:aws:iam::1*").matches_arn(user).is_none());
    assert!(
        pattern("arn:aws:iam::*:user/*")
            .matches_arn("dora")
            .is_some_and(|truth| truth.is_no())
    );
}

#[test]
fn case_counts_unless_it_is_said_not_to() {
    assert!(
        pattern("sts:assume*")
            .matches("sts:AssumeRole", true)
            .is_yes()
    );
    assert!(
        pattern("sts:assume*")
            .matches("sts:AssumeRole", false)
            .is_no()
    );
    for wide in ["*", "sts:*", "STS:assumerole", "sts:Assume????", "*:*role"] {
        assert!(action_fits(wide, "sts:AssumeRole"), "{wide}");
    }
    for narrow in [
        "",
        "sts:AssumeRoleWithSAML",
        "sts:Assume",
        "s3:*",
        "sts:Assume???",
        "${*}",
    ] {
        assert!(!action_fits(narrow, "sts:AssumeRole"), "{narrow}");
    }
}
