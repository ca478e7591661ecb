//! Translates an SDK error into what it means for the caller: try later, unknown, or never.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rolewatch_guard::untrusted::shows_as_itself;

use rolewatch_live::port::Trouble;

/// The error codes that mean "too many calls", in addition to those that contain `Throttl`. AWS
/// sends most of them with status 400.
const TOO_MANY: &[&str] = &[
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// The error codes that mean "no answer in time", although their status says that the request was
/// wrong.
const TOO_SLOW: &[&str] = &["RequestTimeout", "RequestTimeoutException"];

/// The most characters of a reason.
const SHOWN: usize = 400;

/// Translates an error of the call `what`, such as `dynamodb:PutItem`.
pub(super) fn trouble<E>(what: &str, error: &SdkError<E, HttpResponse>) -> Trouble
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            answered(what, answer.raw().status().as_u16(), answer.err())
        }
        // It was never sent, and a retry wouldn't be sent either.
        SdkError::ConstructionFailure(_) => refused(what, &causes(error)),
        // It may have been sent and executed although no answer arrived.
        _ => unreachable(what, &causes(error)),
    }
}

/// The call or its answer can't be used.
pub(super) fn refused(what: &str, why: &str) -> Trouble {
    Trouble::Refused {
        what: what.to_owned(),
        why: legible(why),
    }
}

/// The answer broke off.
pub(super) fn unreachable(what: &str, why: &str) -> Trouble {
    Trouble::Unreachable {
        what: what.to_owned(),
        why: legible(why),
    }
}

fn answered(what: &str, status: u16, answer: &impl ProvideErrorMetadata) -> Trouble {
    // Check the code before the status, because DynamoDB and others throttle with status 400.
    let code = answer.code().unwrap_or_default();
    if status == 429 || code.contains("Throttl") || TOO_MANY.contains(&code) {
        return Trouble::Throttled {
            what: what.to_owned(),
        };
    }
    let why = match (code, answer.message().unwrap_or_default()) {
        ("", "") => format!("status {status}"),
        ("", message) => format!("status {status}: {message}"),
        (code, "") => code.to_owned(),
        (code, message) => format!("{code}: {message}"),
    };
    if status >= 500 || TOO_SLOW.contains(&code) {
        unreachable(what, &why)
    } else {
        refused(what, &why)
    }
}

/// The error and its causes, without repeating what an error already says about its cause.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

/// Error messages quote the request, and the request may contain text from an event. So the text is
/// made safe to show.
fn legible(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .map(|c| if shows_as_itself(c) { c } else { '\u{fffd}' })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("service error")]
    struct Answer(ErrorMetadata);

    impl ProvideErrorMetadata for Answer {
        fn meta(&self) -> &ErrorMetadata {
            &self.0
        }
    }

    fn answer(status: u16, code: &str, message: &str) -> Trouble {
        let response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        let answer = Answer(ErrorMetadata::builder().code(code).message(message).build());
        trouble("sns:Publish", &SdkError::service_error(answer, response))
    }

    #[test]
    fn throttling_is_told_by_code_or_by_status() {
        let throttled = Trouble::Throttled {
            what: "sns:Publish".into(),
        };
        for (status, code) in [
            (400, "ThrottlingException"),
            (400, "Throttling"),
            (400, "KMSThrottling"),
            (503, "SlowDown"),
            (429, ""),
        ] {
            assert_eq!(answer(status, code, ""), throttled, "{status} {code}");
        }
        assert_eq!(
            answer(400, "ProvisionedThroughputExceededException", "x"),
            throttled
        );
    }

    #[test]
    fn a_server_that_fails_leaves_the_outcome_open() {
        for (status, code) in [
            (500, "InternalFailure"),
            (503, "ServiceUnavailable"),
            (400, "RequestTimeout"),
        ] {
            assert!(
                matches!(answer(status, code, ""), Trouble::Unreachable { .. }),
                "{status} {code}"
            );
        }
    }

    #[test]
    fn no_answer_leaves_the_outcome_open() {
        let dropped = SdkError::<Answer, HttpResponse>::dispatch_failure(ConnectorError::io(
            "connection reset".into(),
        ));
        let why = "dispatch failure: io error: connection reset".to_owned();
        assert_eq!(
            trouble("sns:Publish", &dropped),
            Trouble::Unreachable {
                what: "sns:Publish".into(),
                why
            }
        );
        let late = SdkError::<Answer, HttpResponse>::timeout_error("too late");
        assert!(matches!(
            trouble("sns:Publish", &late),
            Trouble::Unreachable { .. }
        ));
    }

    #[test]
    fn a_call_that_was_wrong_stays_wrong() {
        let why = "AccessDeniedException: not authorized".to_owned();
        assert_eq!(
            answer(400, "AccessDeniedException", "not authorized"),
            Trouble::Refused {
                what: "sns:Publish".into(),
                why
            }
        );
        assert_eq!(
            answer(403, "", "").to_string(),
            "sns:Publish failed: status 403"
        );
    }

    #[test]
    fn a_reason_is_legible_and_short() {
        let Trouble::Refused { why, .. } = answer(
            400,
            "ValidationError",
            &format!("\u{1b}[31m{}", "x".repeat(500)),
        ) else {
            panic!()
        };
        assert!(
            why.starts_with("ValidationError: \u{fffd}[31mxxx") && why.ends_with("x…"),
            "{why}"
        );
        assert_eq!(why.chars().count(), SHOWN + 1);
    }
}
