//! Switches by users of SAML providers and by web identities.

use serde_json::{Value, json};

use super::PRODUCTION;
use super::steps::StoryParts;
use super::story::Story;

const CALLER_ONLY: StoryParts = StoryParts {
    caller: true,
    owner: false,
    step: false,
    uses: false,
};

impl Story {
    /// The usual story, with these lines in place of `groups` and of `max_session`.
    pub fn with_policy_lines(groups: &str, keys: &str) -> Self {
        Self::new()
            .with_policy_line("    groups: [development/Developers]\n", groups)
            .with_policy_line("    max_session: 1h\n", keys)
    }

    /// A user of a SAML provider enters `UpdateApp`, with these session tags.
    pub fn saml_switch(&mut self, provider: &str, user: &str, tags: &[(&str, &str)]) {
        drop(self.enters_by_saml(provider, user, tags, "UpdateApp"));
    }

    /// The same by way of another role of production.
    pub fn saml_chain(&mut self, provider: &str, user: &str, tags: &[(&str, &str)]) {
        let session = self.enters_by_saml(provider, user, tags, "Jump");
        self.later(60);
        let mut step = self.switch(user);
        step.parts = CALLER_ONLY;
        PRODUCTION.clone_into(&mut step.records.user_account);
        step.records.from_session = Some(session);
    }

    /// A web identity enters `UpdateApp`.
    pub fn web_switch(&mut self, provider: &str, subject: &str) {
        let arn = format!("arn:aws:iam::{PRODUCTION}:oidc-provider/{provider}");
        let identity = json!({
            "type": "WebIdentityUser",
            "principalId": format!("{arn}:sts.amazonaws.com:{subject}"),
            "userName": subject,
            "identityProvider": arn,
        });
        drop(self.enters_by("AssumeRoleWithWebIdentity", identity, "run", "UpdateApp"));
    }

    /// Returns the identity of the session.
    fn enters_by_saml(
        &mut self,
        provider: &str,
        user: &str,
        tags: &[(&str, &str)],
        role: &str,
    ) -> Value {
        let identity = json!({
            "type": "SAMLUser",
            "principalId": format!("EXAMPLEhash=:{user}"),
            "userName": user,
            "identityProvider": "EXAMPLEhash=",
        });
        let session = self.enters_by("AssumeRoleWithSAML", identity, user, role);
        let tags: serde_json::Map<String, Value> = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), json!(value)))
            .collect();
        if let Some(record) = self.records.last_mut() {
            let request = &mut record["requestParameters"];
            request["principalArn"] = json!(format!(
                "arn:aws:iam::{PRODUCTION}:saml-provider/{provider}"
            ));
            if !tags.is_empty() {
                request["principalTags"] = Value::Object(tags);
            }
        }
        session
    }

    fn enters_by(&mut self, call: &str, identity: Value, session: &str, role: &str) -> Value {
        let mut step = self.switch_to(session, role);
        step.parts = CALLER_ONLY;
        PRODUCTION.clone_into(&mut step.records.user_account);
        step.records.from_session = Some(identity);
        let session = step.records.session_identity();
        drop(step);
        if let Some(record) = self.records.last_mut() {
            record["eventName"] = json!(call);
        }
        session
    }
}
