//! The environment variables that the command reads. Except for the language, each is read by a
//! library.

use rolewatch_guard::language::Language;

use crate::language;

/// An environment variable, and what it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variable {
    /// The name, or several names separated by commas.
    pub(crate) names: &'static str,
    /// What it does.
    pub(crate) about: &'static str,
    /// Whether only the commands that call AWS read it.
    pub(crate) for_aws: bool,
}

/// Every variable.
pub(crate) const VARIABLES: [Variable; 14] = [
    look(
        "ROLEWATCH_LANGUAGE",
        "the language of reports, `en` or `ja`; `--lang` wins",
    ),
    look(
        "LC_ALL, LC_MESSAGES, LANG",
        "the locale; reports are in Japanese if the first one that is set begins with `ja`, unless `--lang` or `ROLEWATCH_LANGUAGE` says otherwise",
    ),
    look(
        "NO_COLOR",
        "if set to anything, `--color auto` uses no color",
    ),
    look(
        "CLICOLOR_FORCE",
        "if set to anything, `--color auto` uses color in files and pipes too; `NO_COLOR` wins",
    ),
    look("CLICOLOR", "`0`: `--color auto` uses no color"),
    look(
        "TERM, CI",
        "`--color auto` uses no color if `TERM` is `dumb`, or if neither is set",
    ),
    look(
        "COLUMNS",
        "the width of `--help` if its output isn't a terminal",
    ),
    aws(
        "AWS_PROFILE",
        "the profile of the AWS configuration from which credentials and Region are taken",
    ),
    aws(
        "AWS_REGION, AWS_DEFAULT_REGION",
        "the Region, instead of the profile's; the first one wins",
    ),
    aws(
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN",
        "credentials, instead of the profile's",
    ),
    aws(
        "AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE",
        "the files with the profiles, instead of `~/.aws/config` and `~/.aws/credentials`",
    ),
    aws(
        "AWS_ENDPOINT_URL",
        "the address to call instead of AWS, such as an emulator's",
    ),
    aws(
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
        "the proxy for calls to AWS, and the hosts that are called without it",
    ),
    aws(
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "the certificates to trust, instead of the system's",
    ),
];

/// The language that the environment asks for.
///
/// # Errors
/// If `ROLEWATCH_LANGUAGE` isn't a language.
pub(crate) fn language() -> Result<Language, String> {
    language::of_environment(&variable)
}

/// The value of a variable. Text that isn't UTF-8 is shown with replacement characters.
fn variable(name: &'static str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

const fn look(names: &'static str, about: &'static str) -> Variable {
    Variable {
        names,
        about,
        for_aws: false,
    }
}

const fn aws(names: &'static str, about: &'static str) -> Variable {
    Variable {
        names,
        about,
        for_aws: true,
    }
}
