//! One record, parsed once.
//!
//! The live guard checks several things in a record before it's stored: whether it's a call against
//! the guard, whether it changes the setup, what the engine sees in it, and what to store. All of
//! that comes from one value, so that the JSON is parsed once.

use crate::arn::RoleArn;
use crate::delivery::Delivery;
use crate::record::{self, Record, RecordProblem};
use crate::review::{SetupChange, change_of};
use crate::seen::Reading;
use crate::seen::read::read_record;
use crate::seen::reduced::reduced_record;
use crate::seen::service::glance;
use crate::tamper::{GuardedResources, Tampering, tampering_of};

/// A parsed record, which borrows from the record's text.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    record: Record<'a>,
}

impl<'a> Said<'a> {
    /// Parses a record.
    ///
    /// # Errors
    /// If the text isn't JSON of CloudTrail's shape.
    pub fn open(json: &'a [u8]) -> Result<Self, RecordProblem> {
        record::open(json).map(|record| Self { record })
    }

    /// The same. `None`: a quick check shows that a service entered a role that isn't elevated.
    /// There are many such records, and nothing else is checked in them.
    ///
    /// # Errors
    /// The same as for [`Said::open`].
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

    /// Like [`Said::open`], for text.
    pub(crate) fn of_text(text: &'a str) -> Result<Self, RecordProblem> {
        record::of_text(text).map(|record| Self { record })
    }

    /// `recipientAccountId`; an empty one is `None`.
    pub(crate) fn recipient(&self) -> Option<&str> {
        let account = self.record.recipient_account_id.as_deref();
        account.filter(|text| !text.is_empty())
    }

    /// What the engine sees in it. `elevated` returns whether the role with this ARN is elevated.
    ///
    /// # Errors
    /// The same as for [`crate::seen::read_from`].
    pub fn read(
        &self,
        delivery: Delivery<'_>,
        elevated: &dyn Fn(&RoleArn) -> bool,
    ) -> Result<Reading, RecordProblem> {
        read_record(&self.record, delivery, elevated)
    }

    /// The reduced record to store: only what the engine reads.
    ///
    /// # Errors
    /// The same as for [`crate::seen::reduced_from`].
    pub fn reduced(&self, delivery: Delivery<'_>) -> Result<String, RecordProblem> {
        reduced_record(&self.record, delivery)
    }

    /// The call against the guard that it shows, if any.
    ///
    /// # Errors
    /// The same as for [`crate::tamper::tampering`].
    pub fn tampering(
        &self,
        delivery: Delivery<'_>,
        guarded: &GuardedResources,
    ) -> Result<Option<Tampering>, RecordProblem> {
        tampering_of(&self.record, delivery, guarded)
    }

    /// The change of the setup that it shows, if any.
    ///
    /// # Errors
    /// The same as for [`crate::review::change`].
    pub fn change(&self, delivery: Delivery<'_>) -> Result<Option<SetupChange>, RecordProblem> {
        change_of(&self.record, delivery)
    }
}
