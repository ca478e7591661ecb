//! Secrets, from Secrets Manager or Systems Manager.

use std::iter;

use crate::connection::Connection;
use crate::trouble::{refused, trouble};
use rolewatch_live::port::Trouble;
use rolewatch_live::settings::SecretArn;

/// Reads the one secret that the stack names.
#[derive(Debug, Clone)]
pub struct Secrets {
    manager: aws_sdk_secretsmanager::Client,
    parameters: aws_sdk_ssm::Client,
    arn: SecretArn,
}

/// The names to ask for, in this order, until the service knows one.
fn names_to_try(arn: &SecretArn) -> Vec<String> {
    match arn {
        // An ARN without the hyphen and six characters that Secrets Manager appends isn't always
        // resolved, but the name is.
        SecretArn::Secret(arn) => iter::once(arn.clone())
            .chain(arn.split_once(":secret:").map(|(_, name)| name.to_owned()))
            .collect(),
        SecretArn::Parameter(arn) => {
            let name = arn
                .split_once(":parameter/")
                .map_or(arn.as_str(), |(_, name)| name);
            // The ARN of a parameter with a path lacks the first slash: `slack` and `/slack` have
            // the same ARN.
            let path = format!("/{name}");
            if name.contains('/') {
                vec![path]
            } else {
                vec![name.to_owned(), path]
            }
        }
    }
}

impl Secrets {
    /// Creates the clients. Opens no connection.
    pub fn new(connection: &Connection, arn: SecretArn) -> Self {
        let (manager, parameters) = (
            aws_sdk_secretsmanager::Client::new(&connection.config),
            aws_sdk_ssm::Client::new(&connection.config),
        );
        Self {
            manager,
            parameters,
            arn,
        }
    }

    /// The current secret, without surrounding blanks. It must not be shown or logged.
    pub async fn value(&self) -> Result<String, Trouble> {
        let mut first_refused = None;
        for id in names_to_try(&self.arn) {
            match self.fetch_by_id(&id).await {
                // The service doesn't always distinguish a missing secret from one that may not be
                // read.
                Err(Trouble::Refused { what, why }) => {
                    first_refused
                        .get_or_insert(refused(&what, &format!("{why} (name requested: `{id}`)")));
                }
                answer => return answer,
            }
        }
        Err(first_refused
            .unwrap_or_else(|| refused("reading Slack's secret", "its ARN contains no name")))
    }

    async fn fetch_by_id(&self, id: &str) -> Result<String, Trouble> {
        let (what, value) = match &self.arn {
            SecretArn::Secret(_) => {
                const WHAT: &str = "secretsmanager:GetSecretValue";
                let found = self.manager.get_secret_value().secret_id(id).send().await;
                (
                    WHAT,
                    found.map_err(|error| trouble(WHAT, &error))?.secret_string,
                )
            }
            SecretArn::Parameter(_) => {
                const WHAT: &str = "ssm:GetParameter";
                let found = self
                    .parameters
                    .get_parameter()
                    .name(id)
                    .with_decryption(true)
                    .send()
                    .await;
                (
                    WHAT,
                    found
                        .map_err(|error| trouble(WHAT, &error))?
                        .parameter
                        .and_then(|parameter| parameter.value),
                )
            }
        };
        // People often paste secrets with a line break at the end.
        let value = value
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty());
        value.ok_or_else(|| refused(what, "the secret is empty or isn't text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_for(arn: &str) -> Vec<String> {
        names_to_try(&SecretArn::parse(arn).unwrap())
    }

    #[test]
    fn a_parameter_is_asked_for_by_its_name_and_one_of_one_level_with_and_without_its_slash() {
        assert_eq!(
            asked_for("arn:aws:ssm:us-east-1:111122223333:parameter/rolewatch/slack"),
            ["/rolewatch/slack"]
        );
        assert_eq!(
            asked_for("arn:aws:ssm:us-east-1:111122223333:parameter/slack"),
            ["slack", "/slack"]
        );
    }

    #[test]
    fn a_secret_is_asked_for_by_its_arn_and_by_its_name_in_case_the_suffix_is_missing() {
        for name in ["rolewatch/slack", "rolewatch-secret", "slack-AbCdEf"] {
            let arn = format!("arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:{name}");
            assert_eq!(asked_for(&arn), [arn.clone(), name.to_owned()]);
        }
    }
}
