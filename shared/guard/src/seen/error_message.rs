//! Finds the role in the message of a denied call. With `AccessDenied`, CloudTrail shows it nowhere
//! else.

use crate::arn::RoleArn;

/// Reads `User: CALLER is not authorized to perform: ACTION on resource: ROLE [because …]`.
///
/// The caller's ARN comes first and can't contain a space. So the first ` on resource: ` after the
/// action was written by AWS, even if the caller put these words into the role's name.
pub(super) fn denied_role(message: &str) -> Option<RoleArn> {
    RoleArn::parse(denied_resource(message)?).ok()
}

/// The resource that the caller was denied.
pub(super) fn denied_resource(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(" is not authorized to perform: ")?;
    let (_action, rest) = rest.split_once(" on resource: ")?;
    rest.split_ascii_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_is_read_from_old_and_new_messages() {
        let role = "arn:aws:iam::444455556666:role/UpdateApp";
        let old = format!(
            "User: arn:aws:iam::111122223333:user/a is not authorized to perform: sts:AssumeRole on resource: {role}"
        );
        let new =
            format!("{old} because no identity-based policy allows the sts:AssumeRole action");
        assert_eq!(denied_role(&old).unwrap().as_str(), role);
        assert_eq!(denied_role(&new).unwrap().as_str(), role);
    }

    #[test]
    fn a_message_without_a_role_names_none() {
        for message in [
            "An unknown error occurred",
            "",
            "on resource: arn:aws:iam::444455556666:role/UpdateApp",
        ] {
            assert_eq!(denied_role(message), None, "{message}");
        }
    }

    #[test]
    fn a_caller_cannot_put_another_role_in_front() {
        let message = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: sts:AssumeRole on resource: \
                       arn:aws:iam::444455556666:role/x on resource: arn:aws:iam::444455556666:role/UpdateApp";
        assert_eq!(denied_role(message).unwrap().name(), "x");
    }
}
