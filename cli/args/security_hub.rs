//! The Security Hub that `--format asff` is for.

use rolewatch_guard::id::AccountId;
use rolewatch_guard::untrusted::harmless;

use crate::exit::Failure;
use crate::report::AuditFormat;
use crate::report::asff::SecurityHub;

/// Where findings in Security Hub's format are going to be imported.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Security Hub, for --format asff")]
pub(crate) struct SecurityHubArgs {
    /// The account that imports the findings, 12 digits. Security Hub accepts only findings of the
    /// account that calls it, so this isn't the role's account
    #[arg(long, value_name = "ACCOUNT", value_parser = parse_account)]
    pub(crate) asff_account: Option<AccountId>,
    /// The Region in which the findings are imported
    #[arg(long, value_name = "REGION", value_parser = parse_region)]
    pub(crate) asff_region: Option<String>,
}

impl SecurityHubArgs {
    /// The Security Hub, if the format needs one.
    ///
    /// # Errors
    /// If the format needs an option that is missing, or has no use for one that is given.
    pub(crate) fn check(&self, format: AuditFormat) -> Result<Option<SecurityHub>, Failure> {
        let given = self.asff_account.is_some() || self.asff_region.is_some();
        match (format, &self.asff_account, &self.asff_region) {
            (AuditFormat::Asff, Some(account), Some(region)) => Ok(Some(SecurityHub {
                account: *account,
                region: region.clone(),
            })),
            (AuditFormat::Asff, ..) => Err(Failure::Usage(
                "`--format asff` needs `--asff-account` and `--asff-region`: the account and the \
                 Region in which you will import the findings\n\
                 Security Hub accepts only findings of the account that calls \
                 `BatchImportFindings`"
                    .to_owned(),
            )),
            _ if given => Err(Failure::Usage(
                "`--asff-account` and `--asff-region` are only for `--format asff`".to_owned(),
            )),
            _ => Ok(None),
        }
    }
}

fn parse_account(text: &str) -> Result<AccountId, String> {
    text.parse()
        .map_err(|_| "an account is 12 digits".to_owned())
}

/// A Region's name. AWS keeps adding Regions, so only its form is checked.
fn parse_region(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_region = text.matches('-').count() >= 2
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.chars().all(is_plain)
        && text.len() <= 16;
    if is_region {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{}` isn't a Region such as us-east-1",
        harmless(text)
    ))
}
