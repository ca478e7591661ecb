//! Counts of what was read, which add up.

/// The numbers of files, records and bytes.
///
/// `files_read + files_not_relevant + files_failed` is the number of files to read, and
/// `candidates + passed_over + insights + records_unread` is `records`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that were read to their end. Some of their records may be unread.
    pub files_read: u64,
    /// Digest and Insights files, recognized by their content. They are read to their end, but
    /// contain no calls.
    pub files_not_relevant: u64,
    /// Files that weren't read, or not to their end, or are empty, or contain nothing known.
    /// Records before the fault are passed on.
    pub files_failed: u64,
    /// All records.
    pub records: u64,
    /// Records passed on to the sink.
    pub candidates: u64,
    /// Records that contain nothing of what is searched for.
    pub passed_over: u64,
    /// CloudTrail Insights records, which show rates, not calls.
    pub insights: u64,
    /// Records that are reported as unread.
    pub records_unread: u64,
    /// Documents that aren't CloudTrail records: digests, and other EventBridge events.
    pub other_documents: u64,
    /// Bytes as stored.
    pub bytes_in: u64,
    /// Bytes of text, after decompression.
    pub bytes_out: u64,
}

impl Counts {
    /// Adds the counts of another file or thread.
    pub fn merge(&mut self, other: &Self) {
        self.files_read += other.files_read;
        self.files_not_relevant += other.files_not_relevant;
        self.files_failed += other.files_failed;
        self.records += other.records;
        self.candidates += other.candidates;
        self.passed_over += other.passed_over;
        self.insights += other.insights;
        self.records_unread += other.records_unread;
        self.other_documents += other.other_documents;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
    }
}
