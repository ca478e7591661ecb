//! Somebody signs in, takes a permission set, uses it, and goes on from there.

use super::company::{
    ACCOUNTS, HOUR, Half, Id, Issuer, PRODUCTION, SETS, Second, Shown, Step, What,
};
use super::telling::{Teller, update_app};

const FACTORS: [&str; 14] = [
    "PASSWORD,TOTP",
    "PASSWORD,WEBAUTHN",
    "WEBAUTHN",
    "PASSWORD,RESYNC_TOTP",
    "PASSWORD,EMAIL_OTP,TOTP",
    "PASSWORD,TOTP",
    "PASSWORD",
    "PASSWORD",
    "PASSWORD,EMAIL_OTP",
    "EMAIL_OTP",
    "EXTERNAL_IDP",
    "EXTERNAL_IDP",
    "PASSWORD,SMOKE_SIGNAL",
    "PASSWORD,WEBAUTHN",
];

/// How sure the records of a session's use are about its person.
#[derive(Clone, Copy)]
enum Named {
    Always,
    Sometimes,
    Never,
    /// Two ids in one session.
    Torn,
}

impl Teller {
    pub(super) fn visit(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let account = self.dice.below(ACCOUNTS.len());
        let set = self.dice.pick(&[0, 0, 0, 1, 1, 2]);
        match self.dice.below(8) {
            0 => self.newcomer(user, false),
            1 => self.newcomer(user, true),
            _ => self.sign_ins(user),
        }
        let session = self.take(user, account, set);
        if self.dice.percent(12) {
            self.twin(user, account, set);
        }
        if self.dice.percent(35) {
            self.chain(session);
        }
        if self.dice.percent(15) {
            // A second one soon after, so that stretches grow.
            self.now += self.dice.between(600, 3_000);
            if self.company.users[user].is_alive(self.now) {
                self.take(user, account, set);
            }
        }
    }

    /// A group joined or a device enrolled, and soon afterwards a sign-in with a code.
    fn newcomer(&mut self, user: usize, device: bool) {
        if device {
            self.enroll(user);
        } else {
            let group = self.dice.below(2);
            self.join_group(user, group);
        }
        let wait = self.dice.pick(&[1, 60, HOUR - 1, HOUR, HOUR + 1]);
        self.now += wait;
        if self.can_sign_in(user, self.now) {
            self.sign_in(user, self.now, "PASSWORD,TOTP");
        }
    }

    /// None, one or several sign-ins before the call; sometimes at the very edge of what counts.
    fn sign_ins(&mut self, user: usize) {
        let lasts = self.company.plan.lasts;
        for _ in 0..self.dice.pick(&[0, 1, 1, 1, 1, 1, 2]) {
            let before = match self.dice.below(10) {
                0 => lasts,
                1 => lasts + 1,
                2 => 0,
                3 => self.dice.between(HOUR, 13 * HOUR),
                _ => self.dice.between(20, 40 * 60),
            };
            let at = self.now - before;
            if !self.can_sign_in(user, at) {
                continue;
            }
            let factors = self.dice.pick(&FACTORS);
            self.sign_in(user, at, factors);
        }
    }

    fn can_sign_in(&self, user: usize, at: Second) -> bool {
        let user = &self.company.users[user];
        user.is_alive(at) && user.is_active(at)
    }

    /// The records of one sign-in.
    fn sign_in(&mut self, user: usize, at: Second, factors: &'static str) {
        let workflow = self.number();
        let mut who = self.shown(user, at);
        let success = self.dice.percent(93);
        if self.dice.percent(50) && factors != "EXTERNAL_IDP" {
            let challenged = self.shown(user, at);
            let first = factors.split(',').next().unwrap();
            let step = Step::Challenge;
            let what = What::SignIn {
                who: challenged,
                step,
                factors: first,
                success: true,
                workflow,
            };
            self.tell(at - 12, what);
            if self.dice.percent(15) {
                // The other records of this sign-in say whose it is.
                who = Shown::default();
            }
        }
        if !success {
            let step = Step::Verification;
            self.tell(
                at,
                What::SignIn {
                    who,
                    step,
                    factors,
                    success,
                    workflow,
                },
            );
            return;
        }
        let step = Step::Authentication;
        self.tell(
            at,
            What::SignIn {
                who,
                step,
                factors,
                success,
                workflow,
            },
        );
    }

    /// The call at the portal and what follows from it.
    fn take(&mut self, user: usize, account: usize, set: usize) -> usize {
        let role = self.role(account, set);
        let mut name = self.company.users[user].name_at(self.now).to_owned();
        if self.dice.percent(10) {
            name = name.to_ascii_uppercase();
        }
        let seconds = self
            .dice
            .pick(&[900, 3_600, 3_600, 3_600, 3_601, 7_200, 12 * HOUR]);
        let session = self.open(role, name, Id::own(user), seconds);
        if self.dice.percent(4) {
            self.company.sessions[session].issuer = Issuer::Foreign;
        } else if self.dice.percent(10) {
            self.company.sessions[session].issuer = Issuer::Unreadable;
        }
        self.tell(
            self.now,
            What::Issued {
                session,
                half: Half::Whole,
            },
        );
        self.portal_calls(user, account, set);
        self.uses(session);
        session
    }

    fn portal_calls(&mut self, user: usize, account: usize, set: usize) {
        let mut at = self.now - self.dice.pick(&[0, 0, 1]);
        let mut who = self.shown(user, at);
        let federate = self.dice.percent(35);
        let mut role = Some((account, set));
        match self.dice.below(20) {
            // Lost, or too far from the call to be its own.
            0..=2 => return,
            3 => at = self.now - 6,
            4 => at = self.now - 5,
            5 => at = self.now + 5,
            6..=8 if federate => {
                role = None;
                if self.dice.percent(50) {
                    who = Shown::default();
                }
            }
            _ => {}
        }
        let credential = self.number();
        if !federate && self.dice.percent(6) {
            self.tell(at - 1, What::Token { user, credential });
        }
        self.tell(
            at,
            What::Portal {
                who,
                federate,
                role,
                failed: false,
                credential,
            },
        );
        if self.dice.percent(15) {
            let who = self.shown(user, at);
            self.tell(
                at,
                What::Portal {
                    who,
                    federate,
                    role,
                    failed: false,
                    credential,
                },
            );
        }
    }

    /// Somebody else takes the same set at nearly the same time.
    fn twin(&mut self, user: usize, account: usize, set: usize) {
        let apart = self.dice.pick(&[0, 0, 0, 1, 3, 5, 6]);
        let Some(other) = self.somebody(self.now + apart) else {
            return;
        };
        if other == user {
            return;
        }
        self.now += apart;
        self.sign_ins(other);
        self.take(other, account, set);
    }

    fn uses(&mut self, session: usize) {
        let named = match self.dice.below(20) {
            0..=6 => Named::Always,
            7..=12 => Named::Sometimes,
            13..=18 => Named::Never,
            _ => Named::Torn,
        };
        let (at, expires, truly) = {
            let session = &self.company.sessions[session];
            (session.at, session.expires, session.truly)
        };
        for count in 0..self.dice.below(5) {
            let behalf = match named {
                Named::Always => Some(truly),
                Named::Sometimes => self.dice.percent(70).then_some(truly),
                Named::Never => None,
                Named::Torn => Some(Id::own((truly.user + count % 2) % self.company.users.len())),
            };
            let drift = if self.dice.percent(12) {
                self.dice.pick(&[-1, 1])
            } else {
                0
            };
            let after = match self.dice.below(4) {
                0 => self.dice.between(0, 5),
                1 => self.dice.between(1, expires - at),
                _ => self.dice.between(1, (expires - at).min(2 * HOUR)),
            };
            self.tell(
                at + after,
                What::Used {
                    session,
                    behalf,
                    drift,
                },
            );
        }
    }

    /// From the session into UpdateApp, by API.
    fn chain(&mut self, parent: usize) {
        let latest = self.company.sessions[parent].expires - self.now;
        if latest < 60 {
            return;
        }
        self.now += self.dice.between(1, latest.min(2 * HOUR) - 30);
        let (parent, lone) = self.parent(parent);
        let (name, truly, account, issued) = {
            let parent = &self.company.sessions[parent];
            (
                parent.name.clone(),
                parent.truly,
                parent.role.account,
                parent.number,
            )
        };
        let seconds = self.dice.pick(&[900, 1_800, 1_801, 3_600]);
        let session = self.open(update_app(), name, truly, seconds);
        self.company.sessions[session].parent = Some(parent);
        if self.dice.percent(40) {
            self.company.sessions[session].behalf = Some(truly);
        }
        self.tell_chained(session, account, lone);
        self.tell(
            self.now + 2,
            What::Used {
                session,
                behalf: None,
                drift: 0,
            },
        );
        if !lone {
            assert!(issued > 0);
            self.tell(
                self.now + 1,
                What::Used {
                    session: parent,
                    behalf: None,
                    drift: 0,
                },
            );
        }
    }

    /// The records of an AssumeRole: one if it stays in its account, else a half in each.
    fn tell_chained(&mut self, session: usize, account: usize, lone: bool) {
        let issued = |half| What::Issued { session, half };
        if account == PRODUCTION {
            return self.tell(self.now, issued(Half::Whole));
        }
        let only_owner = lone || self.dice.percent(25);
        if !only_owner {
            self.tell(self.now, issued(Half::Caller));
        }
        if only_owner || self.dice.percent(80) {
            self.tell(self.now, issued(Half::Owner));
        }
    }

    /// Now and then a session of which no record was ever read but the role owner's half of what
    /// followed.
    fn parent(&mut self, parent: usize) -> (usize, bool) {
        let was = self.company.sessions[parent].clone();
        if was.role.account == PRODUCTION || !self.dice.percent(15) {
            return (parent, false);
        }
        let role = self.unseen_role(was.role.account, self.dice.clone().below(SETS.len()));
        let session = self.open(role, was.name, was.truly, was.seconds);
        (session, true)
    }
}
