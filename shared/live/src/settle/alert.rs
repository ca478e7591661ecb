//! Turns a finding into the alert that is published.

use rolewatch_guard::Finding;
use rolewatch_guard::arn::account_of;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;

use super::judged::TouchedJudgement;
use crate::wire::{Alert, MOST_EVENTS, NewAlert, Status};

/// The first version of a finding.
pub(super) fn first_alert(finding: &Finding, judged: &TouchedJudgement, now: Moment) -> Alert {
    // For a stretch, these are all its sessions.
    let mut sessions = judged.entered_of(finding).peekable();
    let ended = sessions.peek().is_some() && sessions.all(|one| one.until <= now);
    Alert {
        status: if ended { Status::Ended } else { Status::Open },
        ..alert_of_finding(finding, &judged.policy, now)
    }
}

/// The alert with only what the finding itself provides.
pub(crate) fn alert_of_finding(finding: &Finding, policy: &Policy, now: Moment) -> Alert {
    let role_account = account_of(&finding.role)
        .map(|account| account.to_string())
        .unwrap_or_default();
    let new = NewAlert {
        rule: finding.rule,
        name: finding.name,
        verdict: finding.verdict,
        severity: finding.severity,
        time: finding.time,
        role: &finding.role,
        role_account: &role_account,
        caller: finding.caller.clone(),
        message: &finding.message,
        events: finding.events.iter().map(ToString::to_string).collect(),
        id: &finding.id,
        policy: finding.policy,
    };
    let context = &finding.context;
    let evidence = context.evidence.iter().take(MOST_EVENTS).cloned().collect();
    Alert {
        supersedes: finding.supersedes.clone(),
        self_granted: finding.self_granted,
        denied: finding.denied,
        owner: finding.owner.clone(),
        source_ip: context.source_ip.clone(),
        user_agent: context.user_agent.clone(),
        region: context.region.clone(),
        session: context.session.clone(),
        evidence,
        ..Alert::first_version(new, policy, now)
    }
}

/// Whether two versions say the same to a reader. Another policy version or one more use isn't news
/// on its own, nor is a Japanese sentence that the stored version doesn't have yet. The sentence
/// also says who granted a membership and whether an attempt was denied, so a version that was
/// stored before alerts had these flags isn't sent again because of them. A change of the owner
/// alone isn't news either, nor are details of the session and its records.
pub(crate) fn says_the_same(known: &Alert, new: &Alert) -> bool {
    let plain = |alert: &Alert| Alert {
        version: 0,
        noticed: known.noticed,
        policy: String::new(),
        message_ja: None,
        supersedes: Vec::new(),
        self_granted: false,
        denied: false,
        owner: None,
        user_agent: None,
        session: None,
        evidence: Vec::new(),
        uses: None,
        first_seen: None,
        ..alert.clone()
    };
    plain(known) == plain(new)
}

#[cfg(test)]
mod tests {
    use rolewatch_guard::testing::Story;

    use super::*;

    #[test]
    fn an_alert_says_whether_the_person_added_themselves() {
        for (by, self_granted) in [("tom", true), ("admin", false)] {
            let mut story = Story::new();
            story.iam(-60, by).adds("tom", "Developers");
            story.switch("tom").with_mfa();
            let alert = alert_of_finding(&story.finding("RW010"), &story.policy(), story.now());
            assert_eq!(alert.self_granted, self_granted, "added by {by}");
        }
    }

    #[test]
    fn an_alert_says_whether_the_attempt_was_denied() {
        let mut story = Story::new();
        story.denied("tom", "UpdateApp");
        story.later(7_200);
        story.assume_root("dora", "555566667777");
        for (rule, denied) in [("RW009", true), ("RW008", false)] {
            let alert = alert_of_finding(&story.finding(rule), &story.policy(), story.now());
            assert_eq!(alert.denied, denied, "{rule}");
        }
    }

    #[test]
    fn an_alert_says_it_in_japanese_too() {
        let mut story = Story::new();
        story.switch("dora").with_permanent_key();
        let alert = alert_of_finding(&story.finding("RW002"), &story.policy(), story.now());
        let japanese = alert.message_ja.as_deref().unwrap_or_default();
        assert!(japanese.contains("MFA なし"), "{japanese}");
        // One that was stored by a version without it isn't sent again.
        let stored = Alert {
            message_ja: None,
            ..alert.clone()
        };
        assert!(says_the_same(&stored, &alert));
    }
}
