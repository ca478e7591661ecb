//! A state machine of Step Functions.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::ExecutionStatus;

use super::connection::Connection;
use super::trouble::trouble;
use rolewatch_live::port::Trouble;

/// A state machine, by its ARN.
#[derive(Debug)]
pub struct StateMachine {
    client: Client,
    arn: String,
    /// The number of items in the map runs that have ended. These runs don't need to be described
    /// again.
    ended: Mutex<BTreeMap<String, u64>>,
}

/// The state of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// Running, with the number of items that its maps have finished and the number known so far.
    Running {
        /// Items that are finished, whether or not they succeeded.
        done: u64,
        /// Items known so far.
        total: u64,
    },
    /// Succeeded, with its output.
    Done(String),
    /// Failed or stopped, with the reason.
    Ended(String),
}

impl StateMachine {
    /// Creates the client. Opens no connection.
    pub fn new(connection: &Connection, arn: String) -> Self {
        Self {
            client: Client::new(&connection.config),
            arn,
            ended: Mutex::default(),
        }
    }

    /// Starts an execution and returns its ARN. Repeating it starts another one.
    pub async fn start(&self, input: String) -> Result<String, Trouble> {
        let started = self
            .client
            .start_execution()
            .state_machine_arn(&self.arn)
            .input(input)
            .send()
            .await;
        started
            .map(|started| started.execution_arn)
            .map_err(|error| trouble("states:StartExecution", &error))
    }

    /// Returns the state of an execution.
    pub async fn describe(&self, execution: &str) -> Result<Execution, Trouble> {
        let found = self
            .client
            .describe_execution()
            .execution_arn(execution)
            .send()
            .await;
        let found = found.map_err(|error| trouble("states:DescribeExecution", &error))?;
        match found.status {
            ExecutionStatus::Running | ExecutionStatus::PendingRedrive => {
                self.progress(execution).await
            }
            ExecutionStatus::Succeeded => Ok(Execution::Done(found.output.unwrap_or_default())),
            other => {
                let parts = [Some(other.as_str().to_owned()), found.error, found.cause];
                Ok(Execution::Ended(
                    parts.into_iter().flatten().collect::<Vec<_>>().join(": "),
                ))
            }
        }
    }

    async fn progress(&self, execution: &str) -> Result<Execution, Trouble> {
        let mut pages = self
            .client
            .list_map_runs()
            .execution_arn(execution)
            .into_paginator()
            .send();
        let (mut done, mut total) = (0, 0);
        while let Some(page) = pages.next().await {
            for map in page
                .map_err(|error| trouble("states:ListMapRuns", &error))?
                .map_runs
            {
                // Each map run costs one more call, and runs that have ended don't change.
                let ended = self
                    .ended
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .get(&map.map_run_arn)
                    .copied();
                let (of_it, items) = match ended {
                    Some(items) => (items, items),
                    None => {
                        self.items_done(map.map_run_arn, map.stop_date.is_some())
                            .await?
                    }
                };
                done += of_it;
                total += items;
            }
        }
        Ok(Execution::Running { done, total })
    }

    /// Returns how many items a map has finished, whether or not they succeeded, and how many it
    /// has.
    async fn items_done(&self, map: String, ended: bool) -> Result<(u64, u64), Trouble> {
        let found = self
            .client
            .describe_map_run()
            .map_run_arn(&map)
            .send()
            .await;
        let Some(counts) = found
            .map_err(|error| trouble("states:DescribeMapRun", &error))?
            .item_counts
        else {
            return Ok((0, 0));
        };
        let count = |items: i64| u64::try_from(items).unwrap_or(0);
        let (done, total) = (
            count(counts.succeeded + counts.failed + counts.timed_out + counts.aborted),
            count(counts.total),
        );
        if ended {
            self.ended
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(map, total);
        }
        Ok((done, total))
    }
}
