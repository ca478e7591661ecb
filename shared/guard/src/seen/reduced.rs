//! Reduces a record to the fields that the engine reads, for storing facts.
//!
//! A reduced record reads the same as the whole one. It contains no session token or session
//! policy, of the user agent only its beginning, and of all tags only the session tags that an identity provider set.

use serde::Serialize;
use serde::de::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use super::about::kept_user_agent;
use super::details::is_absent;
use super::parts::Service;
use super::read::service;
use crate::delivery::Delivery;
use crate::record::{
    self, AdditionalEventData, CenterRequest, CenterResponse, Object, Record, RecordProblem,
    RequestParameters, Resource, ResponseElements, ServiceEventDetails, Text,
};

/// Reduces a record without information about its delivery.
///
/// # Errors
/// The same as for [`reduced_from`].
pub fn reduced(json: &[u8]) -> Result<String, RecordProblem> {
    reduced_from(json, Delivery::default())
}

/// Reduces a record. The account it belongs to is written into it, so [`super::read()`] of the
/// result gives the same as [`super::read_from`] of the record as it was delivered.
///
/// # Errors
/// If the text isn't JSON of CloudTrail's shape.
pub fn reduced_from(json: &[u8], delivery: Delivery<'_>) -> Result<String, RecordProblem> {
    reduced_record(&record::open(json)?, delivery)
}

/// Like [`reduced_from`], for a record that is already parsed.
pub(crate) fn reduced_record(
    record: &Record<'_>,
    delivery: Delivery<'_>,
) -> Result<String, RecordProblem> {
    let shape = |error: serde_json::Error| RecordProblem::Shape(error.to_string());
    // A failed call may have a bare text instead of the object. That means absent, not damaged.
    let failed = record.error().is_some();
    let service = service(record).ok();
    let (asked, answer) = (record.request_parameters, record.response_elements);
    let request = if service.is_some_and(Service::is_of_identity_center) {
        reduce_part::<CenterRequest<'_>>(asked, failed)
    } else {
        reduce_part::<RequestParameters<'_>>(asked, failed)
    }
    .map_err(shape)?;
    // The responses to the console's steps are in sign-in's records.
    let response = if service
        .is_some_and(|service| service.is_of_identity_center() && service != Service::SignIn)
    {
        reduce_part::<CenterResponse<'_>>(answer, failed)
    } else {
        reduce_part::<ResponseElements<'_>>(answer, failed)
    }
    .map_err(shape)?;
    let details = reduce_part::<ServiceEventDetails<'_>>(record.service_event_details, failed)
        .map_err(shape)?;
    let additional = reduce_part::<AdditionalEventData<'_>>(record.additional_event_data, failed)
        .map_err(shape)?;
    let resources = list::<Object<Resource<'_>>>(record.resources).map_err(shape)?;
    // If the record's account can't be decided, reading the record fails, and so does reading the
    // reduced one.
    let account = delivery
        .recipient(record)
        .ok()
        .map(|account| Text::from(account.to_string()));
    let user_agent = kept_user_agent(record);
    let record = record.clone();
    let kept = Record {
        // The delivery's data isn't stored, so the account is written into the record.
        recipient_account_id: account.or(record.recipient_account_id),
        request_parameters: request.as_deref(),
        response_elements: response.as_deref(),
        additional_event_data: additional.as_deref(),
        service_event_details: details.as_deref(),
        resources: resources.as_deref(),
        // INVARIANT (one record): an empty text means the same as no field, so both reduce to the
        // same.
        error_code: record
            .error_code
            .filter(|code| !code.is_empty() || code.is_odd()),
        error_message: record
            .error_message
            .filter(|message| !message.is_empty() || message.is_odd()),
        user_agent: record
            .user_agent
            .filter(Text::is_odd)
            .or_else(|| user_agent.map(Text::from)),
        ..record
    };
    serde_json::to_string(&kept).map_err(shape)
}

/// An object with only the members that are read. A value that can't be read is replaced with
/// another one that can't be read.
fn reduce_part<'a, T: Deserialize<'a> + Serialize>(
    raw: Option<&'a RawValue>,
    failed: bool,
) -> Result<Option<Box<RawValue>>, serde_json::Error> {
    let text = raw.map_or("", RawValue::get);
    if is_absent(text, failed) {
        return Ok(None);
    }
    let part: Option<T> = text
        .starts_with('{')
        .then(|| serde_json::from_str(text).ok())
        .flatten();
    part.map_or_else(
        || to_raw_value(&Object::<()>::Odd),
        |part| to_raw_value(&part),
    )
    .map(Some)
}

/// The same for a list.
fn list<'a, T: Deserialize<'a> + Serialize>(
    raw: Option<&'a RawValue>,
) -> Result<Option<Box<RawValue>>, serde_json::Error> {
    let text = raw.map_or("", RawValue::get);
    if is_absent(text, false) {
        return Ok(None);
    }
    let list: Option<Vec<T>> = serde_json::from_str(text).ok();
    // An object isn't a list.
    list.map_or_else(
        || to_raw_value(&RequestParameters::default()),
        |list| to_raw_value(&list),
    )
    .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elevated::Elevated;
    use crate::seen::{read, read_from};
    use crate::testing::Story;

    const LOGIN: &str = "arn:aws:signin:us-east-1:444455556666:session/d47fba36";

    #[test]
    fn a_reduced_record_reads_as_the_whole_one_and_holds_no_secret() {
        let mut story = Story::new();
        story
            .switch_to("dora", "UpdateApp")
            .with_mfa()
            .used_after(60);
        story
            .switch_to("dave", "UpdateApp")
            .by_console()
            .left_after(60);
        story.denied("tom", "UpdateApp");
        story.saml_switch("Okta", "sam", &[("team", "platform")]);
        story.assume_root("admin", "555566667777");
        story.iam(0, "admin").creates_user("nell", "AIDAEXAMPLE");
        story
            .iam(0, "admin")
            .enrols("dora", "arn:aws:iam::111122223333:mfa/device");
        let policy = story.policy();
        let elevated = |role: &crate::arn::RoleArn| Elevated::by_policy(&policy).may_be(role);
        assert!(story.records().len() > 8);
        for record in story.records() {
            let mut record = record.clone();
            record["userAgent"] = format!("aws-cli{}hidden", "/".repeat(300)).into();
            record["sessionCredentialFromConsole"] = "true".into();
            if record["userIdentity"]["sessionContext"].is_object() {
                record["userIdentity"]["sessionContext"]["signInSessionArn"] = LOGIN.into();
            }
            if record["responseElements"]["credentials"].is_object() {
                record["responseElements"]["credentials"]["sessionToken"] = "secret".into();
            }
            let whole = record.to_string();
            let small = reduced(whole.as_bytes()).unwrap();
            assert_eq!(
                read(whole.as_bytes(), &elevated),
                read(small.as_bytes(), &elevated),
                "{small}"
            );
            assert!(
                !small.contains("secret") && !small.contains("hidden"),
                "{small}"
            );
            assert_eq!(small.contains(LOGIN), whole.contains(LOGIN), "{small}");
        }
    }

    #[test]
    fn a_reduced_record_says_whose_it_is_however_that_is_known() {
        let mut story = Story::new();
        story
            .switch_to("dora", "UpdateApp")
            .with_mfa()
            .used_after(60);
        story
            .switch_to("dave", "UpdateApp")
            .by_console()
            .left_after(60);
        story.denied("tom", "UpdateApp");
        story.service_switch("lambda.amazonaws.com");
        let policy = story.policy();
        let elevated = |role: &crate::arn::RoleArn| Elevated::by_policy(&policy).may_be(role);
        let path = std::path::Path::new("AWSLogs/999988887777/CloudTrail/us-east-1/x.json.gz");
        let deliveries = [
            Delivery::default(),
            Delivery::by_account("999988887777"),
            Delivery::in_file(path),
        ];
        let wrong = [
            Delivery::by_account("9999"),
            Delivery::in_file(path).in_event(Some("444455556666")),
        ];
        for record in story.records() {
            for absent in [None, Some(serde_json::Value::Null), Some("".into())] {
                let mut record = record.clone();
                match absent {
                    Some(absent) => record["recipientAccountId"] = absent,
                    None => {
                        record.as_object_mut().unwrap().remove("recipientAccountId");
                    }
                }
                let whole = record.to_string();
                for delivery in deliveries.into_iter().chain(wrong) {
                    let read_whole = read_from(whole.as_bytes(), delivery, &elevated);
                    let small = reduced_from(whole.as_bytes(), delivery).unwrap();
                    if read_whole.is_ok() {
                        // With any later delivery data, it's the same record.
                        for later in deliveries.into_iter().chain(wrong) {
                            assert_eq!(
                                read_from(small.as_bytes(), later, &elevated),
                                read_whole,
                                "{small}"
                            );
                        }
                    } else {
                        assert_eq!(
                            read_from(small.as_bytes(), delivery, &elevated),
                            read_whole,
                            "{small}"
                        );
                    }
                }
                assert!(
                    wrong
                        .iter()
                        .all(|delivery| read_from(whole.as_bytes(), *delivery, &elevated).is_err()),
                    "{whole}"
                );
            }
        }
    }
}
