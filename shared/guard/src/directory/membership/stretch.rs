//! The stretch of time around a moment on which every change of a membership is in the logs, as
//! far as records can show.

use super::Asked;
use crate::directory::Directory;
use crate::directory::changes::Hiding;
use crate::moment::Moment;
use crate::roster::{Membership, Second, unclear};
use crate::text;
use crate::text::Text;

/// Up to how many seconds the recorded time of an addition and the time in a roster may differ.
const SAME_ADDITION: i64 = 5;

/// Around a moment. Both ends are outside.
pub(super) struct Stretch<'a> {
    pub(super) since: Option<Moment>,
    pub(super) until: Option<Moment>,
    /// The changes on it before the moment, oldest first. Each has an outcome.
    pub(super) before: &'a [Second],
    /// The changes on it after the moment.
    pub(super) after: &'a [Second],
    /// Why nothing is known from before it, in words.
    pub(super) why: Option<Text>,
}

/// What ends a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Something is hidden.
    Hidden(Hiding),
    /// Opposite changes in one second.
    Unclear,
    /// A roster shows that the membership began.
    Began,
    /// The user or the group was deleted.
    Deleted,
}

impl Directory<'_> {
    /// # Errors
    /// Why nothing is known at this very second, in words.
    pub(super) fn stretch<'a>(
        &self,
        asked: Asked<'_>,
        seconds: &'a [Second],
    ) -> Result<Stretch<'a>, Text> {
        let at = asked.at;
        if seconds.iter().any(|second| second.time == at) {
            return Err(text!(
                "the membership changed in the same second as the switch"
            ));
        }
        let (mut since, mut until) = (None, None);
        for end in self.ends(asked, seconds) {
            if end.0 == at {
                return Err(text!(
                    "in the same second as the switch, {what}",
                    what = words(end)
                ));
            }
            if end.0 < at {
                since = since.max(Some(end));
            } else {
                until = Some(until.map_or(end, |known: (Moment, End)| known.min(end)));
            }
        }
        let is_on = |second: &Second| {
            since.is_none_or(|(since, _)| since < second.time)
                && until.is_none_or(|(until, _)| second.time < until)
        };
        // They are in order, so those on the stretch are neighbors.
        let first =
            seconds.partition_point(|second| since.is_some_and(|(since, _)| second.time <= since));
        let rest = seconds.get(first..).unwrap_or_default();
        let on = rest.get(..rest.partition_point(is_on)).unwrap_or_default();
        let (before, after) = on.split_at(on.partition_point(|second| second.time < at));
        let why = match (since, until) {
            (Some(end), _) | (None, Some(end)) => Some(why(end)),
            (None, None) => None,
        };
        Ok(Stretch {
            since: since.map(|(time, _)| time),
            until: until.map(|(time, _)| time),
            before,
            after,
            why,
        })
    }

    /// Everything that ends a stretch of this membership, in no particular order.
    fn ends(&self, asked: Asked<'_>, seconds: &[Second]) -> Vec<(Moment, End)> {
        let changes = &self.changes;
        let in_group = changes.hidden_in_group.get(asked.group);
        let in_group = in_group.map_or(&[][..], Vec::as_slice);
        let hidden = [changes.hidden.as_slice(), in_group].into_iter();
        let mut ends: Vec<(Moment, End)> = hidden
            .flat_map(|hidden| around(hidden, asked.at))
            .map(|(time, why)| (*time, End::Hidden(*why)))
            .collect();
        let unclear = seconds.iter().filter(|second| second.added.is_none());
        ends.extend(unclear.map(|second| (second.time, End::Unclear)));
        let lives = [
            changes.users.get(asked.user),
            changes.groups.get(asked.group),
        ];
        for life in lives.into_iter().flatten() {
            let unclear = life.unclear.iter();
            ends.extend(unclear.map(|time| (*time, End::Hidden(Hiding::Contradiction))));
            let deleted = life.deleted.iter();
            ends.extend(deleted.map(|(time, _)| (*time, End::Deleted)));
        }
        let listed = self
            .store_rosters()
            .filter_map(|roster| roster.listed(asked.user, asked.group)?.created);
        // If the logs show the addition, its record says the same and more.
        let is_recorded = |began: Moment| {
            seconds.iter().any(|second| {
                second.added == Some(true)
                    && second.time.seconds_since(began).abs() <= SAME_ADDITION
            })
        };
        let began = listed.filter(|began| !is_recorded(*began));
        ends.extend(began.map(|began| (began, End::Began)));
        ends
    }
}

/// Of a sorted list: the last before a moment, and the next.
fn around(hidden: &[(Moment, Hiding)], at: Moment) -> &[(Moment, Hiding)] {
    let next = hidden.partition_point(|(time, _)| *time < at);
    let end = hidden.len().min(next + 1);
    hidden.get(next.saturating_sub(1)..end).unwrap_or_default()
}

/// What happened, as a clause.
fn words((time, end): (Moment, End)) -> Text {
    match end {
        End::Hidden(Hiding::Group) => {
            text!(
                "the group was changed at {time}, and the record doesn't show how",
                time
            )
        }
        End::Hidden(Hiding::SomeGroup) => {
            text!(
                "a group was changed at {time}, and the record doesn't show which one or how",
                time
            )
        }
        End::Hidden(Hiding::Deletion) => text!(
            "a membership was deleted at {time}, and neither the logs nor a roster show whose it was",
            time
        ),
        End::Hidden(Hiding::FirstMembers) => text!(
            "the group was created with members at {time}, and the record doesn't show who they are",
            time
        ),
        End::Hidden(Hiding::Contradiction) => text!(
            "the copies of a record from {time} about the user or the group contradict each other",
            time
        ),
        End::Unclear => match unclear(time) {
            Membership::Unproven { missing } => missing,
            Membership::Member { .. } | Membership::NotMember { .. } => Text::default(),
        },
        End::Began => text!(
            "a roster shows that the membership began at {time}, and the logs don't show that",
            time
        ),
        End::Deleted => text!("the user or the group was deleted at {time}", time),
    }
}

fn why(end: (Moment, End)) -> Text {
    let words = words(end);
    match end.1 {
        End::Unclear => words,
        _ => text!(
            "{what}, so it isn't known who was in the group then",
            what = words
        ),
    }
}
