//! RW015 mfa-enrolled-just-before
//!
//! ## What it does
//! Fires when somebody enters an elevated role with an MFA device that was enrolled too recently:
//! less than the role's `min_mfa_age` before the switch. It checks the device that the call names
//! by its serial number. If the call names no device, it checks every device of that user.
//!
//! For people of IAM Identity Center, it checks the devices that the user enrolled before each
//! sign-in that proves MFA.
//!
//! ## Why it matters
//! Whoever steals a user's keys can often enroll their own device for that user. From then on they
//! pass every MFA check.
//!
//! ## Blind spots
//! - rolewatch can't see an enrollment that isn't in the logs.
//! - If the call names no serial number, the rule also fires for a second device that was enrolled
//!   for a good reason.
//! - External identity providers manage their own devices; rolewatch can't check those. Identity
//!   Center's own devices need `identity_center` in the policy.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Ask the person, on another channel, whether they enrolled the device.
//! 3. If they didn't, deactivate the device and rotate the user's keys and password.
//!
//! If the finding is unproven:
//! 1. Ask the person, on another channel, whether they enrolled a device.
//! 2. If they didn't, end the session and respond as you do to a stolen key: `rolewatch revoke-plan
//!    ID` prints the commands, or choose Revoke sessions on the role's page in IAM.

use super::view::{RuleAnswer, SwitchView};
use crate::dossier::Person;
use crate::dossier::Proof;
use crate::moment::{Moment, Span};
use crate::roster::Bearer;
use crate::text;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    let Some(limit) = view.role.min_mfa_age else {
        return RuleAnswer::not_applicable(text!("the policy sets no min_mfa_age"));
    };
    if let Some(silenced) = view.silenced_unless_known() {
        return silenced;
    }
    let Proof::Proved { serial } = &view.origin.proof else {
        return RuleAnswer::not_applicable(text!(
            "the switch isn't proven to use MFA; RW002 reports that"
        ));
    };
    if let Person::StoreUser(user) = &view.origin.person {
        return of_center(view, &user.user, limit);
    }
    let roster = view.tracer.roster;
    let latest = match (serial, &view.origin.person) {
        (Some(serial), _) => roster.enrolled(serial, view.time()),
        (None, Person::User(account, user)) => roster.enrolled_by(*account, user, view.time()),
        (None, _) => None,
    };
    let Some(latest) = latest else {
        return RuleAnswer::allow(text!("the logs show no enrollment"));
    };
    let age = Span::from_seconds(view.time().seconds_since(latest.time));
    if age >= limit {
        return RuleAnswer::allow(text!("the device is {age} old", age))
            .with_events([latest.record.clone()]);
    }
    let sure = latest.sure && (serial.is_some() || matches!(latest.user, Bearer::One(_)));
    let (who, place) = (view.person_shown(), view.role_in_account());
    let answer = if sure {
        RuleAnswer::violation(text!(
            "{who} entered {place} with an MFA device that was enrolled {age} earlier; the policy requires {limit}",
            who,
            place,
            age,
            limit
        ))
    } else {
        RuleAnswer::unproven(text!(
            "an MFA device was enrolled {age} before {who} entered {place}, but the logs don't prove that it was theirs",
            age,
            who,
            place
        ))
    };
    answer.with_events([latest.record.clone()])
}

/// Any of the sign-ins that prove MFA may be the one that the session came from.
fn of_center(view: &SwitchView<'_, '_>, user: &str, limit: Span) -> RuleAnswer {
    let center = view.tracer.gathered.center.as_ref();
    let enrolments = center.map_or(&[][..], |center| {
        center.activity.enrolments(&center.directory, user)
    });
    let proving = view.origin.center.as_ref();
    let proving = proving.map_or(&[][..], |evidence| &evidence.proving);
    let just_before = |signed_in: &Moment| {
        let mut before = enrolments.iter().rev();
        before.find(|device| {
            let age = signed_in.seconds_since(device.time);
            (0..limit.seconds()).contains(&age)
        })
    };
    let young: Vec<_> = proving
        .iter()
        .filter_map(|at| Some((at, just_before(at)?)))
        .collect();
    let Some((signed_in, device)) = young.first() else {
        return RuleAnswer::allow(text!("no device was enrolled just before the sign-in"));
    };
    let age = Span::from_seconds(signed_in.seconds_since(device.time));
    let (who, place) = (view.person_shown(), view.role_in_account());
    let events: Vec<_> = young
        .iter()
        .map(|(_, device)| device.record.clone())
        .collect();
    let sure = young.len() == proving.len() && young.iter().all(|(_, device)| device.sure);
    let answer = if sure {
        RuleAnswer::violation(text!(
            "{who} signed in with MFA {age} after enrolling a device, and then entered {place}; the policy requires {limit}",
            who,
            age,
            place,
            limit
        ))
    } else {
        RuleAnswer::unproven(text!(
            "{who} enrolled an MFA device {age} before a sign-in that the session in {place} may come from; but the session may come from \
             another sign-in, or copies of a record contradict each other",
            who,
            age,
            place
        ))
    };
    answer.with_events(events)
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    const DEVICE: &str = "arn:aws:iam::111122223333:mfa/dora";

    #[test]
    fn fires_for_a_new_device_named_in_the_call() {
        let mut story = Story::new();
        story.iam(-600, "dora").enrols("dora", DEVICE);
        story
            .switch("dora")
            .with_permanent_key()
            .with_serial(DEVICE);
        assert_eq!(story.verdict("RW015"), Verdicts::Violation);
    }

    #[test]
    fn fires_for_any_new_device_where_none_is_named() {
        let mut story = Story::new();
        story.iam(-600, "admin").enrols("dora", DEVICE);
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW015"), Verdicts::Violation);
    }

    #[test]
    fn silent_for_an_old_device_and_for_another_one() {
        let mut story = Story::new();
        story.iam(-3_600, "dora").enrols("dora", DEVICE);
        story
            .iam(-600, "tom")
            .enrols("tom", "arn:aws:iam::111122223333:mfa/tom");
        story.switch("dora").with_mfa();
        story
            .switch("dora")
            .with_permanent_key()
            .with_serial(DEVICE);
        assert_eq!(story.verdict("RW015"), Verdicts::Silent);
    }
}

#[cfg(test)]
mod cases_of_center {
    use serde_json::json;

    use crate::testing::{Story, Verdicts};

    fn verdict(enrolled_before: i64, second_sign_in: bool) -> Verdicts {
        let mut story = Story::of_center();
        story.later(7_200);
        let device = "CompleteVirtualMfaDeviceRegistration";
        story.directory(-enrolled_before, "nell", device, json!({}));
        if second_sign_in {
            story.later(-7_000);
            story.signs_in("nell", "TOTP");
            story.later(7_000);
        }
        story.signs_in("nell", "PASSWORD,TOTP");
        story.later(600);
        drop(story.takes("nell", "Admin"));
        story.verdict("RW015")
    }

    #[test]
    fn fires_for_a_device_enrolled_just_before_the_sign_in() {
        assert_eq!(verdict(3_599, false), Verdicts::Violation);
        assert_eq!(verdict(3_600, false), Verdicts::Silent);
    }

    #[test]
    fn unproven_where_an_older_sign_in_may_be_the_one() {
        assert_eq!(verdict(60, true), Verdicts::Unproven);
    }
}
