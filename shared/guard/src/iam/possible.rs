//! Checks whether a request could be allowed at all. This cheap test comes first, because most of
//! the thousands of people and roles have nothing to do with each other.

use super::decide::{AccessRequest, Governing, Identity, PolicyText, ResourceSide};
use super::principal::Grip;
use super::statement::{Effect, Statement};

/// Whether some statement allows the request wherever one must, ignoring conditions, denies and
/// boundaries. If this returns no, so does [`super::decide()`], in every context that knows more
/// than the request's.
pub fn is_possible(
    request: &AccessRequest<'_>,
    identity: &Identity<'_>,
    resource: &ResourceSide<'_>,
) -> bool {
    let by_identity = || {
        identity
            .policies
            .iter()
            .any(|policy| anything(policy, |statement| speaks(request, statement)))
    };
    let at_resource = match resource {
        ResourceSide::None => return by_identity(),
        ResourceSide::Trust(policy) | ResourceSide::Policy(policy) => policy,
    };
    let named = |strong: bool| {
        anything(at_resource, |statement| {
            let Some(principals) = &statement.principal else {
                return false;
            };
            let (meant, grip) = principals.grip(request.caller, false);
            let grips = grip.is_some_and(|grip| !strong || grip != Grip::Account);
            grips && !meant.is_no() && speaks(request, statement)
        })
    };
    match (resource, request.caller.account == request.owner) {
        (ResourceSide::Policy(_), true) => by_identity() || named(false),
        // Within an account, a trust policy that names more than the account is enough.
        (_, true) => named(true) || (named(false) && by_identity()),
        (_, false) => {
            let from_outside = matches!(
                request.caller.kind,
                super::RequesterKind::Federated | super::RequesterKind::Service
            );
            named(false) && (from_outside || by_identity())
        }
    }
}

/// Whether any Allow statement matches. A missing policy might match.
fn anything(policy: &Governing<'_>, says: impl Fn(&Statement) -> bool) -> bool {
    match &policy.text {
        PolicyText::Missing(_) => true,
        PolicyText::Read(document) => document
            .statements
            .iter()
            .any(|statement| statement.effect == Effect::Allow && says(statement)),
    }
}

fn speaks(request: &AccessRequest<'_>, statement: &Statement) -> bool {
    statement.has_action(request.action)
        && !statement
            .has_resource(request.resource, request.context)
            .is_no()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::iam::{Context, IamDocument, PolicyPlace, Requester, decide};

    fn statement() -> impl Strategy<Value = Value> {
        let action = prop::sample::select(vec![
            "sts:AssumeRole",
            "sts:*",
            "*",
            "s3:GetObject",
            "STS:assume*",
        ]);
        let resource = prop::sample::select(vec![
            "*",
            "arn:aws:iam::444455556666:role/A",
            "arn:aws:iam::444455556666:role/B",
            "arn:aws:iam::444455556666:role/${aws:username}",
            "arn:aws:iam::444455556666:role/${aws:PrincipalTag/team}",
        ]);
        let condition = prop::sample::select(vec![
            json!({}),
            json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            json!({"StringEquals": {"aws:x": "y"}}),
        ]);
        (prop::bool::weighted(0.8), action, any::<bool>(), resource, any::<bool>(), condition).prop_map(
            |(allow, action, not_action, resource, not_resource, condition)| {
                json!({"Effect": if allow { "Allow" } else { "Deny" }, if not_action { "NotAction" } else { "Action" }: action,
                    if not_resource { "NotResource" } else { "Resource" }: resource, "Condition": condition})
            },
        )
    }

    fn trusting() -> impl Strategy<Value = Value> {
        let names = [
            "*",
            "111122223333",
            "444455556666",
            "arn:aws:iam::111122223333:user/dora",
            "arn:aws:iam::444455556666:role/C",
            "AIDADORAEXAMPLE",
        ];
        (
            statement(),
            prop::sample::select(names.to_vec()),
            any::<bool>(),
        )
            .prop_map(|(mut statement, name, all_but)| {
                if let Some(statement) = statement.as_object_mut() {
                    statement.remove("Resource");
                    statement.remove("NotResource");
                    statement.insert(
                        if all_but { "NotPrincipal" } else { "Principal" }.to_owned(),
                        json!({"AWS": name}),
                    );
                }
                statement
            })
    }

    fn document(statements: &[Value]) -> IamDocument {
        IamDocument::read(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_is_not_possible_is_denied_in_every_context(
            own in prop::collection::vec(statement(), 0..4),
            at_role in prop::collection::vec(trusting(), 0..4),
            who in 0..4_usize,
            side in 0..3_usize,
            tells in any::<bool>(),
        ) {
            let home = if who % 2 == 0 { "111122223333" } else { "444455556666" };
            let caller = if who < 2 {
                Requester { id: Some("AIDADORAEXAMPLE".to_owned()), ..Requester::user(home.parse().unwrap(), &format!("arn:aws:iam::{home}:user/dora")) }
            } else {
                Requester::session(home.parse().unwrap(), &format!("arn:aws:iam::{home}:role/C"), "dora")
            };
            let (own, at_role) = (document(&own), document(&at_role));
            let place = PolicyPlace::Inline { holder: caller.arn.clone(), name: "own".to_owned() };
            let identity = Identity { policies: vec![Governing { place, text: PolicyText::Read(&own) }], boundary: None };
            let policy = Governing { place: PolicyPlace::Resource, text: PolicyText::Read(&at_role) };
            let resource = match side {
                0 => ResourceSide::Trust(policy),
                1 => ResourceSide::Policy(policy),
                _ => ResourceSide::None,
            };
            let bare = Context::partial();
            let told = bare.clone().with_value("aws:username", "A").with_value("aws:MultiFactorAuthPresent", "true").without("aws:PrincipalTag/team");
            let ask = |context| AccessRequest { caller: &caller, action: "sts:AssumeRole", resource: "arn:aws:iam::444455556666:role/A",
                owner: "444455556666".parse().unwrap(), context };
            let possible = is_possible(&ask(&bare), &identity, &resource);
            let allowed = decide(&ask(if tells { &told } else { &bare }), &identity, &resource).allowed;
            prop_assert!(possible || allowed.is_no(), "{allowed:?}");
        }
    }
}
