//! One session in an elevated role, for lists and timelines.

use crate::finding::{CallSource, CallerShown, SessionShown, UsesShown, Verdict};
use crate::id::EventId;
use crate::moment::{Moment, Span};
use crate::untrusted::{harmless, harmless_up_to};

use super::report::ExaminedSwitch;
use crate::catalogue::SWITCH_WITHOUT_MFA;
use crate::finding::USER_AGENT_KEPT;

/// One session in an elevated role. Every text is safe to print, but not escaped yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// When the role was entered.
    pub time: Moment,
    /// The role's ARN.
    pub role: String,
    /// The origin.
    pub caller: CallerShown,
    /// Whether it was entered in the console rather than by API.
    pub console: bool,
    /// The session.
    pub session: SessionShown,
    /// When the role stopped being held: the credentials expired, or the person left the role.
    /// `None` if no record shows it.
    pub held_until: Option<Moment>,
    /// The address of the browser or the program.
    pub source_ip: Option<String>,
    /// The program, as it named itself.
    pub user_agent: Option<String>,
    /// The Region in which the first record was logged.
    pub region: Option<String>,
    /// The calls that were made. `None` if none is known.
    pub uses: Option<UsesShown>,
    /// Whether the person used MFA: `allow`, `violation`, `unproven`, or `not-applicable` if the
    /// role doesn't require it, the rule is off, or another finding makes it irrelevant.
    pub mfa: Verdict,
    /// Whether the role requires MFA of this type of identity.
    pub mfa_required: bool,
    /// The longest time that one session may last, in seconds.
    pub max_session: Option<i64>,
    /// The longest time that the role may be held in one stretch, in seconds.
    pub max_stretch: Option<i64>,
    /// The codes of the rules about single switches that it broke.
    pub violations: Vec<&'static str>,
    /// The codes of the rules about single switches that couldn't be decided.
    pub unproven: Vec<&'static str>,
    /// The event of the call that issued the session, or another record of the switch.
    pub event: Option<EventId>,
}

impl ExaminedSwitch<'_> {
    /// The address of the browser or the program, safe to print. `None` if no record shows it.
    pub fn source_ip(&self) -> Option<String> {
        let source = CallSource::of_switch(self.switch, self.origin, self.world);
        source.source_ip.map(harmless)
    }

    /// The switch as one row.
    pub fn row(&self) -> SessionRow {
        let switch = self.switch;
        let source = CallSource::of_switch(switch, self.origin, self.world);
        let of = |verdict: Verdict| {
            let answers = self.answers.iter();
            let of_verdict = answers.filter(|(_, answer)| answer.verdict == verdict);
            of_verdict.map(|(rule, _)| rule.code).collect()
        };
        let mfa = self
            .answers
            .iter()
            .find(|(rule, _)| rule.code == SWITCH_WITHOUT_MFA.code)
            .map_or(Verdict::NotApplicable, |(_, answer)| answer.verdict);
        let role = switch.policy;
        SessionRow {
            time: switch.key.second,
            role: switch
                .role
                .as_ref()
                .map_or_else(String::new, |role| harmless(role.as_str())),
            caller: CallerShown::of_origin(self.origin),
            console: switch.by_console(),
            session: SessionShown::of_switch(switch),
            held_until: switch.granted_until(),
            source_ip: source.source_ip.map(harmless),
            user_agent: source
                .user_agent
                .map(|agent| harmless_up_to(agent, USER_AGENT_KEPT)),
            region: source.region.map(harmless),
            uses: UsesShown::of_switches([switch]),
            mfa,
            mfa_required: role.is_some_and(|role| self.origin.must_use_mfa(role)),
            max_session: role.and_then(|role| role.max_session).map(Span::seconds),
            max_stretch: role.and_then(|role| role.max_stretch).map(Span::seconds),
            violations: of(Verdict::Violation),
            unproven: of(Verdict::Unproven),
            event: switch.evidence().first().map(|record| record.event.clone()),
        }
    }
}

impl SessionRow {
    /// The longest time that the role may be held, in seconds: `max_stretch`, else `max_session`.
    pub fn limit(&self) -> Option<i64> {
        self.max_stretch.or(self.max_session)
    }
}
