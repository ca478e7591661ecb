//! The promises of rolewatch, each as a test. One binary, so that it links once.

mod bad_input;
mod cli;
mod corpus;
mod events;
mod fast_path;
mod hostile;
mod meanings;
mod order;
mod tool;
