//! The directory of Identity Center: memberships, groups, users, MFA devices.
//!
//! Three services write these records: `sso-directory` for the console, `identitystore` for the
//! API, and `identitystore-scim` for identity providers. Only some of their shapes were ever
//! captured.
//!
//! INVARIANT (unknown): a change that can't be read completely isn't dropped. It counts as an
//! unknown change of everything that the record names.

use std::sync::Arc;

use super::text::shown_text;
use super::{CenterKind, DirectoryChange, DirectoryChangeKind, Outcome};
use crate::record::{CenterRequest, CenterResponse, List, Object, Record, Shown};
use crate::seen::NamedKind;
use crate::seen::details::{RecordPart, UnreadDetails};
use crate::seen::parts::RecordHead;

pub(super) fn is_watched(name: &str) -> bool {
    subject_of(name).is_some()
}

/// Whether a call is about a user or a group. A membership counts as its group.
fn subject_of(name: &str) -> Option<NamedKind> {
    match name {
        "AddMemberToGroup"
        | "RemoveMemberFromGroup"
        | "CreateGroupMembership"
        | "DeleteGroupMembership"
        | "CreateGroup"
        | "UpdateGroup"
        | "UpdateGroupDisplayName"
        | "PatchGroup"
        | "PutGroup"
        | "DeleteGroup" => Some(NamedKind::Group),
        "CreateUser"
        | "UpdateUser"
        | "UpdateUserName"
        | "PatchUser"
        | "PutUser"
        | "DeleteUser"
        | "DisableUser"
        | "EnableUser"
        | "CompleteVirtualMfaDeviceRegistration"
        | "CompleteWebAuthnDeviceRegistration"
        | "DeleteMfaDeviceForUser" => Some(NamedKind::User),
        _ => None,
    }
}

/// The ids in a record, from all fields that can hold them.
struct Ids {
    group: Option<Arc<str>>,
    /// The id of the member, or of the user that the call is about.
    user: Option<Arc<str>>,
    membership: Option<Arc<str>>,
    device: Option<Arc<str>>,
}

pub(super) fn read(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Option<(Outcome, CenterKind)> {
    let about = subject_of(at.name).filter(|_| !at.failed)?;
    let asked: RecordPart<CenterRequest<'_>> =
        unread.read_part(record.request_parameters, "requestParameters", false);
    let answer: RecordPart<CenterResponse<'_>> =
        unread.read_part(record.response_elements, "responseElements", false);
    let (request, response) = (asked.members, answer.members);
    let store = shown_text(
        request.identity_store_id.as_ref(),
        "requestParameters.identityStoreId",
        unread,
    );
    let ids = Ids::read(&request, &response, about, unread);
    let what = change(at, about, ids, (&request, &response), unread)?;
    let change = DirectoryChange { store, what };
    Some((Outcome::Success, CenterKind::Directory(change)))
}

impl Ids {
    fn read(
        request: &CenterRequest<'_>,
        response: &CenterResponse<'_>,
        about: NamedKind,
        unread: &mut UnreadDetails,
    ) -> Self {
        let mut first = |slots: &[(&'static str, &Option<Shown<'_>>)]| {
            let mut ids = slots
                .iter()
                .map(|(field, slot)| shown_text(slot.as_ref(), field, unread));
            ids.find_map(|id| id)
        };
        // SCIM uses one `id` for both.
        let nothing = None;
        let of = |kind: NamedKind, slot| if kind == about { slot } else { &nothing };
        let made = response.group.as_ref().and_then(Object::read);
        let made = made.map_or(&nothing, |group| &group.group_id);
        Self {
            group: first(&[
                ("requestParameters.groupId", &request.group_id),
                ("requestParameters.id", of(NamedKind::Group, &request.id)),
                ("responseElements.group.groupId", made),
                ("responseElements.groupId", &response.group_id),
                ("responseElements.id", of(NamedKind::Group, &response.id)),
            ]),
            user: first(&[
                ("requestParameters.member.memberId", &request.member),
                ("requestParameters.memberId.userId", &request.member_id),
                ("requestParameters.userId", &request.user_id),
                ("requestParameters.user.userId", &request.user),
                ("requestParameters.id", of(NamedKind::User, &request.id)),
                ("responseElements.user.userId", &response.user),
                ("responseElements.userId", &response.user_id),
                ("responseElements.id", of(NamedKind::User, &response.id)),
            ]),
            membership: first(&[
                ("requestParameters.membershipId", &request.membership_id),
                ("responseElements.membershipId", &response.membership_id),
            ]),
            device: first(&[("requestParameters.deviceId", &request.device_id)]),
        }
    }

    fn id(&self, about: NamedKind) -> Option<Arc<str>> {
        match about {
            NamedKind::User => self.user.clone(),
            NamedKind::Group => self.group.clone(),
        }
    }
}

/// `None`: an update of something that doesn't matter here, such as an address.
fn change(
    at: &RecordHead<'_>,
    about: NamedKind,
    ids: Ids,
    (request, response): (&CenterRequest<'_>, &CenterResponse<'_>),
    unread: &mut UnreadDetails,
) -> Option<DirectoryChangeKind> {
    let id = ids.id(about);
    let change = match at.name {
        "CreateUser" | "CreateGroup" => Some(created(about, id.clone(), request, response, unread)),
        "DeleteUser" | "DeleteGroup" => id
            .clone()
            .map(|id| DirectoryChangeKind::Deleted { what: about, id }),
        "DisableUser" | "EnableUser" => id.clone().map(|user| DirectoryChangeKind::Active {
            user,
            active: at.name == "EnableUser",
        }),
        "UpdateUserName" | "UpdateGroupDisplayName" => id.clone().map(|id| {
            let to = new_name(request, unread);
            DirectoryChangeKind::Renamed {
                what: about,
                id,
                to,
            }
        }),
        "UpdateUser" | "UpdateGroup" => {
            return updated(about, id, request.operations.as_ref(), unread);
        }
        "PatchUser" | "PutUser" | "PatchGroup" | "PutGroup" => None,
        name if about == NamedKind::User => device(name, ids, at),
        name => membership(name, ids),
    };
    Some(change.unwrap_or(DirectoryChangeKind::Unknown { what: about, id }))
}

fn membership(name: &str, ids: Ids) -> Option<DirectoryChangeKind> {
    match (name, ids.group, ids.user, ids.membership) {
        ("AddMemberToGroup" | "CreateGroupMembership", Some(group), Some(user), membership) => {
            Some(DirectoryChangeKind::MemberAdded {
                group,
                user,
                membership,
            })
        }
        ("RemoveMemberFromGroup" | "DeleteGroupMembership", Some(group), Some(user), _) => {
            Some(DirectoryChangeKind::MemberRemoved { group, user })
        }
        // According to the API reference, its request has no other parameter.
        ("DeleteGroupMembership", _, _, Some(membership)) => {
            Some(DirectoryChangeKind::MembershipDeleted { membership })
        }
        _ => None,
    }
}

/// A change of an MFA device. People enroll their own devices in the access portal, so if the
/// request names nobody, the device belongs to the caller.
fn device(name: &str, ids: Ids, at: &RecordHead<'_>) -> Option<DirectoryChangeKind> {
    let own = || at.on_behalf_of.as_ref().map(|own| Arc::clone(&own.user));
    let device = ids.device;
    if name == "DeleteMfaDeviceForUser" {
        // Administrators remove devices of other users, so here the user isn't guessed.
        return ids
            .user
            .map(|user| DirectoryChangeKind::MfaRemoved { user, device });
    }
    ids.user
        .or_else(own)
        .map(|user| DirectoryChangeKind::MfaEnrolled { user, device })
}

fn created(
    about: NamedKind,
    id: Option<Arc<str>>,
    request: &CenterRequest<'_>,
    response: &CenterResponse<'_>,
    unread: &mut UnreadDetails,
) -> DirectoryChangeKind {
    let body = request.http_body.as_ref().and_then(Object::read);
    let made = response.group.as_ref().and_then(Object::read);
    let (names, field) = match about {
        NamedKind::User => (
            [
                request.user_name.as_ref(),
                body.and_then(|body| body.user_name.as_ref()),
                None,
            ],
            "requestParameters.userName",
        ),
        NamedKind::Group => (
            [
                request.display_name.as_ref(),
                body.and_then(|body| body.display_name.as_ref()),
                made.and_then(|group| group.display_name.as_ref()),
            ],
            "requestParameters.displayName",
        ),
    };
    DirectoryChangeKind::Created {
        what: about,
        id,
        name: names
            .into_iter()
            .find_map(|name| shown_text(name, field, unread)),
        with_members: about == NamedKind::Group
            && (body.is_some_and(|body| body.members.is_some())
                || request.http_body.as_ref().is_some_and(Object::is_odd)),
    }
}

/// The new name in a call that only renames. No record of such a call was ever captured.
fn new_name(request: &CenterRequest<'_>, unread: &mut UnreadDetails) -> Option<Arc<str>> {
    [
        ("requestParameters.newUserName", &request.new_user_name),
        ("requestParameters.userName", &request.user_name),
        ("requestParameters.displayName", &request.display_name),
    ]
    .into_iter()
    .find_map(|(field, name)| shown_text(name.as_ref(), field, unread))
}

/// Reads `operations[].{attributePath, attributeValue}`, following the API reference of the
/// identity store.
fn updated(
    about: NamedKind,
    id: Option<Arc<str>>,
    operations: Option<&List<crate::record::Operation<'_>>>,
    unread: &mut UnreadDetails,
) -> Option<DirectoryChangeKind> {
    let unknown = Some(DirectoryChangeKind::Unknown {
        what: about,
        id: id.clone(),
    });
    // Without operations, or with hidden ones, anything may have changed.
    let (Some(List::Read(operations)), Some(id)) = (operations, id) else {
        return unknown;
    };
    let mut change = None;
    for operation in operations {
        let Object::Read(operation) = operation else {
            unread.unlike("requestParameters.operations[]");
            return unknown;
        };
        let path = operation.attribute_path.as_ref();
        if path.is_some_and(Shown::is_odd) {
            unread.unlike("requestParameters.operations[].attributePath");
        }
        let Some(path) = path.and_then(Shown::text) else {
            return unknown;
        };
        let value = operation.attribute_value.as_ref();
        let one = match (
            path.trim_start_matches('/').to_ascii_lowercase().as_str(),
            about,
        ) {
            ("username", NamedKind::User) | ("displayname", NamedKind::Group) => {
                let field = "requestParameters.operations[].attributeValue";
                if value.is_some_and(Shown::is_odd) {
                    unread.unlike(field);
                }
                Some(DirectoryChangeKind::Renamed {
                    what: about,
                    id: Arc::clone(&id),
                    to: shown_text(value, field, unread),
                })
            }
            ("active" | "userstatus", NamedKind::User) => {
                let Some(active) = value.and_then(Shown::text).and_then(active) else {
                    return unknown;
                };
                let user = Arc::clone(&id);
                Some(DirectoryChangeKind::Active { user, active })
            }
            _ => None,
        };
        // Two changes in one call, which one fact can't hold.
        if one.is_some() && change.replace(one).is_some() {
            return unknown;
        }
    }
    change.flatten()
}

fn active(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "enabled" => Some(true),
        "false" | "disabled" => Some(false),
        _ => None,
    }
}
