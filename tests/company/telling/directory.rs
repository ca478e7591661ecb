//! What administrators and identity providers change in the directory.

use super::*;

impl Teller {
    /// Something changes in the directory.
    pub(super) fn directory(&mut self) {
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

    pub(in crate::made_up_company) fn enroll(&mut self, user: usize) {
        let key = self.dice.percent(50);
        self.change(Change::Enrolled { user, key });
    }

    pub(super) fn joins(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let group = self.dice.below(GROUPS.len());
        self.join_group(user, group);
    }

    pub(in crate::made_up_company) fn join_group(&mut self, user: usize, group: usize) {
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

    pub(super) fn leaves(&mut self) {
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
    pub(super) fn patched(&mut self) {
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
    pub(super) fn user_patched(&mut self) {
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

    pub(super) fn free_name(&mut self) -> Option<String> {
        let taken = |name: &str| {
            self.company.users.iter().any(|user| {
                user.is_alive(self.now + 1) && user.name_at(self.now).eq_ignore_ascii_case(name)
            })
        };
        let free: Vec<&str> = NAMES.into_iter().filter(|name| !taken(name)).collect();
        (!free.is_empty()).then(|| self.dice.pick(&free).to_owned())
    }

    pub(super) fn rename(&mut self, user: usize) -> Option<String> {
        let name = self.free_name()?;
        self.company.users[user]
            .names
            .push((self.now, name.clone()));
        Some(name)
    }

    pub(super) fn renamed(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let Some(name) = self.rename(user) else {
            return;
        };
        let to = self.dice.percent(75).then_some(name);
        self.change(Change::Renamed { user, to });
    }

    pub(super) fn created(&mut self) {
        let Some(name) = self.free_name() else { return };
        let user = self.company.users.len();
        self.born(user, self.now, &name);
        let scim = self.dice.percent(25);
        let name = (!scim && self.dice.percent(70)).then_some(name);
        self.change(Change::Created { user, name, scim });
    }

    pub(super) fn deleted(&mut self) {
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

    pub(super) fn disabled(&mut self) {
        let Some(user) = self.somebody(self.now) else {
            return;
        };
        let active = !self.company.users[user].is_active(self.now);
        self.company.users[user].active.push((self.now, active));
        self.change(Change::Active { user, active });
    }

    /// A change that AWS refused changes nothing.
    pub(super) fn refused_change(&mut self) {
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
