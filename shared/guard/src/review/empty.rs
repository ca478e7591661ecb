//! Recognizes lists that are empty but probably shouldn't be. With `--filter`, the AWS CLI prints
//! the lists that it leaves out as empty ones. These look the same as the lists of an account that
//! has no such entries.

use super::SetupView;
use super::account::Account;
use super::gap::DetailList;
use super::view::listed;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// One sentence for each account and suspicious list.
pub(super) fn empty_list_notes(view: &SetupView<'_>) -> Vec<Text> {
    let all = view
        .setup
        .accounts()
        .flat_map(|account| DetailList::ALL.map(|list| (account, list)));
    let empty = all.filter(|(account, list)| account.is_empty(*list));
    empty
        .filter_map(|(account, list)| {
            Some(sentence(
                view,
                account,
                list,
                &against(view, account, list)?,
            ))
        })
        .collect()
}

/// What contradicts an empty list.
fn against(view: &SetupView<'_>, account: &Account, list: DetailList) -> Option<Text> {
    match list {
        DetailList::Users => named_groups(view, account),
        DetailList::Groups => named_groups(view, account).or_else(|| {
            let user = account
                .users
                .values()
                .find(|user| !user.groups.is_empty())?;
            Some(text!(
                "user {name} is in groups",
                name = harmless(&user.name)
            ))
        }),
        DetailList::Roles => {
            let roles = view
                .policy
                .roles
                .iter()
                .filter(|rules| rules.arn.account() == Some(account.id));
            named_by_policy(
                roles
                    .map(|rules| harmless(&rules.arn.to_string()))
                    .collect(),
            )
        }
        DetailList::Policies => account
            .attached()
            .next()
            .map(|arn| text!("{arn} is attached", arn = harmless(arn))),
    }
}

fn named_groups(view: &SetupView<'_>, account: &Account) -> Option<Text> {
    let groups = view
        .policy
        .roles
        .iter()
        .flat_map(|rules| &rules.groups)
        .filter(|group| group.account == account.id);
    let mut written: Vec<String> = groups.map(|group| harmless(&group.written)).collect();
    written.sort();
    written.dedup();
    named_by_policy(written)
}

fn named_by_policy(names: Vec<String>) -> Option<Text> {
    (!names.is_empty()).then(|| text!("the policy names {names}", names = listed(names)))
}

fn sentence(view: &SetupView<'_>, account: &Account, list: DetailList, against: &Text) -> Text {
    text!(
        "the list of {word} ({key}) of {account} is empty, but {against}; if the details were exported with `--filter`, export them again without it: `aws \
         iam get-account-authorization-details`",
        word = list.word(),
        key = list.key(),
        account = view.account_shown(account.id),
        against
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::review::testing::Company;
    use crate::text::Text;

    fn warned(company: &Company) -> Vec<String> {
        let review = company.review();
        assert!(
            review
                .empty_lists
                .iter()
                .all(|sentence| review.notices.contains(sentence))
        );
        let short = |sentence: Text| {
            sentence
                .split_once("; if the details")
                .unwrap()
                .0
                .to_owned()
        };
        review.empty_lists.into_iter().map(short).collect()
    }

    #[test]
    fn an_account_may_have_nothing_of_a_kind_that_nobody_asks_for() {
        // Production has no user and no group, development has no role, and the policy's groups
        // don't exist.
        assert_eq!(warned(&Company::new()), [""; 0]);
    }

    #[test]
    fn a_list_that_is_empty_where_the_policy_names_something_is_told() {
        let without_users = Company::new().change_all("UserDetailList", json!([]));
        let said = "the list of users (UserDetailList) of development is empty, but the policy names development/Developers";
        assert_eq!(warned(&without_users), [said]);
        let without_groups = Company::new().change_all("GroupDetailList", json!([]));
        let said = "the list of groups (GroupDetailList) of development is empty, but the policy names development/Developers";
        assert_eq!(warned(&without_groups), [said]);
    }

    #[test]
    fn a_list_that_is_empty_where_another_list_refers_to_it_is_told() {
        let attached = json!([{"PolicyName": "Switch", "PolicyArn": "arn:aws:iam::111122223333:policy/Switch"}]);
        let company = Company::new().change(
            "GroupDetailList",
            "Testers",
            "AttachedManagedPolicies",
            attached,
        );
        let said = "the list of policies (Policies) of development is empty, but arn:aws:iam::111122223333:policy/Switch is attached";
        assert_eq!(warned(&company), [said]);
        let company = Company::new().group("444455556666", "Operators").user(
            "444455556666",
            "olga",
            &["Operators"],
        );
        let company = company.change_in("444455556666", "GroupDetailList", json!([]));
        let said = "the list of groups (GroupDetailList) of production is empty, but user olga is in groups";
        assert_eq!(warned(&company), [said]);
        let company = Company::new().group("444455556666", "Operators").change_in(
            "444455556666",
            "RoleDetailList",
            json!([]),
        );
        let said = "the list of roles (RoleDetailList) of production is empty, but the policy names arn:aws:iam::444455556666:role/UpdateApp";
        assert_eq!(warned(&company), [said]);
    }
}
