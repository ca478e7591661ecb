//! The environment variables, from the settings of each function and from the sources.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rolewatch_live::settings::{
    ArchiveSettings, AuditorSettings, GuardSettings, Lookup, NotifierSettings, SettingsError,
    WrongVariable, variables,
};

use super::super::tool::project;
use super::{files, row};

/// The variables that only tests, benches and scripts of the project read.
pub(super) const TESTS_ONLY: [(&str, &str); 18] = [
    (
        "CARGO_TARGET_DIR",
        "the folder with the built binaries; Cargo's own variable",
    ),
    (
        "CHROMIUM",
        "the browser for `make test-html`, instead of the one that is installed",
    ),
    (
        "ROLEWATCH",
        "`tests/outputs.py`: the command to run, instead of `target/debug/rolewatch`",
    ),
    (
        "ROLEWATCH_BIN",
        "`tests/html` and `tests/templates`: the command. `make` sets it",
    ),
    (
        "ROLEWATCH_BINARIES",
        "`tests/live`: the folder with the built binaries, instead of building them",
    ),
    (
        "ROLEWATCH_CLI_FOR_AWS",
        "`tests/live`: the command, built with `--features aws`, instead of building it",
    ),
    (
        "ROLEWATCH_CORPUS",
        "a folder of recorded events, for tests that need some. Without it, they do nothing",
    ),
    (
        "ROLEWATCH_EMULATOR_PYTHON",
        "`tests/templates`: the Python of the emulator's environment. `make` sets it",
    ),
    (
        "ROLEWATCH_EVENT_RULER",
        "`tests/templates`: the class path of AWS's own matcher of event patterns",
    ),
    (
        "ROLEWATCH_IAM_CASES",
        "`tests/live/test_iam_reading.py`: how many cases to make up",
    ),
    (
        "ROLEWATCH_IAM_SEED",
        "`tests/live/test_iam_reading.py`: which cases to make up",
    ),
    (
        "ROLEWATCH_IAM_VERDICTS",
        "`tests/live`: the built example `iam_verdicts`, instead of building it",
    ),
    (
        "ROLEWATCH_LIVE_JOBS",
        "`tests/live/run.py`: how many files to run at a time, instead of one more than there are cores, up to 4",
    ),
    (
        "ROLEWATCH_PEOPLE",
        "the test of the rosters' memory: how many people each account has",
    ),
    (
        "ROLEWATCH_SAM",
        "`tests/sam`: the environment with sam. `make` sets it",
    ),
    (
        "ROLEWATCH_SAM_CLONE",
        "`tests/sam`: a folder in which the clone is kept for the next run",
    ),
    (
        "ROLEWATCH_SEEDS",
        "how many random seeds the simulations and the made-up companies run with",
    ),
    (
        "ROLEWATCH_WRITE_DOCS",
        "`make docs` sets it: the test of this page writes the page",
    ),
];

type Read = fn(Lookup<'_>) -> Result<(), SettingsError>;

/// The functions, by their names.
const FUNCTIONS: [(&str, Read); 4] = [
    ("switch-guard", |lookup| {
        GuardSettings::read(lookup).map(drop)
    }),
    ("session-auditor", |lookup| {
        AuditorSettings::read(lookup).map(drop)
    }),
    ("archive-auditor", |lookup| {
        ArchiveSettings::read(lookup).map(drop)
    }),
    ("slack-notifier", |lookup| {
        NotifierSettings::read(lookup).map(drop)
    }),
];

const OF_FUNCTIONS: &str = "
## Environment variables of the functions

`template.yaml` sets these. An empty value counts as unset. A function that misses a required
variable, or finds something else in it, doesn't start, and its log names every such variable. The
AWS SDK in the functions also reads its own variables, which Lambda sets.

| variable | read by | default | meaning |
|---|---|---|---|
";

const OF_TESTS: &str = "
## Environment variables of the tests

These are only for people who change rolewatch. No program that you install or deploy reads them.

| variable | meaning |
|---|---|
";

/// Who reads a variable, and who of them requires it.
#[derive(Debug, Default)]
struct Readers {
    all: Vec<&'static str>,
    requiring: Vec<&'static str>,
}

/// Asks each function for its settings in an empty environment, and notes what it looks up.
fn readers() -> BTreeMap<String, Readers> {
    let mut found: BTreeMap<String, Readers> = BTreeMap::new();
    for (function, read) in FUNCTIONS {
        let asked = RefCell::new(BTreeSet::new());
        let wrong = read(&|name| {
            asked.borrow_mut().insert(name.to_owned());
            None
        });
        for name in asked.into_inner() {
            found.entry(name).or_default().all.push(function);
        }
        for variable in wrong.unwrap_err().0 {
            let WrongVariable::Missing { name, .. } = variable else {
                panic!("nothing was set: {variable}");
            };
            let readers = found.get_mut(name).unwrap();
            readers.requiring.push(function);
        }
    }
    // The log level isn't one of the settings: every `main` asks for it first.
    for (function, _) in FUNCTIONS {
        let main = format!("functions/{function}/src/main.rs");
        let main = fs::read_to_string(project().join(main)).unwrap();
        assert!(main.contains("log_level()"), "{function}");
        let name = "AWS_LAMBDA_LOG_LEVEL".to_owned();
        found.entry(name).or_default().all.push(function);
    }
    found
}

pub(super) fn of_functions() -> String {
    let mut readers = readers();
    let mut text = OF_FUNCTIONS.to_owned();
    for variable in variables::ALL {
        let name = variable.name;
        let read = readers
            .remove(name)
            .unwrap_or_else(|| panic!("no function reads {name}"));
        let everybody = read.all.len() == FUNCTIONS.len();
        let by = if everybody {
            "every function".to_owned()
        } else {
            read.all.join(", ")
        };
        let default = match read.requiring.len() {
            0 => variable.unset.to_owned(),
            count if count == read.all.len() => "required".to_owned(),
            _ => format!(
                "required by {}; otherwise {}",
                read.requiring.join(", "),
                variable.unset
            ),
        };
        assert!(
            !default.is_empty(),
            "{name} isn't required, so what if it isn't set?"
        );
        text.push_str(&row(&[&format!("`{name}`"), &by, &default, variable.about]));
    }
    assert!(readers.is_empty(), "not in `variables::ALL`: {readers:?}");
    text
}

pub(super) fn of_tests() -> String {
    let rows = TESTS_ONLY.map(|(name, about)| row(&[&format!("`{name}`"), about]));
    OF_TESTS.to_owned() + &rows.concat()
}

/// Every name of a variable of rolewatch in the project's files, except in pages and in this file,
/// with the first file that has it.
pub(super) fn named_in_sources() -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for path in files(project()) {
        let own = path.ends_with("reference/variables.rs");
        if own || path.extension().is_some_and(|ending| ending == "md") {
            continue;
        }
        // Pictures and archives aren't text, and name no variables.
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        for name in names(&text) {
            found.entry(name.to_owned()).or_insert_with(|| path.clone());
        }
    }
    assert!(found.len() > 30, "these can't be all: {found:?}");
    found
}

/// `ROLEWATCH_BUCKET` in a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.match_indices("ROLEWATCH_").filter_map(move |(at, _)| {
        let begins = !text[..at].ends_with(part);
        let rest = &text[at..];
        let end = rest.find(|c: char| !part(c)).unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches('_');
        (begins && name.len() > "ROLEWATCH".len()).then_some(name)
    })
}

#[test]
fn a_name_is_found_in_any_language() {
    let text =
        "os.environ[\"ROLEWATCH_A\"] $ROLEWATCH_B_2: ${ROLEWATCH_C} ROLEWATCH_ NOT_ROLEWATCH_D";
    let found: Vec<&str> = names(text).collect();
    assert_eq!(found, ["ROLEWATCH_A", "ROLEWATCH_B_2", "ROLEWATCH_C"]);
}
