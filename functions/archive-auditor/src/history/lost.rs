//! Notes a batch that couldn't be read, so that nobody takes the findings for those of all files.

use rolewatch_guard::untrusted::harmless;
use rolewatch_live::ledger::hash;
use rolewatch_live::port::Trouble;
use serde_json::{Value, json};

use super::{Fault, Lost, folder};
use crate::{ArchivePorts, refused};

/// Reports every file of the batch as unread.
pub(crate) async fn report_lost<O: ArchivePorts>(
    outside: &O,
    lost: &Lost,
) -> Result<Value, Trouble> {
    let Lost { batch, cause } = lost;
    let folder = folder(&batch.run).ok_or_else(|| {
        refused(
            "the run",
            "its name may contain only letters, digits, `-` and `_`",
        )
    })?;
    let reason = format!(
        "the function failed on a batch of files that includes this one: {}",
        harmless(cause)
    );
    let files = batch.keys.iter().filter(|key| !key.ends_with('/'));
    let fault = |key: &String| Fault {
        file: format!("s3://{}/{}", batch.bucket, harmless(key)),
        record: None,
        byte: None,
        reason: reason.clone(),
    };
    let faults: Vec<Fault> = files.map(fault).collect();
    let name = hash(&format!("{}\n{}", batch.bucket, batch.keys.join("\n")));
    let bytes =
        serde_json::to_vec(&faults).map_err(|why| refused("writing the note", &why.to_string()))?;
    outside
        .put(&format!("{folder}/failed/{name}.json"), bytes)
        .await?;
    Ok(json!({ "files": faults.len(), "failed": faults.len() }))
}
