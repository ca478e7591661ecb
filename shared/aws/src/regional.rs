//! Buckets in any Region. S3 serves a bucket only in the bucket's Region, and elsewhere it answers
//! with the name of that Region.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::connection::Connection;

/// The header in which S3 names the Region of a bucket.
const REGION: &str = "x-amz-bucket-region";

/// The error codes that mean "not in this Region". The first comes with status 301, the second from
/// the right endpoint with the wrong signature.
const ELSEWHERE: &[&str] = &[
    "PermanentRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "TemporaryRedirect",
];

/// Clients for the Regions of the buckets.
#[derive(Debug, Clone)]
pub(super) struct Regional {
    /// For the caller's own Region, where most buckets are.
    home: Client,
    /// For buckets in other Regions, by bucket name.
    elsewhere: Arc<Mutex<BTreeMap<String, Client>>>,
}

impl Regional {
    /// Creates the home client. Opens no connection.
    pub(super) fn new(connection: &Connection) -> Self {
        Self {
            home: Client::new(&connection.config),
            elsewhere: Arc::default(),
        }
    }

    /// Makes a call in the bucket's Region, if it is known. If S3 names another Region, the call is
    /// repeated once, in that Region.
    pub(super) async fn call<T, E, F>(
        &self,
        bucket: &str,
        call: F,
    ) -> Result<T, SdkError<E, HttpResponse>>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: AsyncFn(Client) -> Result<T, SdkError<E, HttpResponse>>,
    {
        let client = self.client_for(bucket);
        let outcome = call(client.clone()).await;
        let Err(error) = outcome else { return outcome };
        if !is_elsewhere(&error) {
            return Err(error);
        }
        let region = match region_named(error.raw_response()) {
            Some(region) => Some(region),
            None => ask_for_region(&client, bucket).await,
        };
        // The same Region again would only give the same answer.
        let Some(region) =
            region.filter(|region| client.config().region().map(AsRef::as_ref) != Some(&**region))
        else {
            return Err(error);
        };
        tracing::info!(bucket, region, "the bucket is in another Region");
        // Repeat only once: two Regions that name each other would cause an endless loop.
        let moved = Client::from_conf(
            client
                .config()
                .to_builder()
                .region(Region::new(region))
                .build(),
        );
        self.elsewhere
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(bucket.to_owned(), moved.clone());
        call(moved).await
    }

    /// The Region in which the bucket was found. Before any call, the caller's own Region.
    pub(super) fn region(&self, bucket: &str) -> Option<String> {
        self.client_for(bucket)
            .config()
            .region()
            .map(ToString::to_string)
    }

    fn client_for(&self, bucket: &str) -> Client {
        let elsewhere = self
            .elsewhere
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        elsewhere.get(bucket).unwrap_or(&self.home).clone()
    }
}

fn is_elsewhere<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let SdkError::ServiceError(answer) = error else {
        return false;
    };
    matches!(answer.raw().status().as_u16(), 301 | 307)
        || answer
            .err()
            .code()
            .is_some_and(|code| ELSEWHERE.contains(&code))
}

/// The Region that an answer names.
fn region_named(answer: Option<&HttpResponse>) -> Option<String> {
    let region = answer?.headers().get(REGION)?;
    let plain = region.len() <= 30
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (plain && !region.is_empty()).then(|| region.to_owned())
}

/// Asks only for the Region. S3 names it even to callers without any permission on the bucket.
async fn ask_for_region(client: &Client, bucket: &str) -> Option<String> {
    match client.head_bucket().bucket(bucket).send().await {
        Ok(found) => found.bucket_region,
        Err(error) => region_named(error.raw_response()),
    }
}

#[cfg(test)]
mod tests {
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

    fn answer(
        status: u16,
        code: &str,
        region: Option<&'static str>,
    ) -> SdkError<Answer, HttpResponse> {
        let mut response =
            HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        if let Some(region) = region {
            response.headers_mut().insert(REGION, region);
        }
        SdkError::service_error(
            Answer(ErrorMetadata::builder().code(code).build()),
            response,
        )
    }

    #[test]
    fn an_answer_from_another_region_is_told_from_a_refusal() {
        for (status, code) in [
            (301, "PermanentRedirect"),
            (301, ""),
            (307, "TemporaryRedirect"),
            (400, "AuthorizationHeaderMalformed"),
        ] {
            assert!(is_elsewhere(&answer(status, code, None)), "{status} {code}");
        }
        for (status, code) in [
            (403, "AccessDenied"),
            (404, "NoSuchBucket"),
            (400, "InvalidRequest"),
            (503, "SlowDown"),
        ] {
            assert!(
                !is_elsewhere(&answer(status, code, Some("eu-central-1"))),
                "{status} {code}"
            );
        }
        assert!(!is_elsewhere(
            &SdkError::<Answer, HttpResponse>::timeout_error("too late")
        ));
    }

    #[test]
    fn a_region_is_taken_only_from_a_plain_header() {
        let of = |region| region_named(answer(301, "", region).raw_response());
        assert_eq!(of(Some("eu-central-1")), Some("eu-central-1".to_owned()));
        for wrong in [
            None,
            Some(""),
            Some("eu central"),
            Some("EU"),
            Some("eu-central-1.example.com"),
        ] {
            assert_eq!(of(wrong), None, "{wrong:?}");
        }
        assert_eq!(region_named(None), None);
    }
}
