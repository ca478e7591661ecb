//! What an audit came to, as it is shown: one file a format.

pub(crate) mod csv;
pub(crate) mod json;
pub(crate) mod ndjson;
pub(crate) mod table;
pub(crate) mod words;

use std::path::PathBuf;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::{Judgement, Totals};

use crate::args::Format;
use crate::audit::allowed::SwitchAllowances;
use crate::audit::inputs::AuditInputs;
use crate::audit::unread::UnreadList;
use crate::exit::Failure;
use crate::stdout;

/// An audit that is done.
pub(crate) struct AuditReport<'a> {
    pub(crate) paths: &'a [PathBuf],
    pub(crate) inputs: &'a AuditInputs,
    pub(crate) since: Option<Moment>,
    pub(crate) until: Option<Moment>,
    /// The first and the last relevant record.
    pub(crate) range: Option<(Moment, Moment)>,
    pub(crate) judgement: &'a Judgement,
    /// What of it AWS allowed, and by what.
    pub(crate) allowed: &'a SwitchAllowances,
    pub(crate) totals: &'a Totals,
    pub(crate) unread: &'a UnreadList,
    /// Events that AWS did not send: they count for nothing, and nothing is missing for it.
    pub(crate) not_evidence: &'a UnreadList,
}

impl AuditReport<'_> {
    pub(crate) fn print(&self, format: Format) -> Result<(), Failure> {
        match format {
            Format::Table => stdout::print(|out| table::write(self, stdout::columns(), out)),
            Format::Json => stdout::print_plain(|out| json::write(self, out)),
            Format::Ndjson => stdout::print_plain(|out| {
                ndjson::write(
                    &self.judgement.findings,
                    self.allowed,
                    &self.judgement.near_misses,
                    out,
                )
            }),
            Format::Csv => stdout::print_plain(|out| {
                csv::write(&self.judgement.findings, &self.judgement.near_misses, out)
            }),
        }
    }
}
