use super::*;

fn problem(text: &str) -> String {
    let mut problems = Problems::default();
    let root = parse_tree(text, &mut problems);
    assert!(!problems.is_empty(), "{} should be wrong", root.is_some());
    problems.into_errors("p", text).to_string()
}

#[test]
fn scalars_stay_as_written() {
    let mut problems = Problems::default();
    let root = parse_tree(
        "[000123456789, no, 1e3, 0x10, 2026-12-31, '', \"a\\tb\", !!str 1]",
        &mut problems,
    )
    .unwrap();
    assert!(problems.is_empty());
    let NodeValue::List(items) = &root.value else {
        panic!("a list")
    };
    let texts: Vec<_> = items.iter().filter_map(|item| item.as_text()).collect();
    assert_eq!(
        texts,
        [
            "000123456789",
            "no",
            "1e3",
            "0x10",
            "2026-12-31",
            "",
            "a\tb",
            "1"
        ]
    );
}

#[test]
fn an_alias_stands_for_what_was_anchored() {
    let mut problems = Problems::default();
    let root = parse_tree("a: &x [1, 2]\nb: *x\n", &mut problems).unwrap();
    assert!(problems.is_empty());
    let NodeValue::Map(pairs) = &root.value else {
        panic!("a map")
    };
    assert!(
        pairs
            .iter()
            .all(|(_, value)| matches!(&value.value, NodeValue::List(items) if items.len() == 2))
    );
    assert_eq!(root.size, 9);
}

#[test]
fn aliases_of_aliases_cannot_blow_up() {
    let line = |level: usize| {
        let entry = level
            .checked_sub(1)
            .map_or("x".to_owned(), |below| format!("*a{below}"));
        format!("a{level}: &a{level} [{}]\n", vec![entry; 9].join(", "))
    };
    let bomb: String = (0..20).map(line).collect();
    assert_eq!(
        problem(&bomb),
        "p:6:10: too many values: a policy can have at most 100,000, with aliases counted as written out\n    \
                 6 | a5: &a5 [*a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4]\n      |          ^^^"
    );
    assert_eq!(
        problem("a: &a [*a]"),
        "p:1:8: this alias refers to itself\n    1 | a: &a [*a]\n      |        ^^"
    );
}

#[test]
fn an_alias_of_nothing_and_an_unquoted_star_are_told() {
    assert_eq!(
        problem("caller: *abc"),
        "p:1:9: there is no anchor `&abc`: put text that begins with `*` in quotes, as in `\"*abc\"`\n    1 | caller: *abc\n      |         ^^^^"
    );
}

#[test]
fn deep_nesting_stops_at_once() {
    for unit in ["[", "{", "- ", "? ", "{a: ", "[a,"] {
        let text = problem(&unit.repeat(1 << 18));
        assert!(
            text.contains("nested more than 16 levels deep: a policy needs four")
                || text.contains("not valid YAML"),
            "{unit}: {text}"
        );
    }
}

#[test]
fn odd_yaml_is_told_with_its_line() {
    for (text, told) in [
        (
            "",
            "p:1:1: the file is empty: a policy begins with `version: 1`\n    1 | \n      | ^",
        ),
        (
            "# only this\n",
            "p:1:1: the file is empty: a policy begins with `version: 1`\n    1 | # only this\n      | ^",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "p:2:1: a second document begins here: a policy is one document\n    2 | ---\n      | ^^^",
        ),
        (
            "a: 1\nb: 2\na: 3\n",
            "p:3:1: `a` appears twice: first on line 1\n    3 | a: 3\n      | ^",
        ),
        (
            "{a: 1, 'a': 3}",
            "p:1:8: `a` appears twice: first on line 1\n    1 | {a: 1, 'a': 3}\n      |        ^^^",
        ),
        (
            "[a]: 1",
            "p:1:1: a key must be a plain word\n    1 | [a]: 1\n      | ^",
        ),
        (
            "a: &x {b: 1}\nc:\n  <<: *x\n",
            "p:3:3: keys can't be merged in with `<<`: write them out\n    3 |   <<: *x\n      |   ^^",
        ),
        (
            "a: !Ref b",
            "p:1:4: the tag `!Ref` has no meaning here: write the plain value\n    1 | a: !Ref b\n      |    ^^^^",
        ),
        (
            "a: [1, 2",
            "p:1:4: not valid YAML: unclosed bracket '['\n    1 | a: [1, 2\n      |    ^",
        ),
        (
            "a: [1\nb: 3",
            "p:2:2: a `:` isn't allowed here: is a bracket or a quote left open above?\n    2 | b: 3\n      |  ^",
        ),
        (
            "a:\n\tb: 1",
            "p:2:2: there is a tab here: YAML is indented with spaces\n    2 |  b: 1\n      |  ^",
        ),
        (
            "a: b: c",
            "p:1:5: a key isn't allowed here: is it indented too far, or does text with `: ` need quotes?\n    1 | a: b: c\n      |     ^",
        ),
        (
            "a: `b`",
            "p:1:4: text can't begin with ```: put it in quotes\n    1 | a: `b`\n      |    ^",
        ),
    ] {
        assert_eq!(problem(text), told);
    }
}
