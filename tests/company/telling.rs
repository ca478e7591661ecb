//! A company from a seed: people who sign in, take permission sets, go on from there, are refused;
//! changes of the directory; rosters; logs that are missing.

mod directory;
mod end;

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
pub(crate) const END: Second = 4 * DAY;

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
        for (user, name) in NAMES.iter().take(5).enumerate() {
            teller.born(user, -30 * DAY, name);
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
