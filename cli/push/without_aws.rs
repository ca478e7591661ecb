//! Replaces the upload if the command was built without the AWS SDK.

use super::{UploadContent, UploadResult};
use crate::exit::Failure;

pub(super) fn upload(bucket: &str, load: UploadContent) -> Result<UploadResult, Failure> {
    let UploadContent {
        key,
        content_type,
        bytes,
    } = load;
    Err(Failure::WithoutAws(format!(
        "nothing was uploaded: this `rolewatch` was built without AWS support\n\
         build it with `cargo install --path . --features aws`, or write the {} bytes \
         ({content_type}) to `s3://{bucket}/{key}` yourself",
        bytes.len()
    )))
}
