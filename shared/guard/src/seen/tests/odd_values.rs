//! Values that CloudTrail never writes at a given place of a record.

use serde_json::{Value, json};

/// Each of these values at one place.
fn values_at(place: &str, values: impl IntoIterator<Item = Value>) -> Vec<(String, Value)> {
    values
        .into_iter()
        .map(|value| (place.to_owned(), value))
        .collect()
}

/// Expirations that aren't a time, or that no session can have.
pub(super) fn odd_expirations() -> Vec<(String, Value)> {
    let no_times = [
        json!("1772445600"),
        json!("1772445600000"),
        json!("Mon, 02 Mar 2026 10:00:00 GMT"),
        json!("2026-03-02 10:00:00"),
        json!("02/03/2026 10:00"),
        json!("tomorrow"),
        json!("-"),
        json!(1_772_445_600),
        json!(1.5),
        json!(true),
    ];
    // The second of the call, and earlier times.
    let absurd = [
        json!("2026-03-02T09:00:00Z"),
        json!("Mar 2, 2026, 8:59:59 AM"),
        json!("0001-01-01T00:00:00Z"),
    ];
    let place = "/responseElements/credentials/expiration";
    values_at(place, no_times.into_iter().chain(absurd))
}

pub(super) fn odd_durations() -> Vec<(String, Value)> {
    let durations = [
        json!(-3_600),
        json!(0),
        json!("1h"),
        json!("PT1H"),
        json!(1.5),
        json!(129_601),
        json!(1e300),
        json!(" 3600"),
        json!(true),
    ];
    values_at("/requestParameters/durationSeconds", durations)
}

/// Odd values for MFA and for the caller's session.
pub(super) fn odd_proofs() -> Vec<(String, Value)> {
    let attributes = "/userIdentity/sessionContext/attributes";
    let created = [
        json!("1772445600"),
        json!("Mar 2, 2026, 9:00:00 AM"),
        json!("yesterday"),
    ];
    let flags = [json!("yes"), json!(1), json!("TRUE!"), json!("truefalse")];
    let serials = [
        json!(true),
        json!("none"),
        json!("a device"),
        json!("x".repeat(257)),
    ];
    let mut proofs = values_at(&format!("{attributes}/creationDate"), created);
    proofs.extend(values_at(&format!("{attributes}/mfaAuthenticated"), flags));
    proofs.extend(values_at("/requestParameters/serialNumber", serials));
    proofs
}

/// Invalid ids and ARNs, and parts of a record of the wrong type.
pub(super) fn odd_parts() -> Vec<(String, Value)> {
    let role = "arn:aws:iam::444455556666:role/UpdateApp";
    let parts = [
        ("/sharedEventID", json!("1111")),
        ("/sharedEventID", json!("none-of-this-is-one")),
        ("/addendum/originalEventID", json!("a\nb")),
        ("/userIdentity/accountId", json!("development")),
        ("/requestParameters/roleArn", json!("UpdateApp")),
        ("/resources", json!(role)),
        ("/resources/0/ARN", json!("UpdateApp")),
        ("/resources/0", Value::Null),
        ("/requestParameters", json!(format!("roleArn={role}"))),
        ("/responseElements", json!(7)),
    ];
    parts
        .into_iter()
        .map(|(place, value)| (place.to_owned(), value))
        .collect()
}
