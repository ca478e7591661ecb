//! A made-up company with IAM Identity Center: what happened there, and what its logs show of it.

mod plan;

pub(crate) use plan::{Asked, Plan};

/// Seconds since Monday, 2026-03-02T00:00:00Z.
pub(crate) type Second = i64;

pub(crate) const MONDAY: i64 = 1_772_409_600;
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Where Identity Center is.
pub(crate) const MANAGEMENT: &str = "555566667777";
/// Where the directory can be administered too.
pub(crate) const DELEGATE: &str = "666677778888";
pub(crate) const PRODUCTION: usize = 0;
/// The accounts in which permission sets are taken.
pub(crate) const ACCOUNTS: [(&str, &str); 2] =
    [("444455556666", "production"), ("333344445555", "staging")];
/// The policy lists the first everywhere, the second in production, the third nowhere.
pub(crate) const SETS: [&str; 3] = ["ProductionAdmin", "Power_User", "ReadOnly"];
pub(crate) const GROUPS: [&str; 3] = ["Platform", "Developers", "Guests"];
/// The company's identity store, and somebody else's.
pub(crate) const STORES: [&str; 2] = ["d-1234567890", "d-0987654321"];

/// A user of an identity store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) store: usize,
    pub(crate) user: usize,
}

impl Id {
    pub(crate) fn own(user: usize) -> Self {
        Self { store: 0, user }
    }
}

/// Whom a record shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) id: Option<Id>,
    pub(crate) name: Option<String>,
}

/// Something that happened, of which there is a record.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) at: Second,
    /// Its record's id is made of it.
    pub(crate) number: u64,
    /// In the home Region of Identity Center, or in the other one.
    pub(crate) elsewhere: bool,
    /// In the logs of the account that administers the directory, not of Identity Center's own.
    pub(crate) delegated: bool,
    /// The record never arrived.
    pub(crate) lost: bool,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    SignIn {
        who: Shown,
        step: Step,
        factors: &'static str,
        success: bool,
        workflow: u64,
    },
    Portal {
        who: Shown,
        federate: bool,
        /// Account and permission set.
        role: Option<(usize, usize)>,
        failed: bool,
        credential: u64,
    },
    /// A session was issued: `AssumeRoleWithSAML`, or the two halves of `AssumeRole`.
    Issued {
        session: usize,
        half: Half,
    },
    Used {
        session: usize,
        behalf: Option<Id>,
        /// How far the record's `creationDate` is from the second of the call.
        drift: i64,
    },
    Directory {
        change: Change,
        failed: bool,
    },
    /// `CreateTokenWithIAM`.
    Token {
        user: usize,
        credential: u64,
    },
    /// `UpdateSsoConfiguration`.
    Lasts {
        hours: i64,
        failed: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Challenge,
    Verification,
    Authentication,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    /// The only record of a call.
    Whole,
    Caller,
    Owner,
}

#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// By the console, or by the API with a membership id that the response may show.
    Added {
        group: usize,
        user: usize,
        by_api: bool,
        membership: Option<u64>,
    },
    Removed {
        group: usize,
        user: usize,
    },
    /// `DeleteGroupMembership` names nothing else.
    MembershipDeleted {
        membership: u64,
    },
    /// SCIM: a group changed, nobody sees how.
    GroupPatched {
        group: usize,
    },
    /// SCIM: a user changed, nobody sees how.
    UserPatched {
        user: usize,
    },
    Created {
        user: usize,
        name: Option<String>,
        scim: bool,
    },
    Deleted {
        user: usize,
        scim: bool,
    },
    Renamed {
        user: usize,
        to: Option<String>,
    },
    Active {
        user: usize,
        active: bool,
    },
    Enrolled {
        user: usize,
        key: bool,
    },
}

/// A role in an account: that of a permission set, or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) account: usize,
    /// `None`: it belongs to no permission set.
    pub(crate) set: Option<usize>,
    /// With its path.
    pub(crate) name: String,
    pub(crate) id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Issuer {
    Own,
    Foreign,
    Unreadable,
}

/// What entering a role yields.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) number: u64,
    pub(crate) at: Second,
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) seconds: i64,
    pub(crate) expires: Second,
    /// Entered from this session by AssumeRole.
    pub(crate) parent: Option<usize>,
    /// `onBehalfOf` on the AssumeRole of a chain.
    pub(crate) behalf: Option<Id>,
    pub(crate) issuer: Issuer,
    /// The SAML provider isn't that of Identity Center, or the role isn't.
    pub(crate) forged: bool,
    /// Who it really was.
    pub(crate) truly: Id,
}

/// `list-users`, `list-groups`, `list-group-memberships` at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) taken: Second,
    pub(crate) users: Vec<(usize, String)>,
    pub(crate) members: Vec<Listed>,
    /// A list has `NextToken`.
    pub(crate) truncated: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) membership: u64,
    pub(crate) group: usize,
    pub(crate) user: usize,
    pub(crate) created: Option<Second>,
}

/// What really happened to a user.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) born: Second,
    pub(crate) died: Option<Second>,
    pub(crate) names: Vec<(Second, String)>,
    pub(crate) active: Vec<(Second, bool)>,
    pub(crate) groups: [Vec<Stay>; 3],
}

/// A membership from its creation to its end.
#[derive(Debug, Clone)]
pub(crate) struct Stay {
    pub(crate) membership: u64,
    pub(crate) from: Second,
    pub(crate) to: Option<Second>,
}

impl User {
    pub(crate) fn name_at(&self, at: Second) -> &str {
        let before = self.names.iter().rev().find(|(since, _)| *since <= at);
        &before.unwrap_or(&self.names[0]).1
    }

    pub(crate) fn is_alive(&self, at: Second) -> bool {
        self.born < at && self.died.is_none_or(|died| at < died)
    }

    pub(crate) fn is_active(&self, at: Second) -> bool {
        let last = self.active.iter().rev().find(|(since, _)| *since <= at);
        last.is_none_or(|(_, active)| *active)
    }

    pub(crate) fn stay(&self, group: usize, at: Second) -> Option<&Stay> {
        let is_in = |stay: &&Stay| stay.from <= at && stay.to.is_none_or(|to| at < to);
        self.groups[group].iter().find(is_in)
    }
}

/// All of it.
#[derive(Debug, Clone)]
pub(crate) struct Company {
    pub(crate) seed: u64,
    pub(crate) plan: Plan,
    pub(crate) told: Vec<Told>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) rosters: Vec<Snapshot>,
    pub(crate) users: Vec<User>,
    /// Seconds of which no record of Identity Center's account arrived, and whether only those of
    /// the other Region are missing.
    pub(crate) silence: Option<(Second, Second, bool)>,
}

impl Company {
    /// What arrived.
    pub(crate) fn heard(&self) -> impl Iterator<Item = &Told> {
        self.told.iter().filter(|told| !told.lost)
    }

    /// The sessions of which a record of the issuing call arrived, with the halves that did.
    pub(crate) fn halves(&self, session: usize) -> Vec<Half> {
        let of_session = |told: &Told| match told.what {
            What::Issued { session: of, half } if of == session => Some(half),
            _ => None,
        };
        self.heard().filter_map(of_session).collect()
    }

    /// The story, for a person to read.
    pub(crate) fn story(&self) -> String {
        let mut told: Vec<&Told> = self.told.iter().collect();
        told.sort_by_key(|told| (told.at, told.number));
        let mut lines = vec![
            format!("seed {}", self.seed),
            format!("{:?}", self.plan),
            format!("silence {:?}", self.silence),
        ];
        for (at, session) in self.sessions.iter().enumerate() {
            let is_told = |told: &Told| match &told.what {
                What::Issued { session, .. } | What::Used { session, .. } => *session == at,
                _ => false,
            };
            if self.told.iter().any(is_told) {
                lines.push(format!("session {at}: {session:?}"));
            }
        }
        for told in told.into_iter().filter(|told| !is_chatter(told)) {
            let lost = if told.lost { " LOST" } else { "" };
            let elsewhere = if told.elsewhere { " elsewhere" } else { "" };
            let (at, number, what) = (told.at, told.number, &told.what);
            lines.push(format!("{at} #{number}{elsewhere}{lost} {what:?}"));
        }
        let rosters = self.rosters.iter();
        lines.extend(rosters.map(|roster| format!("roster {roster:?}")));
        lines.join("\n")
    }
}

/// A record that only shows that logs were kept.
pub(crate) fn is_chatter(told: &Told) -> bool {
    match &told.what {
        What::SignIn { who, .. } => who.id == Some(Id::own(WARDEN)),
        What::Directory { change, .. } => {
            matches!(change, Change::Enrolled { user: WARDEN, .. })
        }
        _ => false,
    }
}

/// Somebody who signs in all day and takes nothing.
pub(crate) const WARDEN: usize = 999;

pub(crate) fn user_id(id: Id) -> String {
    format!(
        "{:08x}-bbbb-70cf-2973-{:012x}",
        0x2222_2200 + id.store,
        id.user
    )
}

pub(crate) fn group_id(group: usize) -> String {
    format!("11111111-aaaa-705c-90da-{group:012x}")
}

pub(crate) fn membership_id(membership: u64) -> String {
    format!("33333333-cccc-70aa-1111-{membership:012x}")
}

pub(crate) fn event_id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}
