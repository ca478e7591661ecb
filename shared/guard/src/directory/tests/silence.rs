//! Silence in which a sign-in may be missing.

use super::*;

const HOUR: i64 = 3_600;

/// What is said of a window, in hours, where these hours were heard in `eu-west-1`.
fn silence(heard: &[i64], (from, to): (i64, i64)) -> Option<String> {
    silence_in_seconds(heard, (from * HOUR, to * HOUR))
}

fn silence_in_seconds(heard: &[i64], (from, to): (i64, i64)) -> Option<String> {
    let store = Store::new();
    let mut world = World::default();
    for hour in heard {
        world.hear_of(
            store.settings.account,
            &"eu-west-1".into(),
            moment(hour * HOUR),
        );
    }
    let directory = Directory::new(&world, &store.rosters, &store.settings);
    let silence = directory.sign_in_silence((moment(from), moment(to)));
    silence.map(|silence| silence.to_string())
}

#[test]
fn an_hour_that_was_heard_counts_as_a_whole() {
    let within = (5 * HOUR, 13 * HOUR + 1_800);
    assert_eq!(silence_in_seconds(&[0, 13, 60], within), None);
    assert!(silence_in_seconds(&[0, 12, 60], within).is_some());
    let after = (13 * HOUR + 1_800, 20 * HOUR);
    assert_eq!(silence_in_seconds(&[-60, 13, 20], after), None);
    assert!(silence_in_seconds(&[-60, 14, 20], after).is_some());
}

#[test]
fn a_silence_counts_with_what_of_it_is_outside_of_the_window() {
    for (heard, window) in [
        (&[0, 24][..], (5, 13)),
        (&[0, 24], (0, 24)),
        (&[5], (0, 8)),
        (&[0], (0, 24)),
        (&[-100, -90, -20, 0, 100, 200], (-20, 0)),
        (&[8], (0, 8)),
    ] {
        assert_eq!(silence(heard, window), None, "{heard:?} {window:?}");
    }
    for (heard, window) in [
        (&[0, 26][..], (5, 13)),
        (&[-26, 13], (-1, 13)),
        (&[0, 26], (1, 1)),
        (&[0], (5, 30)),
        (&[30], (5, 35)),
        (&[0, 100], (0, 1)),
    ] {
        let told = silence(heard, window).unwrap_or_else(|| panic!("{heard:?} {window:?}"));
        assert!(told.starts_with("the logs of account 111122223333 in eu-west-1, where people can sign in, have a gap from "), "{told}");
    }
    assert_eq!(
        silence(&[0, 26], (5, 13)).unwrap(),
        "the logs of account 111122223333 in eu-west-1, where people can sign in, have a gap from \
         2026-03-02T09:59:59Z to 2026-03-03T11:00:00Z"
    );
}

#[test]
fn every_region_must_be_heard() {
    assert_eq!(
        silence(&[], (0, 8)).unwrap(),
        "there are no logs of account 111122223333 in eu-west-1, where people can sign in"
    );
    let mut store = Store::new();
    let window = (moment(0), moment(HOUR));
    let told = |store: &Store| store.ask(|directory| directory.sign_in_silence(window));
    assert_eq!(told(&store), None);
    store.settings.regions.push("us-east-1".to_owned());
    assert!(
        told(&store)
            .unwrap()
            .contains("no logs of account 111122223333 in us-east-1")
    );
    store.sign_in(100, "UserAuthentication", Some("u"), None)["awsRegion"] = json!("us-east-1");
    assert_eq!(told(&store), None);
}

#[test]
fn records_of_the_directory_show_that_its_log_is_whole() {
    for source in ["sso-directory", "identitystore", "identitystore-scim"] {
        let mut store = Store::new();
        store.heard = false;
        let record = store.record(0, source, "DeleteUser", json!({"userId": "x"}));
        record["errorCode"] = json!("AccessDenied");
        store.record(0, "sso-oauth", "CreateToken", json!(null))["awsRegion"] = json!("us-east-1");
        store.settings.regions.push("us-east-1".to_owned());
        let told = store.ask(|directory| directory.sign_in_silence((moment(0), moment(HOUR))));
        assert_eq!(told, None, "{source}");
    }
}
