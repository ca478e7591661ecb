//! Step Functions and the stack's bucket, through the AWS SDK.

use rolewatch_aws::{Connection, Execution, StateBucket, StateMachine};
use rolewatch_live::port::{Bucket, StoredObject};
use tokio::runtime::{Builder, Runtime};

use super::{ExecutionState, Machine};
use crate::exit::Failure;

/// A deployed stack.
pub(super) struct Stack {
    runtime: Runtime,
    machine: StateMachine,
    bucket: StateBucket,
}

impl Stack {
    pub(super) fn connect(arn: &str, bucket: &str) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|why| Failure::cannot_begin("talk to AWS", &why))?;
        let connection = runtime.block_on(Connection::of_person());
        let machine = StateMachine::new(&connection, arn.to_owned());
        let bucket = StateBucket::new(&connection, bucket.to_owned());
        Ok(Self {
            runtime,
            machine,
            bucket,
        })
    }
}

impl Machine for Stack {
    fn start(&self, input: String) -> Result<String, String> {
        self.runtime
            .block_on(self.machine.start(input))
            .map_err(|trouble| trouble.to_string())
    }

    fn describe(&self, execution: &str) -> Result<ExecutionState, String> {
        let standing = self
            .runtime
            .block_on(self.machine.describe(execution))
            .map_err(|trouble| trouble.to_string())?;
        Ok(match standing {
            Execution::Running { done, total } => ExecutionState::Running { done, total },
            Execution::Done(output) => ExecutionState::Done(output),
            Execution::Ended(why) => ExecutionState::Ended(why),
        })
    }

    fn fetch(&self, key: &str) -> Result<Vec<u8>, String> {
        match self.runtime.block_on(self.bucket.get(key, None)) {
            Ok(StoredObject::Found { bytes, .. }) => Ok(bytes),
            Ok(StoredObject::Unchanged | StoredObject::Missing) => {
                Err("it is not in the bucket".to_owned())
            }
            Err(trouble) => Err(trouble.to_string()),
        }
    }
}
