//! Switches by SAML users and web identities.

use crate::testing::{Story, Verdicts};

fn story(identities: &str, mfa: &str) -> Story {
    let keys = format!("    chaining: allow\n    mfa: {mfa}\n    identities: [{identities}]\n");
    Story::with_policy_lines("    groups: []\n", &keys)
}

#[test]
fn the_session_tag_shows_mfa() {
    let tagged = "{saml: {mfa_tag: mfa=true}}";
    for (identities, tags, expected) in [
        (tagged, vec![("mfa", "true")], Verdicts::Silent),
        (tagged, vec![("mfa", "false")], Verdicts::Violation),
        (tagged, vec![], Verdicts::Unproven),
        ("saml", vec![("mfa", "true")], Verdicts::Unproven),
    ] {
        for chained in [false, true] {
            let mut story = story(identities, "required");
            if chained {
                story.saml_chain("Okta", "sam", &tags);
            } else {
                story.saml_switch("Okta", "sam", &tags);
            }
            assert_eq!(story.verdict("RW002"), expected, "{identities} {tags:?}");
        }
    }
}

#[test]
fn an_entry_without_a_tag_hides_nothing() {
    let two = "{saml: {provider: Okta, mfa_tag: mfa=true}}, {saml: {provider: Okta}}";
    let mut story = story(two, "required");
    story.saml_switch("Okta", "sam", &[("mfa", "false")]);
    assert_eq!(story.verdict("RW002"), Verdicts::Violation);
}

#[test]
fn nothing_is_said_where_nothing_is_asked() {
    let mut story = story("saml", "{saml: optional}");
    story.saml_switch("Okta", "sam", &[]);
    assert_eq!(story.verdict("RW002"), Verdicts::Silent);
}

#[test]
fn nothing_shows_the_mfa_of_a_web_identity() {
    let mut story = story("web-identity", "required");
    story.web_switch("accounts.google.com", "1234");
    assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
}
