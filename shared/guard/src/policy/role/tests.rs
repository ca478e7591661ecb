use proptest::prelude::*;

use super::*;

fn pattern(text: &str) -> RolePattern {
    RolePattern::new(text.to_owned(), None, Vec::new())
}

fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

fn in_accounts(text: &str, accounts: &[&str]) -> RolePattern {
    let accounts = accounts.iter().map(|id| account(id)).collect();
    RolePattern::new(text.to_owned(), None, accounts)
}

#[test]
fn a_pattern_covers_only_what_it_surely_matches() {
    for (wide, narrow) in [
        ("a*", "a*"),
        ("a?c", "a?c"),
        ("a*", "ab?"),
        ("a*", "a*b*"),
        ("*/x*", "a/x?"),
        ("a?", "ab"),
        ("a?", "a?"),
    ] {
        assert!(pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
    }
    for (wide, narrow) in [
        ("a?", "a*"),
        ("a", "a*"),
        ("ab", "a?"),
        ("a*b", "a*"),
        ("*?", "a*"),
    ] {
        assert!(!pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
    }
}

#[test]
fn a_star_in_a_pattern_crosses_the_path() {
    let arn = RoleArn::parse("arn:aws:iam::444455556666:role/team/app/UpdateApp").unwrap();
    assert!(pattern("arn:aws:iam::*:role/team/*").matches(&arn));
    assert!(!pattern("arn:aws:iam::*:role/UpdateApp").matches(&arn));
    assert!(pattern(arn.as_str()).matches(&arn));
    assert!(pattern("arn:aws:iam::44445555666?:role/team/*/UpdateAp?").matches(&arn));
    // `a*a` has an `a` at both ends, and they can't be the same character.
    assert!(!pattern("a*a").matches_text("a"));
}

#[test]
fn a_pattern_matches_only_in_its_accounts() {
    let (ours, other) = ("444455556666", "111122223333");
    let arn = |id: &str| format!("arn:aws:iam::{id}:role/UpdateApp");
    let one = in_accounts("arn:aws:iam::*:role/Update*", &[ours]);
    assert!(one.matches_text(&arn(ours)) && !one.matches_text(&arn(other)));
    assert!(one.may_be_in(account(ours)) && !one.may_be_in(account(other)));
    assert_eq!(one.account(), Some(account(ours)));
    let two = in_accounts("arn:aws:iam::*:role/Update*", &[ours, other]);
    assert!(two.matches_text(&arn(ours)) && two.matches_text(&arn(other)));
    assert_eq!(two.account(), None);
    assert!(!two.matches_text("arn:aws:iam::123456789012:role/UpdateApp"));
}

#[test]
fn a_pattern_covers_another_only_if_it_has_its_accounts_too() {
    let text = "arn:aws:iam::*:role/Update*";
    let (one, two) = (
        in_accounts(text, &["444455556666"]),
        in_accounts(text, &["444455556666", "111122223333"]),
    );
    assert!(pattern(text).covers(&two) && two.covers(&one) && two.covers(&two));
    assert!(!one.covers(&two) && !two.covers(&pattern(text)));
    let literal = |id: &str| {
        let arn = format!("arn:aws:iam::{id}:role/UpdateApp");
        RolePattern::new(arn, Some(account(id)), Vec::new())
    };
    assert!(one.covers(&literal("444455556666")));
    assert!(!one.covers(&literal("111122223333")));
}

proptest! {
    #[test]
    fn a_pattern_in_accounts_matches_what_its_globs_of_each_account_match(
        accounts in prop::collection::btree_set(0_u64..4, 1..4),
        (glob, role) in ("[12*?]{1,2}", 0_u64..4),
        names in ("[ab*?]{1,3}", "[ab]{1,3}"),
    ) {
        let id = |number: u64| format!("{}", 111_111_111_111 + number);
        let ids: Vec<String> = accounts.iter().map(|number| id(*number)).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let text = format!("arn:aws:iam::{glob}*:role/{}", names.0);
        let arn = format!("arn:aws:iam::{}:role/{}", id(role), names.1);
        let restricted = in_accounts(&text, &ids);
        let globs = restricted.in_each_account();
        prop_assert_eq!(
            restricted.matches_text(&arn),
            globs.iter().any(|glob| glob_matches(glob, &arn))
        );
        prop_assert_eq!(
            restricted.matches_text(&arn),
            accounts.contains(&role) && pattern(&text).matches_text(&arn)
        );
        let wide = pattern("arn:aws:iam::*:role/*");
        prop_assert!(wide.covers(&restricted) && !restricted.covers(&wide));
    }
}
