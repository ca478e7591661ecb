//! Many findings at once.

use super::*;

/// A production account of which several roles may be entered without MFA.
fn badly_kept(roles: usize) -> String {
    let mut account: Value = serde_json::from_str(&production(false)).unwrap();
    let role = account["RoleDetailList"][0].clone();
    let list = account["RoleDetailList"].as_array_mut().unwrap();
    for number in 1..roles {
        let mut other = role.clone();
        other["RoleName"] = json!(format!("UpdateApp{number}"));
        other["RoleId"] = json!(format!("AROAUPDATEAPP{number}EXAMPLE"));
        other["Arn"] = json!(format!("arn:aws:iam::444455556666:role/UpdateApp{number}"));
        list.push(other);
    }
    account.to_string()
}

/// The world whose policy lists this many roles.
fn world_with_roles(roles: usize) -> World {
    let world = World::new();
    let listed = |number: usize| {
        let role = format!("arn:aws:iam::444455556666:role/UpdateApp{number}");
        format!("  - arn: {role}\n    groups: [development/Developers]\n    severity: high\n")
    };
    let more: Vec<String> = (1..roles).map(listed).collect();
    let policy = format!("{POLICY}{}", more.concat());
    let now = world.twin.clock.get();
    world
        .twin
        .objects
        .borrow_mut()
        .insert(POLICY_KEY.to_owned(), (policy.into_bytes(), now));
    let book = run(Shelf::default().current(&world.twin, now))
        .unwrap()
        .clone();
    World { book, ..world }
}

#[test]
fn a_few_findings_at_once_are_told_one_by_one_and_many_in_one_alert() {
    for (roles, told) in [(5, 5), (6, 1), (40, 1)] {
        let world = world_with_roles(roles);
        let development = development(false).replace("role/UpdateApp", "role/UpdateApp*");
        world.set_setups(&development, &badly_kept(roles));
        world.settle();
        let alerts = world.newly_told();
        let wrong: Vec<&Alert> = alerts
            .iter()
            .filter(|alert| alert.rule == "RW101")
            .collect();
        assert_eq!(wrong.len(), told, "{roles} roles: {alerts:?}");
        let together = wrong[0].together.as_ref();
        assert_eq!(
            together.map(|together| (together.others, together.violations, together.worst.len())),
            (roles > 5).then_some((roles - 1, roles - 1, 4)),
        );
        // Judged again, nothing is new.
        world.settle();
        run(ask_for_all(
            &world.twin,
            &world.book,
            world.twin.clock.get(),
        ))
        .unwrap();
        world.settle();
        assert_eq!(alerts_shown(&world.newly_told()), []);
    }
}
