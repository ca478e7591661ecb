//! English.

use super::{Labels, RuleWords};

pub(super) const LABELS: Labels = Labels {
    severities: ["LOW", "MEDIUM", "HIGH", "CRITICAL"],
    not_proved: "NOT PROVED",
    withdrawn: "WITHDRAWN",
    ended: "SESSION ENDED",
    update: "Update",
    withdrawn_note: "Evidence that came later shows that this is not so, or another alert says it \
                     better. Nothing has to be done.",
    ended_note: "The session is over; its credentials open nothing any more. The finding stands.",
    unproven_note: "What has arrived shows neither that the rule was kept nor that it was broken.",
    upgraded_note: "Evidence that came later proves what could not be told before.",
    reopened_note: "This was withdrawn before; by the evidence that is here now it stands.",
    who: "Who",
    role: "Role",
    target: "What",
    account: "In account",
    from_account: "From account",
    when: "When",
    address: "Source address",
    used: "Used {span} ({by}): {reads}, {writes}",
    reads: ["at least {n} reading", "none reading"],
    writes: ["at least {n} writing", "none writing"],
    used_by: ["console", "API", "console and API"],
    proof: "What proves it",
    event_hint: "CloudTrail event history; sign in to the account named above or to the caller's",
    more: "and {n} more",
    what_to_do: "What to do",
    runbook: "Runbook",
    in_english: "In detail",
    again: "{n} more of the same",
    again_sentence: "{who} did the same in {role} again: {n} more within {minutes} minutes of the \
                     first alert.",
    again_withdrawn: "Withdrawn again: {n}.",
    repeats: "The repeats",
    again_webhook: "Further repeats within these minutes are counted; the next message comes when \
                    their number has doubled.",
    repeats_stand: "Repeats of it that were folded into this alert and still stand: {n}",
    unknown: "unknown",
    no_longer: "NO LONGER SO",
    no_longer_note: "The set-up or the policy was changed, or a suppression hides it. If \
                     something is still wrong, another alert says so.",
    changed_by: "Changed by",
    subject_account: "In account",
    first_seen: "First seen",
    no_change: "No event is known that led to it: it is older than the watch, or its event has \
                not arrived.",
    statement: "As it stands",
    correction: "What is to stand there",
    take_out: "Nothing: take it out.",
    hangs_on: "It hangs on",
    mailed: "Slack did not take this alert ({why}), so it comes by e-mail. Until that is mended, \
             every alert will.",
};

pub(super) const OTHER: RuleWords = RuleWords {
    code: "",
    title: "Elevated role used against the policy",
    broken: "",
    unproven: "",
    steps: &[
        "Ask the person what the switch was for.",
        "Look at what the session did.",
    ],
    unproven_steps: &[
        "Ask the person what the switch was for.",
        "Find the logs that the finding says are missing.",
    ],
};

pub(super) const RULES: &[RuleWords] = &[
    RuleWords {
        code: "RW001",
        title: "Switch by somebody outside the allowed group",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person, on another channel, what the switch was for.",
            "If it was not right, end the session: IAM, the role, Revoke sessions.",
            "Find the policy that let them in, or add them to the group.",
        ],
        unproven_steps: &[
            "Ask the person what the switch was for.",
            "Push a fresh roster of the account that the finding names, and check that its events \
             arrive.",
        ],
    },
    RuleWords {
        code: "RW002",
        title: "Switch without MFA",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person, on another channel, whether the call was theirs.",
            "If nobody can explain it, deactivate the access key and end the session: IAM, the \
             role, Revoke sessions.",
            "Require MFA in the role's trust policy (Bool on aws:MultiFactorAuthPresent, not \
             BoolIfExists).",
        ],
        unproven_steps: &[
            "Ask the person whether they used MFA.",
            "Check that the events of the caller's account arrive: only its record of the call \
             shows MFA.",
        ],
    },
    RuleWords {
        code: "RW003",
        title: "Credentials that last too long",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person why they needed so long.",
            "Lower the role's maximum session duration in IAM to what the policy allows.",
            "Look for duration_seconds in their AWS profile or scripts.",
        ],
        unproven_steps: &[
            "Read the event: it shows no expiration, which is not usual.",
            "Look at what the session did.",
        ],
    },
    RuleWords {
        code: "RW004",
        title: "Elevated role held too long",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person whether the work is done; if so, have them leave the role.",
            "If nobody answers, end the session: IAM, the role, Revoke sessions.",
            "If a script renews the session by itself, stop it.",
        ],
        unproven_steps: &[
            "Nothing at night: only granted time is over the limit.",
            "Shorten what is granted, or log the use that would show it.",
        ],
    },
    RuleWords {
        code: "RW005",
        title: "Too much time in the elevated role in a day",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person what keeps them in the role.",
            "Look at what the sessions did; recurring work belongs into a pipeline.",
        ],
        unproven_steps: &[
            "Nothing at night: only granted time is over the limit.",
            "Shorten what is granted, or log the use that would show it.",
        ],
    },
    RuleWords {
        code: "RW006",
        title: "Nobody can be established behind a switch",
        broken: "",
        unproven: "",
        steps: &[
            "Treat the session as a stranger's: look at what it does.",
            "Find the account's own record of the call.",
        ],
        unproven_steps: &[
            "Look at what the session does; if it is not routine, end it: IAM, the role, Revoke \
             sessions.",
            "Check that the events of the account that the finding names arrive, from every \
             region.",
        ],
    },
    RuleWords {
        code: "RW007",
        title: "Switch from outside the zone of trust",
        broken: "",
        unproven: "",
        steps: &[
            "If the account is not yours: take it out of the role's trust policy now, and end the \
             session (IAM, the role, Revoke sessions).",
            "Find who let it in: UpdateAssumeRolePolicy in CloudTrail.",
            "If it is yours, add it to accounts in the policy.",
        ],
        unproven_steps: &[
            "Read the role's trust policy: which accounts does it name?",
            "Look at what the session does.",
        ],
    },
    RuleWords {
        code: "RW008",
        title: "Root credentials used or tried",
        broken: "",
        unproven: "",
        steps: &[
            "Treat it as an incident until somebody says why it was done: call the owner of the \
             account.",
            "Look at what the root session did, by its key in CloudTrail.",
            "If nobody explains it: change the root password and MFA, end AssumeRoot sessions by \
             an SCP.",
        ],
        unproven_steps: &[
            "Call the owner of the account.",
            "Look at what root did in CloudTrail.",
        ],
    },
    RuleWords {
        code: "RW009",
        title: "Refused at an elevated role",
        broken: "",
        unproven: "",
        steps: &[
            "One or two: a wrong profile or a missing MFA code; ask the person in the morning.",
            "A run of them: ask now, and look at what else the same key did at that time.",
        ],
        unproven_steps: &[
            "Ask the person.",
            "Look at what else the same key did at that time.",
        ],
    },
    RuleWords {
        code: "RW010",
        title: "Joined the group just before the switch",
        broken: "",
        unproven: "",
        steps: &[
            "Ask who asked for the membership and who granted it; the events name both.",
            "If nobody did: remove it and end the session (IAM, the role, Revoke sessions).",
            "Look at what else the granter changed.",
        ],
        unproven_steps: &[
            "Ask who granted the membership.",
            "Look at what the session did.",
        ],
    },
    RuleWords {
        code: "RW011",
        title: "Switch out of another role's session",
        broken: "",
        unproven: "",
        steps: &[
            "Follow the chain in the events back to the person, and ask what it was for.",
            "If nobody explains it, end the sessions of every role in the chain (IAM, the role, \
             Revoke sessions).",
            "Deny sts:AssumeRole to the roles in between, or say chaining: allow.",
        ],
        unproven_steps: &[
            "Follow the chain in the events back to the person.",
            "Look at what the session did.",
        ],
    },
    RuleWords {
        code: "RW012",
        title: "Switch by a kind of identity that the role does not admit",
        broken: "",
        unproven: "",
        steps: &[
            "Find out whether this way in is intended; if so, list its kind under identities of \
             the role.",
            "If not: end the session (IAM, the role, Revoke sessions) and take the way in out of \
             the trust policy.",
        ],
        unproven_steps: &[
            "Look at what the session did.",
            "Check that the events of the account in which the chain starts arrive.",
        ],
    },
    RuleWords {
        code: "RW013",
        title: "Elevated role entered and never used",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person what the switch was for.",
            "Find the profile or tab that enters the role without need.",
        ],
        unproven_steps: &[
            "Nothing at night: no use was logged, which does not show that there was none.",
            "Ask the person what the switch was for; a profile that always enters the role is the \
             usual answer.",
            "Where the work is in objects, log their data events.",
        ],
    },
    RuleWords {
        code: "RW014",
        title: "One entry into the elevated role kept alive too long",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person, on another channel, what goes on for so long.",
            "If nobody can tell, end the sessions: IAM, the role, Revoke sessions.",
            "Take the role out of its own trust policy, and deny it sts:AssumeRole.",
        ],
        unproven_steps: &[
            "Nothing at night: only granted time is over the limit.",
            "Find out what enters the role from its own session or keeps its console open.",
        ],
    },
    RuleWords {
        code: "RW015",
        title: "MFA device enrolled just before the switch",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person, on another channel, whether they enrolled the device.",
            "If not: deactivate it, the user's keys and password, and end the session (IAM, the \
             role, Revoke sessions).",
        ],
        unproven_steps: &[
            "Ask the person, on another channel, whether they enrolled a device.",
            "If not, go on as for a stolen key.",
        ],
    },
    RuleWords {
        code: "RW101",
        title: "Elevated role can be entered without MFA",
        broken: "",
        unproven: "",
        steps: &[
            "Put the corrected statement into the trust policy.",
            "Ask whoever changed it, on another channel, whether that was meant; if not, it is an \
             incident.",
            "Look for switches without MFA since then (RW002).",
        ],
        unproven_steps: &[
            "See whether a request without MFA can meet the condition.",
            "If it can, demand MFA in the trust policy.",
        ],
    },
    RuleWords {
        code: "RW102",
        title: "Elevated role trusts somebody the policy does not know",
        broken: "",
        unproven: "",
        steps: &[
            "Put the corrected statement into the trust policy.",
            "Ask whoever changed it, on another channel, whether that was meant; if not, it is an \
             incident.",
            "Look for sessions that came in this way (RW007, RW012).",
        ],
        unproven_steps: &[
            "See who can meet the condition.",
            "Say in it which accounts are meant (aws:PrincipalAccount).",
        ],
    },
    RuleWords {
        code: "RW103",
        title: "Elevated role grants longer sessions than allowed",
        broken: "",
        unproven: "",
        steps: &[
            "Lower MaxSessionDuration of the role. Sessions that are open keep their time.",
            "Look for sessions that were too long (RW003).",
        ],
        unproven_steps: &[
            "Look at MaxSessionDuration of the role.",
            "Let the reader role call iam:ListRoles.",
        ],
    },
    RuleWords {
        code: "RW104",
        title: "Somebody outside the allowed groups may enter an elevated role",
        broken: "",
        unproven: "",
        steps: &[
            "Put the corrected statement into the policy, or add the group to the role's entry if \
             it is meant.",
            "Ask whoever changed it, on another channel, whether that was meant; if not, it is an \
             incident.",
            "Look for switches that came this way (RW001, RW011).",
        ],
        unproven_steps: &[
            "See whether the condition can be met by whoever asks.",
            "If it need not be there, take it out.",
        ],
    },
    RuleWords {
        code: "RW105",
        title: "Members can widen their own rights",
        broken: "",
        unproven: "",
        steps: &[
            "Put the corrected statement into the policy; let somebody who is no member \
             administer the group.",
            "Look for what was changed this way: AddUserToGroup, PutGroupPolicy, \
             UpdateAssumeRolePolicy (RW010).",
        ],
        unproven_steps: &[
            "See whether members can meet the condition.",
            "If so, take the right out.",
        ],
    },
    RuleWords {
        code: "RW106",
        title: "Somebody who is let in has no MFA device",
        broken: "",
        unproven: "",
        steps: &[
            "Have the person enroll a device, with somebody beside them who knows them.",
            "Deny everything but that to users without MFA.",
        ],
        unproven_steps: &[
            "Get the credential report of the account anew.",
            "See there whether the person has a device.",
        ],
    },
    RuleWords {
        code: "RW201",
        title: "rolewatch itself was tampered with",
        broken: "",
        unproven: "",
        steps: &[
            "Ask the person, on another channel, whether it was a planned change; if not, it is \
             an incident.",
            "Put back what was changed: deploy the stack again.",
            "Audit the time since then from the trail with rolewatch audit: live alerts may be \
             missing.",
        ],
        unproven_steps: &[
            "Ask the person whether it was a planned change.",
            "Check the stack for drift, and deploy it again.",
        ],
    },
];
