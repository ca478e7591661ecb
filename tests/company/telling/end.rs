//! What is told last: the rosters, records of other people, and what is missing.

use super::*;

impl Teller {
    pub(super) fn snapshot(&mut self, taken: Second) {
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

    pub(super) fn end(mut self) -> Company {
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
    pub(super) fn chatter(&mut self) {
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
    pub(super) fn silence(&mut self) {
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
}
