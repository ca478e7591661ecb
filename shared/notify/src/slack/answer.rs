//! What a reply of Slack means for the message that was posted.
//!
//! Webhooks answer with a status and a word (docs.slack.dev, "Handling errors" of incoming
//! webhooks). The Web API answers with 200 and `{"ok": false, "error": "…"}`.

use serde::Deserialize;

use super::port::Reply;

/// The meaning of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlackAnswer {
    /// Slack accepted the message. For a bot, the reply says where it is.
    Taken {
        /// The channel's ID.
        channel: Option<String>,
        /// The message's ID in the channel.
        ts: Option<String>,
    },
    /// A later attempt may succeed.
    Later {
        /// After how many seconds, if Slack says so.
        after: Option<u32>,
        /// Slack may have accepted the message anyway.
        maybe_taken: bool,
    },
    /// Slack rejected the form of the message. A simpler form may be accepted.
    Malformed(String),
    /// The message that should be changed can't be changed.
    Immutable,
    /// Slack will keep rejecting the message until somebody fixes the cause.
    Dead(String),
}

#[derive(Deserialize)]
struct WebApi {
    ok: bool,
    #[serde(default)]
    error: String,
    channel: Option<String>,
    ts: Option<String>,
}

/// Interprets the reply to a webhook call.
pub fn of_webhook(reply: &Reply) -> SlackAnswer {
    match reply.status {
        200..=299 => SlackAnswer::Taken {
            channel: None,
            ts: None,
        },
        400 | 413 => SlackAnswer::Malformed(status_and_word(reply)),
        _ => of_status(reply),
    }
}

/// Interprets the reply of the Web API.
pub fn of_bot(reply: &Reply) -> SlackAnswer {
    if reply.status != 200 {
        return of_status(reply);
    }
    // A body that isn't JSON comes from a proxy or was cut off. Slack may have accepted the
    // message.
    let Ok(said) = serde_json::from_str::<WebApi>(&reply.body) else {
        return SlackAnswer::Later {
            after: reply.retry_after,
            maybe_taken: true,
        };
    };
    if said.ok {
        return SlackAnswer::Taken {
            channel: said.channel,
            ts: said.ts,
        };
    }
    match said.error.as_str() {
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => SlackAnswer::Later {
            after: reply.retry_after,
            maybe_taken: false,
        },
        // Slack may have posted the message before it failed.
        "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => SlackAnswer::Later {
            after: reply.retry_after,
            maybe_taken: true,
        },
        "invalid_blocks"
        | "invalid_blocks_format"
        | "msg_blocks_too_long"
        | "msg_too_long"
        | "invalid_arguments"
        | "invalid_json"
        | "json_not_object"
        | "invalid_payload"
        | "no_text"
        | "too_many_attachments" => SlackAnswer::Malformed(said.error),
        "message_not_found"
        | "cant_update_message"
        | "edit_window_closed"
        | "thread_not_found"
        | "cannot_reply_to_message"
        | "restricted_action_thread_locked" => SlackAnswer::Immutable,
        _ => SlackAnswer::Dead(known_word(&said.error)),
    }
}

fn of_status(reply: &Reply) -> SlackAnswer {
    match reply.status {
        429 => SlackAnswer::Later {
            after: reply.retry_after,
            maybe_taken: false,
        },
        408 | 500..=599 => SlackAnswer::Later {
            after: reply.retry_after,
            maybe_taken: true,
        },
        // This includes redirects. They aren't followed, because that would send the secret to
        // another host.
        _ => SlackAnswer::Dead(status_and_word(reply)),
    }
}

/// For example `404 no_service`.
fn status_and_word(reply: &Reply) -> String {
    format!("{} {}", reply.status, known_word(reply.body.trim()))
        .trim_end()
        .to_owned()
}

/// Slack's error words are short and consist of lowercase letters. Anything else (such as a proxy's
/// error page) isn't repeated.
fn known_word(text: &str) -> String {
    let short = text.len() <= 60
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if short {
        text.to_owned()
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            retry_after: Some(7),
            body: body.to_owned(),
        }
    }

    #[test]
    fn a_webhook_is_busy_dead_or_wants_another_form() {
        assert!(matches!(
            of_webhook(&reply(200, "ok")),
            SlackAnswer::Taken { .. }
        ));
        assert_eq!(
            of_webhook(&reply(429, "")),
            SlackAnswer::Later {
                after: Some(7),
                maybe_taken: false
            }
        );
        assert_eq!(
            of_webhook(&reply(503, "")),
            SlackAnswer::Later {
                after: Some(7),
                maybe_taken: true
            }
        );
        assert_eq!(
            of_webhook(&reply(400, "invalid_blocks")),
            SlackAnswer::Malformed("400 invalid_blocks".into())
        );
        for (status, body) in [
            (404, "no_service"),
            (403, "action_prohibited"),
            (410, "channel_is_archived"),
            (302, ""),
        ] {
            assert!(
                matches!(of_webhook(&reply(status, body)), SlackAnswer::Dead(_)),
                "{status}"
            );
        }
    }

    #[test]
    fn a_bot_is_told_in_the_body() {
        let said =
            |error: &str| of_bot(&reply(200, &format!(r#"{{"ok":false,"error":"{error}"}}"#)));
        let taken = of_bot(&reply(
            200,
            r#"{"ok":true,"channel":"C0EXAMPLE","ts":"1.2","message":{}}"#,
        ));
        assert_eq!(
            taken,
            SlackAnswer::Taken {
                channel: Some("C0EXAMPLE".into()),
                ts: Some("1.2".into())
            }
        );
        assert_eq!(
            said("ratelimited"),
            SlackAnswer::Later {
                after: Some(7),
                maybe_taken: false
            }
        );
        assert_eq!(
            said("invalid_blocks"),
            SlackAnswer::Malformed("invalid_blocks".into())
        );
        assert_eq!(said("message_not_found"), SlackAnswer::Immutable);
        for dead in [
            "invalid_auth",
            "token_revoked",
            "account_inactive",
            "channel_not_found",
            "not_in_channel",
            "missing_scope",
        ] {
            assert_eq!(said(dead), SlackAnswer::Dead(dead.into()));
        }
        assert!(matches!(
            of_bot(&reply(200, "<html>")),
            SlackAnswer::Later {
                maybe_taken: true,
                ..
            }
        ));
    }

    #[test]
    fn a_page_that_is_not_of_slack_is_not_repeated() {
        assert_eq!(
            of_webhook(&reply(403, "<html>Blocked</html>")),
            SlackAnswer::Dead("403".into())
        );
    }
}
