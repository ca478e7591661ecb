//! A state machine of Step Functions.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::ExecutionStatus;

use super::connection::Connection;
use super::trouble::trouble;
use crate::port::Trouble;

/// A state machine, by its ARN.
#[derive(Debug, Clone)]
pub struct StateMachine {
    client: Client,
    arn: String,
}

/// How an execution stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// Items that its map is done with, of so many as are known.
    Running {
        /// Done, whatever came of them.
        done: u64,
        /// Known.
        total: u64,
    },
    /// Its output.
    Done(String),
    /// It failed or was stopped, and why.
    Ended(String),
}

impl StateMachine {
    /// Opens nothing yet.
    pub fn new(connection: &Connection, arn: String) -> Self {
        Self { client: Client::new(&connection.config), arn }
    }

    /// Starts an execution, and gives its ARN. Repeating it starts another one.
    pub async fn start(&self, input: String) -> Result<String, Trouble> {
        let started = self.client.start_execution().state_machine_arn(&self.arn).input(input).send().await;
        started.map(|started| started.execution_arn).map_err(|error| trouble("states:StartExecution", &error))
    }

    /// How an execution stands.
    pub async fn look(&self, execution: &str) -> Result<Execution, Trouble> {
        let found = self.client.describe_execution().execution_arn(execution).send().await;
        let found = found.map_err(|error| trouble("states:DescribeExecution", &error))?;
        match found.status {
            ExecutionStatus::Running | ExecutionStatus::PendingRedrive => self.progress(execution).await,
            ExecutionStatus::Succeeded => Ok(Execution::Done(found.output.unwrap_or_default())),
            other => {
                let parts = [Some(other.as_str().to_owned()), found.error, found.cause];
                Ok(Execution::Ended(parts.into_iter().flatten().collect::<Vec<_>>().join(": ")))
            }
        }
    }

    async fn progress(&self, execution: &str) -> Result<Execution, Trouble> {
        let maps = self.client.list_map_runs().execution_arn(execution).send().await;
        let maps = maps.map_err(|error| trouble("states:ListMapRuns", &error))?.map_runs;
        let Some(map) = maps.first() else { return Ok(Execution::Running { done: 0, total: 0 }) };
        let found = self.client.describe_map_run().map_run_arn(&map.map_run_arn).send().await;
        let counts = found.map_err(|error| trouble("states:DescribeMapRun", &error))?.item_counts;
        let (done, total) =
            counts.map_or((0, 0), |counts| (counts.succeeded + counts.failed + counts.timed_out + counts.aborted, counts.total));
        Ok(Execution::Running { done: u64::try_from(done).unwrap_or(0), total: u64::try_from(total).unwrap_or(0) })
    }
}
