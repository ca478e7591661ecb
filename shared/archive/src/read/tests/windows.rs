//! A text is read the same way wherever a window ends.

use proptest::prelude::*;

use super::forms::{all_forms, escaped};
use super::shapes::awkward;
use super::*;
use crate::documents::{Documents, TextWindow};
use crate::items::Items;

/// Reads a text through windows that grow by this many bytes.
fn in_windows(bytes: &[u8], size: usize) -> Kept {
    let mut kept = Kept::default();
    let filter = Filter::everything();
    let mut items = Items::new(Arc::from(Path::new("log")), &filter, &mut kept);
    let mut documents = Documents::new();
    let mut end = 0;
    while end < bytes.len() {
        end = (end + size).min(bytes.len());
        let base = documents.keep_from();
        let shown = &bytes[usize::try_from(base).unwrap()..end];
        documents.read_on(
            TextWindow {
                bytes: shown,
                base,
                last: end == bytes.len(),
            },
            &mut items,
        );
    }
    documents.finish(false, &mut items);
    items.finish();
    kept
}

#[test]
fn a_form_is_read_alike_wherever_a_window_ends() {
    let (a, b) = two_records();
    let broken = [
        format!(
            "2026-03-02T09:00:00Z {a}\n2026-03-02T09:00:00Z START\n{{\"eventName\":\"x\"}}\n2026-03-02T09:00:01Z {b}\n"
        ),
        format!("{}\n\"{{\\\"event\n{}", quoted(&a), quoted(&b)),
        format!("2026-03-02T09:00:00Z {{\"eventName\":\"x\n2026-03-02T09:00:01Z {b}\n"),
        format!(
            "{}{{\"messageType\":7,\"logEvents\":[1,{{}}]}}",
            subscription(&["x", &a])
        ),
    ];
    for form in all_forms(&a, &b).into_iter().chain(broken) {
        let (whole, _) = from_stream(form.as_bytes(), &Filter::everything());
        for size in 1..80 {
            let kept = in_windows(form.as_bytes(), size);
            assert_eq!(kept.records, whole.records, "{size}: {form}");
            assert_eq!(kept.unread, whole.unread, "{size}: {form}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_records_come_out_of_any_form_in_any_windows(
        records in prop::collection::vec(awkward(), 1..5),
        form in 0_usize..9,
        size in 1_usize..200,
    ) {
        let texts: Vec<String> = records.iter().map(Value::to_string).collect();
        let strings = json!(texts);
        let events: Vec<Value> = texts.iter().map(|text| log_event(text)).collect();
        let each = |line: &dyn Fn(&String) -> String| texts.iter().map(line).collect::<Vec<_>>();
        let text = match form {
            0 => subscription(&texts.iter().map(String::as_str).collect::<Vec<_>>()),
            1 => each(&|text| subscription(&[text])).concat(),
            2 => serde_json::to_string_pretty(&json!({"events": events})).unwrap(),
            3 => each(&|text| format!("2026-03-02T09:00:00.000Z {text}")).join("\n"),
            4 => strings.to_string(),
            5 => each(&|text| quoted(text)).concat(),
            6 => each(&|text| escaped(text)).join("\n"),
            7 => json!(texts.iter().map(|text| json!(["x", text])).collect::<Vec<_>>()).to_string(),
            _ => texts.join("\t"),
        };
        let kept = in_windows(text.as_bytes(), size);
        prop_assert_eq!(&kept.unread, &[]);
        let parsed: Vec<Value> = kept.texts().into_iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        prop_assert_eq!(&parsed, &records);
        let (whole, _) = read_all_ways(text.as_bytes());
        prop_assert_eq!(whole.records, kept.records);
    }

    #[test]
    fn no_bytes_whatever_upset_the_forms(bytes in prop::collection::vec(prop_oneof![
        4 => prop::sample::select(b"{}[]\",:\\\n\t 1".to_vec()).prop_map(|byte| vec![byte]),
        3 => prop::sample::select(vec![
            "\"logEvents\":[", "\"events\":[", "\"messageType\":\"CONTROL_MESSAGE\"", "\"message\":\"{\\\"eventName\\\":1}\"", "\"timestamp\":1,",
            "\n2026-03-02T09:00:00Z {\"eventName\":1}", "2026-03-02T09:00:00", "\"{\\\"eventName\\\":1}\"", "\"Records\":[", "\"eventSource\":\"aws:s3\"",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ], 0..60), size in 1_usize..90) {
        let bytes = bytes.concat();
        if !bytes.starts_with(&MAGIC) && !bytes.is_empty() {
            let (whole, _) = read_all_ways(&bytes);
            let kept = in_windows(&bytes, size);
            prop_assert_eq!(kept.records, whole.records);
            prop_assert_eq!(kept.unread, whole.unread);
        }
    }
}
