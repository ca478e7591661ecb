//! `rolewatch policy push` and `rolewatch roster push`: what the live guard judges by, put into its
//! bucket.

#[cfg(feature = "aws")]
mod aws;
#[cfg(not(feature = "aws"))]
mod without_aws;

use std::fmt;
use std::fs;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{Forwarding, Policy, uncovered};
use rolewatch_guard::roster::Snapshot;
use rolewatch_guard::untrusted::harmless;

#[cfg(feature = "aws")]
use aws::upload;
#[cfg(not(feature = "aws"))]
use without_aws::upload;

use crate::args::{PolicyPushArgs, RosterPushArgs};
use crate::audit::inputs::{TimedRoster, missing_roster};
use crate::exit::{Exit, Failure, shown_path};
use crate::policy;
use crate::report::words::counted;
use crate::stdout;

/// Where the live guard looks for the policy.
pub(crate) const POLICY: &str = "policy/rolewatch.yaml";

/// Where the live guard looks for rosters.
const ROSTERS: &str = "roster/";

/// Something to upload.
struct UploadContent {
    key: String,
    content_type: &'static str,
    bytes: Vec<u8>,
}

/// What an upload did.
#[derive(Debug)]
struct UploadResult {
    /// Where it lies: `s3://bucket/key`.
    place: String,
    /// The version that is there now.
    now: Option<String>,
    before: PreviousVersion,
}

/// What was there before.
#[derive(Debug)]
#[cfg_attr(
    not(any(feature = "aws", test)),
    expect(dead_code, reason = "nothing is ever uploaded")
)]
enum PreviousVersion {
    Nothing,
    Version(Option<String>),
    Unknown(String),
}

impl fmt::Display for UploadResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "uploaded to {}", self.place)?;
        if let Some(now) = &self.now {
            write!(f, ", version {now}")?;
        }
        match &self.before {
            PreviousVersion::Nothing => write!(f, "; nothing was there before"),
            PreviousVersion::Version(Some(version)) => write!(f, "; it replaces version {version}"),
            PreviousVersion::Version(None) => write!(
                f,
                "; it replaces what was there, of which the bucket keeps no version"
            ),
            PreviousVersion::Unknown(why) => write!(f, "; what it replaces is not known: {why}"),
        }
    }
}

/// Uploads a policy in which nothing is wrong.
pub(crate) fn policy(args: &PolicyPushArgs) -> Result<(), Failure> {
    let (policy, bytes) = policy::read::check(&args.file)?;
    let load = UploadContent {
        key: args.key.clone(),
        content_type: "application/yaml",
        bytes,
    };
    if let Some(line) = args
        .deployed_roles
        .as_deref()
        .and_then(|deployed| not_forwarded(&policy, deployed))
    {
        stdout::tell_warning(&line);
    }
    let uploaded = upload(&args.bucket.name, load)?;
    stdout::print(|out| {
        writeln!(out, "{uploaded}")?;
        let hash = policy.version_hash;
        match args.key.as_str() {
            POLICY => writeln!(out, "policy version {hash} is in force within a minute"),
            _ => writeln!(
                out,
                "policy version {hash} is not in force there: the live guard reads `{POLICY}`"
            ),
        }
    })
}

/// What to say of the roles whose use the deployed stacks do not forward.
fn not_forwarded(policy: &Policy, deployed: &str) -> Option<String> {
    let missing: Vec<String> = uncovered(policy, deployed)
        .iter()
        .map(|arn| format!("`{}`", harmless(arn.as_str())))
        .collect();
    if missing.is_empty() {
        return None;
    }
    Some(format!(
        "what sessions do in {} does not reach the live guard: update the stacks with the parameter\n  ElevatedRoles={}",
        missing.join(", "),
        Forwarding::of(policy).parameter()
    ))
}

/// Uploads what the engine needs of a roster.
pub(crate) fn roster(args: &RosterPushArgs) -> Result<Exit, Failure> {
    if let Some(missing) = missing_roster(&args.file) {
        return Err(Failure::Usage(missing));
    }
    let TimedRoster { file, taken } = TimedRoster::given(&args.file);
    let name = shown_path(&file);
    let key = key(&TimedRoster {
        file: file.clone(),
        taken,
    })
    .map_err(Failure::Usage)?;
    let bytes = fs::read(&file).map_err(|why| Failure::unreadable(&file, why))?;
    let snapshot = Snapshot::read(&bytes, taken).map_err(|why| Failure::roster(&file, why))?;
    if snapshot.truncated && !args.allow_truncated {
        return Err(Failure::truncated_roster(&file));
    }
    let reduced = snapshot
        .to_json()
        .map_err(|why| Failure::roster_not_reduced(&file, &why))?;
    let summary = format!(
        "{name} is a roster of account {}: {}, {}",
        snapshot.account,
        counted(size(snapshot.users.len()), "user", "users"),
        counted(size(snapshot.groups.len()), "group", "groups"),
    );
    stdout::print(|out| writeln!(out, "{summary}"))?;
    let uploaded = upload(
        &args.bucket.name,
        UploadContent {
            key,
            content_type: "application/json",
            bytes: reduced,
        },
    )?;
    stdout::print(|out| writeln!(out, "{uploaded}"))?;
    Ok(Exit::Clean)
}

fn size(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// `roster/NAME@TIME.json`, without colons, as a folder of rosters may be called anywhere.
fn key(roster: &TimedRoster) -> Result<String, String> {
    let shown = shown_path(&roster.file);
    let Some(taken) = roster.taken else {
        return Err(format!(
            "when was `{shown}` taken? the live guard must know: write it behind the name, as in `{shown}@2026-03-31T09:30:00Z`"
        ));
    };
    let stem = roster
        .file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    // Where the time is in the name, it is not said twice.
    let in_name = TimedRoster::named(roster.file.clone()).taken.is_some();
    let name = if in_name {
        stem.rsplit_once('@').map_or(stem, |(name, _)| name)
    } else {
        stem
    };
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.@+ ".contains(c))
    {
        return Err(format!(
            "`{shown}` cannot be the name of an object: rename it to letters, digits, `-`, `_` and `.`"
        ));
    }
    Ok(format!("{ROSTERS}{name}@{}.json", without_colons(taken)))
}

fn without_colons(time: Moment) -> String {
    time.to_string().replace(':', "")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn named(text: &str) -> Result<String, String> {
        key(&TimedRoster::given(Path::new(text)))
    }

    #[test]
    fn a_roster_is_named_as_the_audit_reads_it() {
        let expected = Ok("roster/dev@2026-03-31T093000Z.json".to_owned());
        assert_eq!(named("dev.json@2026-03-31T09:30:00Z"), expected);
        assert_eq!(named("somewhere/dev@2026-03-31T093000Z.json"), expected);
        assert_eq!(
            named("dev.json@2026-03-31T18:30:00+09:00"),
            expected,
            "in UTC"
        );
        assert_eq!(
            named("dev@2026-01-01T000000Z.json@2026-03-31T09:30:00Z"),
            expected,
            "what is given beats what is in the name"
        );
        let key = named("dev.json@2026-03-31T09:30:00Z").unwrap();
        assert_eq!(
            TimedRoster::named(key.into()).taken,
            Some("2026-03-31T09:30:00Z".parse().unwrap())
        );
    }

    #[test]
    fn a_roster_without_a_time_is_of_no_use_to_the_live_guard() {
        let why = named("dev.json").unwrap_err();
        assert!(why.contains("dev.json@2026-03-31T09:30:00Z"), "{why}");
    }

    #[test]
    fn a_name_that_is_no_plain_text_is_refused() {
        assert!(named("d\u{202e}ev.json@2026-03-31T09:30:00Z").is_err());
    }

    #[test]
    fn roles_whose_use_is_not_forwarded_are_named_with_what_to_deploy() {
        let policy =
            Policy::read(rolewatch_guard::policy::EXAMPLE.as_bytes(), "example.yaml").unwrap();
        let needed = Forwarding::of(&policy).parameter();
        assert_eq!(not_forwarded(&policy, &needed), None);
        let said = not_forwarded(&policy, "arn:aws:iam::444455556666:role/Other").unwrap();
        assert!(
            said.contains("`arn:aws:iam::444455556666:role/UpdateApp`")
                && said.ends_with(&format!("ElevatedRoles={needed}")),
            "{said}"
        );
    }

    #[test]
    fn an_upload_says_what_it_replaced() {
        let said = |now: Option<&str>, before| {
            let place = "s3://state/policy/rolewatch.yaml".to_owned();
            UploadResult {
                place,
                now: now.map(ToOwned::to_owned),
                before,
            }
            .to_string()
        };
        assert_eq!(
            said(Some("v2"), PreviousVersion::Nothing),
            "uploaded to s3://state/policy/rolewatch.yaml, version v2; nothing was there before"
        );
        assert!(
            said(Some("v2"), PreviousVersion::Version(Some("v1".into())))
                .ends_with(", version v2; it replaces version v1")
        );
        assert!(said(None, PreviousVersion::Version(None)).contains("keeps no version"));
        assert!(
            said(
                None,
                PreviousVersion::Unknown("s3:HeadObject was refused".into())
            )
            .ends_with("not known: s3:HeadObject was refused")
        );
    }
}
