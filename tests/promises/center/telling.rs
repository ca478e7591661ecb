//! A company from a seed: people who sign in, take permission sets, go on from there, are refused;
//! changes of the directory; rosters; logs that are missing.

use super::company::{
    ACCOUNTS, Change, Company, DAY, GROUPS, HOUR, Half, Id, Issuer, Listed, PRODUCTION, Plan, Role,
    SETS, Second, Session, Shown, Snapshot, Stay, Step, Told, User, WARDEN, What,
};
use super::dice::Dice;

const NAMES: [&str; 8] = [
    "alice@example.com",
    "Bob.Baker",
    "carol",
    "dave@example.com",
    "erin",
    "frank",
    "grace",
    "heidi",
];
/// The last second of the story.
pub(super) const END: Second = 4 * DAY;

pub(super) struct Teller {
    pub(super) dice: Dice,
    pub(super) now: Second,
    number: u64,
    roles: u64,
    pub(super) company: Company,
    /// The role of each permission set in each account, as it is provisioned now.
    provisioned: Vec<Role>,
    /// People whose session names or sign-ins are told in ways that name nobody.
    pub(super) old_records: bool,
}

/// The company of a seed.
pub(crate) fn tell(seed: u64) -> Company {
    let mut teller = Teller::new(seed);
    for _ in 0..45 {
        teller.later();
        if teller.now >= END {
            break;
        }
        teller.step();
    }
    teller.end()
}

impl Teller {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let plan = Plan {
            home: dice.pick(&["us-east-1", "ap-northeast-1"]),
            replica: dice.percent(50).then_some("eu-west-1"),
            trusted: dice.percent(30),
            lasts: dice.pick(&[8 * HOUR, 8 * HOUR, 4 * HOUR]),
            chaining_denied: dice.percent(60),
            update_app_admits: dice.percent(80),
            power_user_mfa: dice.percent(70),
            groups_by_id: dice.percent(30),
            delegated: dice.percent(25),
        };
        let company = Company {
            seed,
            plan,
            told: Vec::new(),
            sessions: Vec::new(),
            rosters: Vec::new(),
            users: Vec::new(),
            silence: None,
        };
        let old_records = dice.percent(50);
        let mut teller = Self {
            dice,
            now: 9 * HOUR,
            number: 1,
            roles: 0,
            company,
            provisioned: Vec::new(),
            old_records,
        };
        for account in 0..ACCOUNTS.len() {
            for set in 0..SETS.len() {
                let role = teller.provision(account, set);
                teller.provisioned.push(role);
            }
        }
        for user in 0..5 {
            teller.born(user, -30 * DAY, NAMES[user]);
            for group in 0..GROUPS.len() {
                if teller.dice.percent(45) {
                    teller.join(user, group, -20 * DAY);
                }
            }
        }
        if teller.dice.percent(50) {
            teller.snapshot(8 * HOUR);
        }
        teller
    }

    pub(super) fn number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn later(&mut self) {
        let seconds = match self.dice.below(20) {
            0..=2 => 0,
            3..=5 => self.dice.between(1, 6),
            6..=13 => self.dice.between(60, 20 * 60),
            _ => self.dice.between(HOUR, 5 * HOUR),
        };
        self.now += seconds;
    }

    /// The role of a permission set, with a suffix of its own.
    fn provision(&mut self, account: usize, set: usize) -> Role {
        self.roles += 1;
        let region = match self.company.plan.home {
            "us-east-1" => String::new(),
            other => format!("{other}/"),
        };
        Role {
            account,
            set: Some(set),
            name: format!(
                "aws-reserved/sso.amazonaws.com/{region}AWSReservedSSO_{}_{:016x}",
                SETS[set],
                self.roles * 0x0123_4567_89ab
            ),
            id: format!("AROAEXAMPLE{:010}", self.roles),
        }
    }

    fn born(&mut self, user: usize, at: Second, name: &str) {
        assert_eq!(self.company.users.len(), user);
        self.company.users.push(User {
            born: at,
            died: None,
            names: vec![(at, name.to_owned())],
            active: Vec::new(),
            groups: [const { Vec::new() }; 3],
        });
    }

    fn join(&mut self, user: usize, group: usize, at: Second) -> u64 {
        let membership = self.number();
        self.company.users[user].groups[group].push(Stay {
            membership,
            from: at,
            to: None,
        });
        membership
    }

    fn leave(&mut self, user: usize, group: usize, at: Second) {
        if let Some(stay) = self.company.users[user].groups[group].last_mut()
            && stay.to.is_none()
        {
            stay.to = Some(at);
        }
    }

    pub(super) fn tell(&mut self, at: Second, what: What) {
        let number = self.number();
        let elsewhere = self.company.plan.replica.is_some()
            && matches!(what, What::SignIn { .. } | What::Portal { .. })
            && self.dice.percent(30);
        let delegated = self.company.plan.delegated
            && matches!(what, What::Directory { .. })
            && self.dice.percent(70);
        self.company.told.push(Told {
            at,
            number,
            elsewhere,
            delegated,
            lost: false,
            what,
        });
    }

    fn change(&mut self, change: Change) {
        self.tell(
            self.now,
            What::Directory {
                change,
                failed: false,
            },
        );
    }

    pub(super) fn somebody(&mut self, at: Second) -> Option<usize> {
        let alive: Vec<usize> = (0..self.company.users.len())
            .filter(|user| self.company.users[*user].is_alive(at))
            .collect();
        (!alive.is_empty()).then(|| self.dice.pick(&alive))
    }

    fn step(&mut self) {
        match self.dice.below(20) {
            0..=8 => self.visit(),
            9..=15 => self.directory(),
            16 => self.refusals(),
            17 => self.setting(),
            18 => self.provision_anew(),
            _ if self.dice.percent(50) => self.forged(),
            _ => self.stranger(),
        }
    }

    /// Somebody of another identity store.
    fn stranger(&mut self) {
        let id = Id { store: 1, user: 0 };
        let set = self.dice.below(SETS.len());
        let role = self.role(PRODUCTION, set);
        let session = self.open(role, "stranger".to_owned(), id, 900);
        self.tell(
            self.now,
            What::Issued {
                session,
                half: Half::Whole,
            },
        );
        let behalf = self.dice.percent(60).then_some(id);
        let drift = 0;
        self.tell(
            self.now + 5,
            What::Used {
                session,
                behalf,
                drift,
            },
        );
        if self.dice.percent(60) {
            let credential = self.number();
            let who = Shown {
                id: Some(id),
                name: None,
            };
            let what = What::Portal {
                who,
                federate: false,
                role: Some((PRODUCTION, set)),
                failed: false,
                credential,
            };
            self.tell(self.now, what);
        }
    }

    fn provision_anew(&mut self) {
        let (account, set) = (self.dice.below(ACCOUNTS.len()), self.dice.below(SETS.len()));
        let role = self.provision(account, set);
        self.provisioned[account * SETS.len() + set] = role;
    }

    fn setting(&mut self) {
        let hours = self.dice.pick(&[1, 4, 8, 12]);
        let failed = self.dice.percent(20);
        self.tell(self.now, What::Lasts { hours, failed });
    }

    /// What a record of Identity Center shows of a user: an id, a name, both, or an id and a
    /// hidden name.
    pub(super) fn shown(&mut self, user: usize, at: Second) -> Shown {
        let name = self.company.users[user].name_at(at).to_owned();
        let id = Some(Id::own(user));
        let old = if self.old_records { 25 } else { 0 };
        if self.dice.percent(old) {
            Shown {
                id: None,
                name: Some(name),
            }
        } else if self.dice.percent(30) {
            Shown {
                id,
                name: Some(name),
            }
        } else {
            Shown { id, name: None }
        }
    }

    /// Permission sets are refused, in runs.
    fn refusals(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let role = self
            .dice
            .percent(80)
            .then(|| (self.dice.below(ACCOUNTS.len()), self.dice.below(SETS.len())));
        let federate = self.dice.percent(30);
        for _ in 0..=self.dice.below(7) {
            let who = Shown {
                id: Some(Id::own(user)),
                name: None,
            };
            let credential = self.number();
            self.tell(
                self.now,
                What::Portal {
                    who,
                    federate,
                    role,
                    failed: true,
                    credential,
                },
            );
            self.now += self.dice.pick(&[0, 5, 60, 600, 601]);
        }
    }

    /// A provider that is called like Identity Center's, or a role in its path that another
    /// provider opens.
    fn forged(&mut self) {
        let by_name = self.dice.percent(50);
        let role = if by_name {
            update_app()
        } else {
            self.provisioned[0].clone()
        };
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let name = self.company.users[user].name_at(self.now).to_owned();
        let session = self.open(role, name, Id::own(user), 900);
        self.company.sessions[session].forged = true;
        self.tell(
            self.now,
            What::Issued {
                session,
                half: Half::Whole,
            },
        );
        self.now += 120;
    }

    pub(super) fn open(&mut self, role: Role, name: String, truly: Id, seconds: i64) -> usize {
        let number = self.number();
        let early = i64::from(self.dice.percent(20));
        self.company.sessions.push(Session {
            number,
            at: self.now,
            role,
            name,
            seconds,
            expires: self.now + seconds - early,
            parent: None,
            behalf: None,
            issuer: Issuer::Own,
            forged: false,
            truly,
        });
        self.company.sessions.len() - 1
    }

    pub(super) fn role(&self, account: usize, set: usize) -> Role {
        self.provisioned[account * SETS.len() + set].clone()
    }

    /// A role of which no other record is ever read.
    pub(super) fn unseen_role(&mut self, account: usize, set: usize) -> Role {
        self.provision(account, set)
    }

    fn snapshot(&mut self, taken: Second) {
        let (mut users, mut members) = (Vec::new(), Vec::new());
        let dated = self.dice.percent(70);
        for (at, user) in self.company.users.iter().enumerate() {
            if !user.is_alive(taken) {
                continue;
            }
            users.push((at, user.name_at(taken).to_owned()));
            for group in 0..GROUPS.len() {
                members.extend(user.stay(group, taken).map(|stay| Listed {
                    membership: stay.membership,
                    group,
                    user: at,
                    created: dated.then_some(stay.from),
                }));
            }
        }
        let truncated = self.dice.percent(10);
        if truncated && !members.is_empty() {
            members.truncate(members.len() / 2);
        }
        self.company.rosters.push(Snapshot {
            taken,
            users,
            members,
            truncated,
        });
    }

    fn end(mut self) -> Company {
        if self.dice.percent(40) {
            let taken = self.dice.between(DAY, END);
            self.snapshot(taken);
        }
        if self.dice.percent(85) {
            self.snapshot(END + HOUR);
        }
        self.chatter();
        if self.dice.percent(25) {
            self.silence();
        }
        self.company
    }

    /// Somebody else's sign-ins show that the logs were kept, in every Region.
    fn chatter(&mut self) {
        let mut at = -2 * DAY;
        while at < END + 10 * HOUR {
            for elsewhere in [false, true] {
                if elsewhere && self.company.plan.replica.is_none() {
                    continue;
                }
                let number = self.number();
                let what = What::SignIn {
                    who: Shown {
                        id: Some(Id::own(WARDEN)),
                        name: None,
                    },
                    step: Step::Authentication,
                    factors: "PASSWORD,WEBAUTHN",
                    success: true,
                    workflow: number,
                };
                self.company.told.push(Told {
                    at,
                    number,
                    elsewhere,
                    delegated: false,
                    lost: false,
                    what,
                });
            }
            if self.company.plan.delegated {
                let number = self.number();
                let change = Change::Enrolled {
                    user: WARDEN,
                    key: true,
                };
                self.company.told.push(Told {
                    at,
                    number,
                    elsewhere: false,
                    delegated: true,
                    lost: false,
                    what: What::Directory {
                        change,
                        failed: false,
                    },
                });
            }
            at += self.dice.between(4 * HOUR, 7 * HOUR);
        }
    }

    /// More than a day without any record of Identity Center's account, or of one Region of it.
    fn silence(&mut self) {
        let from = self.dice.between(0, 2 * DAY);
        let to = from + self.dice.between(26 * HOUR, 40 * HOUR);
        let only_elsewhere = self.company.plan.replica.is_some() && self.dice.percent(40);
        self.company.silence = Some((from, to, only_elsewhere));
        for told in &mut self.company.told {
            let of_center = !matches!(told.what, What::Issued { .. } | What::Used { .. });
            let silent = from <= told.at && told.at <= to;
            told.lost |= of_center && silent && (told.elsewhere || !only_elsewhere);
        }
    }

    /// Something changes in the directory.
    fn directory(&mut self) {
        let now = self.now;
        match self.dice.below(22) {
            0..=4 => self.joins(),
            5..=8 => self.leaves(),
            9..=10 => self.patched(),
            11 => self.user_patched(),
            12..=13 => self.renamed(),
            14..=15 => self.created(),
            16 => self.deleted(),
            17..=18 => self.disabled(),
            19..=20 => {
                if let Some(user) = self.somebody(now) {
                    self.enroll(user);
                }
            }
            _ => self.refused_change(),
        }
    }

    pub(super) fn enroll(&mut self, user: usize) {
        let key = self.dice.percent(50);
        self.change(Change::Enrolled { user, key });
    }

    fn joins(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let group = self.dice.below(GROUPS.len());
        self.join_group(user, group);
    }

    pub(super) fn join_group(&mut self, user: usize, group: usize) {
        if self.company.users[user].groups[group]
            .last()
            .is_some_and(|stay| stay.to.is_none())
        {
            return;
        }
        let by_api = self.dice.percent(50);
        let membership = self.join(user, group, self.now);
        let shown = by_api && self.dice.percent(70);
        let membership = shown.then_some(membership);
        self.change(Change::Added {
            group,
            user,
            by_api,
            membership,
        });
    }

    fn leaves(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let group = self.dice.below(GROUPS.len());
        let Some(stay) = self.company.users[user].groups[group].last().cloned() else {
            return;
        };
        if stay.to.is_some() || stay.from >= self.now {
            return;
        }
        self.leave(user, group, self.now);
        let change = if self.dice.percent(45) {
            Change::MembershipDeleted {
                membership: stay.membership,
            }
        } else {
            Change::Removed { group, user }
        };
        self.change(change);
    }

    /// SCIM changes a group: up to two people come or go.
    fn patched(&mut self) {
        let group = self.dice.below(GROUPS.len());
        for _ in 0..self.dice.below(3) {
            let Some(user) = self.somebody(self.now) else {
                break;
            };
            let stay = self.company.users[user].groups[group].last().cloned();
            match stay {
                Some(stay) if stay.to.is_none() && stay.from < self.now => {
                    self.leave(user, group, self.now);
                }
                Some(stay) if stay.to.is_none() => {}
                _ => {
                    self.join(user, group, self.now);
                }
            }
        }
        self.change(Change::GroupPatched { group });
    }

    /// SCIM changes a user: a new name, disabled, enabled, or nothing that matters.
    fn user_patched(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        match self.dice.below(4) {
            0 => drop(self.rename(user)),
            1 => self.company.users[user].active.push((self.now, false)),
            2 => self.company.users[user].active.push((self.now, true)),
            _ => {}
        }
        self.change(Change::UserPatched { user });
    }

    fn free_name(&mut self) -> Option<String> {
        let taken = |name: &str| {
            self.company.users.iter().any(|user| {
                user.is_alive(self.now + 1) && user.name_at(self.now).eq_ignore_ascii_case(name)
            })
        };
        let free: Vec<&str> = NAMES.into_iter().filter(|name| !taken(name)).collect();
        (!free.is_empty()).then(|| self.dice.pick(&free).to_owned())
    }

    fn rename(&mut self, user: usize) -> Option<String> {
        let name = self.free_name()?;
        self.company.users[user]
            .names
            .push((self.now, name.clone()));
        Some(name)
    }

    fn renamed(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let Some(name) = self.rename(user) else {
            return;
        };
        let to = self.dice.percent(75).then_some(name);
        self.change(Change::Renamed { user, to });
    }

    fn created(&mut self) {
        let Some(name) = self.free_name() else { return };
        let user = self.company.users.len();
        self.born(user, self.now, &name);
        let scim = self.dice.percent(25);
        let name = (!scim && self.dice.percent(70)).then_some(name);
        self.change(Change::Created { user, name, scim });
    }

    fn deleted(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        self.company.users[user].died = Some(self.now);
        for group in 0..GROUPS.len() {
            self.leave(user, group, self.now);
        }
        let scim = self.dice.percent(25);
        self.change(Change::Deleted { user, scim });
    }

    fn disabled(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let active = !self.company.users[user].is_active(self.now);
        self.company.users[user].active.push((self.now, active));
        self.change(Change::Active { user, active });
    }

    /// A change that AWS refused changes nothing.
    fn refused_change(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let group = self.dice.below(GROUPS.len());
        let change = match self.dice.below(4) {
            0 => Change::Removed { group, user },
            1 => Change::GroupPatched { group },
            2 => Change::Deleted { user, scim: false },
            _ => Change::Added {
                group,
                user,
                by_api: false,
                membership: None,
            },
        };
        self.tell(
            self.now,
            What::Directory {
                change,
                failed: true,
            },
        );
    }
}

/// The role that people chain into.
pub(super) fn update_app() -> Role {
    Role {
        account: PRODUCTION,
        set: None,
        name: "UpdateApp".to_owned(),
        id: "AROAEXAMPLEUPDATEAPP".to_owned(),
    }
}
