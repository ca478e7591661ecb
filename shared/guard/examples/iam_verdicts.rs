//! Answers IAM requests, one JSON object per line, so that another evaluator can be compared with
//! this one.
//!
//! A case: `{"caller": ARN, "action": "sts:AssumeRole", "resource": ARN, "owner": ACCOUNT,
//! "context": {KEY: TEXT | [TEXT…] | null}, "identity": [POLICY…], "boundary": POLICY, "trust":
//! POLICY, "policy": POLICY}`. All members except `caller`, `action` and `resource` are optional. A
//! context key that is `null` is unknown; one that is left out is absent. `owner` defaults to the
//! caller's account. At most one of `trust` (of a role) and `policy` (of another resource) is
//! allowed. The answer: `{"verdict": "allowed" | "denied" | "undecided", "explicit": BOOL | null,
//! "open": [TEXT…]}`, where `explicit` is whether a statement denies (`null`: open), or `{"error":
//! TEXT}` for an invalid case.

use std::io::{BufRead, Write};

use rolewatch_guard::iam::{
    AccessRequest, Context, ContextValue, Governing, IamDocument, Identity, PolicyPlace,
    PolicyText, Requester, ResourceSide, Truth, decide,
};
use rolewatch_guard::id::AccountId;
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = serde_json::from_str(&line?)
            .map_err(|why| why.to_string())
            .and_then(|case| answered(&case));
        writeln!(
            out,
            "{}",
            answer.unwrap_or_else(|why| json!({"error": why}))
        )?;
    }
    Ok(())
}

fn answered(case: &Value) -> Result<Value, String> {
    let text = |key: &str| {
        case.get(key)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("`{key}` is missing"))
    };
    let caller = caller(text("caller")?, case.get("boundary").is_some())?;
    let owner = case
        .get("owner")
        .and_then(Value::as_str)
        .map_or(Ok(caller.account), str::parse)
        .map_err(|why| why.to_string())?;
    let context = context(case.get("context"));
    let policies = Policies::read(case)?;
    let identity = policies.identity(&caller.arn);
    let resource = policies.resource()?;
    let request = AccessRequest {
        caller: &caller,
        action: text("action")?,
        resource: text("resource")?,
        owner,
        context: &context,
    };
    let decision = decide(&request, &identity, &resource);
    let allowed = decision.allowed;
    let explicit = match Truth::any(decision.denies.into_iter().map(|deny| deny.applies)) {
        Truth::Yes => json!(true),
        Truth::No => json!(false),
        Truth::Open(_) => Value::Null,
    };
    let verdict = match allowed {
        Truth::Yes => "allowed",
        Truth::No => "denied",
        Truth::Open(_) => "undecided",
    };
    Ok(
        json!({"verdict": verdict, "explicit": explicit, "open": allowed.reasons().collect::<Vec<_>>()}),
    )
}

/// The policies of a case.
struct Policies {
    identity: Vec<IamDocument>,
    boundary: Option<IamDocument>,
    trust: Option<IamDocument>,
    policy: Option<IamDocument>,
}

impl Policies {
    fn read(case: &Value) -> Result<Self, String> {
        let document = |value: &Value| IamDocument::read(value).map_err(|why| why.to_string());
        let one = |key: &str| case.get(key).map(document).transpose();
        let identity = case.get("identity").and_then(Value::as_array);
        Ok(Self {
            identity: identity
                .into_iter()
                .flatten()
                .map(document)
                .collect::<Result<_, _>>()?,
            boundary: one("boundary")?,
            trust: one("trust")?,
            policy: one("policy")?,
        })
    }

    fn identity(&self, holder: &str) -> Identity<'_> {
        let inline = |policy| Governing {
            place: PolicyPlace::Inline {
                holder: holder.to_owned(),
                name: "case".to_owned(),
            },
            text: PolicyText::Read(policy),
        };
        Identity {
            policies: self.identity.iter().map(inline).collect(),
            boundary: self.boundary.as_ref().map(inline),
        }
    }

    fn resource(&self) -> Result<ResourceSide<'_>, String> {
        let at_resource = |policy| Governing {
            place: PolicyPlace::Resource,
            text: PolicyText::Read(policy),
        };
        match (&self.trust, &self.policy) {
            (Some(trust), None) => Ok(ResourceSide::Trust(at_resource(trust))),
            (None, Some(policy)) => Ok(ResourceSide::Policy(at_resource(policy))),
            (None, None) => Ok(ResourceSide::None),
            (Some(_), Some(_)) => Err("`trust` and `policy` are one at most".to_owned()),
        }
    }
}

/// Reads `arn:aws:iam::111122223333:user/dora` or
/// `arn:aws:sts::111122223333:assumed-role/Jump/session`.
fn caller(arn: &str, has_boundary: bool) -> Result<Requester, String> {
    let wrong = || format!("`{arn}` is no user and no role session");
    let account: AccountId = arn
        .split(':')
        .nth(4)
        .and_then(|account| account.parse().ok())
        .ok_or_else(wrong)?;
    let resource = arn.split(':').nth(5).ok_or_else(wrong)?;
    let caller = match resource.split('/').collect::<Vec<_>>().as_slice() {
        ["user", ..] => Requester::user(account, arn),
        ["assumed-role", role, session] => Requester::session(
            account,
            &format!("arn:aws:iam::{account}:role/{role}"),
            session,
        ),
        _ => return Err(wrong()),
    };
    Ok(Requester {
        has_boundary,
        ..caller
    })
}

fn context(keys: Option<&Value>) -> Context {
    keys.and_then(Value::as_object).into_iter().flatten().fold(
        Context::complete(),
        |context, (key, value)| {
            let text = |value: &Value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            };
            let held = match value {
                Value::Null => ContextValue::Unknown,
                Value::Array(values) => ContextValue::Values(values.iter().map(text).collect()),
                one => ContextValue::Values(vec![text(one)]),
            };
            context.with_held(key, held)
        },
    )
}
