//! The upload, through the AWS SDK.

use rolewatch_edge::aws::{self, Connection, Replaced, StateBucket};
use tokio::runtime;

use super::{Before, Load, Uploaded};
use crate::exit::Failure;

pub(super) fn upload(bucket: &str, load: Load) -> Result<Uploaded, Failure> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|why| Failure::Usage(format!("cannot begin to upload: {why}")))?;
    runtime.block_on(async {
        let Load {
            key,
            content_type,
            bytes,
        } = load;
        let place = format!("s3://{bucket}/{key}");
        let bucket = StateBucket::new(&Connection::of_person().await, bucket.to_owned());
        let uploaded = bucket.upload(&key, bytes, content_type).await;
        let Replaced { now, before } = uploaded
            .map_err(|why| Failure::Usage(format!("nothing is known to be at `{place}`: {why}")))?;
        let before = match before {
            aws::Before::Nothing => Before::Nothing,
            aws::Before::Version(version) => Before::Version(version),
            aws::Before::Unknown(why) => Before::Unknown(why.to_string()),
        };
        Ok(Uploaded { place, now, before })
    })
}
