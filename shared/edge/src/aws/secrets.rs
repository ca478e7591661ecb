//! Secrets, from Secrets Manager or from Systems Manager.

use super::connection::Connection;
use super::trouble::{refused, trouble};
use crate::port::Trouble;
use crate::settings::SecretArn;

/// Reads the one secret that the stack names.
#[derive(Debug, Clone)]
pub struct Secrets {
    manager: aws_sdk_secretsmanager::Client,
    parameters: aws_sdk_ssm::Client,
    arn: SecretArn,
}

/// The name in an ARN, in which a path has lost its first slash.
fn parameter_name(arn: &str) -> String {
    let name = arn.split_once(":parameter/").map_or(arn, |(_, name)| name);
    if name.contains('/') { format!("/{name}") } else { name.to_owned() }
}

impl Secrets {
    /// Opens nothing yet.
    pub fn new(connection: &Connection, arn: SecretArn) -> Self {
        let (manager, parameters) = (aws_sdk_secretsmanager::Client::new(&connection.config), aws_sdk_ssm::Client::new(&connection.config));
        Self { manager, parameters, arn }
    }

    /// The secret as it is now, without blanks around it. Not to be shown or logged.
    pub async fn value(&self) -> Result<String, Trouble> {
        let (what, value) = match &self.arn {
            SecretArn::Secret(arn) => {
                const WHAT: &str = "secretsmanager:GetSecretValue";
                let found = self.manager.get_secret_value().secret_id(arn).send().await;
                (WHAT, found.map_err(|error| trouble(WHAT, &error))?.secret_string)
            }
            SecretArn::Parameter(arn) => {
                const WHAT: &str = "ssm:GetParameter";
                let found = self.parameters.get_parameter().name(parameter_name(arn)).with_decryption(true).send().await;
                (WHAT, found.map_err(|error| trouble(WHAT, &error))?.parameter.and_then(|parameter| parameter.value))
            }
        };
        let value = value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        value.ok_or_else(|| refused(what, "the secret is empty, or no text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_asked_for_by_its_name() {
        assert_eq!(parameter_name("arn:aws:ssm:us-east-1:111122223333:parameter/rolewatch/slack"), "/rolewatch/slack");
        assert_eq!(parameter_name("arn:aws:ssm:us-east-1:111122223333:parameter/slack"), "slack");
    }
}
