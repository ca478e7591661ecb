//! The output of `aws iam get-account-authorization-details`, with policies and boundaries, and of
//! `aws iam list-roles`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::json::{objects, text};
use crate::arn::account_of;
use crate::iam::IamDocument;
use crate::review::account::{Account, Group, HolderPolicies, ReadDocument, Role, User};
use crate::review::gap::DetailList;

type JsonObject = Map<String, Value>;

/// All pages of an account.
pub(super) fn account(pages: &[JsonObject]) -> Result<Account, String> {
    let mut found: Option<Account> = None;
    for page in pages {
        for key in ["UserDetailList", "GroupDetailList", "RoleDetailList"] {
            for (at, entry) in objects(page, key)?.into_iter().enumerate() {
                let placed = |why: String| format!("entry {} of `{key}`: {why}", at + 1);
                let arn = text(entry, "Arn").map_err(placed)?;
                let id =
                    account_of(arn).ok_or_else(|| placed("its `Arn` has no account".to_owned()))?;
                let account = found.get_or_insert_with(|| Account::empty(id));
                if account.id != id {
                    return Err(format!(
                        "it mixes accounts {} and {id}; use one file per account",
                        account.id
                    ));
                }
                match key {
                    "UserDetailList" => drop(
                        account
                            .users
                            .insert(arn.to_owned(), user(entry).map_err(placed)?),
                    ),
                    "GroupDetailList" => {
                        let group = group(entry).map_err(placed)?;
                        account
                            .groups
                            .insert(group.name.to_ascii_lowercase(), group);
                    }
                    _ => drop(
                        account
                            .roles
                            .insert(arn.to_owned(), role(entry).map_err(placed)?),
                    ),
                }
            }
        }
    }
    let mut account = found.ok_or_else(|| nobody_in(pages))?;
    for page in pages {
        for (at, policy) in objects(page, "Policies")?.into_iter().enumerate() {
            let placed = |why: String| format!("entry {} of `Policies`: {why}", at + 1);
            account.managed.insert(
                text(policy, "Arn").map_err(placed)?.to_owned(),
                default_version(policy).map_err(placed)?,
            );
        }
    }
    account.lists = DetailList::ALL
        .into_iter()
        .filter(|list| is_given(pages, *list))
        .collect();
    account.truncated = pages
        .last()
        .is_some_and(|page| page.get("IsTruncated") == Some(&Value::Bool(true)));
    Ok(account)
}

fn is_given(pages: &[JsonObject], list: DetailList) -> bool {
    pages.iter().any(|page| page.contains_key(list.key()))
}

/// Why pages without entries can't be used. If a list is missing, it may have the entries.
fn nobody_in(pages: &[JsonObject]) -> String {
    let nobody =
        "it contains no user, group or role, so it doesn't show which account it belongs to";
    let told = |list: DetailList| format!("`{}` ({})", list.key(), list.word());
    let missing: Vec<String> = DetailList::ALL
        .into_iter()
        .filter(|list| !is_given(pages, *list))
        .map(told)
        .collect();
    let (verb, them) = match &*missing {
        [] => return nobody.to_owned(),
        [_] => ("is", "it"),
        _ => ("are", "them"),
    };
    format!(
        "{nobody}; {} {verb} missing: export {them} with `aws iam get-account-authorization-details`, without `--filter`",
        missing.join(", ")
    )
}

/// `Roles` of list-roles, or `Role` of get-role.
pub(super) fn durations(pages: &[JsonObject]) -> Result<Vec<(String, i64)>, String> {
    let mut durations = Vec::new();
    for page in pages {
        let one = page.get("Role").and_then(Value::as_object);
        for role in objects(page, "Roles")?.into_iter().chain(one) {
            if let Some(seconds) = role.get("MaxSessionDuration").and_then(Value::as_i64) {
                durations.push((text(role, "Arn")?.to_owned(), seconds));
            }
        }
    }
    Ok(durations)
}

fn user(entry: &JsonObject) -> Result<User, String> {
    Ok(User {
        name: text(entry, "UserName")?.to_owned(),
        id: text(entry, "UserId")?.to_owned(),
        arn: text(entry, "Arn")?.to_owned(),
        groups: read_names(entry, "GroupList")?,
        policies: policies(entry, "UserPolicyList")?,
        boundary: boundary(entry),
        tags: read_tags(entry)?,
    })
}

fn group(entry: &JsonObject) -> Result<Group, String> {
    Ok(Group {
        name: text(entry, "GroupName")?.to_owned(),
        id: text(entry, "GroupId")?.to_owned(),
        arn: text(entry, "Arn")?.to_owned(),
        policies: policies(entry, "GroupPolicyList")?,
    })
}

fn role(entry: &JsonObject) -> Result<Role, String> {
    Ok(Role {
        name: text(entry, "RoleName")?.to_owned(),
        id: text(entry, "RoleId")?.to_owned(),
        arn: text(entry, "Arn")?.to_owned(),
        trust: document(entry.get("AssumeRolePolicyDocument")),
        policies: policies(entry, "RolePolicyList")?,
        boundary: boundary(entry),
        tags: read_tags(entry)?,
        max_session: entry.get("MaxSessionDuration").and_then(Value::as_i64),
        created: entry
            .get("CreateDate")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok()),
    })
}

fn policies(entry: &JsonObject, inline: &str) -> Result<HolderPolicies, String> {
    let mut policies = HolderPolicies::default();
    for policy in objects(entry, inline)? {
        policies.inline.insert(
            text(policy, "PolicyName")?.to_owned(),
            document(policy.get("PolicyDocument")),
        );
    }
    for policy in objects(entry, "AttachedManagedPolicies")? {
        policies
            .attached
            .push(text(policy, "PolicyArn")?.to_owned());
    }
    Ok(policies)
}

fn document(value: Option<&Value>) -> ReadDocument {
    IamDocument::read(value.ok_or("its document is not in the authorization details")?)
        .map_err(|why| why.to_string())
}

/// The document of the default version.
fn default_version(policy: &JsonObject) -> Result<ReadDocument, String> {
    let is_default =
        |version: &&JsonObject| version.get("IsDefaultVersion") == Some(&Value::Bool(true));
    let versions = objects(policy, "PolicyVersionList")?;
    let by_id = |version: &&JsonObject| {
        version.get("VersionId").is_some()
            && version.get("VersionId") == policy.get("DefaultVersionId")
    };
    let version = versions
        .iter()
        .copied()
        .find(is_default)
        .or_else(|| versions.iter().copied().find(by_id));
    Ok(document(
        version.and_then(|version| version.get("Document")),
    ))
}

fn boundary(entry: &JsonObject) -> Option<String> {
    Some(
        entry
            .get("PermissionsBoundary")?
            .get("PermissionsBoundaryArn")?
            .as_str()?
            .to_owned(),
    )
}

fn read_names(entry: &JsonObject, key: &str) -> Result<Vec<String>, String> {
    let Some(list) = entry.get(key) else {
        return Ok(Vec::new());
    };
    let name = |value: &Value| value.as_str().map(str::to_owned);
    list.as_array()
        .and_then(|list| list.iter().map(name).collect())
        .ok_or_else(|| format!("`{key}` is not a list of names"))
}

fn read_tags(entry: &JsonObject) -> Result<BTreeMap<String, String>, String> {
    objects(entry, "Tags")?
        .into_iter()
        .map(|tag| Ok((text(tag, "Key")?.to_owned(), text(tag, "Value")?.to_owned())))
        .collect()
}
