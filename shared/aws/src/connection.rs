//! Region, credentials, timeouts, and the one connection pool that all clients share.

#[cfg(feature = "functions")]
use aws_config::Region;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
#[cfg(feature = "functions")]
use aws_sdk_sts::config::SharedCredentialsProvider;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

use super::time::{FIRST_WAIT, FUNCTION, LARGE_OBJECTS, PERSON, Patience, SLOW_ANSWERS};

/// The configuration for every client. It also honors `AWS_ENDPOINT_URL`.
#[derive(Debug, Clone)]
pub struct Connection {
    pub(super) config: SdkConfig,
    patience: Patience,
}

impl Patience {
    fn timeouts(self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(self.connect)
            .read_timeout(self.read)
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.call)
            .build()
    }

    fn at_least(self, other: Self) -> Self {
        Self {
            connect: self.connect.max(other.connect),
            read: self.read.max(other.read),
            attempt: self.attempt.max(other.attempt),
            call: self.call.max(other.call),
        }
    }
}

/// The most attempts of a call, including the first.
const ATTEMPTS: u32 = 3;

impl Connection {
    /// For a function: short timeouts. Opens no connection.
    pub async fn of_function() -> Self {
        Self::with_patience(FUNCTION).await
    }

    /// For a function that writes large objects. Opens no connection.
    pub async fn for_large_objects() -> Self {
        Self::with_patience(LARGE_OBJECTS).await
    }

    /// For a person at a terminal: allows for a slow line, and honors `HTTPS_PROXY`.
    pub async fn of_person() -> Self {
        Self::with_patience(PERSON).await
    }

    /// The same connection settings for calls that take long to answer, with a pool of their own.
    /// Timeouts are only raised, never lowered.
    #[must_use]
    pub fn for_slow_answers(&self) -> Self {
        let patience = self.patience.at_least(SLOW_ANSWERS);
        let config = self.config.clone().into_builder();
        let config = config
            .http_client(http_client(patience))
            .timeout_config(patience.timeouts())
            .build();
        Self { config, patience }
    }

    /// The same connection settings, with other credentials and in another Region.
    #[cfg(feature = "functions")]
    pub(super) fn acting_as(
        &self,
        credentials: aws_sdk_sts::config::Credentials,
        region: &str,
    ) -> Self {
        let config = self.config.clone().into_builder();
        let config = config
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new(region.to_owned()))
            .build();
        Self {
            config,
            patience: self.patience,
        }
    }

    async fn with_patience(patience: Patience) -> Self {
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http_client(patience))
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(FIRST_WAIT),
            )
            .timeout_config(patience.timeouts())
            .load()
            .await;
        Self { config, patience }
    }
}

/// TLS uses rustls with ring: aws-lc, the SDK's default, takes 30 ms of CPU for the first
/// connection, ring 3 ms.
fn http_client(patience: Patience) -> SharedHttpClient {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(patience.connect)
        .read_timeout(patience.read)
        .build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .proxy_config(ProxyConfig::from_env())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build();
    // One connector for all clients, so that they share its connections.
    let shared = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| shared.clone())
}
