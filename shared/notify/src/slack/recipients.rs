//! The Slack message which says that nobody receives e-mail any more, or that somebody does again.

use rolewatch_live::recipients::Recipients;
use rolewatch_live::wire::RecipientsChanged;

use super::markup::escape;
use super::message::SlackMessage;
use super::message::parts::{header, section};
use crate::text::fill_template;
use crate::view::View;
use crate::words::Words as _;

/// The message.
pub fn message(view: &View, changed: &RecipientsChanged) -> SlackMessage {
    let words = view.language.recipients();
    let time = escape(&view.local_time(changed.since), 80);
    let (mark, title, paragraphs) = match changed.recipients {
        Recipients::Confirmed => ("✅", words.back, vec![words.back_means]),
        Recipients::Pending => ("📭", words.lost, vec![words.lost_means, words.pending]),
        Recipients::Nobody => ("📭", words.lost, vec![words.lost_means, words.nobody]),
    };
    let title = format!("{mark} {title}");
    let paragraphs: Vec<String> = paragraphs
        .into_iter()
        .map(|text| fill_template(text, &[("time", &time)]))
        .collect();
    let mut blocks = vec![header(&title)];
    blocks.extend(paragraphs.iter().map(|text| section(text)));
    let minimal = format!("{title}\n{}", paragraphs.join("\n"));
    SlackMessage {
        text: format!("{title}: {}", paragraphs.join(" ")),
        blocks,
        minimal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, sample};

    #[test]
    fn the_message_says_since_when_what_it_means_and_what_to_do() {
        for language in [Language::English, Language::Japanese] {
            let (view, words) = (sample::view(language), language.recipients());
            let of = |recipients| {
                let since = "2026-01-31T18:30:05Z".parse().unwrap();
                message(
                    &view,
                    &RecipientsChanged {
                        version: 1,
                        recipients,
                        since,
                    },
                )
            };
            let cases = [
                (Recipients::Nobody, words.lost, words.nobody),
                (Recipients::Pending, words.lost, words.pending),
            ];
            for (recipients, title, what_to_do) in cases {
                let message = of(recipients);
                assert!(
                    message.text.contains(title) && message.minimal.contains(what_to_do),
                    "{message:?}"
                );
                assert!(
                    message.minimal.contains("2026-02-01 03:30:05 (Asia/Tokyo)"),
                    "{message:?}"
                );
                assert!(
                    !message.minimal.contains('{') && message.blocks.len() == 3,
                    "{message:?}"
                );
            }
            let back = of(Recipients::Confirmed);
            assert!(
                back.text.contains(words.back)
                    && back.blocks.len() == 2
                    && !back.minimal.contains('{'),
                "{back:?}"
            );
        }
    }
}
