//! The records of `aws login` and of agents, which work with a console session.

use serde_json::{Value, json};

use super::people::uuid;
use crate::moment::Moment;

/// What `aws login` or an agent does with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginAct {
    /// `aws login` gets credentials; the record has no `signInSessionArn` of its own.
    Asks,
    /// The same, and the call fails.
    AsksInVain,
    /// A call with such credentials.
    Calls,
    /// A call through the AWS MCP Server, as an agent makes it: the record shows no key.
    CallsTool,
}

/// `signInSessionArn` of every such session.
const SESSION: &str =
    "arn:aws:signin:us-east-1:444455556666:session/d47fba36-3b72-0abe-6090-aa16fde4607f";

impl LoginAct {
    /// Makes the record from one of a use of the session.
    pub(super) fn record(self, time: Moment, number: u64, mut used: Value) -> Value {
        used["eventTime"] = json!(time);
        // No other record of a story has such an id.
        used["eventID"] = json!(uuid(0x6000_0000 + number));
        let identity = &mut used["userIdentity"];
        identity["accessKeyId"] = json!(format!("ASIL{number:016}"));
        if self != Self::Calls
            && let Some(identity) = identity.as_object_mut()
        {
            identity.remove("accessKeyId");
        }
        if matches!(self, Self::Calls | Self::CallsTool) {
            identity["sessionContext"]["signInSessionArn"] = json!(SESSION);
        }
        match self {
            Self::Asks | Self::AsksInVain => {
                used["eventSource"] = json!("signin.amazonaws.com");
                used["eventName"] = json!("CreateOAuth2Token");
                used["requestParameters"] =
                    json!({"client_id": "arn:aws:signin:::devtools/same-device"});
            }
            Self::CallsTool => {
                used["eventSource"] = json!("aws-mcp.amazonaws.com");
                used["eventName"] = json!("CallReadWriteTool");
                used["eventType"] = json!("AwsMcpEvent");
            }
            Self::Calls => {}
        }
        if self == Self::AsksInVain {
            used["errorCode"] = json!("AccessDenied");
        }
        used
    }
}
