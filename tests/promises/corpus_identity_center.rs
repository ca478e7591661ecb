//! The Identity Center records of the corpus: each one becomes the right kind of fact.

use std::path::Path;

use rolewatch_guard::seen::identity_center::{
    CenterEvent, CenterKind, DirectoryChangeKind, Factor, GrantChange, Outcome,
};
use rolewatch_guard::seen::{Fact, Reading, SeenRecord, read, reduced};
use serde_json::{Value, json};

use crate::corpus::folder;

/// Each record with the name of its file. What its source had omitted is filled in.
fn records(corpus: &Path) -> Vec<(String, Value)> {
    let mut files: Vec<_> = std::fs::read_dir(corpus.join("identity-center"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    let mut records = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for record in document["Records"].as_array().unwrap() {
            records.push((
                name.clone(),
                completed(&name, record.clone(), records.len()),
            ));
        }
    }
    records
}

/// Fills in what the sources omitted, hid or abbreviated: IDs, times, accounts, services.
fn completed(file: &str, mut record: Value, at: usize) -> Value {
    let is_account = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !record["eventID"].is_string() {
        record["eventID"] = json!(format!("00000000-0000-4000-8000-{at:012}"));
    }
    let time = record["eventTime"].as_str().unwrap_or_default();
    if !time.starts_with("20") {
        record["eventTime"] = json!("2026-03-02T09:00:00Z");
    }
    if !is_account(&record["recipientAccountId"]) {
        record["recipientAccountId"] = json!("111122223333");
    }
    let identity = &mut record["userIdentity"];
    if identity.get("accountId").is_some_and(|id| !is_account(id)) {
        identity["accountId"] = json!("111122223333");
    }
    let (source, name) = match file {
        "identitystore-creategroupmembership-partial-2025.json" => {
            ("identitystore", "CreateGroupMembership")
        }
        "saml-principaltags-docs-partial.json" => ("sts", "AssumeRoleWithSAML"),
        _ => return record,
    };
    record["eventSource"] = json!(format!("{source}.amazonaws.com"));
    record["eventName"] = json!(name);
    record
}

fn seen(text: &str) -> Option<SeenRecord> {
    match read(text.as_bytes(), &|_| true) {
        Ok(Reading::Seen(seen)) => Some(*seen),
        Ok(Reading::NotRelevant) => None,
        other => panic!("{other:?}: {text}"),
    }
}

fn event(seen: &SeenRecord) -> Option<&CenterEvent> {
    match &seen.fact {
        Some(Fact::IdentityCenter(event)) => Some(event),
        _ => None,
    }
}

/// Which kind of fact a record is.
fn expected(record: &Value) -> &'static str {
    let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
    let source = text("eventSource");
    let failed = !record["errorCode"].is_null();
    match (
        source.trim_end_matches(".amazonaws.com"),
        &*text("eventName"),
    ) {
        (_, "UserAuthentication" | "CredentialChallenge" | "CredentialVerification") => "sign-in",
        ("sso", "GetRoleCredentials" | "Federate") => "portal",
        ("sso-directory" | "identitystore" | "identitystore-scim", _) if !failed => "directory",
        (
            "sso",
            "CreateAccountAssignment"
            | "DeleteAccountAssignment"
            | "CreatePermissionSet"
            | "UpdateSsoConfiguration",
        ) => "grant",
        ("signin", "AuthorizeOAuth2Access" | "CreateOAuth2Token")
        | ("sso" | "sso-oauth", "CreateToken" | "CreateTokenWithIAM") => "token",
        ("sts", "AssumeRoleWithSAML") => "mint",
        _ => "nothing",
    }
}

fn kind(seen: Option<&SeenRecord>) -> &'static str {
    match seen.and_then(|seen| seen.fact.as_ref()) {
        Some(Fact::IdentityCenter(event)) => match event.what {
            CenterKind::SignIn(_) => "sign-in",
            CenterKind::Portal(_) => "portal",
            CenterKind::Directory(_) => "directory",
            CenterKind::Grant(_) => "grant",
            CenterKind::Token(_) => "token",
        },
        Some(Fact::Mint(_)) => "mint",
        Some(other) => panic!("{other:?}"),
        None => "nothing",
    }
}

#[test]
fn every_record_is_read_in_full_and_is_the_fact_that_it_is() {
    let Some(corpus) = folder() else { return };
    let records = records(&corpus);
    assert!(records.len() > 50, "{}", records.len());
    for (file, record) in &records {
        let text = record.to_string();
        let seen = seen(&text);
        assert_eq!(kind(seen.as_ref()), expected(record), "{file}: {text}");
        let Some(seen) = seen else { continue };
        assert_eq!(seen.unread, [], "{file}: {text}");
        let small = reduced(text.as_bytes()).unwrap();
        assert_eq!(
            read(small.as_bytes(), &|_| true),
            read(text.as_bytes(), &|_| true),
            "{small}"
        );
        for secret in ["REDACTED", "clientSecret", "devicecode1234example"] {
            assert!(!small.contains(secret), "{small}");
        }
        // If the record names the person behind a call, the fact does too.
        let person = &record["userIdentity"]["onBehalfOf"]["userId"];
        let found = event(&seen)
            .and_then(|event| event.on_behalf_of.as_ref())
            .or_else(|| seen.used.as_ref()?.on_behalf_of.as_ref());
        if event(&seen).is_some() || seen.used.is_some() {
            assert_eq!(found.map(|found| &*found.user), person.as_str(), "{text}");
        }
    }
}

#[test]
fn the_search_of_archives_keeps_them() {
    let Some(corpus) = folder() else { return };
    let policy = rolewatch_guard::policy::Policy::read(
        b"version: 1\naccounts: {\"111122223333\": development}\nroles:\n  - {arn: \"arn:aws:iam::444455556666:role/UpdateApp\", groups: [development/Developers]}\n",
        "test",
    )
    .unwrap();
    let needles = rolewatch_guard::needles(&policy);
    let filter = rolewatch_archive::Filter::new(&needles).unwrap();
    for (file, record) in records(&corpus) {
        if !matches!(expected(&record), "nothing" | "mint") {
            let text = record.to_string();
            assert!(filter.could_match(text.as_bytes()), "{file}: {text}");
        }
    }
}

fn events(corpus: &Path, file: &str) -> Vec<CenterEvent> {
    records(corpus)
        .into_iter()
        .filter(|(name, _)| name == file)
        .filter_map(|(_, record)| {
            let seen = seen(&record.to_string())?;
            event(&seen).cloned()
        })
        .collect()
}

#[test]
fn sign_ins_show_their_factors_and_how_they_ended() {
    let Some(corpus) = folder() else { return };
    for file in ["idc-signin-docs-current.json", "idc-signin-docs-old.json"] {
        let mut with_app = 0;
        let mut failed = 0;
        for event in events(&corpus, file) {
            let CenterKind::SignIn(sign_in) = &event.what else {
                panic!("{event:?}");
            };
            assert!(sign_in.workflow.is_some() && !sign_in.factors.is_empty());
            with_app += usize::from(
                sign_in.factors.contains(&Factor::Totp)
                    && sign_in.factors.contains(&Factor::Password),
            );
            failed += usize::from(event.outcome == Outcome::Failure);
            assert_ne!(event.outcome, Outcome::Unknown);
        }
        assert_eq!((with_app, failed), (1, 1), "{file}");
    }
}

#[test]
fn a_permission_set_taken_names_its_account_where_the_record_does() {
    let Some(corpus) = folder() else { return };
    let taken = |file| {
        let events = events(&corpus, file);
        let taken = events.into_iter().find_map(|event| match event.what {
            CenterKind::Portal(call) => Some((call, event.outcome)),
            _ => None,
        });
        let (call, outcome) = taken.unwrap();
        assert_eq!(outcome, Outcome::Success);
        let account = call.account.map(|account| account.to_string());
        (account, call.permission_set.map(|set| set.to_string()))
    };
    assert_eq!(
        taken("idc-getrolecredentials-chain-2026.json"),
        (
            Some("444455556666".to_owned()),
            Some("AdministratorAccess".to_owned())
        )
    );
    for file in [
        "idc-aws-sso-login-2026.json",
        "idc-federate-userauth-2024.json",
    ] {
        assert_eq!(taken(file), (None, None), "{file}");
    }
}

#[test]
fn memberships_assignments_and_settings_are_read_in_either_form() {
    let Some(corpus) = folder() else { return };
    let files = [
        "idc-admin-by-sso-role-2025.json",
        "idc-assignment-lifecycle-2023.json",
        "identitystore-creategroupmembership-partial-2025.json",
    ];
    let (mut added, mut assigned, mut ended, mut lasting) = (0, 0, 0, Vec::new());
    for event in files.iter().flat_map(|file| events(&corpus, file)) {
        match event.what {
            CenterKind::Directory(change) => {
                assert!(change.store.is_some());
                added += u32::from(matches!(
                    change.what,
                    DirectoryChangeKind::MemberAdded { .. }
                ));
            }
            CenterKind::Grant(GrantChange::Assignment {
                created,
                permission_set: Some(_),
                account: Some(_),
                principal: Some(_),
            }) => *(if created { &mut assigned } else { &mut ended }) += 1,
            CenterKind::Grant(GrantChange::PermissionSet { arn, name }) => {
                assert!(arn.is_some() && name.is_some());
            }
            CenterKind::Grant(GrantChange::SignInLasts(span)) => lasting.push(span.unwrap()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((added, assigned, ended), (3, 3, 1));
    assert_eq!(lasting.len(), 1);
    assert_eq!(lasting[0].seconds(), 8 * 3_600);
}

#[test]
fn an_application_that_acts_for_a_person_leaves_the_id_of_the_portal_session() {
    let Some(corpus) = folder() else { return };
    let events = events(&corpus, "idc-getrolecredentials-chain-2026.json");
    let token = events.iter().find_map(|event| match &event.what {
        CenterKind::Token(call) => Some(call),
        _ => None,
    });
    let portal = events
        .iter()
        .find(|event| matches!(event.what, CenterKind::Portal(_)))
        .unwrap();
    let token = token.unwrap();
    assert_eq!(token.issued, portal.credential);
    assert_eq!(token.person, portal.on_behalf_of);
}
