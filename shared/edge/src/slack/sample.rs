//! An alert to show and to test with.

use crate::wire::{Account, Alert, Caller, Status};

use super::{Language, View};

/// As a team in Tokyo would see it.
pub fn view(language: Language) -> View {
    View::sample(language)
}

/// `dora` of the development account enters `UpdateApp` in production with a permanent key.
pub fn alert() -> Alert {
    Alert {
        rule: "RW002".into(),
        name: "switch-without-mfa".into(),
        verdict: "violation".into(),
        severity: "high".into(),
        time: "2026-01-31T18:30:05Z".into(),
        role: "arn:aws:iam::444455556666:role/UpdateApp".into(),
        caller: Caller {
            arn: Some("arn:aws:iam::111122223333:user/dora".into()),
            account: Some("111122223333".into()),
            name: "dora".into(),
        },
        message: "dora entered UpdateApp in production without MFA: a permanent key, and no device named in the call".into(),
        events: vec!["1f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001".into(), "7a3e1b90-2f4d-4e06-8c77-EXAMPLE00002".into()],
        id: "3b1f0c5de2a94f7790d4c6b8a1e2f301".into(),
        policy: "9c2f41aa".into(),
        supersedes: Vec::new(),
        events_total: 2,
        version: 1,
        status: Status::Open,
        role_account: Account { id: "444455556666".into(), name: Some("production".into()) },
        caller_account_name: Some("development".into()),
        source_ip: Some("203.0.113.7".into()),
        region: Some("us-east-1".into()),
        noticed: "2026-01-31T18:30:09Z".into(),
    }
}
