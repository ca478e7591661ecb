//! The `rolewatch` command.
fn main() {}
