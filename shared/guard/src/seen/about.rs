//! What a record says about the call itself. It explains findings and decides none.

use std::sync::Arc;

use crate::finding::USER_AGENT_KEPT;
use crate::record::{Record, Text};
use crate::untrusted::harmless_up_to;

/// The call that a record is about: its name, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordAbout {
    /// `eventName`.
    pub name: Arc<str>,
    /// `awsRegion`.
    pub region: Option<Arc<str>>,
    /// `sourceIPAddress`: an address, `AWS Internal`, or the name of a service.
    pub source_ip: Option<Arc<str>>,
    /// `userAgent`, clipped to [`USER_AGENT_KEPT`] characters and safe to print.
    pub user_agent: Option<Arc<str>>,
}

impl RecordAbout {
    pub(super) fn read(record: &Record<'_>, name: Arc<str>, region: Option<Arc<str>>) -> Self {
        Self {
            name,
            region,
            source_ip: text(record.source_ip_address.as_ref()).map(Arc::from),
            user_agent: kept_user_agent(record).map(Arc::from),
        }
    }
}

/// The part of the user agent that is kept. CloudTrail allows a thousand characters, and the caller
/// chooses them.
pub(super) fn kept_user_agent(record: &Record<'_>) -> Option<String> {
    let agent = text(record.user_agent.as_ref())?;
    Some(harmless_up_to(agent, USER_AGENT_KEPT))
}

fn text<'a>(text: Option<&'a Text<'_>>) -> Option<&'a str> {
    text.map(|text| &**text).filter(|text| !text.is_empty())
}
