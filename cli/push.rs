//! `rolewatch policy push` and `rolewatch roster push`: upload what the live guard uses to its
//! bucket.

#[cfg(feature = "aws")]
mod aws;
pub(crate) mod key;
#[cfg(not(feature = "aws"))]
mod without_aws;

use std::fmt;
use std::fs;
use std::path::Path;

use rolewatch_guard::directory::{StoreSnapshot, StoreSnapshotError};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{Forwarding, Policy, uncovered};
use rolewatch_guard::roster::Snapshot;

#[cfg(feature = "aws")]
use aws::upload;
#[cfg(not(feature = "aws"))]
use without_aws::upload;

use crate::args::{PolicyPushArgs, RosterPushArgs};
use crate::audit::inputs::{TimedRoster, missing_roster};
use crate::exit::{Exit, Failure, shown_path};
use crate::policy::read::check_policy;
use crate::report::words::{amount, counted};
use crate::stdout;
use key::{POLICY, roster_key};

/// Something to upload.
struct UploadContent {
    key: String,
    content_type: &'static str,
    bytes: Vec<u8>,
}

/// The result of an upload.
#[derive(Debug)]
struct UploadResult {
    /// The destination: `s3://bucket/key`.
    place: String,
    /// The current version of the object.
    now: Option<String>,
    before: PreviousVersion,
}

/// What the key held before.
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
                "; it replaces the previous object, which the bucket doesn't keep"
            ),
            PreviousVersion::Unknown(why) => write!(f, "; can't tell what it replaces: {why}"),
        }
    }
}

/// Uploads a policy without errors.
pub(crate) fn policy(args: &PolicyPushArgs) -> Result<(), Failure> {
    let (policy, bytes) = check_policy(&args.file)?;
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
    // Another key may be meant as a test, or be a typo that would leave the old policy in force.
    stdout::print(|out| {
        writeln!(out, "{uploaded}")?;
        let hash = policy.version_hash;
        match args.key.as_str() {
            POLICY => writeln!(out, "policy version {hash} takes effect within a minute"),
            _ => writeln!(
                out,
                "policy version {hash} has no effect there: the live guard reads `{POLICY}`"
            ),
        }
    })
}

/// The warning about roles whose use the deployed stacks don't forward.
fn not_forwarded(policy: &Policy, deployed: &str) -> Option<String> {
    let mut missing = Vec::new();
    for arn in uncovered(policy, deployed) {
        missing.push(arn.quoted());
    }
    if missing.is_empty() {
        return None;
    }
    Some(format!(
        "activity in {} doesn't reach the live guard: update the stacks with the parameter\n  \
         ElevatedRoles={}",
        missing.join(", "),
        Forwarding::for_policy(policy).parameter()
    ))
}

/// Uploads what the engine needs of a roster.
pub(crate) fn roster(args: &RosterPushArgs) -> Result<Exit, Failure> {
    if let Some(missing) = missing_roster(&args.file) {
        return Err(Failure::Usage(missing));
    }
    // The key is checked before the content, so that a wrong argument is reported first.
    let TimedRoster { file, taken } = TimedRoster::from_argument(&args.file);
    let name = shown_path(&file);
    let key = roster_key(&file, taken).map_err(Failure::Usage)?;
    let bytes = fs::read(&file).map_err(|why| Failure::unreadable(&file, why))?;
    if StoreSnapshot::is_meant(&bytes) {
        let content = center_content(args, &file, (&bytes, taken), key)?;
        return push_roster(args, content);
    }
    let snapshot = Snapshot::read(&bytes, taken).map_err(|why| Failure::roster(&file, why))?;
    // With a complete roster, a person who isn't in it is in no group, which makes a finding.
    if snapshot.truncated && !args.allow_truncated {
        return Err(Failure::truncated_roster(&file));
    }
    // Policies, tags and boundaries aren't uploaded: the live guard only needs to know who is in
    // which group.
    let reduced = snapshot
        .to_json()
        .map_err(|why| Failure::roster_not_reduced(&file, &why))?;
    let summary = format!(
        "{name} is a roster of account {}: {}, {}",
        snapshot.account,
        counted(amount(snapshot.users.len()), "user", "users"),
        counted(amount(snapshot.groups.len()), "group", "groups"),
    );
    // Printed before the upload, so that it is known what was to be sent if the upload fails.
    stdout::print(|out| writeln!(out, "{summary}"))?;
    push_roster(args, (key, reduced))
}

fn push_roster(args: &RosterPushArgs, (key, bytes): (String, Vec<u8>)) -> Result<Exit, Failure> {
    let content = UploadContent {
        key,
        content_type: "application/json",
        bytes,
    };
    let uploaded = upload(&args.bucket.name, content)?;
    stdout::print(|out| writeln!(out, "{uploaded}"))?;
    Ok(Exit::Clean)
}

/// The key and the content of a roster of Identity Center, after saying what it is.
fn center_content(
    args: &RosterPushArgs,
    file: &Path,
    (bytes, taken): (&[u8], Option<Moment>),
    key: String,
) -> Result<(String, Vec<u8>), Failure> {
    let unusable = |why: StoreSnapshotError| Failure::roster(file, why);
    let snapshot = StoreSnapshot::read(bytes, taken).map_err(unusable)?;
    if snapshot.incomplete && !args.allow_truncated {
        return Err(Failure::truncated_roster(file));
    }
    let reduced = StoreSnapshot::reduced(bytes).map_err(unusable)?;
    let summary = format!(
        "{} is a roster of identity store {}: {}, {}",
        shown_path(file),
        snapshot.store,
        counted(amount(snapshot.users.len()), "user", "users"),
        counted(amount(snapshot.groups.len()), "group", "groups"),
    );
    stdout::print(|out| writeln!(out, "{summary}"))?;
    Ok((key, reduced))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_whose_use_is_not_forwarded_are_named_with_what_to_deploy() {
        let policy =
            Policy::read(rolewatch_guard::policy::EXAMPLE.as_bytes(), "example.yaml").unwrap();
        let needed = Forwarding::for_policy(&policy).parameter();
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
        assert!(
            said(None, PreviousVersion::Version(None)).contains("which the bucket doesn't keep")
        );
        assert!(
            said(
                None,
                PreviousVersion::Unknown("s3:HeadObject was refused".into())
            )
            .ends_with("can't tell what it replaces: s3:HeadObject was refused")
        );
    }
}
