//! Plans for roles of permission sets, which nobody can edit.

use super::*;
use crate::directory::StoreSnapshot;
use crate::revoke::{DenialPlaceKind, PermissionSetPlan, RolePlan};
use crate::testing::{STORE, user_id};

const ROLE: &str = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_Admin_0123456789abcdef";
const SET: &str = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";
const INSTANCE: &str = "arn:aws:sso:::instance/ssoins-0123456789abcdef";

/// nick, who is in Support, takes Admin in production and uses it.
fn nick_takes_admin() -> Story {
    let mut story = Story::of_center();
    story.takes("nick", "Admin").used_after(30);
    story
}

fn how(role: &RolePlan) -> &PermissionSetPlan {
    role.permission_set.as_ref().unwrap()
}

fn lines(plan: &PermissionSetPlan) -> Vec<&str> {
    let ways = plan.only_new.iter().flat_map(|limit| &limit.ways);
    let steps = plan
        .places
        .iter()
        .flat_map(|place| place.add.iter().chain(&place.remove));
    let steps = plan.lookup.iter().chain(steps).map(|step| &*step.line);
    steps.chain(ways.map(|way| &*way.line)).collect()
}

/// Whether a session of a role of Identity Center that is allowed everything is still allowed
/// something under the policy.
fn may_act(policy: &Value, role: &str, user: &str, issued: Moment) -> bool {
    let everything = IamDocument::read(
        &json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
    )
    .unwrap();
    let denial = IamDocument::read(policy).unwrap();
    let account = "444455556666".parse().unwrap();
    let caller = Requester::session(account, role, user);
    let context = Context::complete()
        .with_value("aws:PrincipalArn", role)
        .with_value("identitystore:UserId", user)
        .with_value("aws:TokenIssueTime", issued.to_string());
    let request = AccessRequest {
        caller: &caller,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::productionapp/key",
        owner: account,
        context: &context,
    };
    let inline = |document| Governing {
        place: PolicyPlace::Inline {
            holder: role.to_owned(),
            name: "p".into(),
        },
        text: PolicyText::Read(document),
    };
    let identity = Identity {
        policies: vec![inline(&everything), inline(&denial)],
        boundary: None,
    };
    let allowed = decide(&request, &identity, &ResourceSide::None).allowed;
    assert!(allowed == Truth::Yes || allowed == Truth::No, "{allowed:?}");
    allowed.is_yes()
}

#[test]
fn a_known_user_is_denied_by_id_and_nobody_else() {
    let mut story = nick_takes_admin();
    story.takes("nell", "Admin").used_after(30);
    let plan = planned(&story, "RW001", 600).unwrap();
    let (nick, nell) = (user_id("nick"), user_id("nell"));
    let variant = scoped(&plan);
    let policy = &variant.policy;
    assert_eq!(
        policy["Statement"][0]["Condition"],
        json!({
            "StringEquals": {"identitystore:userId": nick},
            "DateLessThan": {"aws:TokenIssueTime": plan.as_of},
        })
    );
    assert!(!may_act(policy, ROLE, &nick, story.now()));
    assert!(may_act(policy, ROLE, &nell, story.now()));
    assert!(may_act(policy, ROLE, &nick, plan.as_of));
    assert_eq!(shown_names(&variant.cuts), ["nick by nick"]);
    assert_eq!(variant.bystanders, []);
    let whole = &plan.roles[0].whole;
    assert!(!may_act(&whole.policy, ROLE, &nell, story.now()));
    assert!(may_act(&whole.policy, ROLE, &nell, plan.as_of));
    assert_eq!(shown_names(&whole.cuts), ["nick by nick"]);
    assert_eq!(shown_names(&whole.bystanders), ["nell by nell"]);
    assert!(variant.commands.is_none() && whole.commands.is_none());
}

#[test]
fn in_a_service_control_policy_the_denial_for_everybody_spares_other_roles() {
    let plan = planned(&nick_takes_admin(), "RW001", 600).unwrap();
    let policy = &plan.roles[0].whole.policy;
    let issued = plan.as_of.plus_seconds(-60);
    for other in [
        "arn:aws:iam::444455556666:role/UpdateApp",
        &ROLE.replace("_Admin_", "_Admin_ReadOnly_"),
    ] {
        assert!(may_act(policy, other, "x", issued), "{other}");
    }
    assert!(!may_act(policy, ROLE, "x", issued));
}

#[test]
fn sessions_of_the_set_in_other_accounts_are_cut_off_too() {
    let mut story = nick_takes_admin();
    story
        .takes("nick", "Admin")
        .in_account("111122223333")
        .with_suffix("fedcba9876543210")
        .used_after(30);
    story.takes("nick", "Reader").used_after(30);
    let plan = planned(&story, "RW001", 600).unwrap();
    let cuts = &scoped(&plan).cuts;
    let mut places: Vec<&str> = cuts
        .iter()
        .filter_map(|session| session.place.as_deref())
        .collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "permission set Admin in development",
            "permission set Admin in production"
        ]
    );
    let told: Vec<&str> = plan.not_stopped.iter().map(|limit| &*limit.what).collect();
    let others: Vec<&&str> = told
        .iter()
        .filter(|text| text.starts_with("Other sessions of nick"))
        .collect();
    assert_eq!(others.len(), 1, "{told:?}");
    assert!(others[0].contains("permission set Reader"), "{others:?}");
    assert!(!others[0].contains("Admin"), "{others:?}");
    let inline = &how(&plan.roles[0]).places[0];
    assert_eq!(inline.place, DenialPlaceKind::InlinePolicy);
    assert!(
        inline
            .what
            .contains("every account where Admin is provisioned")
    );
    assert!(inline.what.contains("all of nick's sessions of Admin"));
}

#[test]
fn a_session_of_an_unknown_person_with_the_same_name_may_be_cut_off() {
    let mut story = nick_takes_admin();
    // The session's own calls name two people.
    story
        .takes("nick", "Admin")
        .in_account("111122223333")
        .with_suffix("fedcba9876543210")
        .used_as("nell", 30)
        .used_as("nora", 40);
    story
        .takes("nora", "Admin")
        .used_as("nell", 30)
        .used_as("nick", 40);
    let plan = planned(&story, "RW001", 600).unwrap();
    let bystanders = &scoped(&plan).bystanders;
    assert_eq!(shown_names(bystanders), ["nick by nick"]);
    assert_eq!(
        bystanders[0].place.as_deref(),
        Some("permission set Admin in development")
    );
}

#[test]
fn without_the_users_id_only_everybody_can_be_denied() {
    let mut story = Story::of_center().without_store_roster();
    story.takes("nick", "Admin").without_portal();
    let plan = planned(&story, "RW006", 600).unwrap();
    let role = &plan.roles[0];
    assert_eq!(role.scoped, None);
    assert!(role.notes[0].contains("the user id of nick"), "{role:?}");
    assert_eq!(shown_names(&role.whole.cuts), ["nick by nick"]);
    let lines = lines(how(role));
    let uses = lines.iter().filter(|line| line.contains("USER_ID")).count();
    assert_eq!(uses, 3, "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("get-user-id")));
    assert!(!how(role).places[0].what.contains("option 1"));
}

#[test]
fn what_is_not_known_is_a_placeholder_with_a_command_that_looks_it_up() {
    let plan = planned(&nick_takes_admin(), "RW001", 600).unwrap();
    let how = how(&plan.roles[0]);
    assert_eq!((&how.arn, &how.instance), (&None, &None));
    let lookup: Vec<&str> = how.lookup.iter().map(|step| &*step.line).collect();
    assert_eq!(lookup.len(), 2, "{lookup:?}");
    assert!(lookup[0].starts_with("aws sso-admin list-instances "));
    assert!(lookup[1].contains("aws sso-admin list-permission-sets --instance-arn INSTANCE_ARN "));
    assert!(lookup[1].contains("aws sso-admin describe-permission-set "));
    let put = lines(how);
    let put = put
        .iter()
        .find(|line| line.contains("put-inline-policy-to"));
    assert_eq!(
        put,
        Some(
            &"aws sso-admin put-inline-policy-to-permission-set --instance-arn INSTANCE_ARN \
             --permission-set-arn PERMISSION_SET_ARN --inline-policy file://new-policy.json \
             --region ap-northeast-1"
        )
    );
}

/// A plan for the story with a roster that lists these permission sets by ARN and name.
fn planned_with_sets(story: &Story, sets: &[(&str, &str)]) -> RevocationPlan {
    let listed: Vec<Value> = sets
        .iter()
        .map(|(arn, name)| json!({"PermissionSetArn": arn, "Name": name}))
        .collect();
    let roster = json!({
        "IdentityStoreId": STORE,
        "Users": [{"UserId": user_id("nick"), "UserName": "nick"}],
        "Groups": [],
        "GroupMemberships": [],
        "PermissionSets": listed,
    });
    let mut rosters = crate::roster::Rosters::default();
    rosters.add_store(StoreSnapshot::read(roster.to_string().as_bytes(), None).unwrap());
    let (policy, world) = (story.policy(), story.world_of(story.records()));
    let judged = crate::judge(
        &world,
        &policy,
        &rosters,
        crate::Scope::default(),
        &mut |_| (),
    );
    let found = judged
        .findings
        .iter()
        .find(|finding| finding.role.contains("AWSReservedSSO_"))
        .unwrap();
    plan(&RevocationCase {
        world: &world,
        policy: &policy,
        rosters: &rosters,
        finding: &found.id,
        sessions: &found.subject.switches,
        events: &[],
        role: "",
        outside_groups: false,
        as_of: story.now().plus_seconds(600),
        profile: Some("it's"),
    })
    .unwrap()
}

#[test]
fn a_roster_shows_the_arns() {
    let other = SET.replace("/ps-0", "/ps-9");
    let plan = planned_with_sets(
        &nick_takes_admin(),
        &[(SET, "Admin"), (&other, "Admin_ReadOnly")],
    );
    let how = how(&plan.roles[0]);
    assert_eq!(how.arn.as_deref(), Some(SET));
    assert_eq!(how.instance.as_deref(), Some(INSTANCE));
    assert_eq!(how.lookup, []);
    let lines = lines(how);
    for line in &lines {
        assert!(!line.contains("_ARN"), "{line}");
        let is_local = line.starts_with("jq ");
        assert!(is_local || line.contains(r" --profile 'it'\''s'"), "{line}");
    }
    let delete = format!(
        "aws sso-admin delete-account-assignment --instance-arn {INSTANCE} --permission-set-arn {SET} \
         --target-type AWS_ACCOUNT --target-id 444455556666 --principal-type USER --principal-id {} \
         --region ap-northeast-1 --profile 'it'\\''s'",
        user_id("nick")
    );
    assert!(lines.contains(&&*delete), "{lines:?}");
}

#[test]
fn arns_that_contradict_each_other_or_are_hostile_are_not_used() {
    let other = SET.replace("/ps-0", "/ps-9");
    let plan = planned_with_sets(&nick_takes_admin(), &[(SET, "Admin"), (&other, "Admin")]);
    let of_two = how(&plan.roles[0]);
    assert_eq!(
        (&of_two.arn, of_two.instance.as_deref()),
        (&None, Some(INSTANCE))
    );
    assert_eq!(of_two.lookup.len(), 1, "{:?}", of_two.lookup);
    let hostile = format!("{SET}'; reboot; '");
    let plan = planned_with_sets(&nick_takes_admin(), &[(&hostile, "Admin")]);
    let of_hostile = how(&plan.roles[0]);
    assert_eq!((&of_hostile.arn, &of_hostile.instance), (&None, &None));
    assert!(
        lines(of_hostile)
            .iter()
            .all(|line| !line.contains("reboot"))
    );
}

#[test]
fn the_record_of_its_creation_shows_the_arn() {
    let mut story = nick_takes_admin();
    story.tell_center(json!({
        "userIdentity": {"type": "AssumedRole", "accountId": "555566667777"},
        "eventType": "AwsApiCall",
        "eventSource": "sso.amazonaws.com",
        "eventName": "CreatePermissionSet",
        "requestParameters": {"name": "Admin", "instanceArn": INSTANCE},
        "responseElements": {"permissionSet": {"name": "Admin", "permissionSetArn": SET}},
    }));
    let plan = planned(&story, "RW001", 600).unwrap();
    assert_eq!(how(&plan.roles[0]).arn.as_deref(), Some(SET));
}

#[test]
fn a_service_control_policy_is_no_use_in_the_account_of_identity_center() {
    let plan = planned(&nick_takes_admin(), "RW001", 600).unwrap();
    let scp = &how(&plan.roles[0]).places[1];
    assert_eq!(scp.place, DenialPlaceKind::ServiceControlPolicy);
    assert!(scp.what.contains("management (555566667777)"), "{scp:?}");
    assert!(
        scp.add
            .iter()
            .any(|step| step.line.contains("--target-id 444455556666"))
    );
    let mut story = Story::of_center();
    story
        .takes("nick", "Admin")
        .in_account("555566667777")
        .used_after(30);
    let plan = planned(&story, "RW001", 600).unwrap();
    let scp = &how(&plan.roles[0]).places[1];
    assert_eq!((&*scp.add, &*scp.remove), (&[][..], &[][..]));
    assert!(scp.what.contains("use the inline policy"), "{scp:?}");
}

#[test]
fn a_role_that_was_entered_from_the_set_keeps_the_usual_plan() {
    let mut story = Story::of_center();
    story
        .takes("nick", "Admin")
        .used_after(30)
        .goes_on_to("Deploy");
    let plan = planned(&story, "RW001", 600).unwrap();
    let [set, deploy] = &*plan.roles else {
        panic!("{:?}", plan.roles)
    };
    assert!(set.permission_set.is_some() && deploy.permission_set.is_none());
    assert!(deploy.chained);
    let variant = deploy.scoped.as_ref().unwrap();
    assert!(
        variant
            .commands
            .as_ref()
            .unwrap()
            .apply
            .starts_with("aws iam put-role-policy --role-name Deploy ")
    );
    assert_eq!(variant.cuts[0].place, None);
    let told: Vec<&str> = plan.not_stopped.iter().map(|limit| &*limit.what).collect();
    for delay in ["Provisioning a permission set", "IAM takes seconds"] {
        assert!(told.iter().any(|text| text.starts_with(delay)), "{told:?}");
    }
}

#[test]
fn the_plan_does_not_promise_what_only_stops_new_sessions() {
    let plan = planned(&nick_takes_admin(), "RW001", 600).unwrap();
    let how = how(&plan.roles[0]);
    let what: Vec<&str> = how.only_new.iter().map(|limit| &*limit.what).collect();
    for (text, begins) in what
        .iter()
        .zip(["Deleting", "Removing", "Ending", "Disabling"])
    {
        assert!(text.starts_with(begins), "{what:?}");
    }
    assert!(how.without_effect[0].contains("iam:PutRolePolicy"));
    let again = &plan.not_stopped[0].what;
    assert!(again.contains("leave the condition on aws:TokenIssueTime out"));
    assert!(
        plan.not_stopped
            .iter()
            .all(|limit| !limit.what.contains("iam:DeleteRolePolicy"))
    );
    assert!(
        lines(how)
            .iter()
            .all(|line| !line.contains("put-role-policy"))
    );
}

#[test]
fn the_saved_policy_is_the_shown_one() {
    let plan = planned(&nick_takes_admin(), "RW001", 600).unwrap();
    for variant in [scoped(&plan), &plan.roles[0].whole] {
        let save = variant.save.as_ref().unwrap();
        let quoted: Vec<&str> = save.split('\'').collect();
        assert_eq!(quoted.len(), 5, "{save}");
        let saved: Value = serde_json::from_str(quoted[3]).unwrap();
        assert_eq!(saved, variant.policy);
        let sid = saved["Statement"][0]["Sid"].as_str().unwrap();
        assert!(sid.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let remove = &how(&plan.roles[0]).places[0].remove[1].line;
        assert!(remove.contains(&format!("\"{sid}\"")), "{remove}");
    }
}

#[test]
fn a_role_whose_name_did_not_come_from_identity_center_gets_no_command() {
    let story = nick_takes_admin();
    let records: Vec<Value> = story
        .records()
        .iter()
        .map(|record| {
            let text = record.to_string().replace("SSO_Admin_", "SSO_Ad*'min_");
            serde_json::from_str(&text).unwrap()
        })
        .collect();
    let mut retold = Story::of_center().with_policy_line(
        "permission_set: Admin",
        "arn: arn:aws:iam::444455556666:role/aws-reserved/*",
    );
    for record in records {
        retold.add_record(record);
    }
    let found = retold
        .findings()
        .into_iter()
        .find(|finding| finding.role.contains("Ad*"));
    let plan = planned_for(&retold, &found.unwrap(), 600).unwrap();
    let role = &plan.roles[0];
    assert!(role.permission_set.is_none() && role.whole.commands.is_none());
}
