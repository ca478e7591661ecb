//! The workspace's secret: a webhook URL or a bot token, and the hosts to which it may be sent.

use std::fmt;

use crate::secret::Secret;

/// The secret, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// An incoming webhook. It can post but can't change messages.
    Webhook(Secret),
    /// A bot token. It can post to a channel and change what it posted.
    Bot(Secret),
}

/// Why a secret can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the secret is neither a webhook URL (`https://hooks.slack.com/services/…`) nor a bot token (`xoxb-…`)"
)]
pub struct NotACredential;

/// A loopback endpoint that replaces Slack, for tests only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loopback(String);

/// Why an address isn't a loopback endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not have the form `http://127.0.0.1:PORT`")]
pub struct NotLoopback(String);

impl Loopback {
    /// Parses `http://127.0.0.1:PORT`.
    pub fn parse(text: &str) -> Result<Self, NotLoopback> {
        let port = text.trim_end_matches('/').strip_prefix("http://127.0.0.1:");
        match port.and_then(|port| port.parse::<u16>().ok()) {
            Some(port) => Ok(Self(format!("http://127.0.0.1:{port}"))),
            None => Err(NotLoopback(text.chars().take(100).collect())),
        }
    }
}

/// The destination of a call. It can only be created through the list of hosts.
#[derive(Clone, PartialEq, Eq)]
pub struct CallTarget {
    url: Secret,
    token: Option<Secret>,
}

impl fmt::Debug for CallTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.token.is_some() {
            "Target(Web API)"
        } else {
            "Target(webhook)"
        })
    }
}

impl CallTarget {
    /// The URL. A webhook's URL is itself a secret.
    pub fn url(&self) -> &str {
        self.url.reveal()
    }

    /// The token for the header `Authorization: Bearer …`.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }
}

const WEBHOOKS: &str = "https://hooks.slack.com/services/";
const WEB_API: &str = "https://slack.com/api/";

impl Credential {
    /// Parses the stored secret: either plain text, or a JSON object with the secret as one of its
    /// values, as the Secrets Manager console stores it.
    pub fn parse(secret: &Secret, loopback: Option<&Loopback>) -> Result<Self, NotACredential> {
        let text = secret.reveal().trim();
        if text.starts_with('{') {
            let values: std::collections::BTreeMap<String, serde_json::Value> =
                serde_json::from_str(text).map_err(|_| NotACredential)?;
            let mut values = values.values().filter_map(serde_json::Value::as_str);
            return values
                .find_map(|value| Self::parse_bare(value.trim(), loopback))
                .ok_or(NotACredential);
        }
        Self::parse_bare(text, loopback).ok_or(NotACredential)
    }

    fn parse_bare(text: &str, loopback: Option<&Loopback>) -> Option<Self> {
        // Without `.`, `%`, `?` and `@`, the text after the host can only be a path.
        let path = |rest: &str| {
            !rest.is_empty()
                && rest
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_'))
        };
        // Only bot tokens are accepted: a user token could do everything that the user can do.
        if text.strip_prefix("xoxb-").is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        }) {
            return Some(Self::Bot(Secret::new(text)));
        }
        let local =
            loopback.and_then(|local| text.strip_prefix(local.0.as_str())?.strip_prefix('/'));
        let real = text.strip_prefix(WEBHOOKS);
        local
            .or(real)
            .is_some_and(path)
            .then(|| Self::Webhook(Secret::new(text)))
    }

    /// Where to call a method of the Web API, or the webhook, which has only one.
    pub fn target(&self, method: &str, loopback: Option<&Loopback>) -> CallTarget {
        match self {
            Self::Webhook(url) => CallTarget {
                url: url.clone(),
                token: None,
            },
            Self::Bot(token) => {
                let base = loopback
                    .map_or_else(|| WEB_API.to_owned(), |local| format!("{}/api/", local.0));
                CallTarget {
                    url: Secret::new(format!("{base}{method}")),
                    token: Some(token.clone()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Credential, NotACredential> {
        Credential::parse(&Secret::new(text), None)
    }

    #[test]
    fn no_debug_output_shows_a_secret() {
        let hook = parse("https://hooks.slack.com/services/T0/B0/sesame").unwrap();
        let bot = parse("xoxb-sesame").unwrap();
        let call = crate::slack::port::Call {
            target: bot.target("chat.postMessage", None),
            body: String::new(),
        };
        let shown = format!(
            "{hook:?} {bot:?} {:?} {call:?} {:?}",
            hook.target("", None),
            Secret::new("sesame")
        );
        assert!(
            !shown.contains("sesame") && !shown.contains("xoxb") && !shown.contains("services"),
            "{shown}"
        );
    }

    #[test]
    fn only_slack_over_https_is_called() {
        assert!(parse(" https://hooks.slack.com/services/T0/B0/x \n").is_ok());
        for bad in [
            "http://hooks.slack.com/services/T0/B0/x",
            "https://hooks.slack.com.evil.example/services/T0/B0/x",
            "https://hooks.slack.com@evil.example/services/x",
            "https://evil.example/services/T0/B0/x",
            "https://hooks.slack.com/services/../x",
            "https://hooks.slack.com:8443/services/T0",
            "http://127.0.0.1:9000/services/T0",
            "xoxp-user",
            "xoxb-",
            "",
        ] {
            assert_eq!(parse(bad), Err(NotACredential), "{bad}");
        }
    }

    #[test]
    fn the_setting_for_tests_allows_one_loopback_endpoint_and_no_other() {
        let local = Loopback::parse("http://127.0.0.1:9000").unwrap();
        let allowed = |text: &str| Credential::parse(&Secret::new(text), Some(&local)).is_ok();
        assert!(allowed("http://127.0.0.1:9000/services/T0"));
        assert!(
            !allowed("http://127.0.0.1:9001/services/T0") && !allowed("http://127.0.0.1:90001/x")
        );
        assert_eq!(
            Credential::Bot(Secret::new("xoxb-1"))
                .target("chat.update", Some(&local))
                .url(),
            "http://127.0.0.1:9000/api/chat.update"
        );
        for bad in [
            "http://example.com:80",
            "https://127.0.0.1:1",
            "http://127.0.0.1:1@evil.example",
            "http://127.0.0.1",
        ] {
            assert!(Loopback::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_stored_as_key_and_value_is_read() {
        assert!(matches!(
            parse(r#"{"note":"ours","token":"xoxb-1"}"#),
            Ok(Credential::Bot(_))
        ));
        assert!(parse(r#"{"token":1}"#).is_err());
    }
}
