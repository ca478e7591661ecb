//! The upload, through the AWS SDK.

use rolewatch_aws::{Connection, Replaced, StateBucket};
use tokio::runtime;

use super::{PreviousVersion, UploadContent, UploadResult};
use crate::exit::Failure;

pub(super) fn upload(bucket: &str, load: UploadContent) -> Result<UploadResult, Failure> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Failure::cannot_begin("start the upload", &why))?;
    runtime.block_on(async {
        let UploadContent {
            key,
            content_type,
            bytes,
        } = load;
        let place = format!("s3://{bucket}/{key}");
        let bucket = StateBucket::new(&Connection::of_person().await, bucket.to_owned());
        let uploaded = bucket.upload(&key, bytes, content_type).await;
        let Replaced { now, before } = uploaded.map_err(|why| {
            Failure::Aws(format!("can't tell whether `{place}` was written: {why}"))
        })?;
        let before = match before {
            rolewatch_aws::Before::Nothing => PreviousVersion::Nothing,
            rolewatch_aws::Before::Version(version) => PreviousVersion::Version(version),
            rolewatch_aws::Before::Unknown(why) => PreviousVersion::Unknown(why.to_string()),
        };
        Ok(UploadResult { place, now, before })
    })
}
