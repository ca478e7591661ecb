//! Policy and rosters, read from the bucket and checked for changes every minute.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{Policy, PolicyErrors};
pub(crate) use rolewatch_guard::roster::file_name::dated_key;
pub use rolewatch_guard::roster::file_name::{ROSTER_PREFIX, roster_key, taken_at};
use rolewatch_guard::roster::{RosterIndex, Rosters, Snapshot};

use crate::inbox;
use crate::ledger::OldRows;
use crate::ledger::keys::hash;
use crate::operations::notify_once;
use crate::port::{
    Bucket, Keep, KeyRange, Queue, Row, StoredObject, Table, TableKind, Topic, Trouble,
};
use crate::requeue;
use crate::time::{BUCKET_FRESH, OPEN_SESSIONS};

/// The key of the policy.
pub const POLICY_KEY: &str = "policy/rolewatch.yaml";

/// How many files are requested at a time. While it is read, each file is in memory twice: as bytes
/// and as parsed data.
pub(crate) const AT_ONCE: usize = 8;

/// Used in place of an entity tag if the object doesn't exist.
const MISSING: &str = "missing";

/// The policy and rosters in force.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// The policy.
    pub policy: Policy,
    /// The rosters.
    pub rosters: Rosters,
    /// Who is in the rosters.
    pub index: Arc<RosterIndex>,
    /// What the previous version of rolewatch left in the ledger.
    pub(crate) old_rows: Arc<OldRows>,
    /// When the bucket was last checked for changes.
    pub(crate) checked: Moment,
    etag: String,
    roster_files: RosterFiles,
}

/// The rulebook of a process that handles several events.
#[derive(Debug, Default)]
pub struct Shelf {
    book: Option<Rulebook>,
}

impl Shelf {
    /// Returns the rulebook in force now. If the policy is broken, this publishes one notice and
    /// keeps using the last good one.
    ///
    /// # Errors
    /// Returns the first error of a port, or [`Trouble::Refused`] if there never was a good policy.
    pub async fn current<O: Bucket + Table + Topic + Queue>(
        &mut self,
        outside: &O,
        now: Moment,
    ) -> Result<&Rulebook, Trouble> {
        let stale = self
            .book
            .as_ref()
            .is_none_or(|book| now.seconds_since(book.checked) >= BUCKET_FRESH);
        if stale {
            let before = self
                .book
                .as_ref()
                .map(|book| (book.etag.clone(), book.rosters.clone()));
            let book = refresh(outside, self.book.take(), now).await?;
            let after = (book.etag.clone(), book.rosters.clone());
            let book = self.book.insert(book);
            if before.is_none_or(|before| before != after) {
                tell_the_guard(outside, book, now).await?;
            }
        }
        self.book
            .as_ref()
            .ok_or_else(|| no_policy("no policy was read"))
    }
}

/// The first process that sees a new policy or roster has the open dossiers judged again.
async fn tell_the_guard<O: Table + Queue>(
    outside: &O,
    book: &Rulebook,
    now: Moment,
) -> Result<(), Trouble> {
    let rosters: Vec<String> = book
        .roster_files
        .iter()
        .map(|(key, (etag, _))| format!("{key} {etag}"))
        .collect();
    let pk = format!(
        "rulebook#{}",
        hash(&format!("{}\n{}", book.etag, rosters.join("\n")))
    );
    if outside
        .query(TableKind::Ledger, &pk, &KeyRange::default())
        .await?
        .is_empty()
    {
        requeue::open_dossiers(outside, now.plus_seconds(-OPEN_SESSIONS), now).await?;
        inbox::send_setup_judgement(outside, now).await?;
        let row = note_row(pk, "told", String::new(), now);
        outside.keep(TableKind::Ledger, row, Keep::First).await?;
    }
    Ok(())
}

fn note_row(pk: String, sk: &str, body: String, now: Moment) -> Row {
    Row {
        pk,
        sk: sk.to_owned(),
        body,
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(400 * 86_400)),
    }
}

fn no_policy(why: &str) -> Trouble {
    Trouble::refused(
        format!("reading the policy `{POLICY_KEY}`"),
        &format!("{why}; push one with `rolewatch policy push`"),
    )
}

async fn refresh<O: Bucket + Table + Topic>(
    outside: &O,
    known: Option<Rulebook>,
    now: Moment,
) -> Result<Rulebook, Trouble> {
    let etag = known
        .as_ref()
        .map(|book| book.etag.as_str())
        .filter(|etag| *etag != MISSING);
    let (policy, etag) = match (outside.get(POLICY_KEY, etag).await?, &known) {
        (StoredObject::Unchanged, Some(book)) => (book.policy.clone(), book.etag.clone()),
        (
            StoredObject::Found {
                bytes,
                etag,
                written,
            },
            _,
        ) => match read(&bytes) {
            Ok(policy) => {
                keep_good(outside, &bytes, written, now).await?;
                (policy, etag)
            }
            Err(errors) => (
                last_good(outside, known.as_ref(), &etag, &errors.to_string(), now).await?,
                etag,
            ),
        },
        (StoredObject::Unchanged | StoredObject::Missing, _) => (
            last_good(outside, known.as_ref(), MISSING, "there is no policy", now).await?,
            MISSING.to_owned(),
        ),
    };
    let old_rows = known.as_ref().map(|book| Arc::clone(&book.old_rows));
    let known = known.map(|book| (book.rosters, book.index, book.roster_files));
    let (rosters_before, index_before, before) = known.unwrap_or_default();
    let (rosters, files) = read_rosters(outside, before, now).await?;
    let index = if rosters == rosters_before {
        index_before
    } else {
        Arc::new(RosterIndex::new(&rosters))
    };
    Ok(Rulebook {
        policy,
        rosters,
        index,
        old_rows: old_rows.unwrap_or_else(|| Arc::new(OldRows::new(now))),
        checked: now,
        etag,
        roster_files: files,
    })
}

/// Rosters by the key of their file, with its entity tag. `None`: the file can't be used.
type RosterFiles = BTreeMap<String, (String, Option<RosterFile>)>;

/// A roster of an account or of an identity store.
#[derive(Debug, Clone)]
enum RosterFile {
    Account(Arc<Snapshot>),
    Store(Arc<StoreSnapshot>),
}

impl RosterFile {
    /// # Errors
    /// Why the file can't be used, in words.
    fn read(bytes: &[u8], taken: Option<Moment>) -> Result<Self, String> {
        if StoreSnapshot::is_meant(bytes) {
            let read = StoreSnapshot::read(bytes, taken);
            return read
                .map(|one| Self::Store(Arc::new(one)))
                .map_err(|e| e.to_string());
        }
        let read = Snapshot::read(bytes, taken);
        read.map(|one| Self::Account(Arc::new(one)))
            .map_err(|e| e.to_string())
    }
}

/// Reads all rosters with the files that they came from. Unchanged files aren't read again.
async fn read_rosters<O: Bucket + Table + Topic>(
    outside: &O,
    mut before: RosterFiles,
    now: Moment,
) -> Result<(Rosters, RosterFiles), Trouble> {
    let listed = outside
        .list(ROSTER_PREFIX)
        .await?
        .into_iter()
        .map(|(key, etag)| {
            let known = before.remove(&key).filter(|(known, _)| *known == etag);
            async {
                let snapshot = match known {
                    Some((_, snapshot)) => snapshot,
                    None => roster(outside, &key, now).await?,
                };
                Ok::<_, Trouble>((key, etag, snapshot))
            }
        });
    let (mut rosters, mut files) = (Rosters::default(), RosterFiles::new());
    let mut latest: BTreeMap<AccountId, Arc<Snapshot>> = BTreeMap::new();
    // In the order of the keys, so that the rosters of one account follow each other.
    let mut read = stream::iter(listed).buffered(AT_ONCE);
    while let Some((key, etag, mut snapshot)) = read.try_next().await? {
        if let Some(RosterFile::Store(snapshot)) = &snapshot {
            rosters.add_store(Arc::clone(snapshot));
        }
        if let Some(RosterFile::Account(snapshot)) = &mut snapshot {
            let known = latest.get(&snapshot.account);
            if let Some((own, known)) = Arc::get_mut(snapshot).zip(known) {
                own.share_unchanged(known);
            }
            latest.insert(snapshot.account, Arc::clone(snapshot));
            rosters.add(Arc::clone(snapshot));
        }
        files.insert(key, (etag, snapshot));
    }
    Ok((rosters, files))
}

/// Stores the last good policy in the ledger, for a process that starts while the policy is broken.
async fn keep_good<O: Table>(
    outside: &O,
    bytes: &[u8],
    written: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    let mut row = note_row(
        "rulebook#good".to_owned(),
        "policy",
        String::from_utf8_lossy(bytes).into_owned(),
        now,
    );
    row.rank = crate::ledger::keys::second(written);
    row.expires = None;
    outside
        .keep(TableKind::Ledger, row, Keep::Greatest)
        .await
        .map(|_| ())
}

async fn last_good<O: Table + Topic>(
    outside: &O,
    known: Option<&Rulebook>,
    etag: &str,
    why: &str,
    now: Moment,
) -> Result<Policy, Trouble> {
    let text = format!(
        "rolewatch can't use the policy {POLICY_KEY}, so the last valid one stays in force. Push a corrected policy with `rolewatch policy push`.\n\n{why}"
    );
    notify_once(
        outside,
        &format!("policy {etag}"),
        "rolewatch: the policy is invalid",
        text,
        now,
    )
    .await?;
    if let Some(book) = known {
        return Ok(book.policy.clone());
    }
    kept_policy(outside, why).await
}

/// The last good policy, as the ledger has it. `why`: the reason for the error if there is none.
pub(crate) async fn kept_policy<O: Table>(outside: &O, why: &str) -> Result<Policy, Trouble> {
    let rows = outside
        .query(TableKind::Ledger, "rulebook#good", &KeyRange::default())
        .await?;
    let row = rows.first().ok_or_else(|| no_policy(why))?;
    read(row.body.as_bytes()).map_err(|errors| no_policy(&errors.to_string()))
}

fn read(bytes: &[u8]) -> Result<Policy, PolicyErrors> {
    Policy::read(bytes, POLICY_KEY)
}

async fn roster<O: Bucket + Table + Topic>(
    outside: &O,
    key: &str,
    now: Moment,
) -> Result<Option<RosterFile>, Trouble> {
    let StoredObject::Found { bytes, etag, .. } = outside.get(key, None).await? else {
        return Ok(None);
    };
    match RosterFile::read(&bytes, taken_at(key)) {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(error) => {
            let text = format!(
                "rolewatch can't use the roster {key}. Memberships that depend on it are unproven.\n\n{error}"
            );
            notify_once(
                outside,
                &format!("roster {key} {etag}"),
                "rolewatch: a roster is invalid",
                text,
                now,
            )
            .await?;
            Ok(None)
        }
    }
}
