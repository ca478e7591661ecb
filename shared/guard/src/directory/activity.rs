//! What people did at Identity Center itself: sign-ins, calls of the access portal, tokens,
//! devices.
//!
//! Only records from the account that the policy names count: anybody can run an account of their
//! own with an Identity Center in it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Directory;
use crate::id::{AccountId, RecordKey};
use crate::moment::{Moment, Span};
use crate::roster::Bearer;
use crate::seen::identity_center::{
    CenterKind, DirectoryChangeKind, Factor, GrantChange, Outcome, PortalCall, SignIn, SignInStep,
    TokenApi,
};
use crate::seen::{Caller, CenterEvent, CenterSubject, Fact, StoreUser};
use crate::world::{World, contradicted, facts_in_force};

/// What a sign-in says about MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignInProof {
    /// A second factor was verified.
    Proves,
    /// A password was enough, or a device that was remembered.
    Disproves,
    /// An external identity provider vouched for the person, and Identity Center knows no more.
    External,
    /// The record doesn't say, or says it in words that aren't known.
    Unclear,
}

/// One successful sign-in.
#[derive(Debug, Clone)]
pub(crate) struct UserSignIn<'w> {
    pub(crate) time: Moment,
    pub(crate) record: &'w RecordKey,
    pub(crate) proof: SignInProof,
}

/// One call of the access portal that names an account and a permission set.
#[derive(Debug, Clone)]
pub(crate) struct UserPortalCall<'w> {
    pub(crate) time: Moment,
    pub(crate) record: &'w RecordKey,
    /// Who made it.
    pub(crate) user: Bearer,
    /// The user whom the record names, if it is one of another identity store.
    pub(crate) elsewhere: Option<&'w StoreUser>,
    /// The names, in lower case, that the record shows.
    pub(crate) names: BTreeSet<String>,
    /// The portal session that made it.
    pub(crate) credential: Option<&'w str>,
    /// No other copy of the record says otherwise.
    pub(crate) sure: bool,
}

impl UserPortalCall<'_> {
    /// Whether nothing shows the caller's id.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.user == Bearer::Unknown && self.elsewhere.is_none()
    }
}

/// An attempt to take a permission set that failed.
#[derive(Debug, Clone)]
pub(crate) struct FailedPortalCall<'w> {
    pub(crate) record: &'w RecordKey,
    pub(crate) event: &'w CenterEvent,
    pub(crate) call: &'w PortalCall,
}

/// An application got a portal session for a person without a sign-in.
#[derive(Debug, Clone)]
pub(crate) struct ApplicationToken<'w> {
    pub(crate) by: &'w Caller,
}

/// An MFA device was enrolled.
#[derive(Debug, Clone)]
pub(crate) struct StoreEnrolment<'w> {
    pub(crate) time: Moment,
    pub(crate) record: &'w RecordKey,
    pub(crate) sure: bool,
}

/// How long a sign-in lasts, from one second on.
#[derive(Debug, Clone)]
pub(crate) struct SignInLength {
    pub(crate) from: Moment,
    /// `None`: the record of the change can't be read.
    pub(crate) span: Option<Span>,
}

/// Everything that people did at Identity Center, by whom and when.
#[derive(Debug, Default)]
pub(crate) struct Activity<'w> {
    /// By user; each list by time.
    sign_ins: HashMap<Arc<str>, Vec<UserSignIn<'w>>>,
    /// Those that only show a name, in lower case, of which nothing tells whose it was then.
    sign_ins_by_name: HashMap<String, Vec<UserSignIn<'w>>>,
    /// By account and permission set; each list by time.
    portal: HashMap<AccountId, HashMap<&'w str, Vec<UserPortalCall<'w>>>>,
    failed: Vec<FailedPortalCall<'w>>,
    tokens: HashMap<&'w str, ApplicationToken<'w>>,
    enrolments: HashMap<&'w str, Vec<StoreEnrolment<'w>>>,
    lengths: Vec<SignInLength>,
}

impl<'w> Activity<'w> {
    /// Orders what the logs show. `directory` says who a record is about.
    pub(crate) fn new(world: &'w World, directory: &Directory<'w>) -> Self {
        let conflicting = contradicted(world);
        let mut events: Vec<(&'w RecordKey, &'w CenterEvent)> = facts_in_force(world)
            .filter_map(|(record, fact)| match fact {
                Fact::IdentityCenter(event) => Some((record, &**event)),
                _ => None,
            })
            .collect();
        // INVARIANT (order): facts come out of a hash map.
        events.sort_by(|a, b| (a.1.time, a.0, a.1).cmp(&(b.1.time, b.0, b.1)));
        let mut activity = Self::default();
        for (record, event) in events {
            let sure = !conflicting.contains_key(record);
            activity.add(record, event, sure, directory);
        }
        activity
    }

    fn add(
        &mut self,
        record: &'w RecordKey,
        event: &'w CenterEvent,
        sure: bool,
        directory: &Directory<'w>,
    ) {
        let settings = directory.settings;
        let administered = settings.is_administered_in(event.account);
        match &event.what {
            CenterKind::SignIn(sign_in)
                if event.account == settings.account
                    && sign_in.step == SignInStep::Authentication
                    && event.outcome != Outcome::Failure =>
            {
                let known = sure && event.outcome == Outcome::Success;
                let proof = if known {
                    proof(sign_in)
                } else {
                    SignInProof::Unclear
                };
                self.add_sign_in(record, event, proof, directory);
            }
            CenterKind::Portal(call) if event.account == settings.account => {
                self.add_portal_call(record, event, call, sure, directory);
            }
            CenterKind::Token(call)
                if event.account == settings.account
                    && call.api == TokenApi::CreateTokenWithIam
                    && event.outcome != Outcome::Failure =>
            {
                if let Some(issued) = call.issued.as_deref() {
                    let by = &event.by;
                    self.tokens.entry(issued).or_insert(ApplicationToken { by });
                }
            }
            CenterKind::Directory(change) if administered => {
                let here = change
                    .store
                    .as_ref()
                    .is_none_or(|store| *store == settings.identity_store);
                if let DirectoryChangeKind::MfaEnrolled { user, .. } = &change.what
                    && here
                {
                    self.enrolments
                        .entry(user)
                        .or_default()
                        .push(StoreEnrolment {
                            time: event.time,
                            record,
                            sure,
                        });
                }
            }
            CenterKind::Grant(GrantChange::SignInLasts(span)) if administered => {
                self.lengths.push(SignInLength {
                    from: event.time,
                    span: span.filter(|_| sure),
                });
            }
            _ => {}
        }
    }

    fn add_sign_in(
        &mut self,
        record: &'w RecordKey,
        event: &CenterEvent,
        proof: SignInProof,
        directory: &Directory<'_>,
    ) {
        let ids = directory.person_of(event).ids();
        if ids.is_empty() && event.on_behalf_of.is_none() {
            for name in directory.sign_in_names(event) {
                let by_name = self.sign_ins_by_name.entry(name).or_default();
                by_name.push(UserSignIn {
                    time: event.time,
                    record,
                    proof: SignInProof::Unclear,
                });
            }
            return;
        }
        // One of several signed in, and the record doesn't show which: it proves nothing of any.
        let proof = if ids.len() > 1 {
            SignInProof::Unclear
        } else {
            proof
        };
        for id in ids {
            self.sign_ins.entry(id).or_default().push(UserSignIn {
                time: event.time,
                record,
                proof,
            });
        }
    }

    fn add_portal_call(
        &mut self,
        record: &'w RecordKey,
        event: &'w CenterEvent,
        call: &'w PortalCall,
        sure: bool,
        directory: &Directory<'w>,
    ) {
        if event.outcome == Outcome::Failure {
            return self.failed.push(FailedPortalCall {
                record,
                event,
                call,
            });
        }
        let (Some(account), Some(set)) = (call.account, call.permission_set.as_deref()) else {
            return;
        };
        let user = directory.person_of(event);
        self.portal
            .entry(account)
            .or_default()
            .entry(set)
            .or_default()
            .push(UserPortalCall {
                time: event.time,
                record,
                elsewhere: event
                    .on_behalf_of
                    .as_ref()
                    .filter(|_| user == Bearer::Unknown),
                names: directory.sign_in_names(event),
                user,
                credential: event.credential.as_deref(),
                sure,
            });
    }

    /// The user's successful sign-ins from one moment to another, both included, and those that
    /// may be theirs by the name of their session or by a name that they bore at some time.
    pub(crate) fn sign_ins(
        &self,
        directory: &Directory<'_>,
        user: &str,
        session_name: &str,
        window: (Moment, Moment),
    ) -> Vec<&UserSignIn<'w>> {
        directory.asked_about_user(user);
        let own = self.sign_ins.get(user).into_iter();
        let mut found: Vec<_> = own.flat_map(|list| within(list, window)).collect();
        let mut names = directory.names_ever(user);
        names.insert(session_name.to_lowercase());
        for name in names {
            directory.asked_about_name(&name);
            let Some(list) = self.sign_ins_by_name.get(&name) else {
                continue;
            };
            found.extend(within(list, window).iter().filter(|sign_in| {
                // Whoever is known to have borne another name then didn't make it.
                let known = directory.name_at(user, sign_in.time);
                known.is_none_or(|known| known.to_lowercase() == name)
            }));
        }
        found
    }

    /// The successful calls for an account and a permission set from one moment to another, both
    /// included, by time.
    pub(crate) fn portal_calls(
        &self,
        directory: &Directory<'_>,
        account: AccountId,
        set: &str,
        (from, to): (Moment, Moment),
    ) -> &[UserPortalCall<'w>] {
        for at in [from, to] {
            directory.asked_about(CenterSubject::portal(account, set, at));
        }
        let all = self
            .portal
            .get(&account)
            .and_then(|of_account| of_account.get(set))
            .map_or(&[][..], Vec::as_slice);
        let begin = all.partition_point(|call| call.time < from);
        let end = all.partition_point(|call| call.time <= to);
        let calls = all.get(begin..end).unwrap_or_default();
        for name in calls.iter().flat_map(|call| &call.names) {
            directory.asked_about_name(name);
        }
        calls
    }

    /// The failed attempts to take a permission set, by time.
    pub(crate) fn failed_portal_calls(&self) -> &[FailedPortalCall<'w>] {
        &self.failed
    }

    /// The application that got this portal session without a sign-in.
    pub(crate) fn application(
        &self,
        directory: &Directory<'_>,
        credential: &str,
    ) -> Option<&ApplicationToken<'w>> {
        directory.asked_about(CenterSubject::Credential(Arc::from(credential)));
        self.tokens.get(credential)
    }

    /// The enrollments of the user's devices, by time.
    pub(crate) fn enrolments(
        &self,
        directory: &Directory<'_>,
        user: &str,
    ) -> &[StoreEnrolment<'w>] {
        directory.asked_about_user(user);
        self.enrolments.get(user).map_or(&[], Vec::as_slice)
    }

    /// The changes of how long a sign-in lasts, by time.
    pub(crate) fn sign_in_lengths(&self, directory: &Directory<'_>) -> &[SignInLength] {
        directory.asked_about(CenterSubject::SignInLength);
        &self.lengths
    }
}

/// The part of a list, sorted by time, from one moment to another, both included.
fn within<'l, 'w>(
    list: &'l [UserSignIn<'w>],
    (from, to): (Moment, Moment),
) -> &'l [UserSignIn<'w>] {
    let begin = list.partition_point(|sign_in| sign_in.time < from);
    let end = list.partition_point(|sign_in| sign_in.time <= to);
    list.get(begin..end).unwrap_or_default()
}

/// What a successful sign-in with these factors says about MFA.
fn proof(sign_in: &SignIn) -> SignInProof {
    let has = |wanted: &Factor| sign_in.factors.contains(wanted);
    let second = [Factor::Totp, Factor::ResyncTotp, Factor::WebAuthn];
    if second.iter().any(has) {
        return SignInProof::Proves;
    }
    if has(&Factor::ExternalIdp) {
        return SignInProof::External;
    }
    if sign_in.is_without_mfa() {
        return SignInProof::Disproves;
    }
    SignInProof::Unclear
}
