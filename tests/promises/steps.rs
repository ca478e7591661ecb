//! What to do in the table fits what the finding knows.

use rolewatch_guard::testing::Story;

use crate::tool::Bench;

/// The table on one line, however it is wrapped.
fn table(story: &Story) -> String {
    table_with(story, &[])
}

fn table_with(story: &Story, options: &[&str]) -> String {
    let args = [&["audit", "archive"], options].concat();
    let table = Bench::of(story).run(&args).stdout;
    table.split_whitespace().collect::<Vec<_>>().join(" ")
}

const SUPPLY: &str = "2. Supply the logs of the account";
const ASK: &str = "2. Ask the account's owner";

#[test]
fn logs_of_another_company_are_asked_for_and_not_supplied() {
    let mut own = Story::new();
    own.switch("dora").only_owner_half();
    let own = table(&own);
    assert!(own.contains(SUPPLY) && !own.contains(ASK), "{own}");
    let mut foreign = Story::new();
    foreign
        .switch("dora")
        .from_account("999988887777")
        .only_owner_half();
    // Otherwise the finding is folded under that of the foreign account.
    let foreign = table_with(&foreign, &["--rule", "RW002"]);
    assert!(
        foreign.contains(ASK) && !foreign.contains(SUPPLY),
        "{foreign}"
    );
}

const REMOVE: &str = "2. Remove the person from the group";
const ASK_BOTH: &str = "2. Ask the person and whoever added them";

#[test]
fn who_added_themselves_is_removed_and_who_was_added_is_asked() {
    let added_by = |who: &str| {
        let mut story = Story::new();
        story.iam(-60, who).adds("tom", "Developers");
        story.switch("tom").with_mfa();
        table(&story)
    };
    let themselves = added_by("tom");
    assert!(
        themselves.contains(REMOVE) && !themselves.contains(ASK_BOTH),
        "{themselves}"
    );
    let another = added_by("admin");
    assert!(
        another.contains(ASK_BOTH) && !another.contains(REMOVE),
        "{another}"
    );
}
