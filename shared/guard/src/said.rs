//! What one record says, opened once.
//!
//! Live, a record is asked several things before it is stored: whether it is a call against the
//! guard, whether it changes the set-up, what the engine sees in it, and what is kept of it. All of
//! that comes from one value, so its JSON is parsed once.

use crate::arn::RoleArn;
use crate::delivery::Delivery;
use crate::record::{self, Record, RecordProblem};
use crate::review::{SetupChange, change_of};
use crate::seen::Reading;
use crate::seen::read::read_record;
use crate::seen::reduced::reduced_record;
use crate::seen::service::glance;
use crate::tamper::{GuardedResources, Tampering, tampering_of};

/// A record that was opened. It borrows from the record's text.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    record: Record<'a>,
}

impl<'a> Said<'a> {
    /// Opens a record.
    ///
    /// # Errors
    /// The text is not JSON of CloudTrail's shape.
    pub fn open(json: &'a [u8]) -> Result<Self, RecordProblem> {
        record::open(json).map(|record| Self { record })
    }

    /// The same. `None`: one glance shows that a service was given a role that nobody listed.
    /// These are many, and nothing else is asked of them.
    ///
    /// # Errors
    /// As [`Said::open`].
    pub fn open_unless_service(
        json: &'a [u8],
        elevated: &dyn Fn(&RoleArn) -> bool,
    ) -> Result<Option<Self>, RecordProblem> {
        let text = record::text(json)?;
        match glance(text, elevated) {
            Some(_) => Ok(None),
            None => Self::of_text(text).map(Some),
        }
    }

    /// As [`Said::open`], of its text.
    pub(crate) fn of_text(text: &'a str) -> Result<Self, RecordProblem> {
        record::of_text(text).map(|record| Self { record })
    }

    /// `recipientAccountId`; empty is absent.
    pub(crate) fn recipient(&self) -> Option<&str> {
        let account = self.record.recipient_account_id.as_deref();
        account.filter(|text| !text.is_empty())
    }

    /// What the engine sees in it. `elevated` tells whether the role with this ARN is elevated.
    ///
    /// # Errors
    /// As [`crate::seen::read_from`].
    pub fn read(
        &self,
        delivery: Delivery<'_>,
        elevated: &dyn Fn(&RoleArn) -> bool,
    ) -> Result<Reading, RecordProblem> {
        read_record(&self.record, delivery, elevated)
    }

    /// What is kept of it: nothing but what the engine reads.
    ///
    /// # Errors
    /// As [`crate::seen::reduced_from`].
    pub fn reduced(&self, delivery: Delivery<'_>) -> Result<String, RecordProblem> {
        reduced_record(&self.record, delivery)
    }

    /// The call against the guard that it shows.
    ///
    /// # Errors
    /// As [`crate::tamper::tampering`].
    pub fn tampering(
        &self,
        delivery: Delivery<'_>,
        guarded: &GuardedResources,
    ) -> Result<Option<Tampering>, RecordProblem> {
        tampering_of(&self.record, delivery, guarded)
    }

    /// The change of the set-up that it shows.
    ///
    /// # Errors
    /// As [`crate::review::change`].
    pub fn change(&self, delivery: Delivery<'_>) -> Result<Option<SetupChange>, RecordProblem> {
        change_of(&self.record, delivery)
    }
}
