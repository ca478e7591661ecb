//! What was read, in numbers that add up.

/// Numbers of files, records and bytes.
///
/// `files_read + files_not_relevant + files_failed` is the number of files asked for, and
/// `candidates + passed_over + insights + records_unread` is `records`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Read to their end. Single records of them may be unread.
    pub files_read: u64,
    /// Digest and Insight files, known by their content: read to their end, and nothing in them
    /// tells of a call.
    pub files_not_relevant: u64,
    /// Not read, or not to their end, or empty, or without anything known in them. What came
    /// before the fault is handed over.
    pub files_failed: u64,
    /// Every record met, whatever became of it.
    pub records: u64,
    /// Records handed over.
    pub candidates: u64,
    /// Records that hold nothing of what is searched for.
    pub passed_over: u64,
    /// Records of CloudTrail Insights, which tell of rates, not of calls.
    pub insights: u64,
    /// Records that are named as unread.
    pub records_unread: u64,
    /// Documents that are no CloudTrail records: digests, events of other kinds from EventBridge.
    pub other_documents: u64,
    /// Bytes as they are stored.
    pub bytes_in: u64,
    /// Bytes of text, after inflating.
    pub bytes_out: u64,
}

impl Counts {
    /// Adds what another file or thread counted.
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
