use std::collections::BTreeSet;

use super::*;

fn span(from: &str, to: &str) -> KeyRange {
    KeyRange {
        from: from.into(),
        to: to.into(),
    }
}

fn expression(from: &str, to: &str) -> Option<&'static str> {
    Keys::new("p", &span(from, to)).map(|keys| keys.expression)
}

#[test]
fn open_ends_are_not_asked_for() {
    assert_eq!(expression("", ""), Some("#pk = :pk"));
    assert_eq!(expression("a", ""), Some("#pk = :pk AND #sk >= :from"));
    assert_eq!(expression("", "b"), Some("#pk = :pk AND #sk <= :to"));
    assert_eq!(
        expression("a", "b"),
        Some("#pk = :pk AND #sk BETWEEN :from AND :to")
    );
}

#[test]
fn a_key_that_starts_with_the_greatest_counts() {
    let keys = Keys::new("p", &span("v#", "v#")).unwrap();
    let Some(AttributeValue::S(to)) = keys.values.get(":to") else {
        panic!()
    };
    for key in ["v#", "v#111122223333", "v#\u{1F600}"] {
        assert!(key <= to.as_str() && key >= "v#", "{key}");
    }
    assert!("v$" > to.as_str());
}

#[test]
fn an_empty_range_is_not_asked_for() {
    assert_eq!(expression("b", "a"), None);
    assert!(expression("ab", "a").is_some(), "`ab` starts with `a`");
}

/// DynamoDB rejects an expression with an undefined placeholder, and one with an unused
/// placeholder.
fn assert_placeholders(expression: &str, names: &[(&str, &str)], values: &[&str]) {
    let given: BTreeSet<&str> = names
        .iter()
        .map(|(name, _)| *name)
        .chain(values.iter().copied())
        .collect();
    let words = expression.split(|c: char| c.is_whitespace() || "()".contains(c));
    let used: BTreeSet<&str> = words.filter(|word| word.starts_with(['#', ':'])).collect();
    assert_eq!(used, given, "{expression}");
}

#[test]
fn every_name_and_value_of_a_query_is_given_and_used() {
    let spans = [span("", ""), span("a", ""), span("", "b"), span("a", "b")];
    for keys in spans.iter().filter_map(|span| Keys::new("p", span)) {
        assert_placeholders(
            keys.expression,
            keys.names,
            &keys.values.keys().map(String::as_str).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn every_name_and_value_of_a_condition_is_given_and_used() {
    let keeps =
        [Keep::First, Keep::Least, Keep::Greatest].map(|keep| PutCondition::for_keep(keep, "r"));
    for condition in keeps
        .into_iter()
        .chain([PutCondition::replace(0), PutCondition::replace(1)])
    {
        let values: &[&str] = if condition.value.is_some() {
            &[":it"]
        } else {
            &[]
        };
        assert_placeholders(condition.expression, condition.names, values);
    }
}

#[test]
fn a_row_comes_back_as_it_went() {
    let there = Row {
        pk: "session#AROAEXAMPLE:alice".into(),
        sk: "mint#2026-03-02T09:00:00Z".into(),
        body: String::new(),
        rank: String::new(),
        version: u64::MAX,
        expires: Some(Moment::from_epoch_seconds(1_772_442_000)),
    };
    assert_eq!(row_of_item(item_of_row(there.clone())), Ok(there.clone()));
    let forever = Row {
        expires: None,
        ..there
    };
    assert_eq!(row_of_item(item_of_row(forever.clone())), Ok(forever));
}

#[test]
fn an_item_of_somebody_else_is_said_to_be_none_of_ours() {
    let mut odd = item_of_row(Row {
        pk: "p".into(),
        sk: "s".into(),
        body: "b".into(),
        rank: String::new(),
        version: 0,
        expires: None,
    });
    odd.insert("version".into(), AttributeValue::S("1".into()));
    let error = row_of_item(odd).unwrap_err().to_string();
    assert!(error.contains("`version`"), "{error}");
}
