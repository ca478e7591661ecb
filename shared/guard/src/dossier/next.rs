//! Finds what belongs to one entry into a role: the session that it was made from, and what
//! continues it without another entry.

use super::{Switch, Tracer};
use crate::time::{aws::LONGEST_SESSION, chosen::SAME_CALL};

impl<'w> Tracer<'_, 'w> {
    /// The switch whose session this one was entered from, if it was read and its records don't
    /// contradict each other.
    pub(crate) fn entered_from(&self, switch: &Switch<'w>) -> Option<&Switch<'w>> {
        let caller = switch.caller()?;
        self.parent(caller, switch.key.second)
            .filter(|parent| parent.conflicting.is_empty())
    }

    /// What continues a session without another entry: the console's renewals of it, in order, and
    /// uses with its name and time that no mint explains.
    pub(crate) fn continued(&self, switch: &Switch<'w>) -> Vec<&Switch<'w>> {
        let mut continued: Vec<&Switch<'w>> = Vec::new();
        let loose = self
            .gathered
            .loose
            .get(&switch.key.session)
            .into_iter()
            .flatten();
        for other in loose
            .filter_map(|at| self.gathered.switches.get(*at))
            .filter(|other| other.key != switch.key)
        {
            if other.key.second.seconds_since(switch.key.second) > LONGEST_SESSION {
                // The list is sorted by second, so the rest is even later.
                break;
            }
            // Uses that no mint explains, with the creation time of this session: the console made
            // them, with keys that it received in exchange.
            let same = !other.has_mint() && switch.began_at(other.key.second, SAME_CALL);
            // Each renewal extends the previous one, not the entry: after a few renewals, the
            // entry's own credentials have long expired.
            if same || other.may_renew(continued.last().copied().unwrap_or(switch)) {
                continued.push(other);
            }
        }
        continued
    }
}
