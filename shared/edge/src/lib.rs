//! Where rolewatch meets AWS and Slack.
//!
//! The engine (`rolewatch-guard`) judges data; this crate gathers the data and delivers the findings. What lies outside is reached through
//! the ports of [`port`], so that the same code runs over AWS and over twins in memory.

pub mod port;
pub mod wire;
