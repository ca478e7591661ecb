//! The key of a log file, in CloudTrail's layout:
//! `[PREFIX/]AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/FILE.json.gz`.

use rolewatch_guard::id::AccountId;

/// A log file of a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogKey<'a> {
    /// The whole key.
    pub(crate) text: &'a str,
    /// The account whose events it logs.
    pub(crate) account: AccountId,
    /// The Region whose events it logs.
    pub(crate) region: &'a str,
}

impl<'a> LogKey<'a> {
    /// `None`: the key is that of a digest or an Insights file, or doesn't belong to a trail with
    /// this prefix.
    pub(crate) fn parse(text: &'a str, prefix: &str) -> Option<Self> {
        let rest = text.strip_prefix(&*key_base(prefix))?;
        let mut parts = rest.split('/');
        let mut account = parts.next()?;
        if is_organization(account) {
            account = parts.next()?;
        }
        let account = account.parse().ok()?;
        let (service, region) = (parts.next()?, parts.next()?);
        let dated = [4, 2, 2]
            .into_iter()
            .all(|digits| parts.next().is_some_and(|part| is_number(part, digits)));
        let file = parts.next()?;
        let whole = service == "CloudTrail"
            && is_region(region)
            && dated
            && file.ends_with(".json.gz")
            && parts.next().is_none();
        whole.then_some(Self {
            text,
            account,
            region,
        })
    }

    /// The folder with its trailing `/`, and the file name.
    pub(crate) fn parted(&self) -> (&'a str, &'a str) {
        let name = self.text.rfind('/').map_or(0, |slash| slash + 1);
        self.text.split_at(name)
    }
}

/// The beginning of every key of a trail.
pub(crate) fn key_base(prefix: &str) -> String {
    if prefix.is_empty() {
        "AWSLogs/".to_owned()
    } else {
        format!("{prefix}/AWSLogs/")
    }
}

/// Whether it is an organization ID, such as `o-…`.
pub(crate) fn is_organization(part: &str) -> bool {
    part.strip_prefix("o-")
        .is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether it has the form of a Region, such as `us-east-1`.
pub(crate) fn is_region(part: &str) -> bool {
    (1..=30).contains(&part.len())
        && part
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_number(part: &str, digits: usize) -> bool {
    part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T0905Z_EXAMPLE.json.gz";

    #[test]
    fn log_files_are_known_by_their_layout() {
        for (prefix, key) in [
            ("", format!("AWSLogs/{FILE}")),
            ("", format!("AWSLogs/o-example1234/{FILE}")),
            ("all/trails", format!("all/trails/AWSLogs/{FILE}")),
        ] {
            let log = LogKey::parse(&key, prefix).unwrap();
            assert_eq!(
                (log.account.to_string(), log.region),
                ("111122223333".into(), "eu-west-1")
            );
            let (folder, name) = log.parted();
            assert!(
                folder.ends_with("/02/") && name.starts_with("111122223333_CloudTrail_"),
                "{folder} {name}"
            );
        }
    }

    #[test]
    fn whatever_else_lies_there_is_no_log_file() {
        let log = format!("AWSLogs/{FILE}");
        for key in [
            log.replace("/CloudTrail/", "/CloudTrail-Digest/"),
            log.replace("/CloudTrail/", "/CloudTrail-Insight/"),
            log.replace("/CloudTrail/", "/Config/"),
            log.replace("/2026/", "/latest/"),
            log.replace("eu-west-1/", "EU\u{202e}/"),
            log.replace("111122223333/", "1111/"),
            log.replace(".json.gz", ".txt"),
            log.replace("/02/", "/02/copy/"),
            format!("other/{log}"),
            "AWSLogs/111122223333/CloudTrail/".into(),
            String::new(),
        ] {
            assert_eq!(LogKey::parse(&key, ""), None, "{key}");
        }
        assert_eq!(LogKey::parse(&log, "other"), None);
    }
}
