//! The reading, through the AWS SDK.

use std::path::PathBuf;

use rolewatch_aws::{AccountRosters, CenterRosters, Connection};
use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::roster::Snapshot;
use rolewatch_guard::take::{AccountReading, PeopleChanges, StoreReading, choose_instance};
use rolewatch_guard::untrusted::harmless;
use rolewatch_live::port::Trouble;
use tokio::runtime::{Builder, Runtime};

use super::file::write_roster;
use super::settled::{SettledReading, settled};
use crate::args::RosterTakeArgs;
use crate::exit::{Failure, shown_text};
use crate::report::words::{amount, counted};
use crate::stdout;

pub(super) fn take(args: &RosterTakeArgs) -> Result<PathBuf, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Failure::cannot_begin("talk to AWS", &why))?;
    let connection = runtime.block_on(Connection::of_person());
    if args.identity_center {
        take_center(args, &runtime, &connection)
    } else {
        take_account(args, &runtime, &connection)
    }
}

fn take_account(
    args: &RosterTakeArgs,
    runtime: &Runtime,
    connection: &Connection,
) -> Result<PathBuf, Failure> {
    let aws = AccountRosters::new(connection);
    let account = runtime
        .block_on(aws.account())
        .map_err(|trouble| failed(&trouble))?;
    let SettledReading {
        reading,
        taken,
        changes,
    } = settled(
        || {
            runtime
                .block_on(aws.whole())
                .map_err(|trouble| failed(&trouble))
        },
        AccountReading::people,
        || {
            runtime
                .block_on(aws.people())
                .map_err(|trouble| failed(&trouble))
        },
    )?;
    let json = reading.without(&changes).into_json();
    // What the other commands couldn't read isn't written.
    let snapshot = Snapshot::read(json.as_bytes(), Some(taken)).map_err(unusable)?;
    if snapshot.account != account {
        return Err(unusable(format!(
            "the credentials are of account {account}, but IAM listed account {}",
            snapshot.account
        )));
    }
    let file = write_roster(&args.output, &account.to_string(), taken, &json)?;
    tell_taken(
        &format!("account {account}"),
        [snapshot.users.len(), snapshot.groups.len()],
        taken,
    );
    tell_changes(&changes);
    if snapshot.truncated {
        stdout::tell_warning(
            "IAM didn't send the last page, so the roster is truncated: a user who isn't \
             listed may still be in a group",
        );
    }
    Ok(file)
}

fn take_center(
    args: &RosterTakeArgs,
    runtime: &Runtime,
    connection: &Connection,
) -> Result<PathBuf, Failure> {
    let aws = CenterRosters::new(connection);
    let instances = runtime
        .block_on(aws.instances())
        .map_err(|trouble| failed(&trouble))?;
    let instance = choose_instance(&instances, args.identity_store.as_deref())
        .map_err(|why| Failure::Usage(why.to_string()))?;
    let store = &instance.store;
    // Before users and groups: `StoreGrants` says why.
    let grants = runtime
        .block_on(aws.grants(&instance.arn))
        .map_err(|trouble| failed(&trouble))?;
    let SettledReading {
        reading,
        taken,
        changes,
    } = settled(
        || {
            runtime
                .block_on(aws.directory(store))
                .map_err(|trouble| failed(&trouble))
        },
        StoreReading::people,
        || {
            let (reading, _) = runtime
                .block_on(aws.directory(store))
                .map_err(|trouble| failed(&trouble))?;
            Ok(reading.people())
        },
    )?;
    let reading = reading.without(&changes);
    let json = reading.to_json(store, &grants).map_err(unusable)?;
    let snapshot = StoreSnapshot::read(json.as_bytes(), Some(taken)).map_err(unusable)?;
    let file = write_roster(&args.output, &file_stem(store)?, taken, &json)?;
    tell_taken(
        &format!("identity store {}", harmless(store)),
        [snapshot.users.len(), snapshot.groups.len()],
        taken,
    );
    tell_changes(&changes);
    if reading.other_members() > 0 {
        stdout::tell_warning(&format!(
            "{}, so the roster is incomplete: a user who isn't listed may still be in a group",
            counted(
                amount(reading.other_members()),
                "member of a group isn't a user",
                "members of groups aren't users"
            ),
        ));
    }
    Ok(file)
}

/// An identity store as part of a file's name. Ids of identity stores have no other characters;
/// anything else must not choose where the file is written.
fn file_stem(store: &str) -> Result<String, Failure> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if store.is_empty() || !store.chars().all(is_plain) {
        return Err(unusable(format!(
            "`{}` is not the id of an identity store",
            harmless(store)
        )));
    }
    Ok(store.to_owned())
}

fn tell_taken(whose: &str, [users, groups]: [usize; 2], taken: impl std::fmt::Display) {
    stdout::line_on_stderr(&format!(
        "rolewatch: roster of {whose}, taken {taken}: {}, {}",
        counted(amount(users), "user", "users"),
        counted(amount(groups), "group", "groups"),
    ));
}

fn tell_changes(changes: &PeopleChanges) {
    if changes.is_empty() {
        return;
    }
    stdout::tell_warning(&format!(
        "the roster leaves out {} and {} because they changed while they were read; the logs \
         or another roster may show their groups",
        counted(amount(changes.users.len()), "user", "users"),
        counted(amount(changes.groups.len()), "group", "groups"),
    ));
}

fn unusable(why: impl std::fmt::Display) -> Failure {
    Failure::Aws(format!(
        "nothing was written: what AWS listed is not a roster: {why}"
    ))
}

fn failed(trouble: &Trouble) -> Failure {
    let hint = match trouble {
        // The call's name is the name of its IAM action.
        Trouble::Refused { what, why } if why.contains("AccessDenied") => format!(
            "\nallow `{what}` for the caller; docs/permissions.md lists every action that \
             `roster take` needs"
        ),
        Trouble::Refused { why, .. } | Trouble::Unreachable { why, .. }
            if why.contains("Missing Region") || why.contains("region must be set") =>
        {
            "\nset `AWS_REGION`; for Identity Center, to its home Region".to_owned()
        }
        _ => String::new(),
    };
    Failure::Aws(format!(
        "nothing was written: {}{hint}",
        shown_text(&trouble.to_string())
    ))
}
